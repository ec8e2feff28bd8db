/*
 * The identities that a stream has spooled lately, and which of them are not
 * durable yet: when a write fails, those are forgotten again, so that their
 * rows are fetched and written once more.
 */
#ifndef S1SPOOL_SEEN_H
#define S1SPOOL_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/walk/rebuild.h"
#include "spool/idset.h"
#include "spool/stream.h"

/* More than this is not read back at a start: time for a new snapshot. */
#define SEEN_READ_BACK_MAX (16 << 20)

/*
 * `fresh` holds the keys added since the last sync, oldest first: n_appended
 * of them are in the segment, the rest is in the batch that is being made.
 */
struct seen {
	struct idset *ids;
	struct idset_key *fresh;
	size_t n_fresh, n_appended, cap;
	size_t n_notes; /* those of n_appended that stand for no line */
	int64_t unsaved_bytes; /* appended since the last snapshot */
};

/* How the time that an id belongs to is found. */
struct seen_clock {
	bool trust_at; /* the row's own time is what walks filter by */
	int64_t lower_ms; /* ... from there on: one before it was not asked
			   * for, and comes again and again */
	int64_t upper_ms; /* else: upper bound of the walk that found it, or
			   * the row's time where that is later */
	int64_t fixed_ms; /* not 0: this, whatever the row says */
};

/* Ids of a slice of a backfill have this time or none: they are remembered
 * until the slice is complete, and then dropped. */
#define SEEN_HELD (INT64_MAX / 2)

/* What a start has to know of the backfill to tell its lines. */
struct seen_backfill {
	bool open; /* a slice is */
	int64_t lower, upper; /* its window */
	int64_t resend; /* the number of its lines, 0: they have none */
	bool lasting; /* ids of lines without one stay as those of polls do */
};

void seen_init(struct seen *s, size_t max_entries);
void seen_fini(struct seen *s);

/* `at` as in the line, resend in seconds or 0. */
int64_t seen_time(const struct seen_clock *clock, struct slice at,
    int64_t resend);

bool seen_has(const struct seen *s, struct idset_key key);
/* The same for a row that came again, with the time that it now belongs to:
 * what a walk finds is remembered as long as what it found first. */
bool seen_again(struct seen *s, struct idset_key key, int64_t at_ms);
/* A line was put into the batch. */
void seen_add(struct seen *s, struct idset_key key, int64_t at_ms);
/* Something that is no line is remembered once all that was appended is
 * durable.  The batch is empty. */
void seen_note(struct seen *s, struct idset_key key, int64_t at_ms);
/* The first n lines of the batch, so many bytes, are in the segment. */
void seen_append(struct seen *s, size_t n, size_t bytes);
/* The batch is given up. */
void seen_forget_batch(struct seen *s);
/* What was appended is durable / is lost. */
void seen_sync(struct seen *s);
void seen_forget_appended(struct seen *s);

/* What was there to recover from. */
struct seen_found {
	int error; /* of the snapshot: 0, ENOENT, EBADMSG; ESTALE when it is
		    * not the one that the position knows */
	size_t damaged; /* lines that could not be read */
};

/*
 * Fill an empty set: the snapshot dirfd/name, then every line behind it, which
 * are shown to `r` as well.  *pos says what the position believes the snapshot
 * to stand for.  One that stands for anything else may lack what a later
 * position could do without: then it counts, but the whole stream is read, as
 * without a snapshot, and *pos is the beginning.  0 or -1 with errno:
 * EPROTONOSUPPORT when the snapshot is of a later version.
 */
int seen_recover(struct seen *s, struct stream *st, int dirfd,
    const char *name, const struct seen_clock *clock,
    const struct seen_backfill *backfill, struct rebuild *r,
    struct stream_pos *pos, struct seen_found *found);

/* Save a snapshot; only when nothing is fresh.  0 with *pos or -1 + errno. */
int seen_save(struct seen *s, const struct stream *st, int dirfd,
    const char *name, struct stream_pos *pos);

#endif
