/*
 * Numbers, durations and sizes from text, and back: the whole text must match
 * and the result must lie in the range.  0, or -1 with *out untouched.
 */
#ifndef S1SPOOL_NUM_H
#define S1SPOOL_NUM_H

#include <stdint.h>

#include "collector/base/buf.h"

/* Room for what num_duration_text() and num_size_text() write. */
#define NUM_TEXT 32

/* Decimal digits, after a minus sign when negative; never INT64_MIN. */
int num_int(struct slice text, int64_t min, int64_t max, int64_t *out);

/* Digits with at most one point between them: "1", "0.25". */
int num_fraction(struct slice text, double *out);

/*
 * Milliseconds from numbers with units, largest unit first: d, h, m, s, ms.
 * "90s", "1h30m", "500ms"; "0" needs no unit.
 */
int num_duration(struct slice text, int64_t *ms);

/* Bytes from one number, plain or with a unit: kB, MB, GB, TB (1000), KiB,
 * MiB, GiB, TiB (1024). */
int num_size(struct slice text, int64_t *bytes);

/* The shortest text that num_duration() or num_size() reads as the same. */
void num_duration_text(int64_t ms, char out[NUM_TEXT]);
void num_size_text(int64_t bytes, char out[NUM_TEXT]);

static inline int64_t
num_least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t
num_most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The bytes as 2n lower-case hex digits and a NUL. */
void num_hex_text(const unsigned char *p, size_t n, char *out);

#endif
