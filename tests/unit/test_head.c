#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/client/head.h"
#include "tests/unit/unit.h"

#define OWN_DATE "Date: Fri, 01 May 2026 12:00:00 GMT\r\n"
#define OWN_DATE_MS INT64_C(1777636800000)

/* Feed a header block line by line; what head_line() said about the last. */
static bool
feed(struct head *h, const char *block)
{
	bool more = true;
	size_t n;

	head_init(h);
	while (more && *block != '\0') {
		n = strcspn(block, "\n");
		n += block[n] == '\n';
		more = head_line(h, (struct slice){ block, n });
		block += n;
	}
	return more;
}

static void
test_fields(void)
{
	struct head h;

	CU_ASSERT_TRUE(feed(&h, "HTTP/1.1 302 Found\r\ncontent-type:text/HTML; "
	    "charset=utf-8\r\nx-rqid:  abc \r\nLOCATION: /x\r\n" OWN_DATE
	    "Retry-After:\t12\r\n\r\n"));
	CU_ASSERT_EQUAL(h.status, 302);
	CU_ASSERT_TRUE(h.html);
	CU_ASSERT_TRUE(h.ended);
	CU_ASSERT_EQUAL(h.date_ms, OWN_DATE_MS);
	UNIT_TEXT(h.request_id, "abc");
	UNIT_TEXT(h.location, "/x");
	UNIT_TEXT(h.retry_after, "12");
}

static void
test_last_answer_counts(void)
{
	struct head h;

	CU_ASSERT_TRUE(feed(&h, "HTTP/1.1 103 Early\r\nContent-Type: text/html"
	    "\r\nRetry-After: 9\r\n\r\nHTTP/2 200\r\n" OWN_DATE "\r\n"
	    "Retry-After: 5\r\nDate: Sat, 02 May 2026 12:00:00 GMT\r\n"));
	CU_ASSERT_EQUAL(h.status, 200);
	CU_ASSERT_FALSE(h.html);
	UNIT_TEXT(h.retry_after, "");
	CU_ASSERT_EQUAL(h.date_ms, OWN_DATE_MS);
}

static void
test_status_lines(void)
{
	static const struct {
		const char *line;
		int status;
	} lines[] = {
		{ "HTTP/1.1 200 OK", 200 },
		{ "HTTP/1.0 404", 404 },
		{ "HTTP/2 503 \r\n", 503 },
		{ "HTTP/1.1", 0 },
		{ "HTTP/1.1 ", 0 },
		{ "HTTP/1.1 20", 0 },
		{ "HTTP/1.1 2x0 OK", 0 },
		{ "HTTP/1.1 -20 OK", 0 },
	};
	struct head h;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		feed(&h, lines[i].line);
		CU_ASSERT_EQUAL(h.status, lines[i].status);
	}
}

static void
test_too_long_is_absent(void)
{
	char line[400];
	struct head h;

	snprintf(line, sizeof(line), "HTTP/1.1 200 OK\r\nX-RQID: %0100d\r\n"
	    "Retry-After: %070d\r\nDate: %080d\r\n", 1, 1, 1);
	CU_ASSERT_TRUE(feed(&h, line));
	UNIT_TEXT(h.request_id, "");
	UNIT_TEXT(h.retry_after, "");
	CU_ASSERT_EQUAL(h.date_ms, -1);
	/* Nor is a year that no clock shows a date. */
	CU_ASSERT_TRUE(feed(&h, "Date: Tue, 04 Mar 999999999 09:15:42 GMT\r\n"));
	CU_ASSERT_EQUAL(h.date_ms, -1);
	CU_ASSERT_TRUE(feed(&h, "Date: Tue, 04 Mar 12025 09:15:42 GMT\r\n"));
	CU_ASSERT_EQUAL(h.date_ms, -1);
	CU_ASSERT_TRUE(feed(&h, "Date: Fri, 31 Dec 9999 23:59:59 GMT\r\n"));
	CU_ASSERT_EQUAL(h.date_ms, -1);
	CU_ASSERT_TRUE(feed(&h, "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"));
	CU_ASSERT_EQUAL(h.date_ms, -1);
	CU_ASSERT_TRUE(feed(&h, "Date: Thu, 31 Dec 2099 23:59:59 GMT\r\n"));
	CU_ASSERT_EQUAL(h.date_ms, INT64_C(4102444799000));
}

static void
test_bytes_are_bounded(void)
{
	struct slice line = SLICE("X-Filler: 0123456789012345678901234567890"
	    "0123456789\r\n");
	struct head h;
	size_t n = 0;

	head_init(&h);
	while (head_line(&h, line)) {
		n += line.len;
		/* Many answers one after the other are bounded too. */
		CU_ASSERT_TRUE_FATAL(head_line(&h, SLICE("HTTP/1.1 100 C")));
		n += 14;
	}
	CU_ASSERT(n <= HEAD_MAX_BYTES && n + line.len > HEAD_MAX_BYTES);
}

/* Retry-After with or without the answer's own Date. */
static int64_t
retry_after(const char *value, const char *date)
{
	char block[300];
	struct head h;

	snprintf(block, sizeof(block), "HTTP/1.1 429 Busy\r\n"
	    "Retry-After: %s\r\n%s\r\n", value, date);
	feed(&h, block);
	return head_retry_after(&h);
}

static const struct {
	const char *value;
	int64_t with_date, without;
} retries[] = {
	{ "0", 0, 0 },
	{ "7", 7000, 7000 },
	{ "007", 7000, 7000 },
	{ "300", 300000, 300000 },
	{ "301", 300000, 300000 },
	{ "99999999999999999999999999", 300000, 300000 },
	{ "", -1, -1 },
	{ "-5", -1, -1 },
	{ "1.5", -1, -1 },
	{ "5 s", -1, -1 },
	{ "soon", -1, -1 },
	{ "Fri, 01 May 2026 12:00:30 GMT", 30000, -1 },
	{ "Friday, 01-May-26 12:00:30 GMT", 30000, -1 },
	{ "Fri May  1 12:00:30 2026", 30000, -1 },
	{ "Fri, 01 May 2026 12:00:00 GMT", 0, -1 },
	{ "Fri, 01 May 2020 12:00:00 GMT", 0, -1 },
	{ "Fri, 01 May 2099 12:00:00 GMT", 300000, -1 },
	{ "Fri, 01 Foo 2026 12:00:30 GMT", -1, -1 },
};

static void
test_retry_after(void)
{
	for (size_t i = 0; i < sizeof(retries) / sizeof(retries[0]); i++) {
		CU_ASSERT_EQUAL(retry_after(retries[i].value, OWN_DATE),
		    retries[i].with_date);
		CU_ASSERT_EQUAL(retry_after(retries[i].value, ""),
		    retries[i].without);
		if (retry_after(retries[i].value, OWN_DATE) !=
		    retries[i].with_date)
			fprintf(stderr, "Retry-After: %s\n", retries[i].value);
	}
}

static void
test_url_host(void)
{
	static const struct {
		const char *url, *host;
	} urls[] = {
		{ "https://acme.example", "acme.example" },
		{ "HTTP://acme.example:8080/x?y#z", "acme.example:8080" },
		{ "https://user:p@ss@acme.example/@", "acme.example" },
		{ "https://[::1]:8443/", "[::1]:8443" },
		{ "https://acme.example\\@evil", "acme.example" },
		{ "https://", "" },
		{ "/login", "" },
		{ "ftp://x/", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct slice host = head_url_host(slice_of(urls[i].url));

		CU_ASSERT_TRUE(slice_is(host, urls[i].host));
	}
}

/*
 * Any bytes, at the end of a heap block so that a sanitizer sees the first
 * one too many.  Seeded: a failure comes again.
 */
static void
test_any_bytes(void)
{
	static const char *const words[] = { "HTTP/1.1 ", "Date:", "\r\n",
		"Retry-After:", "Location:", "200", " ", "\t", ":", "https://",
		"@", "\\", "Fri, 01 May", "X-RQID:", "Content-Type:text/html" };
	struct head h;
	unsigned seed = 1;

	head_init(&h);
	for (int i = 0; i < 20000; i++) {
		size_t len = 0, max = 80;
		char *p = xmalloc(max), *exact;

		for (int n = rand_r(&seed) % 6; n > 0; n--) {
			const char *word = words[(size_t)rand_r(&seed) %
			    (sizeof(words) / sizeof(words[0]))];

			if (len + strlen(word) + 1 > max)
				break;
			memcpy(p + len, word, strlen(word));
			len += strlen(word);
			p[len++] = (char)rand_r(&seed);
		}
		exact = xmalloc(len > 0 ? len : 1);
		memcpy(exact, p, len);
		if (!head_line(&h, (struct slice){ exact, len }))
			head_init(&h);
		CU_ASSERT(head_retry_after(&h) >= -1);
		CU_ASSERT(head_url_host((struct slice){ exact, len }).len <=
		    len);
		free(exact);
		free(p);
	}
}

static const struct unit_test tests[] = {
	{ "fields in any case, with any blanks", test_fields },
	{ "of several answers the last one counts, no trailer",
	    test_last_answer_counts },
	{ "status lines", test_status_lines },
	{ "too long a value is absent", test_too_long_is_absent },
	{ "bytes are bounded", test_bytes_are_bounded },
	{ "Retry-After", test_retry_after },
	{ "the host of a URL", test_url_host },
	{ "any bytes", test_any_bytes },
};

UNIT_MAIN("head", tests)
