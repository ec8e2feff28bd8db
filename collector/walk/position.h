/*
 * Where a stream stands: what its walks have covered, how far the open ones
 * are, and how much of the spool belongs to that.  One journal record each,
 * "<console>/<dataset>", in JSON.  Members that a record lacks have defaults,
 * members that are not known are passed over: an older or newer s1spool can
 * read it.  The version changes only where that would not be enough.
 */
#ifndef S1SPOOL_POSITION_H
#define S1SPOOL_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/walk/bounds.h"
#include "spool/stream.h"

enum walk_kind {
	WALK_POLL, /* what is new since the last walk */
	WALK_RESEND, /* everything again, with a re-send number */
	WALK_BACKFILL, /* what is older than all that polls read */
	WALK_KIND_COUNT
};

/*
 * A walk under way.  Its window was durable before its first request, and
 * everything a request is made of is here or in the configuration.
 */
struct walk {
	bool open;
	struct window window;
	bool everything; /* asked without bounds */
	int phase; /* which time field, an index of walk_row.phase */
	char *cursor; /* of the page to ask for, owned; NULL: the first */
	int64_t page; /* pages done, for people */
	int restarts; /* because its cursor was refused */
	/* Chained walks: the page has been listed, and `child` of its parents
	 * are done.  The parents are in the work list. */
	bool listed;
	int64_t child;
	char *child_cursor; /* of the next child page, owned; NULL: the first */
	int64_t owed; /* time of the oldest parent that was passed over, 0:
		       * none */
};

struct position {
	struct coverage coverage;
	int64_t resent; /* start of the last walk over everything */
	struct walk walk[WALK_BACKFILL]; /* a backfill's: backfill.h */
	struct stream_pos end; /* lines up to here belong to this position */
	char sealed[STREAM_NAME_MAX]; /* this segment and all before it are
				       * sealed; "" for none */
	/* Recovery reads back from here: what the snapshot of the ids stands
	 * for.  Segments from this one on must stay readable. */
	struct stream_pos ids;
};

void position_init(struct position *p);
void position_fini(struct position *p);

/* Append the JSON text, one line.  0, or -1 when b's cap is too small. */
int position_print(struct buf *b, const struct position *p);

/*
 * Replace *p by what the text says.  0, or -1 with errno (*p is as after
 * position_init()): EPROTONOSUPPORT when it is of a later version, else
 * EBADMSG.
 */
int position_parse(struct position *p, struct slice text);

/* A walk as a member of a record: NULL for none; from one, or absent. */
struct json_object;
struct json_object *walk_to_json(const struct walk *w);
void walk_from_json(struct walk *w, struct json_object *o);

/* Forget the walk: it is complete or given up. */
void walk_close(struct walk *w);

/* Go to the page that `cursor` names (copied; NULL: the first page). */
void walk_set_cursor(struct walk *w, const char *cursor);
void walk_set_child(struct walk *w, int64_t child, const char *cursor);

#endif
