/*
 * What lies below a threat: its timeline, and the events that led to it.
 * Neither is stored; the rows are made from the threat.
 */
#ifndef S1SPOOL_MOCK_EXPLORE_H
#define S1SPOOL_MOCK_EXPLORE_H

#include "tests/mock/exchange.h"

/* x->id is the threat. */
void explore_timeline(struct exchange *x);
void explore_events(struct exchange *x);

/* The n-th event of a threat. */
struct row explore_event(const struct console *c, const struct row *threat,
    uint32_t n);

#endif
