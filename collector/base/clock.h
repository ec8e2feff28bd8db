/*
 * The two clocks, behind one pointer so that a test can run a month in a
 * second.  Delays are measured with clock_mono_ms() only; the wall clock is
 * for what people and Elasticsearch read.
 */
#ifndef S1SPOOL_CLOCK_H
#define S1SPOOL_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*wall_us)(void); /* microseconds since 1970, UTC */
	int64_t (*mono_ms)(void); /* milliseconds, runs on during suspend */
};

int64_t clock_wall_us(void);
int64_t clock_mono_ms(void);

/* For tests: replace the clocks, by c (borrowed) or by the system's (NULL). */
void clock_set(const struct clock *c);

#endif
