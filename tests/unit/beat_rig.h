/*
 * A Filebeat as a spool sees it: a registry that a test writes.
 */
#ifndef S1SPOOL_BEAT_RIG_H
#define S1SPOOL_BEAT_RIG_H

#include "spool/shipper.h"
#include "tests/unit/memlog.h"

struct beat {
	struct memlog log;
	struct shipper_options opt; /* its registry is of the heap */
	struct shipper *shipper; /* as it was read last, or NULL */
};

/* Make the folder `registry' below dir. */
void beat_begin(struct beat *b, const char *dir);
void beat_end(struct beat *b);

/* Read it, which must work; the beat's. */
struct shipper *beat_read(struct beat *b);
/* Look for registries elsewhere, from dir on. */
void beat_move(struct beat *b, const char *dir, const char *pattern);

#endif
