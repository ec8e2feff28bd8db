#include "config.h"

#include "collector/client/head.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */
/* No console's clock: walks would be frozen until it has passed. */
#define FIRST_DATE INT64_C(946684800) /* 2000 */
#define LAST_DATE INT64_C(4102444799) /* 2099 */

void
head_init(struct head *h)
{
	*h = (struct head){ .date_ms = -1 };
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice
trim(struct slice s)
{
	while (s.len > 0 && is_space(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && is_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool
starts_with(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && strncasecmp(s.p, prefix, n) == 0;
}

/* Too long a text would be cut to something else: it is left out. */
static void
keep(char *dst, size_t size, struct slice s)
{
	size_t n = s.len < size ? s.len : 0;

	if (n > 0)
		memcpy(dst, s.p, n);
	dst[n] = '\0';
}

/* -1 when it is none, or lies beyond the year 9999, which no time of ours
 * does. */
static int64_t
parse_date(struct slice s)
{
	char text[64];
	time_t t;

	keep(text, sizeof(text), s);
	t = text[0] == '\0' ? -1 : curl_getdate(text, NULL);
	return t < 0 || t > LAST_SECOND ? -1 : (int64_t)t * 1000;
}

/* "HTTP/1.1 200 OK" or "HTTP/2 200". */
static int
parse_status(struct slice line)
{
	const char *p = memchr(line.p, ' ', line.len);
	int status = 0;

	if (p == NULL || line.len - (size_t)(p - line.p) < 4)
		return 0;
	for (int i = 1; i <= 3; i++) {
		if (p[i] < '0' || p[i] > '9')
			return 0;
		status = status * 10 + (p[i] - '0');
	}
	return status;
}

static void
set_html(struct head *h, struct slice value)
{
	h->html = starts_with(value, "text/html") ||
	    starts_with(value, "application/xhtml");
}

static void
set_date(struct head *h, struct slice value)
{
	int64_t ms = parse_date(value);

	h->date_ms = ms / 1000 >= FIRST_DATE && ms / 1000 <= LAST_DATE ? ms :
									-1;
}

static void
set_retry_after(struct head *h, struct slice value)
{
	keep(h->retry_after, sizeof(h->retry_after), value);
}

static void
set_location(struct head *h, struct slice value)
{
	keep(h->location, sizeof(h->location), value);
}

static void
set_request_id(struct head *h, struct slice value)
{
	keep(h->request_id, sizeof(h->request_id), value);
}

static const struct {
	const char *name;
	void (*set)(struct head *h, struct slice value);
} fields[] = {
	{ "Content-Type:", set_html },
	{ "Date:", set_date },
	{ "Location:", set_location },
	{ "Retry-After:", set_retry_after },
	{ "X-RQID:", set_request_id },
};

bool
head_line(struct head *h, struct slice line)
{
	size_t bytes = h->bytes + line.len, n;

	if (bytes > HEAD_MAX_BYTES)
		return false;
	if (starts_with(line, "HTTP/")) {
		head_init(h);
		h->status = parse_status(line);
	}
	h->bytes = bytes;
	line = trim(line);
	if (line.len == 0)
		h->ended = true;
	if (h->ended)
		return true;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!starts_with(line, fields[i].name))
			continue;
		n = strlen(fields[i].name);
		fields[i].set(h, trim((struct slice){ line.p + n,
		    line.len - n }));
	}
	return true;
}

/* -1 unless all of it is digits. */
static int64_t
parse_seconds(const char *s)
{
	int64_t n = 0;

	if (*s == '\0')
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		if (n <= HEAD_RETRY_AFTER_MAX_MS)
			n = n * 10 + (*s - '0');
	}
	return n;
}

int64_t
head_retry_after(const struct head *h)
{
	int64_t ms = parse_seconds(h->retry_after), date;

	if (ms >= 0) {
		ms *= 1000;
	} else {
		date = parse_date(slice_of(h->retry_after));
		if (date < 0 || h->date_ms < 0)
			return -1;
		ms = date > h->date_ms ? date - h->date_ms : 0;
	}
	return ms < HEAD_RETRY_AFTER_MAX_MS ? ms : HEAD_RETRY_AFTER_MAX_MS;
}

struct slice
head_url_host(struct slice url)
{
	const char *p = url.p, *end = url.p + url.len, *at;

	if (!starts_with(url, "http://") && !starts_with(url, "https://"))
		return (struct slice){ "", 0 };
	p = (const char *)memchr(p, '/', url.len) + 2;
	for (const char *q = p; q < end; q++)
		if (strchr("/?#\\", *q) != NULL)
			end = q;
	at = p;
	for (const char *q = p; q < end; q++)
		if (*q == '@')
			at = q + 1;
	return (struct slice){ at, (size_t)(end - at) };
}
