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
	uint32_t n = c->n;
	bool again = false;
	struct bad bad;

	if (next == VALUE)
		goto value;
	if (next == AFTER)
		goto after;
	for (;;) {
		if (l->object) {
			next = NAME;
			name = expected(c->s->names, p, far, end, link, wide);
			if (name == NULL)
				goto stop;
			*t = (struct tok){ (uint32_t)(p - text),
				name->len - 1u, n + 1, TOK_STRING, 0,
				name->number };
			again |= came_again(name, l, c->base + n);
			link = &name->next;
			p += name->len;
			t++;
			n++;
		} else if (p == end) {
			next = VALUE;
			goto stop;
		}
value:
		next = VALUE;
		if (*p == '"') {
			q = string_end(p, end, t, &bad, wide);
		} else if (*p == '{' || *p == '[') {
			/* It may end behind white space. */
			if (l == &c->level[SCAN_DEPTH_MAX] || end - p < 2 ||
			    (unsigned char)p[1] <= ' ')
				goto stop;
			l->link = link;
			c->name = name;
			c->n = n++;
			c->p = p++;
			scan_open(c);
			l++;
			link = l->link;
			t++;
			if (*p == l->close)
				goto close;
			continue;
		} else {
			q = bare_end(p, end, t, &bad);
		}
		/* A number may go on behind the end. */
		if (q == NULL || q == end)
			goto stop;
		t->start = (uint32_t)(p - text);
		t->len = (uint32_t)(q - p);
		t->next = ++n;
		if ((t->flags & TOK_VOID) != 0)
			count_void(c, l);
		t++;
		p = q;
after:
		next = AFTER;
		while (*p != ',') {
			if (*p != l->close)
				goto stop;
close:
			next = AFTER;
			c->n = n;
			c->p = p++;
			scan_close(c);
			l--;
			link = l->link;
			if (l == c->level || p == end)
				goto stop;
		}
		p++;
	}
stop:
	l->link = link;
	c->name = name;
	c->n = n;
	c->p = p;
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
