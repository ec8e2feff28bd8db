#include "config.h"

#include "collector/json/scan.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/plain.h"
#include "collector/json/text.h"

/*
 * The functions that see every value.  All of them end up in scan_text(), so
 * that the cursor lives in registers.
 */
#define HOT static inline __attribute__((always_inline))

/* An open container. */
struct level {
	uint32_t tok;
	uint32_t junk; /* cursor.junk when it was opened */
	uint32_t live; /* cursor.live when it was opened */
	bool object;
};

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

static int
fail_at(struct scan *s, const char *p, const char *why)
{
	s->error = why;
	s->error_at = (size_t)(p - s->text);
	return -1;
}

HOT int
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

static bool
is_hex(char ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') ||
	    (ch >= 'A' && ch <= 'F');
}

/* An escape at p, its backslash.  Returns what is wrong, or NULL. */
static const char *
check_escape(const char *p, const char *end, size_t *len)
{
	size_t left = (size_t)(end - p);

	if (left < 2)
		return "string without end";
	*len = 2;
	if (p[1] != 'u')
		return p[1] == '\0' || strchr("\"\\/bfnrt", p[1]) == NULL ?
		    "unknown escape in a string" : NULL;
	*len = 6;
	if (left < 6 || !is_hex(p[2]) || !is_hex(p[3]) || !is_hex(p[4]) ||
	    !is_hex(p[5]))
		return "\\u without four hexadecimal digits";
	return NULL;
}

/* What stopped a plain run inside a string, other than its quote. */
static const char *
check_special(const char *p, const char *end, size_t *len)
{
	if (p == end)
		return "string without end";
	if (*p == '\\')
		return check_escape(p, end, len);
	if ((unsigned char)*p < ' ')
		return "control character in a string";
	*len = json_utf8_len(p, end);
	return *len == 0 ? "invalid UTF-8" : NULL;
}

/* A string with c->p at its opening quote. */
HOT int
scan_string(struct cursor *c)
{
	struct tok *t = push(c, TOK_STRING);
	const char *wrong;
	size_t len;

	if (t == NULL)
		return -1;
	c->p = json_skip_plain(c->p + 1, c->end);
	while (c->p == c->end || *c->p != '"') {
		wrong = check_special(c->p, c->end, &len);
		if (wrong != NULL)
			return fail(c, wrong);
		if (*c->p == '\\')
			t->flags = TOK_ESCAPED;
		c->p = json_skip_plain(c->p + len, c->end);
	}
	c->p++;
	t->len = (uint32_t)(c->p - c->text) - t->start;
	return 0;
}

HOT bool
is_digit(const struct cursor *c, const char *p)
{
	return p < c->end && *p >= '0' && *p <= '9';
}

HOT int
scan_number(struct cursor *c)
{
	struct tok *t = push(c, TOK_NUMBER);
	const char *p = c->p;

	if (t == NULL)
		return -1;
	if (*p == '-')
		p++;
	if (!is_digit(c, p))
		return fail(c, "unexpected character");
	if (*p++ != '0')
		while (is_digit(c, p))
			p++;
	if (p < c->end && *p == '.') {
		if (!is_digit(c, ++p))
			return fail(c, "number without digits after the point");
		while (is_digit(c, p))
			p++;
	}
	if (p < c->end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < c->end && (*p == '+' || *p == '-'))
			p++;
		if (!is_digit(c, p))
			return fail(c, "number without digits in its exponent");
		while (is_digit(c, p))
			p++;
	}
	t->len = (uint32_t)(p - c->p);
	c->p = p;
	return 0;
}

HOT int
scan_word(struct cursor *c, const char *word, size_t len, enum tok_kind kind)
{
	struct tok *t;

	if ((size_t)(c->end - c->p) < len || memcmp(c->p, word, len) != 0)
		return fail(c, "unexpected character");
	t = push(c, kind);
	if (t == NULL)
		return -1;
	t->len = (uint32_t)len;
	c->p += len;
	return 0;
}

HOT int
open_container(struct cursor *c, enum tok_kind kind)
{
	if (c->depth == SCAN_DEPTH_MAX)
		return fail(c, "nested too deep");
	if (push(c, kind) == NULL)
		return -1;
	c->level[c->depth++] = (struct level){ c->n - 1, c->junk,
		c->live, kind == TOK_OBJECT };
	c->p++;
	return 0;
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

/* A value that holds no other. */
HOT int
scan_scalar(struct cursor *c)
{
	uint32_t i = c->n;
	struct tok *t;
	int r;

	switch (*c->p) {
	case '"':
		r = scan_string(c);
		break;
	case 't':
		r = scan_word(c, "true", 4, TOK_TRUE);
		break;
	case 'f':
		r = scan_word(c, "false", 5, TOK_FALSE);
		break;
	case 'n':
		r = scan_word(c, "null", 4, TOK_NULL);
		break;
	default:
		r = scan_number(c);
		break;
	}
	if (r < 0)
		return -1;
	t = &c->tok[i];
	if (t->kind == TOK_NULL || (t->kind == TOK_STRING && t->len == 2)) {
		t->flags |= TOK_VOID;
		c->junk++;
	} else {
		c->live++;
	}
	return 0;
}

/* A member's name and its colon; c->p is where the name should begin. */
HOT int
scan_name(struct cursor *c)
{
	if (c->p == c->end || *c->p != '"')
		return fail(c, "expected a member name");
	if (scan_string(c) < 0)
		return -1;
	skip_space(c);
	if (c->p == c->end || *c->p != ':')
		return fail(c, "expected ':' after a member name");
	c->p++;
	skip_space(c);
	return 0;
}

/*
 * What follows a value: close every container that ends here, or step over
 * the comma (and the next name) to where the next value begins.  1 when the
 * outermost value is complete, 0 when a value follows.
 */
HOT int
after_value(struct cursor *c)
{
	while (c->depth > 0) {
		bool object = c->level[c->depth - 1].object;

		skip_space(c);
		if (c->p == c->end)
			return fail(c, "ends too early");
		if (*c->p == (object ? '}' : ']')) {
			close_container(c);
			continue;
		}
		if (*c->p != ',')
			return fail(c, "expected ',' or the end of a list");
		c->p++;
		skip_space(c);
		return object ? scan_name(c) : 0;
	}
	return 1;
}

/*
 * One value, or the opening of one.  1 when a container was opened that holds
 * something (its first value follows), 0 when the value is complete.
 */
HOT int
scan_value(struct cursor *c)
{
	bool object;

	if (c->p == c->end)
		return fail(c, "ends too early");
	object = *c->p == '{';
	if (!object && *c->p != '[')
		return scan_scalar(c);
	if (open_container(c, object ? TOK_OBJECT : TOK_ARRAY) < 0)
		return -1;
	skip_space(c);
	if (c->p < c->end && *c->p == (object ? '}' : ']')) {
		close_container(c);
		return 0;
	}
	if (object && scan_name(c) < 0)
		return -1;
	return 1;
}

int
scan_text(struct scan *s, struct slice text)
{
	struct cursor c;
	int r;

	/* Not initialised as a whole: the levels are a kilobyte. */
	c.s = s;
	c.text = c.p = text.p;
	c.end = text.p + text.len;
	c.junk = c.live = 0;
	c.depth = 0;
	s->text = text.p;
	s->n = 0;
	s->error = NULL;
	if (text.len > SCAN_BYTES_MAX)
		return fail(&c, "too large");
	reserve_tokens(s, text.len);
	c.tok = s->tok;
	c.cap = (uint32_t)s->cap;
	c.n = 0;
	skip_space(&c);
	do {
		r = scan_value(&c);
		if (r == 0)
			r = after_value(&c);
		else if (r > 0)
			r = 0;
	} while (r == 0);
	s->n = c.n;
	if (r < 0)
		return -1;
	skip_space(&c);
	if (c.p != c.end)
		return fail(&c, "more text after the value");
	return 0;
}
