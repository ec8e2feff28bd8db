/*
 * What `once` shows: one line while it works, a table at its end.
 */
#ifndef S1SPOOL_PROGRESS_H
#define S1SPOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/walk/engine.h"

struct progress {
	bool terminal; /* stderr is one: the line is drawn over itself */
	int64_t start_ms; /* monotonic */
	int64_t shown_ms;
};

void progress_begin(struct progress *pr);

/* Say on stderr how far it is, not more often than is readable. */
void progress_show(struct progress *pr, struct engine *e);

/* Print the table on stdout. */
void progress_end(struct progress *pr, struct engine *e);

#endif
