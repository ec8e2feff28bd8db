/*
 * A position that is lost, made anew from the heads of the stream's lines.
 *
 * A walk asks in the order of its time field and begins behind what the walks
 * before it covered.  So whenever a line was written, every row that carries an
 * earlier time and was visible had been read.  What became visible late since
 * the last pass is found by reading so far back behind the newest line as a
 * pass would have; the ids of what is read again are known from the lines.
 *
 * That holds only where the `at` of the lines is the time that all polls go by.
 */
#ifndef S1SPOOL_REBUILD_H
#define S1SPOOL_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/walk/bounds.h"
#include "spool/stream.h"

struct rebuild {
	const struct bounds_rule *rule;
	int64_t newest, oldest; /* of the lines so far, or TIME_NONE */
	int64_t resent; /* start of the newest re-send, or TIME_NONE */
	bool broken; /* a line was missing: what follows tells nothing */
};

/* The rule is borrowed. */
void rebuild_init(struct rebuild *r, const struct bounds_rule *rule);

/* The next line; `damaged`: one before it could not be read. */
void rebuild_line(struct rebuild *r, const struct stream_line *line,
    bool damaged);

/*
 * Set the coverage that the lines stand for.  `complete`: they are all that
 * there ever were.  False (*c is left alone) when they tell nothing.
 */
bool rebuild_coverage(const struct rebuild *r, bool complete,
    struct coverage *c);

#endif
