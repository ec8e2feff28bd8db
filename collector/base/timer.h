/*
 * Timers on the monotonic clock.  The struct lives in its owner; a timer that
 * is not set costs nothing.
 */
#ifndef S1SPOOL_TIMER_H
#define S1SPOOL_TIMER_H

#include <stddef.h>
#include <stdint.h>

struct timer {
	void (*fn)(void *cookie);
	void *cookie;
	int64_t at_ms; /* monotonic */
	uint64_t order; /* of timer_set(): equal times run in this order */
	size_t slot; /* place in the heap, 0 when not set */
};

static inline void
timer_init(struct timer *t, void (*fn)(void *cookie), void *cookie)
{
	*t = (struct timer){ .fn = fn, .cookie = cookie };
}

/* (Re)set to fire once, delay_ms from now. */
void timer_set(struct timer *t, int64_t delay_ms);
/* fn will not run after this.  Fine on a timer that is not set. */
void timer_cancel(struct timer *t);

/* Run what is due.  A timer set from within runs on the next call. */
void timer_run_due(void);
/* Milliseconds until the next timer, at most max_ms, at least 0. */
int64_t timer_next_ms(int64_t max_ms);

#endif
