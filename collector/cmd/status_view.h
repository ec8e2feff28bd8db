/*
 * What `status` finds out: the daemon's status file, whether there is a daemon
 * that keeps it, and what shippers have delivered meanwhile.
 */
#ifndef S1SPOOL_STATUS_VIEW_H
#define S1SPOOL_STATUS_VIEW_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/conf/conf.h"
#include "collector/walk/choice.h"

/* The status file is old when it was not written for so long: the daemon does
 * it once a minute at least. */
#define STATUS_VIEW_OLD_MS (3 * 60 * 1000LL)

struct status_view {
	int64_t now_ms;
	pid_t pid; /* of the daemon; 0: none runs, -1: cannot be told */
	int64_t written_ms; /* the status file, 0 when it does not say */
	/*
	 * The status file's content, with what is chosen of it, and more:
	 * "running", "pid", "age_ms" and "old" at the top, and in each of
	 * "streams" "waiting", "shipped" and "archived" as they are now.  NULL
	 * when it cannot be read.
	 */
	struct json_object *root;
	/* A line each: what could not be found out, and why. */
	struct buf trouble;
};

/* The caller calls status_view_fini() at the end. */
void status_view_take(struct status_view *v, const struct conf *conf,
    const struct choice *choice);
void status_view_fini(struct status_view *v);

/* It was not written for long, though somebody should have done so. */
bool status_view_is_old(const struct status_view *v);

/* The i'th of a list; NULL behind its end. */
struct json_object *status_item_of(struct json_object *o, const char *name,
    size_t i);

#endif
