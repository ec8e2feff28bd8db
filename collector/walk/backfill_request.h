/*
 * Asking for a backfill.  One process writes to a spool, so a running daemon is
 * asked by a file in its state directory: it looks for it, and removes it when
 * what it asks for is durable.
 */
#ifndef S1SPOOL_BACKFILL_REQUEST_H
#define S1SPOOL_BACKFILL_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/walk/backfill.h"
#include "collector/walk/choice.h"

struct dataset;
struct engine;
struct poller;

struct backfill_request {
	char id[BACKFILL_REQUEST_MAX]; /* names it: no two have one */
	struct range range; /* on the console's clock */
	bool again; /* also what is covered, as a re-send */
	bool stop; /* end what is under way instead */
	struct choice choice;
};

/* Give it a name. */
void backfill_request_name(struct backfill_request *rq);

/*
 * Leave it for the process that uses the state directory.  0, or -1 with errno:
 * EEXIST while another one waits there.
 */
int backfill_request_leave(int dirfd, const struct backfill_request *rq);
/* Is it still there?  To take it back: false when it was taken meanwhile. */
bool backfill_request_waits(int dirfd);
bool backfill_request_withdraw(int dirfd);

/* Do as it says, and make that durable.  0, or -1 when the journal failed: it
 * is to be tried again. */
int backfill_request_apply(struct engine *e,
    const struct backfill_request *rq);
/* Look whether one was left, and take it. */
void backfill_request_take(struct engine *e);

/* Why the dataset cannot be backfilled, NULL when it can. */
const char *backfill_refusal(const struct dataset *dataset);

#endif
