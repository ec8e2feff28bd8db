#include "config.h"

#include "collector/json/scan.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/cursor.h"
#include "collector/json/scalar.h"

/* So many names are learned of one record at most. */
#define LEARN_MAX 256

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

static enum next
fail(const struct cursor *c, const char *why)
{
	return fail_at(c->s, c->p, why);
}

static void
skip_space(struct cursor *c)
{
	if (c->p == c->end || (unsigned char)*c->p > ' ')
		return;
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' ||
	    *c->p == '\r' || *c->p == '\t'))
		c->p++;
	c->seen.spaces++;
	c->s->spaced = true;
}

/*
 * Room for the tokens of a text: a value and what separates it from the next
 * take two bytes at least, and scan_run() keeps some in hand.  Memory that is
 * not used is never touched.
 */
static void
reserve_tokens(struct scan *s, size_t len)
{
	size_t need = len / 2 + 2 + SCAN_DEPTH_MAX;

	if (need > SCAN_TOKENS_MAX)
		need = SCAN_TOKENS_MAX;
	if (need <= s->cap)
		return;
	s->cap = need < 4096 ? 4096 : need;
	free(s->tok);
	s->tok = xcalloc(s->cap, sizeof(*s->tok));
}

/* A value that holds no other, or a name: its token, or NULL. */
static struct tok *
scan_scalar_token(struct cursor *c)
{
	struct tok *t = &c->tok[c->n];
	const char *end;
	struct bad bad;

	if (c->n == c->cap) {
		fail(c, "too many values");
		return NULL;
	}
	end = *c->p == '"' ? string_end(c->p, c->end, t, &bad, false) :
	    bare_end(c->p, c->end, t, &bad);
	if (end == NULL) {
		fail_at(c->s, bad.at, bad.why);
		return NULL;
	}
	t->start = (uint32_t)(c->p - c->text);
	t->next = ++c->n;
	t->len = (uint32_t)(end - c->p);
	c->p = end;
	return t;
}

static enum next
scan_scalar(struct cursor *c)
{
	const struct tok *t = scan_scalar_token(c);

	if (t == NULL)
		return BAD;
	if ((t->flags & TOK_VOID) != 0)
		count_void(c, c->top);
	return AFTER;
}

/* The name that token t is known by from now on, or NULL; c->p is behind its
 * colon. */
static struct name *
learn_name(struct cursor *c, const struct tok *t)
{
	struct level *l = c->top;
	struct slice text = { c->text + t->start, t->len + 1u };

	if (l->set == NULL || c->to_learn == 0 ||
	    (t->flags & TOK_ESCAPED) != 0 || text.p + text.len != c->p)
		return NULL;
	c->to_learn--;
	return names_learn(c->s->names, l->set, l->link, text);
}

/* The name of token t was not expected. */
static void
learn(struct cursor *c, struct tok *t)
{
	struct level *l = c->top;
	struct scan *s = c->s;

	c->name = learn_name(c, t);
	if (c->name == NULL) {
		/* It may be equal to any. */
		s->unique = false;
		return;
	}
	t->name = c->name->number;
	l->link = &c->name->next;
	if (came_again(c->name, l, c->base + c->n - 1))
		s->unique = false;
}

/* A member's name and its colon. */
static enum next
scan_name(struct cursor *c)
{
	struct tok *t;

	skip_space(c);
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
	return VALUE;
}

/* Behind a value: the end of what it is in, or a comma. */
static enum next
scan_after(struct cursor *c)
{
	const struct level *l = c->top;

	if (l == c->level)
		return DONE;
	skip_space(c);
	if (c->p == c->end)
		return fail(c, "ends too early");
	if (*c->p == l->close) {
		scan_close(c);
		return AFTER;
	}
	if (*c->p != ',')
		return fail(c, "expected ',' or the end of a list");
	c->p++;
	return l->object ? NAME : VALUE;
}

/* A container, or what it begins with. */
static enum next
scan_container(struct cursor *c)
{
	if (c->top == &c->level[SCAN_DEPTH_MAX])
		return fail(c, "nested too deep");
	if (c->n == c->cap)
		return fail(c, "too many values");
	scan_open(c);
	skip_space(c);
	if (c->p < c->end && *c->p == c->top->close) {
		scan_close(c);
		return AFTER;
	}
	return c->top->object ? NAME : VALUE;
}

static enum next
scan_value(struct cursor *c)
{
	skip_space(c);
	if (c->p == c->end)
		return fail(c, "ends too early");
	if (*c->p == '{' || *c->p == '[')
		return scan_container(c);
	return scan_scalar(c);
}

static enum next
step(struct cursor *c, enum next next)
{
	switch (next) {
	case NAME:
		return scan_name(c);
	case VALUE:
		return scan_value(c);
	default:
		return scan_after(c);
	}
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
	c.seen = (struct seen){ .dead = 0 };
	c.name = c.none = NULL;
	c.top = c.level;
	c.level[0] = (struct level){ .set = s->names == NULL ? NULL :
		&s->names->root, .link = &c.none };
	c.to_learn = LEARN_MAX;
	s->text = text.p;
	c.base = s->names == NULL ? 0 : names_begin(s->names, s->n);
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
	while ((next = step(&c, next)) < DONE)
		next = scan_run(&c, next);
	s->n = c.n;
	skip_space(&c);
	if (next == DONE && c.p != c.end)
		next = fail(&c, "more text after the value");
	return next == DONE ? 0 : -1;
}
