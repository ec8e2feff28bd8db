/*
 * Where `backfill` sees how far it is: in an engine of its own, or in the
 * status of the daemon that does the work.
 */
#ifndef S1SPOOL_BACKFILL_WATCH_H
#define S1SPOOL_BACKFILL_WATCH_H

#include "collector/cmd/backfill_show.h"
#include "collector/walk/backfill_request.h"

struct backfill_watch {
	struct engine *engine; /* NULL: the status tells */
	int state_dirfd;
	const struct backfill_request *rq;
};

typedef void backfill_watch_fn(void *cookie, const struct backfill_view *v);

/*
 * Call fn for each dataset that the request is about and that has, or had,
 * something to do.  False when that cannot be told now.
 */
bool backfill_watch_each(const struct backfill_watch *w,
    backfill_watch_fn *fn, void *cookie);

/* Sum them up.  False as above. */
bool backfill_watch_sum(const struct backfill_watch *w,
    struct backfill_sum *sum);

/* Has the daemon begun with the request? */
bool backfill_watch_began(const struct backfill_watch *w);

#endif
