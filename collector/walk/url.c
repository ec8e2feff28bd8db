#include "config.h"

#include "collector/walk/url.h"

#include <inttypes.h>

#include "collector/base/iso8601.h"
#include "collector/client/client.h"
#include "collector/walk/bounds.h"

/* The query string so far: what goes before the next parameter. */
struct query {
	struct buf *out;
	char before;
	int failed;
};

static void
add_name(struct query *q, const char *name, const char *suffix)
{
	q->failed |= buf_addc(q->out, q->before);
	q->failed |= buf_adds(q->out, name);
	q->failed |= buf_adds(q->out, suffix);
	q->failed |= buf_addc(q->out, '=');
	q->before = '&';
}

static void
add_value(struct query *q, const char *name, struct slice value)
{
	add_name(q, name, "");
	q->failed |= client_quote(q->out, value);
}

static void
add_bound(struct query *q, const char *field, const char *suffix, int64_t ms)
{
	char text[ISO8601_LEN + 1];

	if (ms == TIME_NONE)
		return;
	iso8601_bound(ms, text);
	add_name(q, field, suffix);
	q->failed |= client_quote(q->out, slice_of(text));
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decode: a '+' of Base64 stays what it is. */
static void
decode(struct buf *out, const char *text)
{
	for (const char *s = text; *s != '\0'; s++) {
		int high = s[0] == '%' ? hex_digit(s[1]) : -1;
		int low = high >= 0 ? hex_digit(s[2]) : -1;

		if (low < 0) {
			buf_addc(out, *s);
			continue;
		}
		buf_addc(out, (char)(high << 4 | low));
		s += 2;
	}
}

static void
add_cursor(struct query *q, const char *cursor)
{
	struct buf plain;

	buf_init(&plain, strlen(cursor));
	decode(&plain, cursor);
	add_value(q, "cursor", buf_slice(&plain));
	buf_fini(&plain);
}

/* The path itself, with "{id}" replaced by the parent's first key. */
static int
add_path(struct buf *out, const struct walk_request *rq,
    const struct url_args *a)
{
	const char *hole = strstr(rq->path, "{id}");
	struct slice head;

	if (hole == NULL || a->key == NULL || a->key[0] == NULL)
		return buf_adds(out, rq->path);
	head = (struct slice){ rq->path, (size_t)(hole - rq->path) };
	return buf_add_slice(out, head) | client_quote(out,
	    slice_of(a->key[0])) | buf_adds(out, hole + strlen("{id}"));
}

static void
add_keys(struct query *q, const struct walk_request *rq,
    const struct url_args *a)
{
	if (a->key == NULL)
		return;
	for (size_t i = 0; i < 3; i++)
		if (rq->key_param[i] != NULL && a->key[i] != NULL)
			add_value(q, rq->key_param[i], slice_of(a->key[i]));
}

int
url_path(struct buf *out, const struct walk_request *rq,
    const struct url_args *a)
{
	struct query q = { .out = out, .before = '?' };

	q.failed |= add_path(out, rq, a);
	if (rq->body != NULL)
		return q.failed ? -1 : 0;

	add_keys(&q, rq, a);
	if (rq->skip_count)
		add_value(&q, "skipCount", SLICE("true"));
	add_name(&q, "limit", "");
	q.failed |= buf_addf(out, "%" PRId64, a->limit);
	if (a->query != NULL) {
		q.failed |= buf_addc(out, '&');
		q.failed |= buf_adds(out, a->query);
	}
	if (a->field != NULL) {
		add_bound(&q, a->field, "__gte", a->lower);
		add_bound(&q, a->field, "__lt", a->upper);
	}
	if (rq->site_ids && a->site_ids != NULL)
		add_value(&q, "siteIds", slice_of(a->site_ids));
	if (a->cursor != NULL)
		add_cursor(&q, a->cursor);
	return q.failed ? -1 : 0;
}

static int
add_json_string(struct buf *out, const char *text)
{
	int failed = buf_addc(out, '"');

	for (const char *s = text; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20)
			failed |= buf_addf(out, "\\u%04x", *s);
		else if (*s == '"' || *s == '\\')
			failed |= buf_addf(out, "\\%c", *s);
		else
			failed |= buf_addc(out, *s);
	}
	return failed | buf_addc(out, '"');
}

static int
put_after(struct buf *out, const struct url_args *a)
{
	if (a->cursor == NULL)
		return 0;
	return buf_adds(out, "\"after\":") |
	    add_json_string(out, a->cursor) | buf_addc(out, ',');
}

static int
put_limit(struct buf *out, const struct url_args *a)
{
	return buf_addf(out, "%" PRId64, a->limit);
}

static int
put_field(struct buf *out, const struct url_args *a)
{
	return a->field == NULL ? 0 : buf_adds(out, a->field);
}

static int
put_start(struct buf *out, const struct url_args *a)
{
	return buf_addf(out, "%" PRId64, a->lower == TIME_NONE ? 0 :
							      a->lower - 1);
}

static int
put_end(struct buf *out, const struct url_args *a)
{
	return buf_addf(out, "%" PRId64, a->upper);
}

static const struct {
	const char *name;
	int (*put)(struct buf *out, const struct url_args *a);
} placeholders[] = {
	{ "@AFTER@", put_after },
	{ "@END@", put_end },
	{ "@FIELD@", put_field },
	{ "@LIMIT@", put_limit },
	{ "@START@", put_start },
};

/* Replace the placeholder at s.  Its length, 0 when there is none. */
static size_t
put_placeholder(struct buf *out, const char *s, const struct url_args *a,
    int *failed)
{
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]);
	     i++) {
		size_t len = strlen(placeholders[i].name);

		if (strncmp(s, placeholders[i].name, len) != 0)
			continue;
		*failed |= placeholders[i].put(out, a);
		return len;
	}
	return 0;
}

int
url_body(struct buf *out, const struct walk_request *rq,
    const struct url_args *a)
{
	int failed = 0;

	for (const char *s = rq->body; *s != '\0';) {
		size_t len = *s == '@' ? put_placeholder(out, s, a, &failed) :
					 0;

		if (len == 0) {
			failed |= buf_addc(out, *s);
			len = 1;
		}
		s += len;
	}
	return failed ? -1 : 0;
}
