#include "config.h"

#include "collector/base/buf.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"

struct slice
slice_trim(struct slice s)
{
	while (s.len > 0 && isspace((unsigned char)s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && isspace((unsigned char)s.p[s.len - 1]))
		s.len--;
	return s;
}

/* What an empty buffer points to: readable, never written, never freed. */
static char empty[1];

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .p = empty, .max = max };
}

void
buf_fini(struct buf *b)
{
	if (b->cap > 0)
		free(b->p);
	buf_init(b, b->max);
}

void
buf_reset(struct buf *b)
{
	buf_cut(b, 0);
}

char *
buf_reserve(struct buf *b, size_t n)
{
	size_t cap;

	if (n > b->max - b->len)
		return NULL;
	if (b->len + n + 1 > b->cap) {
		cap = b->cap < 128 ? 256 : b->cap * 2;
		if (cap > b->max)
			cap = b->max + 1;
		if (cap < b->len + n + 1)
			cap = b->len + n + 1;
		b->p = xrealloc(b->cap > 0 ? b->p : NULL, cap);
		b->cap = cap;
		b->p[b->len] = '\0';
	}
	return b->p + b->len;
}

void
buf_commit(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	b->len += n;
	b->p[b->len] = '\0';
}

int
buf_add(struct buf *b, const void *p, size_t n)
{
	char *to = buf_reserve(b, n);

	if (to == NULL)
		return -1;
	if (n > 0)
		memcpy(to, p, n);
	buf_commit(b, n);
	return 0;
}

int
buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_add_slice(struct buf *b, struct slice s)
{
	return buf_add(b, s.p, s.len);
}

int
buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int
buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char *to;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	to = n < 0 ? NULL : buf_reserve(b, (size_t)n);
	if (to != NULL) {
		/* The NUL fits: buf_reserve() keeps a byte for it. */
		if (n > 0)
			vsnprintf(to, (size_t)n + 1, fmt, again);
		buf_commit(b, (size_t)n);
	}
	va_end(again);
	return to == NULL ? -1 : 0;
}

int
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = buf_vaddf(b, fmt, ap);
	va_end(ap);
	return r;
}

void
buf_cut(struct buf *b, size_t n)
{
	b->len = n;
	if (b->cap > 0)
		b->p[n] = '\0';
}

void
buf_consume(struct buf *b, size_t n)
{
	if (n > 0 && n < b->len)
		memmove(b->p, b->p + n, b->len - n);
	buf_cut(b, b->len - n);
}
