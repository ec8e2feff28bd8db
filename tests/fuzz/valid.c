#include "config.h"

#include "tests/fuzz/valid.h"

#include <string.h>

struct text {
	const unsigned char *p;
	const unsigned char *end;
	int depth; /* that is left */
};

static bool value(struct text *t);

static bool
is_one_of(const struct text *t, const char *set)
{
	return t->p < t->end && *t->p != '\0' && strchr(set, *t->p) != NULL;
}

static bool
take(struct text *t, char c)
{
	if (t->p == t->end || *t->p != (unsigned char)c)
		return false;
	t->p++;
	return true;
}

static void
space(struct text *t)
{
	while (is_one_of(t, " \t\n\r"))
		t->p++;
}

static bool
digits(struct text *t)
{
	const unsigned char *from = t->p;

	while (is_one_of(t, "0123456789"))
		t->p++;
	return t->p > from;
}

static bool
number(struct text *t)
{
	take(t, '-');
	if (!take(t, '0') && !digits(t))
		return false;
	if (take(t, '.') && !digits(t))
		return false;
	if (!is_one_of(t, "eE"))
		return true;
	t->p++;
	if (is_one_of(t, "+-"))
		t->p++;
	return digits(t);
}

static bool
escape(struct text *t)
{
	if (!take(t, 'u')) {
		if (!is_one_of(t, "\"\\/bfnrt"))
			return false;
		t->p++;
		return true;
	}
	for (int i = 0; i < 4; i++) {
		if (!is_one_of(t, "0123456789abcdefABCDEF"))
			return false;
		t->p++;
	}
	return true;
}

/* The table of well-formed UTF-8 of the Unicode standard, 3.9. */
static bool
character(struct text *t)
{
	static const struct {
		unsigned char first, last; /* of the first byte */
		unsigned char low, high; /* of the second */
		int more; /* bytes behind the first */
	} rows[] = {
		{ 0x20, 0x7f, 0, 0, 0 }, { 0xc2, 0xdf, 0x80, 0xbf, 1 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 2 }, { 0xe1, 0xec, 0x80, 0xbf, 2 },
		{ 0xed, 0xed, 0x80, 0x9f, 2 }, { 0xee, 0xef, 0x80, 0xbf, 2 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 3 }, { 0xf1, 0xf3, 0x80, 0xbf, 3 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 3 },
	};
	size_t i = 0;

	while (i < sizeof(rows) / sizeof(rows[0]) &&
	    (t->p[0] < rows[i].first || t->p[0] > rows[i].last))
		i++;
	if (i == sizeof(rows) / sizeof(rows[0]) ||
	    t->end - t->p <= rows[i].more)
		return false;
	if (rows[i].more > 0 && (t->p[1] < rows[i].low ||
	    t->p[1] > rows[i].high))
		return false;
	for (int k = 2; k <= rows[i].more; k++)
		if (t->p[k] < 0x80 || t->p[k] > 0xbf)
			return false;
	t->p += rows[i].more + 1;
	return true;
}

static bool
string(struct text *t)
{
	if (!take(t, '"'))
		return false;
	while (t->p < t->end && *t->p != '"')
		if (!(take(t, '\\') ? escape(t) : character(t)))
			return false;
	return take(t, '"');
}

static bool
items(struct text *t, bool object)
{
	char close = object ? '}' : ']';
	bool ok;

	t->p++;
	if (t->depth-- == 0)
		return false;
	space(t);
	if (!take(t, close)) {
		do {
			space(t);
			ok = !object || string(t);
			space(t);
			ok = ok && (!object || take(t, ':')) && value(t);
		} while (ok && take(t, ','));
		if (!ok || !take(t, close))
			return false;
	}
	t->depth++;
	return true;
}

static bool
word(struct text *t, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(t->end - t->p) < n || memcmp(t->p, text, n) != 0)
		return false;
	t->p += n;
	return true;
}

/* With the white space around it. */
static bool
value(struct text *t)
{
	bool ok;

	space(t);
	if (is_one_of(t, "{["))
		ok = items(t, *t->p == '{');
	else if (is_one_of(t, "\""))
		ok = string(t);
	else
		ok = word(t, "true") || word(t, "false") ||
		    word(t, "null") || number(t);
	space(t);
	return ok;
}

bool
valid_json(struct slice text, int max_depth)
{
	struct text t = { (const unsigned char *)text.p,
		(const unsigned char *)text.p + text.len, max_depth };

	return value(&t) && t.p == t.end;
}
