/*
 * A dataset: how the console is asked for it, and how a record becomes a
 * document.  Both are data; the engines are collector/walk and collector/map.
 */
#ifndef S1SPOOL_DATASET_H
#define S1SPOOL_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/dataset/dataset_id.h"
#include "collector/map/table.h"

/* How a time bound is written into a request. */
enum walk_bound {
	WALK_BOUND_NONE, /* a snapshot: the request has no time filter */
	WALK_BOUND_ISO, /* <field>__gte and <field>__lt, RFC 3339 in UTC */
	WALK_BOUND_BODY_MS /* in the body, epoch milliseconds */
};

/* What the records of a child request are. */
enum walk_child {
	WALK_CHILD_NONE,
	/* The child's records are the dataset's; of a parent only its keys
	 * are kept (threat -> events, application -> endpoints). */
	WALK_CHILD_RECORDS,
	/* Each child record is merged into its parent as member `merge_as`;
	 * a parent without any stands alone (threat -> timeline). */
	WALK_CHILD_MERGE
};

/* One kind of request and where its answer holds what. */
struct walk_request {
	/* Below the console's URL.  "{id}" is the parent's first key. */
	const char *path;
	const char *query; /* fixed parameters, NULL for none */
	/*
	 * POST when not NULL: the body, with @AFTER@ (the member `after`, the
	 * cursor, and a comma; nothing on the first page), @LIMIT@, @FIELD@
	 * (the phase's field), @START@ and @END@ (epoch ms, both exclusive)
	 * put in.
	 */
	const char *body;
	const char *records; /* "data[]", "data.alerts.edges[].node" */
	const char *cursor; /* "pagination.nextCursor" */
	const char *more; /* boolean that must be true for a next page, NULL:
			   * the cursor alone decides */
	const char *errors; /* member that makes a 200 answer a failure: the
			     * page counts only when its body ended without it;
			     * NULL for REST */
	const char *rate_class; /* path prefix in the rate table */
	int64_t max_page; /* the API's largest `limit` */
	bool site_ids; /* takes siteIds */
	bool skip_count; /* send skipCount=true */
	/* Child requests: query parameters from the parent's keys, in the
	 * order of parent_key; NULL where a key goes into the path. */
	const char *key_param[3];
};

struct walk_row {
	struct walk_request list;
	struct walk_request child; /* when child_mode says so */
	enum walk_child child_mode;
	const char *merge_as; /* member name of a merged child record */
	const char *parent_id_as; /* member the child record gets with the
				   * parent's id when it lacks it: "threatId" */
	const char *child_option; /* boolean option that switches it on; NULL:
				   * always */
	/* Raw paths of the parent's members to keep in the work list. */
	const char *parent_key[3];
	/* Place in parent_key of the time that moves when there are new child
	 * records: a parent that was done is not asked for again before that.
	 * 0: there is no such time. */
	int parent_time;

	enum walk_bound bound;
	const char *phase[3]; /* time fields: one walk each, in order */
	const char *time_path; /* raw path of the watermark value in a record */
	/* The walk that re-sends everything, and a first inventory that must
	 * not be disturbed by changes: sortBy=id.  NULL: the dataset has none. */
	const char *resend_query;
	/* Once in so many ms, the trailing_window is read again: for changes
	 * that do not move the time field. */
	int64_t trailing_every;
	/* Ids are remembered so many ms, where that is longer than any window:
	 * for records that come back with no regard to time. */
	int64_t remember;
	bool bearer; /* Authorization: Bearer */
};

/* The integration's defaults (its manifest); times in milliseconds. */
struct dataset_defaults {
	bool enabled;
	int64_t interval;
	int64_t initial_interval; /* 0: the dataset has no such option */
	int64_t page_size;
	const char *tags[4];
	bool inventory; /* design: begins with everything */
	int64_t resend;
	int64_t trailing_window; /* 0: the dataset has none */
	bool custom_duplicates; /* fields that were also copied to ECS ones are
				 * dropped unless an option keeps them */
};

struct dataset {
	const char *name; /* "threat"; the stream is "sentinel_one.threat" */
	/* What the role of the token has to have, as the console calls it. */
	const char *permission;
	struct walk_row walk;
	struct map_table map;
	struct dataset_defaults defaults;
};

/* Indexed by enum dataset_id. */
extern const struct dataset *const dataset_table[DATASET_COUNT];

/* NULL when there is no such dataset. */
const struct dataset *dataset_find(struct slice name);

#endif
