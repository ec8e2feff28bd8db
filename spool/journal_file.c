#include "config.h"

#include "spool/journal_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "spool/frame.h"
#include "spool/version.h"

#define JOURNAL_VERSION 1
#define HEADER "{\"journal\":\"s1spool\",\"version\":%" PRIu64 "}"
#define COMMIT "{\"commit\":%" PRIu64 ",\"records\":%zu}"
#define KEY_BEGIN "{\"k\":\""
#define KEY_END "\",\"v\":"
#define RECORD_END "}"
#define REMOVED "null"

enum kind { HEADER_LINE, RECORD_LINE, COMMIT_LINE, OTHER_LINE };

struct body {
	enum kind kind;
	struct slice key, value; /* of a record */
	uint64_t number; /* of a commit, or the version */
	size_t n_records;
};

/* Write the body of a header or commit line, NUL-terminated. */
static struct slice
print_body(char *to, size_t room, const struct body *b)
{
	int n = b->kind == HEADER_LINE ?
	    snprintf(to, room, HEADER, b->number) :
	    snprintf(to, room, COMMIT, b->number, b->n_records);

	return (struct slice){ to, (size_t)n };
}

static int
add_body(struct buf *to, const struct body *b)
{
	char text[80];
	struct slice body = print_body(text, sizeof(text), b);

	return frame_add(to, &body, 1);
}

int
journal_file_header(struct buf *b)
{
	return add_body(b, &(struct body){ HEADER_LINE,
	    .number = JOURNAL_VERSION });
}

int
journal_file_record(struct buf *b, const char *key, struct slice value)
{
	const struct slice parts[] = {
		SLICE(KEY_BEGIN), slice_of(key), SLICE(KEY_END),
		value.p != NULL ? value : SLICE(REMOVED), SLICE(RECORD_END),
	};

	return frame_add(b, parts, sizeof(parts) / sizeof(parts[0]));
}

int
journal_file_commit(struct buf *b, uint64_t number, size_t n_records)
{
	return add_body(b, &(struct body){ COMMIT_LINE, .number = number,
	    .n_records = n_records });
}

bool
journal_file_is_key(const char *key)
{
	for (const char *p = key; *p != '\0'; p++)
		if (*p < ' ' || *p > '~' || *p == '"' || *p == '\\')
			return false;
	return *key != '\0';
}

static bool
starts_with(struct slice s, struct slice with)
{
	return s.len >= with.len && memcmp(s.p, with.p, with.len) == 0;
}

static bool
parse_record(struct slice s, struct body *b)
{
	const struct slice begin = SLICE(KEY_BEGIN), end = SLICE(KEY_END);
	const char *quote;

	if (!starts_with(s, begin) || s.p[s.len - 1] != '}')
		return false;
	s = (struct slice){ s.p + begin.len, s.len - begin.len - 1 };
	quote = memchr(s.p, '"', s.len);
	if (quote == NULL)
		return false;
	b->key = (struct slice){ s.p, (size_t)(quote - s.p) };
	s = (struct slice){ quote, s.len - b->key.len };
	if (!starts_with(s, end))
		return false;
	b->value = (struct slice){ s.p + end.len, s.len - end.len };
	return true;
}

/* A line of numbers: exactly as it is written. */
static bool
parse_numbers(struct slice s, struct body *b)
{
	char text[80], again[80];

	if (s.len >= sizeof(text))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	if (sscanf(text, "{\"journal\":\"s1spool\",\"version\":%20" SCNu64,
	    &b->number) == 1)
		b->kind = HEADER_LINE;
	else if (sscanf(text, "{\"commit\":%20" SCNu64 ",\"records\":%20zu",
	    &b->number, &b->n_records) == 2)
		b->kind = COMMIT_LINE;
	else
		return false;
	return slice_eq(s, print_body(again, sizeof(again), b));
}

/* Take the next line off *rest.  False when no whole line is left. */
static bool
next_line(struct slice *rest, struct slice *line)
{
	const char *newline = memchr(rest->p, '\n', rest->len);

	if (newline == NULL)
		return false;
	*line = (struct slice){ rest->p, (size_t)(newline - rest->p) };
	rest->len -= line->len + 1;
	rest->p = newline + 1;
	return true;
}

static struct body
parse(struct slice line)
{
	struct body b = { .kind = OTHER_LINE };
	struct slice s;

	if (frame_check(line, &s) < 0)
		return b;
	if (parse_record(s, &b))
		b.kind = RECORD_LINE;
	else if (!parse_numbers(s, &b))
		b.kind = OTHER_LINE;
	return b;
}

struct sink {
	void (*put)(void *cookie, const char *key, struct slice value);
	void *cookie;
};

static void
put_records(const struct sink *sink, struct slice text)
{
	struct slice line;
	struct body b;
	char *key;

	while (next_line(&text, &line)) {
		b = parse(line);
		if (b.kind != RECORD_LINE)
			continue;
		if (slice_is(b.value, REMOVED))
			b.value = (struct slice){ NULL, 0 };
		key = xstrndup(b.key.p, b.key.len);
		sink->put(sink->cookie, key, b.value);
		free(key);
	}
}

/* Take the header off *rest, if it is there. */
static enum version_verdict
read_header(struct slice *rest)
{
	struct slice after = *rest, line;
	struct body b;

	if (!next_line(&after, &line))
		return VERSION_NONE;
	b = parse(line);
	if (b.kind != HEADER_LINE)
		return VERSION_NONE;
	*rest = after;
	return b.number > INT64_MAX ? VERSION_NONE :
	    version_check((int64_t)b.number, JOURNAL_VERSION);
}

/* The commits behind the header.  False when something is wrong with them. */
static bool
read_commits(struct slice rest, const struct sink *sink, uint64_t *commits)
{
	struct slice batch = rest, line;
	bool sound = true;
	struct body b;
	size_t n = 0;

	while (next_line(&rest, &line)) {
		b = parse(line);
		if (b.kind == RECORD_LINE) {
			n++;
			continue;
		}
		if (b.kind != COMMIT_LINE) {
			sound = false;
			continue;
		}
		if (b.n_records != n ||
		    (*commits != 0 && b.number != *commits + 1))
			sound = false;
		batch.len = (size_t)(rest.p - batch.p);
		put_records(sink, batch);
		batch = rest;
		*commits = b.number;
		n = 0;
	}

	/* The first commit was durable before the file got its name. */
	sound = sound && *commits > 0;
	if (!sound)
		put_records(sink, batch);
	return sound;
}

enum journal_found
journal_file_read(struct slice content,
    void (*put)(void *cookie, const char *key, struct slice value),
    void *cookie, uint64_t *commits)
{
	const struct sink sink = { put, cookie };
	enum version_verdict version = read_header(&content);

	*commits = 0;
	if (version == VERSION_LATER)
		return JOURNAL_LATER;
	return read_commits(content, &sink, commits) &&
	    version == VERSION_KNOWN ? JOURNAL_SOUND : JOURNAL_DAMAGED;
}
