/*
 * The work list of a chained walk: the parents of one list page whose children
 * are still to be asked for.  A journal record of its own, "<stream>#work",
 * because it is large and changes once per page, where the position changes
 * with every child.
 */
#ifndef S1SPOOL_WORK_H
#define S1SPOOL_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/base/buf.h"

#define WORK_KEYS 3 /* as many as walk_row.parent_key has places */

struct work_parent {
	char *key[WORK_KEYS]; /* owned; NULL where the record has none */
	size_t at, len; /* the whole record in work.records, len 0: not kept */
};

struct work {
	char *of; /* names the page: see work_is_of() */
	char *next; /* cursor of the page that follows, NULL: none */
	struct work_parent *parent;
	size_t n, cap;
	struct buf records; /* for merging; not persisted */
};

/* Records together must not exceed max_records bytes. */
void work_init(struct work *w, size_t max_records);
/* Forget them, and free the memory; it is as after work_init(). */
void work_reset(struct work *w);

/*
 * Add the parent that `record` is, with the values at the raw paths in `path`
 * ("threatInfo.updatedAt"; NULL for none).  Numbers count as their text.
 * `keep` stores the record itself too.  0, or -1 with errno: EMSGSIZE when
 * there is no more room for it, EINVAL when it is no JSON object.
 */
int work_add(struct work *w, struct slice record,
    const char *const path[WORK_KEYS], bool keep);

/* Drop those that are among the first `done` parents of `old`: they were
 * finished before the page was asked for again. */
void work_drop_done(struct work *w, const struct work *old, size_t done);

/* Append as one line of JSON.  0, or -1 when b's cap is too small. */
int work_print(struct buf *b, const struct work *w);
/* Replace *w.  0, or -1 (*w is empty) when it is none. */
int work_parse(struct work *w, struct slice text);

struct slice work_record(const struct work *w, size_t i);

/*
 * Make the parent with `child` as its member `as`:
 * {...parent...,"<as>":{"<id_as>":"<id>",...child...}}, where id_as is put in
 * only when child lacks it (id_as or id NULL: never).  0, or -1 when one of
 * them is no JSON object or out's cap is too small.
 */
int work_merge(struct buf *out, struct slice parent, const char *as,
    struct slice child, const char *id_as, const char *id);

#endif
