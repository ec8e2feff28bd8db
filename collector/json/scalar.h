/*
 * The end of a value that holds no other.  Inline, as scan.c meets one with
 * every few bytes.
 */
#ifndef S1SPOOL_SCALAR_H
#define S1SPOOL_SCALAR_H

#include "collector/json/plain.h"
#include "collector/json/scan.h"

/* What is wrong with a text, and where. */
struct bad {
	const char *why;
	const char *at;
};

/*
 * Where a string goes on that is no plain text up to its quote at p, which may
 * be end: behind its closing quote.  NULL when it is malformed, *bad is where.
 */
const char *json_string_end(const char *p, const char *end, uint8_t *flags,
    struct bad *bad);

WIDE_INLINE bool
is_digit(const char *p, const char *end)
{
	return p < end && *p >= '0' && *p <= '9';
}

WIDE_INLINE const char *
digits_end(const char *p, const char *end)
{
	while (is_digit(p, end))
		p++;
	return p;
}

static inline const char *
bad_number(const char *p, const char *why, struct bad *bad)
{
	*bad = (struct bad){ why, p };
	return NULL;
}

/* A number at p. */
WIDE_INLINE const char *
number_end(const char *p, const char *end, struct bad *bad)
{
	const char *q = p + (*p == '-');

	if (!is_digit(q, end))
		return bad_number(p, "unexpected character", bad);
	q = *q == '0' ? q + 1 : digits_end(q, end);
	if (q < end && *q == '.') {
		if (!is_digit(++q, end))
			return bad_number(p, "number without digits after the "
			    "point", bad);
		q = digits_end(q, end);
	}
	if (q < end && (*q | 0x20) == 'e') {
		q++;
		q += q < end && (*q == '+' || *q == '-');
		if (!is_digit(q, end))
			return bad_number(p, "number without digits in its "
			    "exponent", bad);
		q = digits_end(q, end);
	}
	return q;
}

WIDE_INLINE const char *
word_end(const char *p, const char *end, const char *word, size_t len,
    struct bad *bad)
{
	if ((size_t)(end - p) < len || memcmp(p, word, len) != 0)
		return bad_number(p, "unexpected character", bad);
	return p + len;
}

/* The rest is the caller's. */
WIDE_INLINE void
tok_is(struct tok *t, enum tok_kind kind, enum tok_flag flags)
{
	t->kind = (uint8_t)kind;
	t->flags = (uint8_t)flags;
	t->name = 0;
}

/*
 * The end of a value at p, what it is in *t.  NULL when it is malformed, *bad is
 * where.  A string:
 */
WIDE_INLINE const char *
string_end(const char *p, const char *end, struct tok *t, struct bad *bad,
    bool wide)
{
	const char *q = wide ? json_skip_plain_wide(p + 1, end) :
	    json_skip_plain(p + 1, end);

	tok_is(t, TOK_STRING, 0);
	if (q == end || *q != '"')
		return json_string_end(q, end, &t->flags, bad);
	if (q == p + 1)
		t->flags = TOK_VOID;
	return q + 1;
}

/* What has no quotes and holds nothing. */
WIDE_INLINE const char *
bare_end(const char *p, const char *end, struct tok *t, struct bad *bad)
{
	switch (*p) {
	case 't':
		tok_is(t, TOK_TRUE, 0);
		return word_end(p, end, "true", 4, bad);
	case 'f':
		tok_is(t, TOK_FALSE, 0);
		return word_end(p, end, "false", 5, bad);
	case 'n':
		tok_is(t, TOK_NULL, TOK_VOID);
		return word_end(p, end, "null", 4, bad);
	default:
		tok_is(t, TOK_NUMBER, 0);
		return number_end(p, end, bad);
	}
}

#endif
