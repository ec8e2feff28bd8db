/*
 * Stretches of time: sorted, apart from one another, each without its end.
 */
#ifndef S1SPOOL_RANGES_H
#define S1SPOOL_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* from <= t < to, in milliseconds; empty when to <= from. */
struct range {
	int64_t from, to;
};

/* All zeros is an empty one. */
struct ranges {
	struct range *range;
	size_t n, cap;
};

void ranges_fini(struct ranges *rs);
void ranges_copy(struct ranges *to, const struct ranges *from);

void ranges_add(struct ranges *rs, struct range r);
void ranges_remove(struct ranges *rs, struct range r);

/* The newest part of `within` that is in none of them.  False: there is
 * none. */
bool ranges_last_gap(const struct ranges *rs, struct range within,
    struct range *gap);
/* How many milliseconds of `within` are in none of them. */
int64_t ranges_gaps(const struct ranges *rs, struct range within);

#endif
