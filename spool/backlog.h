/*
 * What of a stream waits for its shippers, what they have delivered, and what
 * is archived.  Looks only, beside whoever writes and prunes.
 */
#ifndef S1SPOOL_BACKLOG_H
#define S1SPOOL_BACKLOG_H

#include <stddef.h>
#include <stdint.h>

#include "spool/shipper.h"

struct backlog_part {
	int64_t segments;
	int64_t bytes; /* on disk */
};

struct backlog {
	struct backlog_part waiting; /* for one shipper at least */
	struct backlog_part shipped; /* delivered, and not archived yet */
	struct backlog_part archived;
};

/* Where to look, and whom to ask; all borrowed. */
struct backlog_place {
	int dirfd; /* the spool directory */
	const char *directory; /* its name, absolute */
	/* Without any, or with one that is NULL, all that is not archived
	 * waits. */
	struct shipper *const *shippers;
	size_t n_shippers;
};

/* A stream without folders has nothing.  0, or -1 with errno. */
int backlog_count(const struct backlog_place *place, const char *console,
    const char *dataset, struct backlog *b);

#endif
