/*
 * A backfill: rows that are older than all that polls read.  What is asked for
 * is walked in slices of time, the newest first, so that a walk which has to
 * begin again does not begin far back, and so that what is done is known slice
 * by slice.  Only what neither polls nor backfills have read is fetched, unless
 * it is to be sent again.
 *
 * One journal record per stream, "<console>/<dataset>#backfill", in JSON.  It
 * stays when the backfill is done: it tells what is covered.
 */
#ifndef S1SPOOL_BACKFILL_H
#define S1SPOOL_BACKFILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/walk/position.h"
#include "collector/walk/ranges.h"

#define BACKFILL_REQUEST_MAX 40

/* What is still to be done of one request. */
struct backfill_item {
	struct range range; /* its end comes down with each slice */
	int64_t resend; /* the number that lines get; 0: only what is not
			 * covered */
};

struct backfill_figures {
	int64_t asked_ms; /* wall clock, when the first item came */
	int64_t finished_ms; /* wall clock, 0 while there are items */
	int64_t stopped_ms; /* wall clock, when what was left was given up */
	int64_t done_ms; /* time of the console that was walked through */
	int64_t requests, records;
	int64_t skipped; /* parents that the console could not give */
};

struct backfill {
	struct ranges covered; /* by backfills */
	struct backfill_item *item; /* the first is worked on */
	size_t n;
	char request[BACKFILL_REQUEST_MAX]; /* the last that was taken */
	int64_t resent; /* the newest re-send number */
	int64_t slice_ms; /* length of the next slice */
	struct walk walk; /* over the slice that is open */
	int64_t began; /* the console's time when it was opened */
	struct ranges skipped; /* of it: not covered after all */
	struct backfill_figures figures;
};

/* All zeros but for the slice. */
void backfill_init(struct backfill *b);
void backfill_fini(struct backfill *b);

/* Append the JSON text, one line.  0, or -1 when buf's cap is too small. */
int backfill_print(struct buf *buf, const struct backfill *b);
/* Replace *b.  0, or -1 with errno and *b as after backfill_init():
 * EPROTONOSUPPORT when the text is of a later version, else EBADMSG. */
int backfill_parse(struct backfill *b, struct slice text);

/*
 * Ask for a range.  `resend`: 0, or the number to send it again with, which is
 * made one that no request had before.  `request` is its name: one that was
 * taken already is not taken twice.
 */
void backfill_add(struct backfill *b, const char *request, struct range range,
    int64_t resend, int64_t wall_ms);
/* Put an item behind the others. */
void backfill_push(struct backfill *b, struct backfill_item item);
/* Nothing more is to be done than to finish the open slice: what was fetched of
 * it must not be fetched again later.  What is covered stays. */
void backfill_stop(struct backfill *b, const char *request, int64_t wall_ms);

/* What the next slice depends on. */
struct backfill_now {
	int64_t now; /* the console's time */
	int64_t since; /* polls read everything from there */
	int64_t late_ms; /* a row can become visible so late */
	int64_t wall_ms;
};

/*
 * Open the walk over the next slice, when none is open.  False when there is
 * none: all is done, or *wait_ms (else 0) tells when rows of what is left can
 * no longer be late.
 */
bool backfill_open(struct backfill *b, const struct backfill_now *at,
    int64_t *wait_ms);

/* A parent of this time could not be had: a later backfill asks again. */
void backfill_skip(struct backfill *b, int64_t at_ms);

/* The walk over the open slice is complete. */
void backfill_complete(struct backfill *b);

/* How much is left to walk through. */
int64_t backfill_left(const struct backfill *b, int64_t since);

#endif
