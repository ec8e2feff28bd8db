#include "config.h"

#include "collector/json/split.h"

#include <stdint.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/scan.h"
#include "collector/json/skip.h"
#include "collector/json/text.h"

#define CURSOR_MAX (64u << 10)
#define ERRORS_MAX 1024
#define PATH_MAX_BYTES 512
#define DEPTH_MAX 16

/*
 * The envelope around the records is read byte by byte; a value in it is
 * either entered, because a path leads through it, or consumed whole:
 *
 *   VALUE -> (enter) KEY or VALUE | (consume) CONSUME -> AFTER
 *   KEY -> COLON -> VALUE         AFTER -> KEY, VALUE or AFTER one level up
 */
enum state {
	STATE_VALUE, /* a value may begin */
	STATE_CONSUME, /* inside a value that is consumed whole */
	STATE_KEY, /* a member name may begin */
	STATE_IN_KEY,
	STATE_COLON,
	STATE_AFTER, /* behind a value */
	STATE_END, /* behind the outermost value */
	STATE_FAILED
};

/* What to do with the value that is being consumed. */
enum purpose { IGNORE, RECORD, CURSOR, MORE, ERRORS };

struct level {
	char close; /* '}' or ']' */
	bool empty; /* nothing in it yet: the end may follow at once */
	size_t path_len; /* of the container's own path */
};

struct splitter {
	struct split_paths paths;
	size_t max_record;
	bool (*record)(void *cookie, struct slice record);
	void (*too_large)(void *cookie, size_t bytes);
	void *cookie;

	enum state state;
	enum purpose purpose;
	struct skip skip; /* the value being consumed */
	bool bare; /* it is a number or word: ends at a delimiter */
	bool key_escaped;
	struct level level[DEPTH_MAX];
	int depth;
	struct buf path; /* of the value that begins next */
	struct buf value; /* head of a value that came in pieces */
	size_t value_bytes; /* of the value so far */
	struct buf cursor;
	struct buf errors;
	struct split_page page;
	uint64_t fed; /* bytes in all pieces before this one */
	struct buf error;
};

struct splitter *
splitter_new(const struct split_paths *paths, size_t max_record,
    bool (*record)(void *cookie, struct slice record),
    void (*too_large)(void *cookie, size_t bytes), void *cookie)
{
	struct splitter *s = xcalloc(1, sizeof(*s));

	s->paths = *paths;
	s->max_record = max_record;
	s->record = record;
	s->too_large = too_large;
	s->cookie = cookie;
	buf_init(&s->path, PATH_MAX_BYTES);
	buf_init(&s->value, max_record > CURSOR_MAX ? max_record : CURSOR_MAX);
	buf_init(&s->cursor, CURSOR_MAX);
	buf_init(&s->errors, ERRORS_MAX);
	buf_init(&s->error, 256);
	return s;
}

void
splitter_free(struct splitter *s)
{
	if (s == NULL)
		return;
	buf_fini(&s->path);
	buf_fini(&s->value);
	buf_fini(&s->cursor);
	buf_fini(&s->errors);
	buf_fini(&s->error);
	free(s);
}

void
splitter_reset(struct splitter *s)
{
	s->state = STATE_VALUE;
	s->depth = 0;
	s->fed = 0;
	s->page = (struct split_page){ .n_records = 0 };
	buf_reset(&s->path);
	buf_reset(&s->value);
	buf_reset(&s->cursor);
	buf_reset(&s->errors);
	buf_reset(&s->error);
}

const char *
splitter_error(const struct splitter *s)
{
	return s->error.p;
}

static int
fail(struct splitter *s, size_t at, const char *why)
{
	s->state = STATE_FAILED;
	buf_reset(&s->error);
	buf_addf(&s->error, "%s at byte %llu of the answer", why,
	    (unsigned long long)(s->fed + at));
	return -1;
}

/* Does the way to `target` lead through the value at the current path? */
static bool
leads_to(const struct splitter *s, const char *target)
{
	size_t n = s->path.len;

	if (target == NULL || strncmp(s->path.p, target, n) != 0)
		return false;
	return n == 0 || target[n] == '.' || target[n] == '[';
}

static bool
is_at(const struct splitter *s, const char *target)
{
	return target != NULL && strcmp(s->path.p, target) == 0;
}

static enum purpose
purpose_of_value(const struct splitter *s)
{
	if (is_at(s, s->paths.records))
		return RECORD;
	if (is_at(s, s->paths.cursor))
		return CURSOR;
	if (is_at(s, s->paths.more))
		return MORE;
	return is_at(s, s->paths.errors) ? ERRORS : IGNORE;
}

/* The cursor is the one value that is read here, so it is also validated. */
static int
keep_cursor(struct splitter *s, struct slice v, size_t at)
{
	struct scan scan;
	bool valid;

	scan_init(&scan);
	valid = scan_text(&scan, v) == 0;
	scan_fini(&scan);
	if (!valid)
		return fail(s, at, "a malformed cursor");
	buf_reset(&s->cursor);
	if (json_unescape(&s->cursor, (struct slice){ v.p + 1, v.len - 2 }) < 0)
		return fail(s, at, "a cursor that is too long");
	s->page.cursor = buf_slice(&s->cursor);
	return 0;
}

/* "[]" or "{}", with white space in it or without. */
static bool
is_empty_container(struct slice v)
{
	size_t i = 1;

	if (v.len < 2 || (v.p[0] != '[' && v.p[0] != '{'))
		return false;
	while (i < v.len && memchr(" \t\r\n", v.p[i], 4) != NULL)
		i++;
	return i == v.len - 1;
}

/* The value consumed last is complete: v is its text, unless it was larger
 * than what is kept of its kind. */
static int
value_done(struct splitter *s, struct slice v, size_t at)
{
	switch (s->purpose) {
	case RECORD:
		if (s->value_bytes > s->max_record) {
			if (s->too_large != NULL)
				s->too_large(s->cookie, s->value_bytes);
			break;
		}
		s->page.n_records++;
		if (!s->record(s->cookie, v))
			return fail(s, at, "stopped");
		break;
	case CURSOR:
		if (slice_is(v, "null"))
			break;
		/* Taken for the end, it would cost the pages behind it. */
		if (v.len < 2 || v.p[0] != '"')
			return fail(s, at, "a cursor that is no string");
		return keep_cursor(s, v, at);
	case MORE:
		s->page.has_more = slice_is(v, "true") || slice_is(v, "false");
		s->page.more = slice_is(v, "true");
		break;
	case ERRORS:
		if (slice_is(v, "null") || is_empty_container(v))
			break;
		buf_reset(&s->errors);
		buf_add(&s->errors, v.p,
		    v.len < ERRORS_MAX ? v.len : ERRORS_MAX);
		s->page.errors = buf_slice(&s->errors);
		break;
	case IGNORE:
		break;
	}
	return 0;
}

/* Keep the head of a value that goes on in the next piece. */
static int
keep(struct splitter *s, const char *p, size_t n, size_t at)
{
	size_t max = s->purpose == RECORD ? s->max_record : CURSOR_MAX;

	s->value_bytes += n;
	if (s->purpose == IGNORE || n == 0)
		return 0;
	if (s->value_bytes <= max)
		return buf_add(&s->value, p, n);
	if (s->purpose == CURSOR)
		return fail(s, at, "a cursor that is too long");
	/* A record too large is passed over; of errors the head will do. */
	if (s->purpose == RECORD)
		buf_reset(&s->value);
	return 0;
}

/* Bytes of a number or word: everything up to a delimiter. */
static size_t
skip_bare(const char *p, size_t n, bool *done)
{
	size_t i = 0;

	while (i < n && (unsigned char)p[i] > ' ' && p[i] != ',' &&
	    p[i] != '}' && p[i] != ']')
		i++;
	*done = i < n;
	return i;
}

/*
 * Consume from p[at] on.  Returns where the value ended, n when it goes on in
 * the next piece, or -1 on failure.
 */
static int64_t
consume(struct splitter *s, const char *p, size_t at, size_t n)
{
	struct slice v;
	bool done;
	size_t used = s->bare ? skip_bare(p + at, n - at, &done) :
				skip_value(&s->skip, p + at, n - at, &done);
	bool whole = done && s->value_bytes == 0;

	if (whole) {
		/* All in one piece: no need to copy it. */
		s->value_bytes = used;
		v = (struct slice){ p + at, used };
	} else {
		if (keep(s, p + at, used, at) < 0)
			return -1;
		v = buf_slice(&s->value);
	}
	at += used;
	if (!done)
		return (int64_t)at;
	s->state = s->depth == 0 ? STATE_END : STATE_AFTER;
	return value_done(s, v, at) < 0 ? -1 : (int64_t)at;
}

static int
enter(struct splitter *s, char bracket, size_t at)
{
	if (s->depth == DEPTH_MAX)
		return fail(s, at, "nested too deep");
	s->level[s->depth++] = (struct level){ bracket == '{' ? '}' : ']', true,
		s->path.len };
	if (bracket == '[' && buf_adds(&s->path, "[]") < 0)
		return fail(s, at, "nested too deep");
	s->state = bracket == '{' ? STATE_KEY : STATE_VALUE;
	return 0;
}

/* A value begins with c, which is not consumed here unless it is entered. */
static int
begin_value(struct splitter *s, char c, size_t at, bool *consumed)
{
	bool container = c == '{' || c == '[';

	*consumed = false;
	if (s->depth == 0 && c != '{')
		return fail(s, at, "not a JSON object");
	s->purpose = purpose_of_value(s);
	if (container && s->purpose == IGNORE &&
	    (leads_to(s, s->paths.records) || leads_to(s, s->paths.cursor) ||
	    leads_to(s, s->paths.more) || leads_to(s, s->paths.errors))) {
		*consumed = true;
		return enter(s, c, at);
	}
	if (!container && c != '"' &&
	    memchr("-0123456789tfn", c, strlen("-0123456789tfn")) == NULL)
		return fail(s, at, "unexpected character");
	s->skip = (struct skip){ .depth = 0 };
	s->bare = !container && c != '"';
	s->value_bytes = 0;
	buf_reset(&s->value);
	s->state = STATE_CONSUME;
	return 0;
}

/* The end of the innermost entered container. */
static void
leave(struct splitter *s)
{
	buf_cut(&s->path, s->level[--s->depth].path_len);
	s->state = s->depth == 0 ? STATE_END : STATE_AFTER;
}

/* A comma or closing bracket behind a value. */
static int
after_value(struct splitter *s, char c, size_t at)
{
	const struct level *l = &s->level[s->depth - 1];

	if (c == l->close) {
		leave(s);
		return 0;
	}
	if (c != ',')
		return fail(s, at, "expected ',' or the end of a list");
	buf_cut(&s->path, l->path_len);
	if (l->close == ']')
		buf_adds(&s->path, "[]");
	s->state = l->close == '}' ? STATE_KEY : STATE_VALUE;
	return 0;
}

static int
begin_key(struct splitter *s, char c, size_t at)
{
	struct level *l = &s->level[s->depth - 1];

	if (c == '}' && l->empty) {
		leave(s);
		return 0;
	}
	if (c != '"')
		return fail(s, at, "expected a member name");
	l->empty = false;
	buf_cut(&s->path, l->path_len);
	if (s->path.len > 0)
		buf_addc(&s->path, '.');
	s->key_escaped = false;
	s->state = STATE_IN_KEY;
	return 0;
}

static void
key_byte(struct splitter *s, char c)
{
	if (c == '"' && !s->key_escaped) {
		s->state = STATE_COLON;
		return;
	}
	s->key_escaped = c == '\\' && !s->key_escaped;
	/* A name too long for the path buffer is none of ours; the cut text
	 * matches nothing, as all our paths are shorter. */
	buf_addc(&s->path, c);
}

/* One byte of the envelope.  *consumed says whether it was used up. */
static int
envelope_byte(struct splitter *s, char c, size_t at, bool *consumed)
{
	*consumed = true;
	if (s->state == STATE_IN_KEY) {
		key_byte(s, c);
		return 0;
	}
	if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
		return 0;
	switch (s->state) {
	case STATE_VALUE:
		if (c == ']' && s->depth > 0 &&
		    s->level[s->depth - 1].close == ']' &&
		    s->level[s->depth - 1].empty) {
			leave(s);
			return 0;
		}
		if (s->depth > 0)
			s->level[s->depth - 1].empty = false;
		return begin_value(s, c, at, consumed);
	case STATE_KEY:
		return begin_key(s, c, at);
	case STATE_COLON:
		if (c != ':')
			return fail(s, at, "expected ':'");
		s->state = STATE_VALUE;
		return 0;
	case STATE_AFTER:
		return after_value(s, c, at);
	case STATE_END:
		return fail(s, at, "more text after the JSON value");
	case STATE_IN_KEY:
	case STATE_CONSUME:
	case STATE_FAILED:
		break;
	}
	return -1;
}

int
splitter_feed(struct splitter *s, struct slice piece)
{
	size_t at = 0;

	if (s->state == STATE_FAILED)
		return -1;
	while (at < piece.len) {
		bool consumed;

		if (s->state == STATE_CONSUME) {
			int64_t end = consume(s, piece.p, at, piece.len);

			if (end < 0)
				return -1;
			at = (size_t)end;
			continue;
		}
		if (envelope_byte(s, piece.p[at], at, &consumed) < 0)
			return -1;
		at += consumed;
	}
	s->fed += piece.len;
	return 0;
}

int
splitter_end(struct splitter *s, struct split_page *page)
{
	if (s->state == STATE_FAILED)
		return -1;
	if (s->state != STATE_END)
		return fail(s, 0, "the answer breaks off");
	*page = s->page;
	return 0;
}
