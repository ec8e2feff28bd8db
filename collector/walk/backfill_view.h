/*
 * How a backfill fares, for people: of a poller, or as its process tells it in
 * the status.
 */
#ifndef S1SPOOL_BACKFILL_VIEW_H
#define S1SPOOL_BACKFILL_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/walk/backfill.h"

struct json_object;
struct poller;

/* Texts are borrowed. */
struct backfill_view {
	const char *console, *dataset;
	const char *request; /* the last that was taken */
	bool busy; /* something is left to be done */
	bool waits; /* for what `reason` says */
	bool stuck; /* until somebody mends that */
	const char *reason; /* NULL for none */
	int64_t left_ms; /* of the console's time, still to be walked through */
	int64_t reached_ms; /* so far back it is; 0 before the first slice */
	struct backfill_figures figures;
};

/* False: none was ever asked for. */
bool backfill_view_of(const struct poller *p, struct backfill_view *v);

/* One word: done, stopped (what was left is given up), running, waiting or
 * stuck. */
const char *backfill_view_state(const struct backfill_view *v);

/* Of a total of nothing, all is done. */
int backfill_per_cent(int64_t done_ms, int64_t left_ms);

/* As a member of a stream's object in the status, and back from that object. */
struct json_object *backfill_view_to_json(const struct backfill_view *v);
bool backfill_view_from_json(struct json_object *stream,
    struct backfill_view *v);

#endif
