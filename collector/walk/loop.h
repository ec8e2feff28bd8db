/*
 * Does a chain of cursors run in a circle?  Brent's way: one remembered
 * cursor, replaced at growing distances, meets every circle in the end.
 */
#ifndef S1SPOOL_LOOP_H
#define S1SPOOL_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop {
	uint64_t mark; /* hash of the remembered cursor */
	uint64_t steps; /* since then */
	uint64_t stride;
};

static inline void
loop_reset(struct loop *l)
{
	*l = (struct loop){ 0 };
}

/* True when this cursor was the remembered one. */
static inline bool
loop_step(struct loop *l, const char *cursor)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

	for (; *cursor != '\0'; cursor++)
		hash = (hash ^ (unsigned char)*cursor) * 0x100000001b3;
	if (l->stride > 0 && hash == l->mark)
		return true;
	if (l->steps++ >= l->stride) {
		l->mark = hash;
		l->stride = l->stride == 0 ? 1 : 2 * l->stride;
		l->steps = 0;
	}
	return false;
}

#endif
