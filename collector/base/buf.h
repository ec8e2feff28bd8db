/*
 * Bytes: `slice` borrows them, `buf` owns them and grows up to a cap.
 */
#ifndef S1SPOOL_BUF_H
#define S1SPOOL_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed text: never NUL-dependent, valid as long as its owner says. */
struct slice {
	const char *p;
	size_t len;
};

#define SLICE(literal) ((struct slice){ (literal), sizeof(literal) - 1 })

static inline struct slice
slice_of(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

/* memcmp(a, b, n) == 0 for what is mostly short, without a call. */
static inline bool
bytes_eq(const char *a, const char *b, size_t n)
{
	uint64_t x, y;
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			return false;
	}
	if (n >= 8) {
		/* The last eight, some of them for the second time. */
		memcpy(&x, a + n - 8, 8);
		memcpy(&y, b + n - 8, 8);
		return x == y;
	}
	for (; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static inline bool
slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && bytes_eq(a.p, b.p, a.len);
}

static inline bool
slice_is(struct slice a, const char *s)
{
	return slice_eq(a, slice_of(s));
}

/* Without white space at both ends. */
struct slice slice_trim(struct slice s);

/*
 * A growable buffer.  Invariant: p is never NULL after buf_init() and
 * p[len] is always NUL, so that text in it can be handed to C functions.
 * The storage of the struct is the caller's.
 */
struct buf {
	char *p;
	size_t len;
	size_t cap; /* bytes allocated, the NUL included */
	size_t max; /* len never exceeds this */
};

/* Prepare an empty buffer that may hold up to max bytes.  No allocation. */
void buf_init(struct buf *b, size_t max);

/* Free the memory; the buffer is empty and usable again. */
void buf_fini(struct buf *b);

/* Forget the content, keep the memory. */
void buf_reset(struct buf *b);

/*
 * Make room for n more bytes and return where to write them, valid until the
 * next call that changes b.  NULL when the cap would be exceeded (b unchanged).
 * Publish what was written with buf_commit().
 */
char *buf_reserve(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);

/* Append.  0, or -1 when the cap would be exceeded (b unchanged). */
int buf_add(struct buf *b, const void *p, size_t n);
int buf_adds(struct buf *b, const char *s);
int buf_add_slice(struct buf *b, struct slice s);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int buf_vaddf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Cut the content to n bytes; n must not exceed b->len. */
void buf_cut(struct buf *b, size_t n);

/* Remove the first n bytes; n must not exceed b->len. */
void buf_consume(struct buf *b, size_t n);

static inline struct slice
buf_slice(const struct buf *b)
{
	return (struct slice){ b->p, b->len };
}

#endif
