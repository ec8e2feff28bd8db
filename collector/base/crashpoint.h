/*
 * Named places where a test can have the process die, one at every step that
 * matters for what is on disk.  In normal operation each costs one branch.
 *
 * S1SPOOL_CRASH_AT=NAME or NAME:N in the environment: the Nth pass through
 * that point (default: the first) raises SIGKILL.  What a death at each point
 * must leave behind: spool/DESIGN.md.
 */
#ifndef S1SPOOL_CRASHPOINT_H
#define S1SPOOL_CRASHPOINT_H

#include <stdbool.h>

/* All points there are, of the process that writes the spool and of the one
 * that prunes it, in the order in which they are passed; both end with NULL.
 * A point that is not listed aborts when any point is armed. */
extern const char *const crash_point_names[];
extern const char *const crash_point_prune_names[];

extern bool crash_point_armed;

/* Arm from "NAME[:N]"; NULL disarms.  0, or -1 when there is no such point. */
int crash_point_set(const char *spec);

/* Count one pass and say whether it is the one to die in. */
bool crash_point_is_due(const char *name);
void crash_point_die(void) __attribute__((noreturn));

/* True when this pass through the point should die: the caller leaves the
 * half-done state it wants to be found in and calls crash_point_die(). */
static inline bool
crash_point_due(const char *name)
{
	return __builtin_expect(crash_point_armed, 0) &&
	    crash_point_is_due(name);
}

static inline void
crash_point(const char *name)
{
	if (crash_point_due(name))
		crash_point_die();
}

#endif
