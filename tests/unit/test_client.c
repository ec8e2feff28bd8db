/*
 * What the client makes of an answer.
 */
#include "config.h"

#define ZLIB_CONST

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "collector/base/xalloc.h"
#include "tests/unit/client_world.h"
#include "tests/unit/unit.h"

#define HTML "<html>no</html>"
#define ERROR(status, body) "HTTP/1.1 " status "\r\nX-RQID: rq-77\r\n" \
    "Connection: close\r\n\r\n" body

static struct http_route routes[] = {
	{ "/ok", OK_PAGE, 0, HTTP_KEEP, 0 },
	{ "/slow", OK_PAGE, 0, HTTP_KEEP, 100 },
	{ "/download", OK_HEAD "Content-Length: 4\r\n\r\nPK\3\4", 0,
	    HTTP_KEEP, 0 },
	{ "/unauthorized", ERROR("401 Unauthorized", "{\"errors\":[{\"code\":"
	    "4010010,\"title\":\"Bad\",\"detail\":null}]}"), 0,
	    HTTP_CLOSE, 0 },
	{ "/forbidden", ERROR("403 Forbidden", "{\"errors\":[{\"code\":"
	    "4030010,\"title\":\"No rights\",\"detail\":\"Ask\\nyour "
	    "admin\"}]}"), 0, HTTP_CLOSE, 0 },
	{ "/echo", ERROR("400 Bad Request", "{\"errors\":[{\"title\":"
	    "\"bad token " TOKEN "!\"}]}"), 0, HTTP_CLOSE, 0 },
	{ "/busy", "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\n"
	    "Content-Type: text/html\r\nContent-Length: 15\r\n\r\n" HTML, 0,
	    HTTP_KEEP, 0 },
	{ "/busy-date", "HTTP/1.1 503 Later\r\n"
	    "Retry-After: Fri, 01 May 2026 12:00:30 GMT\r\n"
	    "Date: Fri, 01 May 2026 12:00:00 GMT\r\n"
	    "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/html", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	    "Content-Length: 15\r\n\r\n" HTML, 0, HTTP_KEEP, 0 },
	{ "/html-as-json", OK_HEAD "Content-Length: 18\r\n\r\n \r\n" HTML, 0,
	    HTTP_KEEP, 0 },
	{ "/text", OK_HEAD "Content-Length: 3\r\n\r\nyes", 0, HTTP_KEEP, 0 },
	{ "/redirect", "HTTP/1.1 302 Found\r\n"
	    "Location: https://user:pw@evil.example:444/x?y\r\n"
	    "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/redirect-home", "HTTP/1.1 307 Moved\r\nLocation: /login\r\n"
	    "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/short", OK_HEAD "Content-Length: 99\r\n\r\n{\"data\":[]}", 0,
	    HTTP_CLOSE, 0 },
	{ "/long", OK_HEAD "Content-Length: 2\r\n\r\n{}trailing", 0,
	    HTTP_CLOSE, 0 },
	{ "/reset", OK_HEAD "Content-Length: 99\r\n\r\n{\"da", 0, HTTP_RESET,
	    0 },
	{ "/chunk-cut", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
	    "b\r\n{\"data\":[]}\r\n", 0, HTTP_CLOSE, 0 },
	{ "/chunked", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
	    "4\r\n{\"da\r\n7\r\nta\":[]}\r\n0\r\n"
	    "Date: Sat, 02 May 2026 12:00:00 GMT\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/continue", "HTTP/1.1 103 Early Hints\r\nDate: Sat, 02 May 2026 "
	    "12:00:00 GMT\r\n\r\n" OK_PAGE, 0, HTTP_KEEP, 0 },
	{ "/silent", "", 0, HTTP_CLOSE, 0 },
	{ "/no-http", "SSH-2.0-OpenSSH_9.2\r\n", 0, HTTP_CLOSE, 0 },
	{ "/stall", OK_HEAD "Content-Length: 99\r\n\r\n{\"da", 0, HTTP_STALL,
	    0 },
	{ "/stall-head", "HTTP/1.1 200 OK\r\n", 0, HTTP_STALL, 0 },
	{ "/drip", OK_HEAD "Content-Length: 99999\r\n\r\n{\"da", 0,
	    HTTP_DRIP, 0 },
	{ "/empty", OK_HEAD "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/gzip", NULL, 0, HTTP_KEEP, 0 },
	{ "/bomb", NULL, 0, HTTP_KEEP, 0 },
	{ "/blanks", NULL, 0, HTTP_KEEP, 0 },
	{ "/not-gzip", OK_HEAD "Content-Encoding: gzip\r\n"
	    "Content-Length: 11\r\n\r\n{\"data\":[]}", 0, HTTP_KEEP, 0 },
	{ "/many-headers", NULL, 0, HTTP_KEEP, 0 },
	{ "/long-header", NULL, 0, HTTP_KEEP, 0 },
	{ "/no-length", OK_HEAD "Content-Length: -5\r\n\r\n{}", 0, HTTP_CLOSE,
	    0 },
	{ "/big-error", NULL, 0, HTTP_KEEP, 0 },
	{ NULL, NULL, 0, HTTP_KEEP, 0 },
};

/* Bytes packed as an answer with Content-Encoding: gzip that lives on. */
static void
pack(struct http_route *route, const char *p, size_t n)
{
	z_stream z = { .next_in = (const Bytef *)p,
		.avail_in = (uInt)n };
	size_t room = n + 1000;
	char *out = xmalloc(room);
	int head;

	deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_out = (Bytef *)out + 500;
	z.avail_out = (uInt)(room - 500);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	head = snprintf(out, 500, OK_HEAD "Content-Encoding: gzip\r\n"
	    "Content-Length: %lu\r\n\r\n", z.total_out);
	memmove(out + head, out + 500, z.total_out);
	route->bytes = out;
	route->len = (size_t)head + z.total_out;
}

static struct http_route *
route(const char *path)
{
	struct http_route *r = routes;

	while (strcmp(r->path, path) != 0)
		r++;
	return r;
}

/* The answers that are too long to be written down. */
static void
make_routes(void)
{
	static char headers[100000], header[400000], error[200000],
	    zeros[8 << 20];
	size_t n;

	if (route("/gzip")->bytes != NULL)
		return;
	pack(route("/gzip"), "{\"data\":[1]}", 12);
	memset(zeros, '0', sizeof(zeros));
	zeros[0] = '[';
	pack(route("/bomb"), zeros, sizeof(zeros));
	memset(zeros, ' ', sizeof(zeros));
	pack(route("/blanks"), zeros, sizeof(zeros));
	n = (size_t)snprintf(headers, sizeof(headers), "%s", OK_HEAD);
	while (n < 90000)
		n += (size_t)snprintf(headers + n, sizeof(headers) - n,
		    "X-Filler: %0100d\r\n", 7);
	snprintf(headers + n, sizeof(headers) - n,
	    "Content-Length: 2\r\n\r\n{}");
	route("/many-headers")->bytes = headers;
	snprintf(header, sizeof(header), "HTTP/1.1 200 OK\r\nX-Long: "
	    "%0390000d\r\nContent-Length: 2\r\n\r\n{}", 7);
	route("/long-header")->bytes = header;
	n = (size_t)snprintf(error, sizeof(error), "HTTP/1.1 500 No\r\n"
	    "Content-Length: 150000\r\n\r\n");
	memset(error + n, 'x', 150000);
	route("/big-error")->bytes = error;
}

static void
begin(void)
{
	make_routes();
	world_begin(routes);
}

static const struct {
	const char *path;
	enum verdict verdict;
	int status;
	const char *says;
	const char *body; /* what on_body may have seen, NULL: do not care */
} cases[] = {
	{ "/ok", VERDICT_OK, 200, "", "{\"data\":[]}" },
	{ "/chunked", VERDICT_OK, 200, "", "{\"data\":[]}" },
	{ "/continue", VERDICT_OK, 200, "", "{\"data\":[]}" },
	{ "/long", VERDICT_OK, 200, "", "{}" },
	{ "/gzip", VERDICT_OK, 200, "", "{\"data\":[1]}" },
	{ "/unauthorized", VERDICT_AUTH, 401, "Bad (code 4010010); request "
	    "id rq-77", "" },
	{ "/forbidden", VERDICT_DENIED, 403, "No rights: Ask your admin (code "
	    "4030010)", "" },
	{ "/echo", VERDICT_BAD, 400, "bad token [secret]!", "" },
	{ "/missing", VERDICT_GONE, 404, "HTTP 404", "" },
	{ "/busy-date", VERDICT_RETRY, 503, "not available", "" },
	{ "/big-error", VERDICT_RETRY, 500, "HTTP 500", "" },
	{ "/html", VERDICT_RETRY, 200, "HTML in place of JSON", "" },
	{ "/html-as-json", VERDICT_RETRY, 200, "HTML in place of JSON", "" },
	{ "/text", VERDICT_RETRY, 200, "in place of JSON", "" },
	{ "/empty", VERDICT_RETRY, 200, "empty", "" },
	{ "/redirect", VERDICT_CONFIG, 302, "(to evil.example:444)", "" },
	{ "/redirect-home", VERDICT_CONFIG, 307, "(to the same host)", "" },
	{ "/short", VERDICT_RETRY, 200, "broke off", NULL },
	{ "/reset", VERDICT_RETRY, 200, "broke", NULL },
	{ "/chunk-cut", VERDICT_RETRY, 200, "broke", NULL },
	{ "/silent", VERDICT_RETRY, 0, "without an answer", "" },
	{ "/no-http", VERDICT_CONFIG, 0, "no HTTP on this port", "" },
	{ "/not-gzip", VERDICT_RETRY, 200, "cannot be unpacked", "" },
	{ "/many-headers", VERDICT_RETRY, 200, "header is too large", "" },
	{ "/long-header", VERDICT_RETRY, 200, "header is too large", "" },
	{ "/no-length", VERDICT_RETRY, 200, "length that cannot be", NULL },
	{ "/blanks", VERDICT_RETRY, 200, "blanks in place of JSON", "" },
	/* Last, for it holds the others up. */
	{ "/busy", VERDICT_RETRY, 429, "too many requests", "" },
};

/* Also: one request each, so a redirect is not followed. */
static void
test_answers(void)
{
	struct result r;

	begin();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world_fetch(cases[i].path, &r);
		CU_ASSERT_EQUAL(http_server_requests(w.server), (int)i + 1);
		world_expect(&r, cases[i].verdict, cases[i].says);
		CU_ASSERT_EQUAL(r.status, cases[i].status);
		CU_ASSERT_EQUAL(strncmp(r.detail, "127.0.0.1:", 10), 0);
		if (cases[i].body != NULL)
			UNIT_TEXT(r.body.p, cases[i].body);
		buf_fini(&r.body);
	}
	world_end();
}

static void
test_retry_after(void)
{
	struct result r;

	begin();
	world_fetch("/busy-date", &r);
	CU_ASSERT_EQUAL(r.retry_after_ms, 30000);
	buf_fini(&r.body);
	world_fetch("/ok", &r);
	CU_ASSERT_EQUAL(r.retry_after_ms, -1);
	buf_fini(&r.body);
	world_fetch("/busy", &r);
	CU_ASSERT_EQUAL(r.retry_after_ms, 7000);
	buf_fini(&r.body);
	world_end();
}

/* The header goes, the body stops: either way the time-out ends it. */
static void
test_silence_is_cut_by_time(void)
{
	static const struct {
		const char *path;
		int status;
	} silent[] = { { "/stall", 200 }, { "/stall-head", 200 },
		{ "/drip", 200 } };
	struct result r;

	begin();
	w.conf.http_client_timeout = 200;
	for (size_t i = 0; i < 3; i++) {
		world_fetch(silent[i].path, &r);
		CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
		CU_ASSERT_EQUAL(r.status, silent[i].status);
		CU_ASSERT_PTR_NOT_NULL(strstr(r.detail, "in time"));
		buf_fini(&r.body);
	}
	world_end();
}

static void
test_drip_is_cut_by_speed(void)
{
	struct result r;

	begin();
	w.client->limits.slow_bytes = 1000;
	w.client->limits.slow_seconds = 1;
	world_fetch("/drip", &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.detail, "Less than 1000 bytes"));
	buf_fini(&r.body);
	world_end();
}

static void
test_bomb_is_cut(void)
{
	struct result r;

	begin();
	CU_ASSERT_EQUAL(w.client->limits.body_bytes, 64 << 20);
	w.client->limits.body_bytes = 1 << 19;
	world_fetch("/bomb", &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.detail, "too large"));
	CU_ASSERT(r.body.len <= 1 << 19);
	CU_ASSERT(r.body_bytes < 1 << 20);
	buf_fini(&r.body);
	world_end();
}

/* Long before it is too large: what unpacks so well is no page. */
static void
test_bomb_is_recognised(void)
{
	struct result r;

	begin();
	CU_ASSERT(w.client->limits.bomb_bytes <= 8 << 20);
	CU_ASSERT(w.client->limits.bomb_times >= 100);
	w.client->limits.bomb_bytes = 1 << 19;
	w.client->limits.bomb_times = 10;
	world_fetch("/bomb", &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.detail, "packed too well"));
	CU_ASSERT(r.body_bytes < 2 << 20);
	buf_fini(&r.body);
	world_end();
}

static void
test_long_error_is_cut(void)
{
	struct result r;

	begin();
	CU_ASSERT(w.client->limits.error_bytes >= 4096);
	w.client->limits.error_bytes = 5000;
	world_fetch("/big-error", &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	CU_ASSERT_EQUAL(r.status, 500);
	CU_ASSERT(r.body_bytes >= 5000 && r.body_bytes < 150000);
	world_end();
}

static char secure_url[] = "https://acme.example:443";

/* The head of a proxy's answer: libcurl reads it in one call. */
static void
test_proxy_without_end(void)
{
	struct http_route route[2] = { { .path = "acme.example:443",
	    .end = HTTP_STALL } };
	struct conf_console conf;
	struct result r;
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_adds(&text, "HTTP/1.1 200 OK\r\n");
	while (text.len < 200000)
		buf_adds(&text, "X-More: yes\r\n");
	route[0].bytes = text.p;
	world_begin(route);
	/* One line may have 16 KiB. */
	CU_ASSERT(w.client->limits.tellings > 16 << 10);
	w.client->limits.tellings = 500;
	conf = w.conf;
	conf.url = secure_url;
	conf.proxy_url = w.url;
	world_ask(&conf, "/ok", &r);
	world_expect(&r, VERDICT_RETRY, "the proxy's answer has no end");
	world_end();
	buf_fini(&text);
}

static void
test_reader_refuses(void)
{
	struct result r;
	struct call call;

	begin();
	call = world_call("/ok", &r);
	buf_init(&r.body, 5);
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	CU_ASSERT_EQUAL(r.status, 200);
	UNIT_TEXT(r.body.p, "");
	world_end();
}

static void
test_download_and_dropped_body(void)
{
	struct result r;
	struct call call;

	begin();
	call = world_call("/download", &r);
	call.any_body = true;
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	UNIT_TEXT(r.body.p, "PK\3\4");
	buf_fini(&r.body);

	call = world_call("/ok", &r);
	call.on_body = NULL;
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	CU_ASSERT_EQUAL(r.body_bytes, 11);
	world_end();
}

static const struct unit_test tests[] = {
	{ "answers and their verdicts", test_answers },
	{ "Retry-After", test_retry_after },
	{ "silence is cut off by time", test_silence_is_cut_by_time },
	{ "a drip is cut off by speed", test_drip_is_cut_by_speed },
	{ "a packed bomb is cut off", test_bomb_is_cut },
	{ "a packed bomb is recognised", test_bomb_is_recognised },
	{ "a long error is cut off", test_long_error_is_cut },
	{ "a proxy without end", test_proxy_without_end },
	{ "the reader refuses", test_reader_refuses },
	{ "a download, a body nobody reads", test_download_and_dropped_body },
};

UNIT_MAIN("client", tests)
