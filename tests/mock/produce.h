/*
 * The console goes on living: new activities at a rate, with threats and
 * updates of agents, threats and groups in proportion.
 */
#ifndef S1SPOOL_MOCK_PRODUCE_H
#define S1SPOOL_MOCK_PRODUCE_H

#include <stdint.h>

#include "collector/base/buf.h"
#include "tests/mock/store.h"
#include "tests/mock/world.h"

struct produce_options {
	double rate; /* activities a second, 0: none */
	double seconds; /* stop after that, 0: go on */
	double late_fraction; /* of rows that become visible late ... */
	double late_max; /* ... by up to so many seconds */
	double future_fraction; /* of activities dated an hour ahead */
	double burst_every; /* seconds; 0: no bursts */
	int64_t burst; /* rows of one time, beside the rate */
};

/* Rows or updates made on request. */
struct produce_batch {
	enum set_id set;
	int64_t count;
	double age; /* seconds that their time lies in the past */
	uint32_t type; /* of activities, 0: any */
	bool tie; /* all have one time, not microseconds apart */
};

struct producer;

struct producer *producer_new(struct store *s, const struct world *w);
void producer_free(struct producer *p);

/* Begin anew at console time now (microseconds); a rate of 0 stops. */
void producer_start(struct producer *p, const struct produce_options *o,
    int64_t now);

/* Make what is due by now. */
void producer_run(struct producer *p, int64_t now);

/* Can the set have new rows, or updates of its rows? */
bool producer_can(enum set_id set, bool is_new);

/*
 * Make rows, or update rows in a row of their ids,
 * visible at once.  Their ids go to out as a JSON array.  A version older than
 * the one that is there is never seen.
 */
void producer_add(struct producer *p, const struct produce_batch *b,
    int64_t now, struct buf *out);
void producer_update(struct producer *p, const struct produce_batch *b,
    int64_t now, struct buf *out);

/* Append the members of the statistics, without braces around them. */
void producer_stats(const struct producer *p, struct buf *out);

#endif
