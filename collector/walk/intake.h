/*
 * From a raw record to a line of the spool: scan, skip what was seen, map,
 * collect into a batch, append.
 */
#ifndef S1SPOOL_INTAKE_H
#define S1SPOOL_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/map/map.h"
#include "collector/map/unknown.h"
#include "collector/walk/ranges.h"
#include "collector/walk/seen.h"
#include "spool/stream.h"

/* A batch of this size is appended without waiting for the page's end. */
#define INTAKE_BATCH (64 << 10)
/* A page that must be whole before any of it counts may be so large. */
#define INTAKE_HELD_MAX (64 << 20)

struct intake_counts {
	uint64_t lines; /* appended */
	uint64_t bytes;
	uint64_t seen; /* read again and passed over */
	uint64_t rejected;
	uint64_t shortened; /* lost event.original to fit */
	uint64_t unknown; /* members of records that have no field */
	uint64_t failed_conversions;
	int64_t last_at_ms; /* time of the newest line, 0 before the first */
	int64_t last_new_ms; /* wall clock of the last append, or 0 */
	int64_t day; /* days since 1970, UTC, of the last append */
	uint64_t lines_of_day; /* appended on that day */
};

struct intake {
	/* The owner's, all borrowed. */
	struct stream *stream;
	struct mapper *mapper;
	struct seen *seen;
	const char *console;
	const char *dataset;
	int state_dirfd;
	size_t max_line; /* bytes, without the newline */
	bool hold; /* append nothing before intake_flush() */
	/* Ours. */
	struct buf batch;
	size_t n_batch;
	bool begun; /* stream_begin() was called for this batch */
	struct intake_counts counts;
	struct unknown unknown; /* counts.unknown by name */
};

/* Where a record comes from. */
struct intake_source {
	struct map_context map;
	int64_t resend; /* seconds, 0 when it is no re-send */
	bool backfill; /* it is older than what polls read */
	/* Not empty: records of another time are passed over. */
	struct range only;
	struct seen_clock clock;
	int64_t page; /* for people */
};

/* Prepare the batch; the owner's members are set. */
void intake_init(struct intake *in);
/* Free the batch, which must be empty; the next record makes a new one. */
void intake_fini(struct intake *in);
/* Free the names as well. */
void intake_forget(struct intake *in);

/*
 * Take one record.  0 also when it was passed over or rejected (logged);
 * -1 with errno when the spool could not take it: the batch is given up then,
 * and everything since the last commit has to be asked for again.
 * EMSGSIZE: a held page is too large.
 */
int intake_add(struct intake *in, struct slice record,
    const struct intake_source *src);

/* A record that was too large to be held in memory. */
void intake_reject_large(struct intake *in, size_t bytes, int64_t page);

/* Append the batch.  0 or -1 with errno, as intake_add(). */
int intake_flush(struct intake *in);

/* How many lines were appended since midnight UTC. */
uint64_t intake_today(const struct intake *in, int64_t now_ms);

/* Give the batch up: nothing of it is written. */
void intake_drop(struct intake *in);

#endif
