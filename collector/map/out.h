/*
 * Where emit.c writes to: a buffer's free room, and how text gets there.
 */
#ifndef S1SPOOL_OUT_H
#define S1SPOOL_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "collector/base/buf.h"

/* Text is copied in blocks of so many bytes: most of it fits into one. */
#define OUT_BLOCK 32

/* So much can be written behind what there is room for: the rest of a block,
 * and some bytes between two texts that nobody counts. */
#define OUT_PAD 64

struct out {
	struct buf *b;
	char *w; /* where writing goes on; not yet part of b */
	const char *end; /* of the room; w may be beyond it, within the pad */
	uintptr_t text; /* the record's: ... */
	size_t blocks; /* ... what ends so far into it is copied in blocks */
	bool full; /* the cap was reached; there is no room any more */
};

/* Write to the end of b.  Most of what will be copied is of that text; both are
 * borrowed. */
void out_init(struct out *o, struct buf *b, struct slice text);

/* Make what was written a part of the buffer. */
void out_sync(struct out *o);

/* out_has_room(), when there is not. */
bool out_make_room(struct out *o, size_t n);

/* Room for n bytes and the pad, n > 0; false when the cap is reached. */
static inline bool
out_has_room(struct out *o, size_t n)
{
	return o->end - o->w >= (ptrdiff_t)n || out_make_room(o, n);
}

/* What was written so far, to take back what turns out to be empty. */
static inline size_t
out_mark(const struct out *o)
{
	return (size_t)(o->w - o->b->p);
}

void out_take_back(struct out *o, size_t mark);

/* Text as the content of a JSON string. */
void out_escape(struct out *o, struct slice text);

/* Inline at any price: their callers write a few bytes each. */
#define OUT_INLINE static inline __attribute__((always_inline))

/*
 * Copy n bytes to where there is room for them and the pad; returns the end of
 * the copy.  In blocks: up to OUT_BLOCK - 1 bytes behind p + n are read, too.
 */
OUT_INLINE char *
out_copy_blocks(char *to, const char *p, size_t n)
{
	memcpy(to, p, OUT_BLOCK);
	if (n <= OUT_BLOCK)
		return to + n;
	if (n > 4 * OUT_BLOCK)
		memcpy(to + OUT_BLOCK, p + OUT_BLOCK, n - OUT_BLOCK);
	else
		for (size_t i = OUT_BLOCK; i < n; i += OUT_BLOCK)
			memcpy(to + i, p + i, OUT_BLOCK);
	return to + n;
}

/* No byte behind p + n is read: the two halves overlap. */
OUT_INLINE char *
out_copy_exact(char *to, const char *p, size_t n)
{
	if (n > 32) {
		memcpy(to, p, n);
	} else if (n >= 16) {
		memcpy(to, p, 16);
		memcpy(to + n - 16, p + n - 16, 16);
	} else if (n >= 8) {
		memcpy(to, p, 8);
		memcpy(to + n - 8, p + n - 8, 8);
	} else if (n >= 4) {
		memcpy(to, p, 4);
		memcpy(to + n - 4, p + n - 4, 4);
	} else if (n > 0) {
		to[0] = p[0];
		to[n / 2] = p[n / 2];
		to[n - 1] = p[n - 1];
	}
	return to + n;
}

/* In blocks where it can be, which is anywhere in the record's text but at its
 * end: there nothing depends on the length, which no CPU foretells. */
OUT_INLINE char *
out_copy(const struct out *o, char *to, const char *p, size_t n)
{
	return (uintptr_t)p + n - o->text < o->blocks ?
	    out_copy_blocks(to, p, n) : out_copy_exact(to, p, n);
}

static inline void
out_put(struct out *o, const char *p, size_t n)
{
	if (out_has_room(o, n))
		o->w = out_copy(o, o->w, p, n);
}

static inline void
out_putc(struct out *o, char c)
{
	if (out_has_room(o, 1))
		*o->w++ = c;
}

#endif
