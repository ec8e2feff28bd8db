/*
 * Group commit: at most every COMMIT_PERIOD_MS all streams that changed are
 * synced and their positions go into the journal with one write and one sync.
 * The order makes a crash harmless: lines first, then the position that counts
 * them; lines behind the last position are read back at the next start.
 */
#ifndef S1SPOOL_COMMIT_H
#define S1SPOOL_COMMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/timer.h"
#include "spool/journal.h"

#define COMMIT_PERIOD_MS 200

struct commit_member {
	/*
	 * Make the lines durable and put the position into the journal.  False
	 * when that failed: the member has dealt with it and gets no done().
	 */
	bool (*sync)(void *cookie);
	/* What sync() put is durable. */
	void (*done)(void *cookie);
	/* What sync() put waits for the journal; done() comes later. */
	void (*waits)(void *cookie);
	void *cookie;
	/* commit.c's */
	struct commit_member *next;
	bool marked; /* since the last commit began */
	bool synced; /* waits for the journal */
};

struct commit {
	struct journal *journal; /* borrowed */
	struct timer timer;
	struct commit_member *members; /* marked or synced */
	int64_t last_ms; /* monotonic, of the last commit */
	unsigned failures; /* of the journal, in a row */
	int error; /* errno of the last of them */
};

void commit_init(struct commit *c, struct journal *j);
void commit_fini(struct commit *c);

/* Something of the member changed. */
void commit_mark(struct commit *c, struct commit_member *m);
/* No callback of the member runs after this. */
void commit_leave(struct commit *c, struct commit_member *m);

/* Commit at once.  0, or -1 with errno when the journal failed: it is tried
 * again by itself. */
int commit_now(struct commit *c);

/* Not 0: the journal cannot be written, this errno says why, and nothing new
 * should be asked for. */
int commit_error(const struct commit *c);

#endif
