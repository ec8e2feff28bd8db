#include "config.h"

#include "spool/prefix.h"

#include "spool/stream.h"

#define NUMBER_MAX 20 /* digits of an int64_t, with its sign */

static const char base36[] = "0123456789abcdefghijklmnopqrstuvwxyz";

static char *
put(char *to, const char *s, size_t n)
{
	memcpy(to, s, n);
	return to + n;
}

static char *
put_slice(char *to, struct slice s)
{
	return s.len > 0 ? put(to, s.p, s.len) : to;
}

/* v is not negative. */
static char *
put_number(char *to, int64_t v, int base)
{
	char digits[64], *first = digits + sizeof(digits);

	do {
		*--first = base36[v % base];
		v /= base;
	} while (v > 0);
	return put(to, first, (size_t)(digits + sizeof(digits) - first));
}

#define PUT(to, literal) put(to, literal, sizeof(literal) - 1)

void
prefix_init(struct prefix *p, int64_t birth_us)
{
	char *to = PUT(p->head, "{\"spool\":{\"seq\":\"");

	to = put_number(to, birth_us, 36);
	*to++ = '-';
	p->head_len = (size_t)(to - p->head);
}

int
prefix_add(const struct prefix *p, struct buf *b, int64_t line,
    struct slice id, struct slice at, int64_t resend)
{
	/* The literals and two numbers, rounded up. */
	size_t room = p->head_len + id.len + at.len + 32 + 2 * NUMBER_MAX;
	char *start, *to;

	to = start = buf_reserve(b, room);
	if (start == NULL)
		return -1;
	to = put(to, p->head, p->head_len);
	to = put_number(to, line, 10);
	to = PUT(to, "\",\"id\":\"");
	to = put_slice(to, id);
	to = PUT(to, "\",\"at\":\"");
	to = put_slice(to, at);
	*to++ = '"';
	if (resend > 0) {
		to = PUT(to, ",\"resend\":");
		to = put_number(to, resend, 10);
	} else if (resend == STREAM_BACKFILL) {
		to = PUT(to, ",\"backfill\":true");
	}
	to = PUT(to, "},");
	buf_commit(b, (size_t)(to - start));
	return 0;
}

/* Pass over a literal at the start of *s. */
static bool
skip(struct slice *s, const char *literal)
{
	size_t n = strlen(literal);

	if (s->len < n || memcmp(s->p, literal, n) != 0)
		return false;
	s->p += n;
	s->len -= n;
	return true;
}

/* The content of a JSON string whose opening quote is behind; passes over the
 * closing one. */
static bool
take_string(struct slice *s, struct slice *content)
{
	for (size_t i = 0; i < s->len; i++) {
		if (s->p[i] == '\\') {
			i++;
			continue;
		}
		if (s->p[i] != '"')
			continue;
		*content = (struct slice){ s->p, i };
		s->p += i + 1;
		s->len -= i + 1;
		return true;
	}
	return false;
}

/* A number without sign or leading zeros, at least 0. */
static bool
take_number(struct slice *s, int base, int64_t *v)
{
	const char *digit;
	size_t i;

	*v = 0;
	for (i = 0; i < s->len; i++) {
		digit = memchr(base36, s->p[i], (size_t)base);
		if (digit == NULL)
			break;
		if (*v > (INT64_MAX - (digit - base36)) / base)
			return false;
		*v = *v * base + (digit - base36);
	}
	if (i == 0 || (i > 1 && s->p[0] == '0'))
		return false;
	s->p += i;
	s->len -= i;
	return true;
}

int
prefix_parse_seq(struct slice seq, int64_t *birth_us, int64_t *line)
{
	int64_t birth, number;

	if (!take_number(&seq, 36, &birth) || !skip(&seq, "-") ||
	    !take_number(&seq, 10, &number) || number < 1 || seq.len > 0)
		return -1;
	*birth_us = birth;
	*line = number;
	return 0;
}

int
stream_parse_line(struct slice text, struct stream_line *line)
{
	struct stream_line l = { .text = text };
	struct slice rest = text;
	int64_t birth, number;

	if (!skip(&rest, "{\"spool\":{\"seq\":\"") ||
	    !take_string(&rest, &l.seq) ||
	    !skip(&rest, ",\"id\":\"") || !take_string(&rest, &l.id) ||
	    !skip(&rest, ",\"at\":\"") || !take_string(&rest, &l.at))
		return -1;
	if (skip(&rest, ",\"resend\":") &&
	    (!take_number(&rest, 10, &l.resend) || l.resend == 0))
		return -1;
	l.backfill = l.resend == 0 && skip(&rest, ",\"backfill\":true");
	if (!skip(&rest, "},") || prefix_parse_seq(l.seq, &birth, &number) < 0)
		return -1;
	*line = l;
	return 0;
}
