/*
 * Where the scanner is in a text.  Inside scan.c, which takes one careful step
 * at a time, and run.c, which takes the many plain ones between them.
 */
#ifndef S1SPOOL_CURSOR_H
#define S1SPOOL_CURSOR_H

#include "collector/json/scan.h"
#include "collector/json/wide.h"

/* What comes next. */
enum next { NAME, VALUE, AFTER /* behind a value */, DONE, BAD };

/* Counters whose growth inside a container tells what it holds. */
struct seen {
	uint32_t junk; /* void values and white space */
	uint32_t live; /* anything that is worth keeping */
};

/* An open container; the lowest level is what is around the text. */
struct level {
	uint32_t tok;
	uint32_t stamp; /* of that token */
	struct seen before; /* it was opened */
	bool object;
	char close; /* what ends it */
	/* The names in it, or in the objects of a list; NULL: none known. */
	struct name_set *set;
	struct name **link; /* to the name that is likely to come */
};

struct cursor {
	struct scan *s;
	struct tok *tok; /* s->tok */
	uint32_t n; /* tokens so far; becomes s->n */
	uint32_t cap;
	uint32_t base; /* stamp of the first token */
	const char *text;
	const char *p;
	const char *end;
	struct seen seen;
	struct level *top;
	struct name *name; /* of the value at p, or NULL */
	struct name *none; /* NULL: for links where no names are known */
	unsigned to_learn; /* names */
	struct level level[SCAN_DEPTH_MAX + 1];
};

/* Did it come in this object before?  stamp is that of its token. */
WIDE_INLINE bool
came_again(struct name *name, const struct level *l, uint32_t stamp)
{
	bool again = name->last > l->stamp;

	name->last = stamp;
	return again;
}

/* The names in an object at level l, or in the objects of a list there; name is
 * that of the value. */
WIDE_INLINE struct name_set *
names_in(const struct cursor *c, const struct level *l,
    const struct name *name, bool object)
{
	struct names_below *below;

	if (!l->object)
		return object ? l->set : NULL;
	if (name == NULL)
		return NULL;
	below = names_below(c->s->names, name);
	return object ? &below->object : &below->element;
}

/* Token number tok, a value at level l, is a container: begin the level above
 * it. */
WIDE_INLINE void
open_container(struct cursor *c, struct level *l, const struct name *name,
    uint32_t tok, bool object, struct seen seen)
{
	struct name_set *set = names_in(c, l, name, object);

	l[1] = (struct level){ .tok = tok, .stamp = c->base + tok,
		.before = seen, .object = object,
		.close = object ? '}' : ']', .set = set,
		.link = set != NULL ? &set->first : &c->none };
}

/* The container of level l ends before p, after n tokens. */
WIDE_INLINE void
close_container(struct cursor *c, const struct level *l, const char *p,
    uint32_t n, struct seen *seen)
{
	struct tok *t = &c->tok[l->tok];

	t->len = (uint32_t)(p - c->text) - t->start;
	t->next = n;
	if (seen->junk != l->before.junk)
		t->flags |= TOK_RAGGED;
	if (seen->live == l->before.live) {
		t->flags |= TOK_VOID;
		seen->junk++;
	}
}

/*
 * Go on from c->p as long as all is plain: expected names, values that are
 * well-formed, no white space.  Returns where it stopped, which may be where it
 * began; never DONE or BAD.
 */
enum next scan_run(struct cursor *c, enum next next);

#endif
