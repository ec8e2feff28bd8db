/*
 * The scanner: one pass over a JSON text that validates it fully (RFC 8259,
 * UTF-8 included) and leaves a flat array of tokens.  Nothing is copied or
 * converted: strings stay escaped, numbers stay text.
 */
#ifndef S1SPOOL_SCAN_H
#define S1SPOOL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/json/names.h"

/* Bounds of one record; beyond them it is refused. */
#define SCAN_DEPTH_MAX 64
#define SCAN_TOKENS_MAX (1u << 20)
#define SCAN_BYTES_MAX (64u << 20)

enum tok_kind {
	TOK_NONE, /* no value: never in a scanned text */
	TOK_NULL,
	TOK_FALSE,
	TOK_TRUE,
	TOK_NUMBER,
	TOK_STRING,
	TOK_OBJECT,
	TOK_ARRAY
};

enum tok_flag {
	TOK_ESCAPED = 1, /* a string with a backslash in it */
	/* null, "", and a container that holds nothing but such: what the
	 * clean-up of a document removes. */
	TOK_VOID = 2,
	/* A container whose text cannot be copied as it is: it holds void
	 * values or white space between its values. */
	TOK_RAGGED = 4,
	TOK_DEAD = 8, /* a member that a later one of the same name replaced */
	/* Marks on names for whoever works on the tokens; the scanner sets
	 * none. */
	TOK_TAKEN = 16,
	TOK_KNOWN = 32,
	TOK_DROPPED = 64
};

/*
 * A value, or a member's name (a string token right before its value).  start
 * and len are the whole text of the value, the quotes of a string included.
 * next is the index of the token after this value and all it holds.
 */
struct tok {
	uint32_t start;
	uint32_t len;
	uint32_t next;
	uint8_t kind;
	uint8_t flags;
	uint16_t name; /* of a name: its number in struct names, 0: none */
};

struct scan {
	const char *text; /* borrowed: what was scanned */
	struct tok *tok; /* tok[0] is the whole value */
	size_t n;
	size_t cap;
	const char *error; /* what is wrong, NULL when nothing */
	size_t error_at; /* byte offset */
	bool spaced; /* there is white space between its values */
	/* No name stands twice in one object.  Not known of a text with names
	 * that have no number. */
	bool unique;
	struct names *names; /* borrowed, set by the caller; may be NULL */
	uint32_t *place; /* hash table of scan_mark_repeated() */
	size_t n_places;
};

void scan_init(struct scan *s);
void scan_fini(struct scan *s);

/*
 * Scan a text that holds exactly one value, white space around it allowed.
 * The text is borrowed until the next call.  0, or -1 with error, error_at.
 */
int scan_text(struct scan *s, struct slice text);

/* The text of a token: with its quotes, and the content between them. */
static inline struct slice
scan_raw(const struct scan *s, const struct tok *t)
{
	return (struct slice){ s->text + t->start, t->len };
}

static inline struct slice
scan_content(const struct scan *s, const struct tok *t)
{
	return (struct slice){ s->text + t->start + 1, t->len - 2 };
}

/*
 * Follow a path of member names ("threatInfo.updatedAt") from object token
 * `from`.  Of repeated members the last counts.  The index of the value, or 0
 * when there is none.
 */
size_t scan_find(const struct scan *s, size_t from, struct slice path);

/* A path to follow in one text after another; begins with the name NULL. */
struct scan_path {
	const char *text;
	const struct name *name; /* of s->names: where it led before */
};

/* scan_find() from the whole value. */
size_t scan_follow(const struct scan *s, struct scan_path *path);

/*
 * Mark every member that a later member of the same name replaces as TOK_DEAD,
 * and as TOK_VOID the containers that hold nothing else.  Returns how many
 * members were marked.
 */
size_t scan_mark_repeated(struct scan *s);

#endif
