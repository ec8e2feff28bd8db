/*
 * The spool directory of one process: who may write it, and what all its
 * streams share.  Knows files and durability, nothing of SentinelOne.
 * On-disk formats and the order of syncs: spool/DESIGN.md.
 */
#ifndef S1SPOOL_SPOOL_H
#define S1SPOOL_SPOOL_H

#include <stdint.h>
#include <sys/types.h>

#include "collector/base/buf.h"

struct spool;

struct spool_options {
	const char *directory;
	/* What seals a segment; 0 means that it never does. */
	int64_t segment_max_bytes; /* it would grow past this */
	int64_t segment_max_age_ms; /* it is older than this */
	int64_t segment_idle_ms; /* nothing came for so long */
};

/*
 * Open the directory, which must exist and be writable, and take its lock
 * (file ".lock").  NULL with a message for people in err (what is wrong with
 * which path, and what to do) when it is missing, not writable or held by
 * another process.
 */
struct spool *spool_open(const struct spool_options *opt, struct buf *err);

/* Release the lock.  All streams must be closed before.  NULL is fine. */
void spool_close(struct spool *sp);

/*
 * The birth of a new segment in microseconds since 1970: the wall clock, but
 * always larger than every birth handed out or found in the directory before,
 * so that names and line heads stay unique when the clock jumps back.
 */
int64_t spool_birth(struct spool *sp);

/* The spool directory's descriptor, borrowed. */
int spool_dirfd(const struct spool *sp);

/* Other options from now on, also for the streams that are open; the directory
 * stays. */
void spool_set_options(struct spool *sp, const struct spool_options *opt);

/* The options it was opened with, without the directory. */
const struct spool_options *spool_options(const struct spool *sp);

#endif
