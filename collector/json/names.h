/*
 * The names that are likely to come.  Records of a dataset list their members
 * in the same order, so what followed a name the last time is compared with the
 * text first, and what did so before that next.  A hit costs one comparison, in
 * place of a walk over the name's bytes and a look-up; and its number tells
 * whoever works on the tokens which name it is, and where.
 */
#ifndef S1SPOOL_NAMES_H
#define S1SPOOL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

/* Bounds of what is learned: of a name with its quotes and colon (the longest
 * of the API has 38 bytes), of the names of one object, of all of them.  Where
 * so many strangers came beyond that, names are data, and are not looked for
 * any more. */
#define NAMES_TEXT_MAX 45
#define NAMES_OBJECT_MAX 256
#define NAMES_MAX 4096
#define NAMES_STRANGERS 1024

struct name;

/* The names met in the objects at one place of a record. */
struct name_set {
	struct name *first; /* the one that came first the last time, or NULL */
	uint16_t all; /* number of one, 0: none; linked by sibling */
	uint16_t n;
	uint16_t strangers;
};

/* What its value holds. */
struct names_below {
	struct name_set object; /* when that is an object */
	struct name_set element; /* in its objects, when that is a list */
};

/* As large as a line of the cache, and met in the order of `next`. */
struct name {
	char text[NAMES_TEXT_MAX]; /* "id": */
	uint8_t len;
	uint16_t number; /* 1, 2, 3 ...: one for each place and name */
	uint16_t sibling; /* number of another one of its set, 0: none */
	uint16_t other; /* number of one that came in its place, 0: none */
	uint32_t last; /* stamp of the token that had it last */
	struct name *next; /* followed it the last time, or NULL */
};

/* The storage of the struct is the caller's; all zero: nothing learned yet. */
struct names {
	struct name_set root;
	struct name *name; /* by number, from 1 on; stay where they are */
	struct names_below *below; /* the same */
	size_t n;
	/* Stamp of the first token of the text at hand, the others follow; all
	 * those of texts before are smaller. */
	uint32_t base;
};

/* Forget all names and free their memory; no pointer to one is good then. */
void names_fini(struct names *names);

/* A text begins, of at most SCAN_TOKENS_MAX tokens; the one before had n.
 * Returns base. */
uint32_t names_begin(struct names *names, size_t n);

/*
 * A name that was not expected came in an object of `set`, at *link (where what
 * is expected there is kept).  text has its quotes and colon.  Expect it there
 * from now on, and in its place or behind it what was expected instead.
 * Returns it, or NULL when it is too long or one too many.  It belongs to
 * names.
 */
struct name *names_learn(struct names *names, struct name_set *set,
    struct name **link, struct slice text);

/* What the value of a name holds, a container; belongs to names. */
static inline struct names_below *
names_below(const struct names *names, const struct name *name)
{
	return &names->below[name->number];
}

#endif
