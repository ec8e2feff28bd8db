/*
 * Versions of the formats of state files.  They count from 1; each file or
 * record says its own.  Older ones are read for ever.  A later one was written
 * by a later s1spool: it is neither read nor replaced, since what this one
 * does not understand of it would be lost.
 */
#ifndef S1SPOOL_VERSION_H
#define S1SPOOL_VERSION_H

#include <stdint.h>

#include "collector/base/buf.h"

enum version_verdict {
	VERSION_KNOWN,
	VERSION_LATER,
	VERSION_NONE /* no version at all: damage */
};

/* May a format that says to be `found` be read, where `newest` is what we
 * write? */
enum version_verdict version_check(int64_t found, int64_t newest);

/* Say that `what` is of a later version, and what to do about it. */
void version_explain(struct buf *err, const char *what);

#endif
