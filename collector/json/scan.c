#include "config.h"

#include "collector/json/scan.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/plain.h"
#include "collector/json/scalar.h"

/*
 * The functions that see every value that run() does not take: they end up in
 * scan_text(), without a call for each.
 */
#define HOT static inline __attribute__((always_inline))

/* An open container. */
struct level {
	uint32_t tok;
	uint32_t junk; /* cursor.junk when it was opened */
	uint32_t live; /* cursor.live when it was opened */
	bool object;
	/* The names in it, or in the objects of a list; NULL: none known. */
	struct name_set *set;
	struct name **link; /* objects: to the name that is likely to come */
};

/* What comes next. */
enum next { VALUE, AFTER /* behind a value */, NAME, DONE, BAD };

/* So many names are learned of one record at most. */
#define LEARN_MAX 256

struct cursor {
	struct scan *s;
	struct tok *tok; /* s->tok */
	uint32_t n; /* tokens so far; becomes s->n */
	uint32_t cap;
	const char *text;
	const char *p;
	const char *end;
	/* Counters whose growth inside a container tells what it holds:
	 * void values and white space; anything that is worth keeping. */
	uint32_t junk;
	uint32_t live;
	int depth;
	struct name *name; /* of the value at p, or NULL */
	unsigned to_learn; /* names */
	struct level level[SCAN_DEPTH_MAX];
};

void
scan_init(struct scan *s)
{
	*s = (struct scan){ .text = "" };
}

void
scan_fini(struct scan *s)
{
	free(s->tok);
	free(s->place);
	scan_init(s);
}

static enum next
fail_at(struct scan *s, const char *p, const char *why)
{
	s->error = why;
	s->error_at = (size_t)(p - s->text);
	return BAD;
}

HOT enum next
fail(const struct cursor *c, const char *why)
{
	return fail_at(c->s, c->p, why);
}

HOT void
skip_space(struct cursor *c)
{
	if (c->p == c->end || (unsigned char)*c->p > ' ')
		return;
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' ||
	    *c->p == '\r' || *c->p == '\t'))
		c->p++;
	c->junk++;
	c->s->spaced = true;
}

/* The next free token, or NULL when the record has too many. */
HOT struct tok *
push(struct cursor *c, enum tok_kind kind)
{
	struct tok *t = &c->tok[c->n];

	if (c->n == c->cap) {
		fail(c, "too many values");
		return NULL;
	}
	*t = (struct tok){ .start = (uint32_t)(c->p - c->text),
		.next = ++c->n, .kind = (uint8_t)kind };
	return t;
}

/*
 * Room for the tokens of a text: a value and what separates it from the next
 * take two bytes at least.  Memory that is not used is never touched.
 */
static void
reserve_tokens(struct scan *s, size_t len)
{
	size_t need = len / 2 + 2;

	if (need > SCAN_TOKENS_MAX)
		need = SCAN_TOKENS_MAX;
	if (need <= s->cap)
		return;
	s->cap = need < 4096 ? 4096 : need;
	free(s->tok);
	s->tok = xcalloc(s->cap, sizeof(*s->tok));
}

/* The names in the object at p, or in the objects of the list at p. */
HOT struct name_set *
names_in(const struct cursor *c, bool object)
{
	const struct level *l;

	if (c->s->names == NULL)
		return NULL;
	if (c->depth == 0)
		return object ? &c->s->names->root : NULL;
	l = &c->level[c->depth - 1];
	if (!l->object)
		return object ? l->set : NULL;
	if (c->name == NULL)
		return NULL;
	return object ? &names_below(c->name)->object :
			&names_below(c->name)->element;
}

HOT bool
open_container(struct cursor *c, enum tok_kind kind)
{
	struct name_set *set = names_in(c, kind == TOK_OBJECT);

	if (c->depth == SCAN_DEPTH_MAX) {
		fail(c, "nested too deep");
		return false;
	}
	if (push(c, kind) == NULL)
		return false;
	c->level[c->depth++] = (struct level){ .tok = c->n - 1,
		.junk = c->junk, .live = c->live, .object = kind == TOK_OBJECT,
		.set = set, .link = set != NULL ? &set->first : NULL };
	c->p++;
	return true;
}

HOT void
close_container(struct cursor *c)
{
	const struct level *l = &c->level[--c->depth];
	struct tok *t = &c->tok[l->tok];

	c->p++;
	t->len = (uint32_t)(c->p - c->text) - t->start;
	t->next = c->n;
	if (c->junk != l->junk)
		t->flags |= TOK_RAGGED;
	if (c->live == l->live) {
		t->flags |= TOK_VOID;
		c->junk++;
	}
}

/* A value that holds no other, or a name: its token, or NULL. */
HOT struct tok *
scan_scalar_token(struct cursor *c)
{
	struct tok *t = push(c, TOK_NONE);
	const char *end;
	struct bad bad;

	if (t == NULL)
		return NULL;
	end = scalar_end(c->p, c->end, t, &bad, false);
	if (end == NULL) {
		fail_at(c->s, bad.at, bad.why);
		return NULL;
	}
	t->len = (uint32_t)(end - c->p);
	c->p = end;
	return t;
}

HOT enum next
scan_scalar(struct cursor *c)
{
	const struct tok *t = scan_scalar_token(c);

	if (t == NULL)
		return BAD;
	if ((t->flags & TOK_VOID) != 0)
		c->junk++;
	else
		c->live++;
	return AFTER;
}

/* The name that token t is known by from now on, or NULL; c->p is behind its
 * colon. */
static struct name *
learn_name(struct cursor *c, const struct tok *t)
{
	struct level *l = &c->level[c->depth - 1];
	struct slice text = { c->text + t->start, t->len + 1u };

	if (l->set == NULL || c->to_learn == 0 ||
	    (t->flags & TOK_ESCAPED) != 0 || text.p + text.len != c->p)
		return NULL;
	c->to_learn--;
	return names_learn(c->s->names, l->set, l->link, text);
}

/* Did it come in this object before?  Its token is the one with that index. */
WIDE_INLINE bool
came_again(struct name *name, const struct level *l, uint32_t base,
    uint32_t tok)
{
	bool again = name->last > base + l->tok;

	name->last = base + tok;
	return again;
}

/* The name of token t was not expected. */
static __attribute__((noinline)) void
learn(struct cursor *c, struct tok *t)
{
	struct level *l = &c->level[c->depth - 1];
	struct scan *s = c->s;

	c->name = learn_name(c, t);
	if (c->name == NULL) {
		/* It may be equal to any. */
		s->unique = false;
		return;
	}
	t->name = c->name->number;
	l->link = &c->name->next;
	if (came_again(c->name, l, s->names->base, c->n - 1))
		s->unique = false;
}

/* A member's name and its colon; c->p is where the name should begin. */
HOT enum next
scan_name(struct cursor *c)
{
	struct tok *t;

	if (c->p == c->end || *c->p != '"')
		return fail(c, "expected a member name");
	t = scan_scalar_token(c);
	if (t == NULL)
		return BAD;
	t->flags &= (uint8_t)~TOK_VOID;
	skip_space(c);
	if (c->p == c->end || *c->p != ':')
		return fail(c, "expected ':' after a member name");
	c->p++;
	learn(c, t);
	skip_space(c);
	return VALUE;
}

/* Is it the next name?  Then something stands behind its colon. */
HOT bool
is_next(const struct cursor *c, const char *p, const struct name *name,
    bool wide)
{
	size_t left = (size_t)(c->end - p);

	if (left <= NAMES_TEXT_MAX)
		return left > name->len &&
		    bytes_eq(p, name->text, name->len);
	if (name->len > 32 &&
	    !bytes_eq(p + 32, name->text + 32, name->len - 32u))
		return false;
	return wide ? json_same32_wide(p, name->text, name->len) :
		      json_same32(p, name->text, name->len);
}

/* The name at p, when it is the next or, as now and then a member is left out,
 * the one behind. */
WIDE_INLINE struct name *
expected(const struct cursor *c, const char *p, struct name *next, bool wide)
{
	if (is_next(c, p, next, wide))
		return next;
	next = next->next;
	return next != NULL && is_next(c, p, next, wide) ? next : NULL;
}

/*
 * The members of a record as most are, in one tight loop: expected names,
 * scalars, nothing between them.  Begins where a name should; AFTER when it
 * stops behind a value, VALUE before a container, NAME when it did nothing.
 */
WIDE_INLINE enum next
run(struct cursor *c, bool wide)
{
	struct level *l = &c->level[c->depth - 1];
	struct name **link = l->link;
	struct tok *t = c->tok + c->n, *const full = c->tok + c->cap - 1;
	const char *p = c->p, *const text = c->text, *done = p;
	uint32_t n = c->n, junk = 0, base;
	enum next next = NAME;
	bool again = false;
	struct bad bad;

	if (link == NULL)
		return NAME;
	base = c->s->names->base;
	while (*link != NULL && t < full) {
		struct name *name = expected(c, p, *link, wide);
		const char *value, *end;

		if (name == NULL)
			break;
		value = p + name->len;
		t[0] = (struct tok){ .start = (uint32_t)(p - text),
			.len = name->len - 1u, .next = n + 1,
			.kind = TOK_STRING, .name = name->number };
		if (*value == '{' || *value == '[') {
			c->name = name;
			link = &name->next;
			done = value;
			again |= came_again(name, l, base, n);
			n++;
			next = VALUE;
			break;
		}
		t[1] = (struct tok){ .start = (uint32_t)(value - text),
			.next = n + 2 };
		end = scalar_end(value, c->end, &t[1], &bad, wide);
		if (end == NULL)
			break;
		t[1].len = (uint32_t)(end - value);
		junk += (t[1].flags & TOK_VOID) != 0;
		link = &name->next;
		done = end;
		again |= came_again(name, l, base, n);
		n += 2;
		next = AFTER;
		if (end == c->end || *end != ',')
			break;
		t += 2;
		p = end + 1;
	}
	if (again)
		c->s->unique = false;
	l->link = link;
	c->live += (n - c->n) / 2 - junk;
	c->junk += junk;
	c->n = n;
	c->p = done;
	return next;
}

static enum next
run_narrow(struct cursor *c)
{
	return run(c, false);
}

WIDE_TARGET static enum next
run_wide(struct cursor *c)
{
	return run(c, true);
}

/* Where a member should begin: many of them, or the name of one. */
HOT enum next
scan_members(struct cursor *c)
{
	enum next next = (json_wide ? run_wide : run_narrow)(c);

	return next == NAME ? scan_name(c) : next;
}

/*
 * Behind a value: close every container that ends here, or step over the comma
 * (and the next members) to where the next value begins.
 */
HOT enum next
scan_after(struct cursor *c)
{
	const struct level *l;

	if (c->depth == 0)
		return DONE;
	l = &c->level[c->depth - 1];
	skip_space(c);
	if (c->p == c->end)
		return fail(c, "ends too early");
	if (*c->p == (l->object ? '}' : ']')) {
		close_container(c);
		return AFTER;
	}
	if (*c->p != ',')
		return fail(c, "expected ',' or the end of a list");
	c->p++;
	skip_space(c);
	return l->object ? scan_members(c) : VALUE;
}

/* One value, or the opening of one and what it begins with. */
HOT enum next
scan_value(struct cursor *c)
{
	bool object;

	if (c->p == c->end)
		return fail(c, "ends too early");
	object = *c->p == '{';
	if (!object && *c->p != '[')
		return scan_scalar(c);
	if (!open_container(c, object ? TOK_OBJECT : TOK_ARRAY))
		return BAD;
	skip_space(c);
	if (c->p < c->end && *c->p == (object ? '}' : ']')) {
		close_container(c);
		return AFTER;
	}
	return object ? scan_members(c) : VALUE;
}

int
scan_text(struct scan *s, struct slice text)
{
	enum next next = VALUE;
	struct cursor c;

	/* Not initialised as a whole: the levels are kilobytes. */
	c.s = s;
	c.text = c.p = text.p;
	c.end = text.p + text.len;
	c.junk = c.live = 0;
	c.depth = 0;
	c.name = NULL;
	c.to_learn = LEARN_MAX;
	s->text = text.p;
	if (s->names != NULL)
		names_begin(s->names, s->n);
	s->n = 0;
	s->unique = s->names != NULL;
	s->spaced = false;
	s->error = NULL;
	if (text.len > SCAN_BYTES_MAX) {
		fail(&c, "too large");
		return -1;
	}
	reserve_tokens(s, text.len);
	c.tok = s->tok;
	c.cap = (uint32_t)s->cap;
	c.n = 0;
	skip_space(&c);
	while (next < DONE)
		next = next == VALUE ? scan_value(&c) : scan_after(&c);
	s->n = c.n;
	skip_space(&c);
	if (next == DONE && c.p != c.end)
		next = fail(&c, "more text after the value");
	return next == DONE ? 0 : -1;
}
