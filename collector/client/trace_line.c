#include "config.h"

#include "collector/client/trace_line.h"

#include <inttypes.h>
#include <strings.h>

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/client/redact.h"
#include "collector/json/text.h"

/* More than a body of control characters can become. */
#define LINE_MAX_BYTES (4 << 20)

void
trace_line_init(struct trace_line *l, const char *message, struct slice token)
{
	char at[ISO8601_LEN];

	buf_init(&l->json, LINE_MAX_BYTES);
	l->token = token;
	iso8601_format(clock_wall_us() / 1000, at);
	buf_addf(&l->json, "{\"@timestamp\":\"%.*s\",\"log.level\":\"debug\","
	    "\"message\":\"%s\",\"ecs.version\":\"1.6.0\"", ISO8601_LEN, at,
	    message);
}

void
trace_line_fini(struct trace_line *l)
{
	buf_fini(&l->json);
}

/* As a JSON string, whatever the bytes are. */
static void
put_string(struct buf *out, struct slice text)
{
	const char *p = text.p, *end = p + text.len, *from = p;

	buf_addc(out, '"');
	while (p < end) {
		size_t n = (unsigned char)*p < 0x80 ? 1 :
		    json_utf8_len(p, end);

		if (n > 0) {
			p += n;
			continue;
		}
		json_escape(out, (struct slice){ from, (size_t)(p - from) });
		buf_adds(out, "\\ufffd");
		from = ++p;
	}
	json_escape(out, (struct slice){ from, (size_t)(p - from) });
	buf_addc(out, '"');
}

/* A text without secrets, to be freed. */
static struct buf
redacted(const struct trace_line *l, struct slice text)
{
	struct buf out;

	buf_init(&out, LINE_MAX_BYTES);
	redact_names(&out, text);
	redact_secret(&out, l->token);
	return out;
}

static void
put_redacted(struct trace_line *l, struct slice text)
{
	struct buf fit = redacted(l, text);

	put_string(&l->json, buf_slice(&fit));
	buf_fini(&fit);
}

void
trace_line_text(struct trace_line *l, const char *name, struct slice text)
{
	buf_addf(&l->json, ",\"%s\":", name);
	put_redacted(l, text);
}

void
trace_line_number(struct trace_line *l, const char *name, int64_t n)
{
	buf_addf(&l->json, ",\"%s\":%" PRId64, name, n);
}

struct header {
	struct slice name, value;
};

/* Take the next header that may be shown from lines.  False at their end. */
static bool
next_header(struct slice *lines, struct header *h)
{
	while (lines->len > 0) {
		const char *end = memchr(lines->p, '\n', lines->len), *colon;
		size_t len = end == NULL ? lines->len :
		    (size_t)(end - lines->p) + 1;
		struct slice line = { lines->p, len };

		lines->p += len;
		lines->len -= len;
		colon = memchr(line.p, ':', line.len);
		if (colon == NULL)
			continue;
		h->name = slice_trim((struct slice){ line.p,
		    (size_t)(colon - line.p) });
		h->value = slice_trim((struct slice){ colon + 1,
		    line.len - (size_t)(colon + 1 - line.p) });
		if (h->value.len > 0 && !redact_is_secret(h->name))
			return true;
	}
	return false;
}

static bool
same_name(struct slice a, struct slice b)
{
	return a.len == b.len && strncasecmp(a.p, b.p, a.len) == 0;
}

struct slice
trace_line_find(struct slice lines, const char *name)
{
	struct header h;

	while (next_header(&lines, &h))
		if (same_name(h.name, slice_of(name)))
			return h.value;
	return SLICE("");
}

/* All values of a header, at the first place of its name. */
static void
put_values(struct trace_line *l, const struct header *first, struct slice rest)
{
	struct header h;

	put_redacted(l, first->name);
	buf_adds(&l->json, ":[");
	put_redacted(l, first->value);
	while (next_header(&rest, &h))
		if (same_name(h.name, first->name)) {
			buf_addc(&l->json, ',');
			put_redacted(l, h.value);
		}
	buf_addc(&l->json, ']');
}

void
trace_line_headers(struct trace_line *l, const char *name, struct slice lines)
{
	struct slice rest = lines;
	const char *comma = "";
	struct header h;

	buf_addf(&l->json, ",\"%s\":{", name);
	while (next_header(&rest, &h)) {
		struct slice before = { lines.p,
		    (size_t)(h.name.p - lines.p) };
		struct header seen;
		bool again = false;

		while (!again && next_header(&before, &seen))
			again = same_name(seen.name, h.name);
		if (again)
			continue;
		buf_adds(&l->json, comma);
		put_values(l, &h, rest);
		comma = ",";
	}
	buf_addc(&l->json, '}');
}

void
trace_line_body(struct trace_line *l, const char *what, struct slice kept,
    size_t max, size_t bytes)
{
	size_t beyond = kept.len > max ? kept.len - max : 0;
	struct buf fit = redacted(l, kept);

	/* As much as was kept too much, for a secret may be cut at its end;
	 * what was replaced has made the text shorter, or longer. */
	buf_cut(&fit, fit.len > beyond ? fit.len - beyond : 0);
	if (fit.len > max)
		buf_cut(&fit, max);
	buf_addf(&l->json, ",\"http.%s.body.content\":", what);
	put_string(&l->json, buf_slice(&fit));
	buf_addf(&l->json, ",\"http.%s.body.bytes\":%zu", what, bytes);
	if (bytes > max)
		buf_addf(&l->json, ",\"http.%s.body.truncated\":true", what);
	buf_fini(&fit);
}

struct slice
trace_line_end(struct trace_line *l)
{
	buf_adds(&l->json, "}\n");
	return buf_slice(&l->json);
}
