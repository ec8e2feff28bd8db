/*
 * What `backfill` shows: a bar that is drawn over itself on a terminal, else a
 * line now and then, and a table at the end.
 */
#ifndef S1SPOOL_BACKFILL_SHOW_H
#define S1SPOOL_BACKFILL_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/walk/backfill_view.h"

/* All datasets that are asked for, at one moment. */
struct backfill_sum {
	size_t n, n_busy, n_stuck;
	int64_t done_ms, left_ms, records, skipped;
	char now[160]; /* one that is busy, and how far back it is */
	char waits[512]; /* why one waits, "" for none */
};

void backfill_sum_add(struct backfill_sum *s, const struct backfill_view *v);

struct backfill_show {
	bool terminal; /* stderr is one */
	int64_t start_ms, shown_ms; /* monotonic */
	bool begun;
	int64_t records, done_ms; /* at the beginning */
};

void backfill_show_begin(struct backfill_show *s);
/* Say on stderr how far it is, not more often than is readable. */
void backfill_show_line(struct backfill_show *s,
    const struct backfill_sum *sum);
/* Clear the bar, for whatever is printed next. */
void backfill_show_end(const struct backfill_show *s);

/* The table, on stdout. */
void backfill_show_head(void);
void backfill_show_row(const struct backfill_view *v);

#endif
