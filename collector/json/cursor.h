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
	uint32_t dead; /* tokens of void values, and of their names */
	uint32_t spaces; /* times that there was white space */
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

/* The value of the newest token, at level l, is void. */
static inline void
count_void(struct cursor *c, const struct level *l)
{
	c->seen.dead += l->object ? 2 : 1;
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

/* The value at c->p is a container: its token, and the level above the top. */
WIDE_INLINE void
scan_open(struct cursor *c)
{
	bool object = *c->p == '{';
	struct name_set *set = names_in(c, c->top, c->name, object);

	c->tok[c->n] = (struct tok){ .start = (uint32_t)(c->p - c->text),
		.kind = object ? TOK_OBJECT : TOK_ARRAY };
	*++c->top = (struct level){ .tok = c->n, .stamp = c->base + c->n,
		.before = c->seen, .object = object,
		.close = object ? '}' : ']', .set = set,
		.link = set != NULL ? &set->first : &c->none };
	c->n++;
	c->p++;
}

/* The container of the top level ends at c->p. */
WIDE_INLINE void
scan_close(struct cursor *c)
{
	const struct level *l = c->top--;
	struct tok *t = &c->tok[l->tok];
	uint32_t dead = c->seen.dead - l->before.dead;

	c->p++;
	t->len = (uint32_t)(c->p - c->text) - t->start;
	t->next = c->n;
	if (dead > 0 || c->seen.spaces != l->before.spaces)
		t->flags |= TOK_RAGGED;
	if (dead == c->n - l->tok - 1) {
		t->flags |= TOK_VOID;
		count_void(c, c->top);
	}
}

/*
 * Go on from c->p as long as all is plain: expected names, values that are
 * well-formed, no white space.  Returns where it stopped, which may be where it
 * began; never DONE or BAD.
 */
enum next scan_run(struct cursor *c, enum next next);

#endif
