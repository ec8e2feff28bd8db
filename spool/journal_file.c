#include "config.h"

#include "spool/journal_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "spool/frame.h"

#define HEADER "{\"journal\":\"s1spool\",\"version\":1}"
#define COMMIT "{\"commit\":%" PRIu64 ",\"records\":%zu}"
#define KEY_BEGIN "{\"k\":\""
#define KEY_END "\",\"v\":"
#define RECORD_END "}"
#define REMOVED "null"

enum kind { HEADER_LINE, RECORD_LINE, COMMIT_LINE, OTHER_LINE };

struct body {
	enum kind kind;
	struct slice key, value; /* of a record */
	uint64_t number; /* of a commit */
	size_t n_records;
};

int
journal_file_header(struct buf *b)
{
	return frame_add(b, &SLICE(HEADER), 1);
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

/* Write the body of a commit line, NUL-terminated. */
static struct slice
print_commit(char *to, size_t room, uint64_t number, size_t n_records)
{
	int n = snprintf(to, room, COMMIT, number, n_records);

	return (struct slice){ to, (size_t)n };
}

int
journal_file_commit(struct buf *b, uint64_t number, size_t n_records)
{
	char text[80];
	struct slice body;

	body = print_commit(text, sizeof(text), number, n_records);
	return frame_add(b, &body, 1);
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

static bool
parse_commit(struct slice s, struct body *b)
{
	char text[80], again[80];

	if (s.len >= sizeof(text))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	return sscanf(text, "{\"commit\":%20" SCNu64 ",\"records\":%20zu}",
	    &b->number, &b->n_records) == 2 &&
	    slice_eq(s, print_commit(again, sizeof(again), b->number,
	    b->n_records));
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
	if (slice_is(s, HEADER))
		b.kind = HEADER_LINE;
	else if (parse_record(s, &b))
		b.kind = RECORD_LINE;
	else if (parse_commit(s, &b))
		b.kind = COMMIT_LINE;
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

bool
journal_file_read(struct slice content,
    void (*put)(void *cookie, const char *key, struct slice value),
    void *cookie, uint64_t *commits)
{
	const struct sink sink = { put, cookie };
	struct slice rest = content, batch, line;
	size_t n = 0;
	struct body b;
	bool sound;

	*commits = 0;
	sound = next_line(&rest, &line) && parse(line).kind == HEADER_LINE;
	if (!sound)
		rest = content;
	batch = rest;
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
		put_records(&sink, batch);
		batch = rest;
		*commits = b.number;
		n = 0;
	}

	/* The first commit was durable before the file got its name. */
	sound = sound && *commits > 0;
	if (!sound)
		put_records(&sink, batch);
	return sound;
}
