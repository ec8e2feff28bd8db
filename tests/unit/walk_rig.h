/*
 * A poller with everything around it but the network: a toy dataset of a made
 * up console whose rows a test adds, and a spool in a scratch directory.
 */
#ifndef S1SPOOL_WALK_RIG_H
#define S1SPOOL_WALK_RIG_H

#include "collector/walk/tenant.h"
#include "tests/unit/fake_client.h"

#define RIG_SECOND 1000LL
#define RIG_MINUTE (60 * RIG_SECOND)
#define RIG_HOUR (60 * RIG_MINUTE)
#define RIG_DAY (24 * RIG_HOUR)
/* Where the wall clock begins: 2026-03-04T09:00:00Z. */
#define RIG_START 1772614800000LL

/* A version of a toy: (id, updated). */
struct toy {
	int id;
	int64_t updated_ms;
	int64_t visible_ms; /* on the console's clock */
};

struct rig {
	char *dir;
	struct conf_console conf;
	struct conf_dataset *set; /* conf.dataset[0], to be changed before
				   * rig_open() */
	const struct dataset *dataset;
	size_t max_line;
	int64_t segment_max_bytes; /* of the spool */
	bool once;

	struct toy *toy;
	size_t n_toys;
	/* Runs before each answer; true: the reply is made. */
	bool (*meddle)(struct rig *r, const char *path,
	    struct fake_reply *reply);
	/* Further paths. */
	bool (*serve)(struct rig *r, const char *path, const char *body,
	    struct fake_reply *reply);
	int n; /* the test's own */
	int n_bad; /* told of by rig_check() */
	struct buf asked; /* all list and child requests, a line each */

	/* While open. */
	struct spool *spool;
	struct journal *journal;
	struct commit commit;
	struct mappers mappers;
	struct poller_env env;
	struct tenant *tenant;
	struct poller *poller;
};

/* What datasets of tests are made of: a list, children of its rows, and how
 * these become documents. */
#define RIG_LIST(where)                                                      \
	{                                                                    \
		.path = (where), .query = "sortBy=updatedAt",                \
		.records = "data[]", .cursor = "pagination.nextCursor",      \
		.rate_class = (where), .max_page = 1000,                     \
	}
#define RIG_CHILD                                                            \
	{                                                                    \
		.path = "/toys/{id}/parts", .records = "data[]",             \
		.cursor = "next", .rate_class = "/threats/", .max_page = 2,  \
	}
#define RIG_MAP(table, when, ...)                                            \
	{                                                                    \
		.rows = (table), .n_rows = sizeof(table) / sizeof((table)[0]), \
		.constants = rig_constants, .at = (when),                    \
		.identity = { __VA_ARGS__ },                                 \
	}
extern const struct map_constant rig_constants[]; /* none */

/* The dataset "toy": id and updatedAt, paged, sorted by updatedAt. */
extern const struct dataset rig_toy;

void rig_init(struct rig *r, const struct dataset *dataset);
void rig_fini(struct rig *r);

void rig_open(struct rig *r); /* and start */
void rig_stop(struct rig *r); /* in order */
void rig_kill(struct rig *r); /* like SIGKILL */

/* Add a row; it is visible late_ms after its time. */
void rig_add(struct rig *r, int id, int64_t updated_ms, int64_t late_ms);

/* Rows 1..n, one a minute, the newest a minute old. */
void rig_history(struct rig *r, int n);
/* The row changes, a little before now. */
void rig_touch(struct rig *r, int id);

/* How many lines hold this text; NULL: all lines. */
size_t rig_lines(struct rig *r, const char *text);
/* Every toy that was visible before `until` is there once, and nothing
 * twice. */
void rig_check(struct rig *r, int64_t from_ms, int64_t until_ms);

/* A parameter of a request's path, copied; "" when absent. */
const char *rig_param(const char *path, const char *name, char *out,
    size_t size);
/* The same of a time. */
int64_t rig_time(const char *path, const char *name, int64_t absent);
/* Does the path ask for the list of toys? */
bool rig_is_list(const char *path);
/* How many requests had this text. */
size_t rig_asked(const struct rig *r, const char *text);
void rig_forget_asked(struct rig *r);

/* As consoles write it; valid until three more are. */
const char *rig_stamp(int64_t ms);
/* Append a toy as JSON. */
void rig_print(struct buf *b, const struct toy *t);

#endif
