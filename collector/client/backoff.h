/*
 * How long to wait before the next try: a capped exponential with full
 * jitter, so that many datasets that failed together do not come back
 * together.  Pure: the random number is the caller's.
 */
#ifndef S1SPOOL_BACKOFF_H
#define S1SPOOL_BACKOFF_H

#include <stdint.h>

struct backoff {
	int64_t base_ms; /* ceiling of the first wait */
	int64_t cap_ms; /* ceiling of every wait */
};

/* 5 s as the API's users do without a Retry-After, up to 5 minutes. */
extern const struct backoff backoff_default;

/*
 * Milliseconds to wait after the failures-th failure in a row (1 for the
 * first).  `random`, any 32 bits, draws the wait from 1 ms to the ceiling,
 * which doubles with each failure.  A retry_after_ms >= 0 is the minimum: the
 * draw, at most base_ms of it, comes on top, so that those who were told the
 * same time do not all come back at it.
 */
int64_t backoff_delay(const struct backoff *b, unsigned failures,
    int64_t retry_after_ms, uint32_t random);

#endif
