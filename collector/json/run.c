/*
 * Texts as most are, in one tight loop: the scanner's time is spent here.  It
 * does not know white space, new names or errors, and leaves them to scan.c.
 */
#include "config.h"

#include "collector/json/cursor.h"
#include "collector/json/plain.h"
#include "collector/json/scalar.h"

/* Is it that name?  Then something stands behind its colon.  Before `far` there
 * is room for any. */
WIDE_INLINE bool
is_next(const char *p, const char *far, const char *end,
    const struct name *name, bool wide)
{
	size_t len = name->len;

	if (p >= far)
		return (size_t)(end - p) > len && bytes_eq(p, name->text, len);
	if (len > 32 && !bytes_eq(p + 32, name->text + 32, len - 32))
		return false;
	return wide ? json_same32_wide(p, name->text, len) :
		      json_same32(p, name->text, len);
}

/* Not the next name: the one behind, as now and then a member is left out, or
 * one that stood here before, which is tried first from now on. */
WIDE_INLINE struct name *
find_other(const struct names *names, const char *p, const char *far,
    const char *end, struct name **link, bool wide)
{
	struct name *before = *link, *x = before->next;

	if (x != NULL && is_next(p, far, end, x, wide))
		return x;
	for (int i = 0; i < 4 && before->other != 0; i++, before = x) {
		x = &names->name[before->other];
		if (!is_next(p, far, end, x, wide))
			continue;
		before->other = x->other;
		x->other = (*link)->number;
		*link = x;
		return x;
	}
	return NULL;
}

static __attribute__((noinline)) struct name *
other_narrow(const struct names *names, const char *p, const char *far,
    const char *end, struct name **link)
{
	return find_other(names, p, far, end, link, false);
}

WIDE_TARGET static __attribute__((noinline)) struct name *
other_wide(const struct names *names, const char *p, const char *far,
    const char *end, struct name **link)
{
	return find_other(names, p, far, end, link, true);
}

/* The name at p, if it is one that is likely there. */
WIDE_INLINE struct name *
expected(const struct names *names, const char *p, const char *far,
    const char *end, struct name **link, bool wide)
{
	struct name *next = *link;

	if (next == NULL || is_next(p, far, end, next, wide))
		return next;
	return (wide ? other_wide : other_narrow)(names, p, far, end, link);
}

/*
 * Two bytes for each token are the least there can be, but for a byte of each
 * container whose end is not there: before this end there is room for all that
 * is to come, without a look at each.
 */
static inline const char *
end_of_run(const struct cursor *c)
{
	size_t left = (size_t)(c->end - c->p), room = c->cap - c->n;
	size_t most = room < SCAN_DEPTH_MAX ? 0 : 2 * (room - SCAN_DEPTH_MAX);

	return c->p + (left < most ? left : most);
}

WIDE_INLINE enum next
run(struct cursor *c, enum next next, bool wide)
{
	/* What the loop needs is in variables of its own: a byte of a token
	 * could be any memory, for all the compiler knows. */
	struct level *l = c->top;
	struct name *name = c->name, **link = l->link;
	struct tok *t = c->tok + c->n;
	const char *const text = c->text, *const end = end_of_run(c);
	const char *p = c->p, *q;
	const char *const far = end - p > NAMES_TEXT_MAX ?
	    end - NAMES_TEXT_MAX : p;
	struct seen seen = c->seen;
	uint32_t n = c->n;
	bool again = false;
	struct bad bad;

	switch (next) {
	case NAME:
		goto name;
	case VALUE:
		goto value;
	default:
		goto after;
	}
name:
	next = NAME;
	name = expected(c->s->names, p, far, end, link, wide);
	if (name == NULL)
		goto stop;
	*t = (struct tok){ (uint32_t)(p - text), name->len - 1u, n + 1,
		TOK_STRING, 0, name->number };
	again |= came_again(name, l, c->base + n);
	link = &name->next;
	p += name->len;
	t++;
	n++;
value:
	next = VALUE;
	if (*p == '{' || *p == '[')
		goto open;
	q = scalar_end(p, end, t, &bad, wide);
	/* A number may go on behind the end. */
	if (q == NULL || q == end)
		goto stop;
	t->start = (uint32_t)(p - text);
	t->len = (uint32_t)(q - p);
	t->next = n + 1;
	if ((t->flags & TOK_VOID) != 0)
		seen.junk++;
	else
		seen.live++;
	p = q;
	t++;
	n++;
after:
	next = AFTER;
	if (*p == ',') {
		p++;
		if (l->object)
			goto name;
		next = VALUE;
		if (p == end)
			goto stop;
		goto value;
	}
	if (*p != l->close)
		goto stop;
close:
	p++;
	close_container(c, l--, p, n, &seen);
	link = l->link;
	if (l == c->level || p == end)
		goto stop;
	goto after;
open:
	/* It may end behind white space. */
	if (l == &c->level[SCAN_DEPTH_MAX] || end - p < 2 ||
	    (unsigned char)p[1] <= ' ')
		goto stop;
	next = AFTER;
	l->link = link;
	*t = (struct tok){ (uint32_t)(p - text), 0, 0,
		*p == '{' ? TOK_OBJECT : TOK_ARRAY, 0, 0 };
	open_container(c, l++, name, n, *p == '{', seen);
	link = l->link;
	p++;
	t++;
	n++;
	if (*p == l->close)
		goto close;
	if (l->object)
		goto name;
	goto value;
stop:
	l->link = link;
	c->top = l;
	c->name = name;
	c->n = n;
	c->p = p;
	c->seen = seen;
	if (again)
		c->s->unique = false;
	return next;
}

static enum next
run_narrow(struct cursor *c, enum next next)
{
	return run(c, next, false);
}

WIDE_TARGET static enum next
run_wide(struct cursor *c, enum next next)
{
	return run(c, next, true);
}

enum next
scan_run(struct cursor *c, enum next next)
{
	/* Around the text there is no comma. */
	if (c->top == c->level || end_of_run(c) == c->p)
		return next;
	return (json_wide ? run_wide : run_narrow)(c, next);
}
