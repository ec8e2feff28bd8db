/*
 * From when to when a walk reads: arithmetic only, no clock and no request.
 *
 * A row can become visible some time after the moment it carries.  Each poll
 * therefore looks back a little behind the watermark, and passes read further
 * back in longer periods: a row that is up to `depth_ms` late is found within
 * `period_ms` after it became visible.  What is read again is kept apart by
 * the ids that have been seen.
 */
#ifndef S1SPOOL_BOUNDS_H
#define S1SPOOL_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All times are milliseconds since 1970 on the console's clock. */
#define TIME_NONE INT64_MIN

#define PASS_MAX 4

struct pass {
	int64_t period_ms;
	int64_t depth_ms;
};

/* How a dataset is covered; does not change while the process runs. */
struct bounds_rule {
	bool snapshot; /* requests have no time filter */
	bool inventory; /* the first walk has no lower bound */
	int64_t start_ms; /* else the first walk begins here, unless 0 */
	int64_t initial_ms; /* else so long ago */
	int64_t look_back_ms;
	int64_t remember_ms; /* how long an id is remembered at least */
	struct pass pass[PASS_MAX];
	size_t n_passes;
};

/*
 * Rows of which something is still to be had: from the oldest on, everything
 * is read again once in so long, until nothing is owed any more or that has
 * been so for too long.  All 0 when nothing is owed.
 */
#define DEBT_PERIOD_MS (3600 * 1000LL)
#define DEBT_MAX_MS (7 * 24 * 3600 * 1000LL)

struct debt {
	int64_t oldest; /* time of the oldest such row */
	int64_t since;
	int64_t asked; /* upper bound of the last walk that read from there */
};

/* What has been covered; lives in the journal. */
struct coverage {
	int64_t watermark; /* upper bound of the last completed walk */
	/*
	 * No walk reads below this: older rows were never wanted, or their ids
	 * are no longer remembered.  Fixed before the first request, so that
	 * it does not slide while the first walk fails, and never sinks.
	 */
	int64_t floor;
	/*
	 * Polls have read, or will read, everything from here on: where the
	 * first began.  Unlike the floor it stays; 0 when that was an
	 * inventory.  TIME_NONE before it, and when that is not known.
	 */
	int64_t since;
	/* When the last walk was complete by the clock of this machine, 0 when
	 * that is not known. */
	int64_t own_ms;
	int64_t pass_upper[PASS_MAX]; /* of the last walk that made the pass */
	struct debt debt;
};

/* The frozen bounds of one walk: lower <= time < upper. */
struct window {
	int64_t lower; /* TIME_NONE: from the beginning */
	int64_t upper;
	unsigned passes; /* bit i: makes pass i */
};

void coverage_init(struct coverage *c);

/* Fix where polls begin, unless that is so already.  Not for snapshots. */
void bounds_settle(const struct bounds_rule *rule, struct coverage *c,
    int64_t now);

/*
 * Heed a console's clock that is behind all that is remembered: it was wrong
 * for a while, and would leave nothing to be read until it has passed the
 * floor.  What was covered then ended as long before `now` as own_ms, this
 * machine's clock, tells.
 */
void bounds_heed(const struct bounds_rule *rule, struct coverage *c,
    int64_t now, int64_t own_ms);

/* The window of a walk that starts at `now`.  Settles c on the first. */
void bounds_begin(const struct bounds_rule *rule, struct coverage *c,
    int64_t now, struct window *w);

/* The walk over w is complete.  `owed` is the time of the oldest row of it of
 * which something is still to be had, 0 for none. */
void bounds_complete(const struct bounds_rule *rule, struct coverage *c,
    const struct window *w, int64_t owed);

/* The row was read by a walk before the one over w, and has been owed for too
 * long. */
bool bounds_is_given_up(const struct coverage *c, const struct window *w,
    int64_t at_ms);

/*
 * Rows before this time will not be read again, so their ids may go.
 * TIME_NONE while everything has to be remembered.
 */
int64_t bounds_keep(const struct bounds_rule *rule, const struct coverage *c);

#endif
