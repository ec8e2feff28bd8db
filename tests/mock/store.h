/*
 * What the console has: rows of a few sets, sorted by each column that a list
 * can be sorted by, and a ledger of every version that was ever visible.
 *
 * A row holds key columns only.  Its JSON text is made from them and the seed
 * when it is first asked for and kept while there is room for it.  All
 * functions are called with the console's lock held.
 */
#ifndef S1SPOOL_MOCK_STORE_H
#define S1SPOOL_MOCK_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

enum set_id {
	SET_ACTIVITY,
	SET_AGENT,
	SET_GROUP,
	SET_THREAT,
	SET_ALERT,
	SET_UNIFIED, /* `created` is its detectedAt */
	SET_INVENTORY, /* pairs of an application's name and vendor */
	SET_APPLICATION, /* the inventory's rows: one on one computer */
	SET_RISK,
	SET_STORED, /* those above are kept in the store */
	SET_TIMELINE = SET_STORED, /* made from its threat when asked for */
	SET_THREAT_EVENT, /* likewise */
	SET_COUNT
};

/* Columns by which rows are compared, and filtered by range. */
enum key {
	KEY_ID,
	KEY_CREATED,
	KEY_UPDATED,
	KEY_KIND,
	KEY_COUNT
};

#define ROW_NONE UINT32_MAX

/* The dataset's name, "agent". */
const char *set_name(enum set_id set);
/* 0, or -1 when no stored set has that name. */
int set_find(const char *name, enum set_id *set);
/* The time as the set's records can tell it: GraphQL knows milliseconds. */
int64_t set_time(enum set_id set, int64_t us);
/* The id as its records have it, a number or a UUID, and back. */
void set_put_id(enum set_id set, uint64_t id, struct buf *out);
uint64_t set_read_id(enum set_id set, const char *text);

struct row {
	uint64_t id;
	int64_t created; /* microseconds */
	int64_t updated;
	uint32_t index; /* n-th of its set; the text is made from it */
	uint32_t version; /* 0, one more with each update */
	uint32_t kind; /* activity: its type; agent: AGENT_* flags;
			* application: index of its inventory row */
	uint32_t agent; /* index of its agent or ROW_NONE */
	uint32_t threat; /* index of its threat or ROW_NONE */
	uint32_t group; /* index of its group or ROW_NONE: global */
	uint32_t command; /* activity: that it is about; 0: of the history */
	uint32_t state; /* what a response action made of it: agent: NETWORK_*;
			 * activity: UPLOAD_* */
	uint32_t entry; /* of the ledger, ROW_NONE: never visible */
	uint32_t len; /* of text */
	char *text; /* NULL: not made or not kept */
};

enum {
	AGENT_DECOMMISSIONED = 1,
	AGENT_UNINSTALLED = 2,
	AGENT_INFECTED = 4,
	AGENT_INACTIVE = 8
};

/* An agent's `state'. */
enum {
	NETWORK_AS_BORN, /* it follows from the version */
	NETWORK_CONNECTED,
	NETWORK_CONNECTING,
	NETWORK_DISCONNECTED,
	NETWORK_DISCONNECTING
};

/* An upload's. */
enum { UPLOAD_LINKED, UPLOAD_WITHOUT_LINK };

/* One version of a record, from when to when it could be read. */
struct entry {
	uint64_t id;
	int64_t created, updated;
	int64_t visible; /* console time at which it appeared */
	int64_t gone; /* replaced or deleted at, 0: still there */
	uint32_t index; /* of its row */
	uint32_t version;
	bool deleted; /* what `gone` means */
};

/* Rows in one order.  Borrowed from the store. */
struct view {
	struct row *const *at;
	size_t n;
	enum key key;
};

struct store;

struct store *store_new(size_t cache_bytes);
void store_free(struct store *s);

/*
 * Append a row, which gets the next index of its set, without making it
 * visible.  The pointer stays valid.
 */
struct row *store_add(struct store *s, enum set_id set);

/* Make all rows visible at once: the history.  To be called once, first. */
void store_load(struct store *s, int64_t now);

/*
 * Make a new row, or a new version of a visible row with `updated`, visible
 * at the given time, which may be in the future.
 */
void store_publish(struct store *s, enum set_id set, struct row *row,
    int64_t updated, int64_t visible);

/* Remove a row from all lists.  False when there is none with that id. */
bool store_delete(struct store *s, enum set_id set, uint64_t id, int64_t now);

/* Show what has become visible by now. */
void store_advance(struct store *s, int64_t now);

/* Rows and versions that wait to become visible. */
size_t store_pending(const struct store *s);

/* Rows that were added, visible or not. */
size_t store_count(const struct store *s, enum set_id set);
struct row *store_row(const struct store *s, enum set_id set, uint32_t index);

/* Visible rows. */
struct row *store_find(const struct store *s, enum set_id set, uint64_t id);
struct view store_view(const struct store *s, enum set_id set, enum key key);

/* Entries of the ledger in the order in which they became visible. */
const struct entry *store_ledger(const struct store *s, enum set_id set,
    size_t *n);

/*
 * The row's JSON text, made by make() if need be.  Valid until the next call
 * with the same scratch or until the row changes.
 */
struct slice store_text(struct store *s, struct row *row, struct buf *scratch,
    void (*make)(void *cookie, const struct row *row, struct buf *out),
    void *cookie);

/* Drop the row's kept text. */
void store_forget(struct store *s, struct row *row);

int64_t row_key(const struct row *row, enum key key);

/* Order by (key, id). */
int row_compare(const struct row *a, const struct row *b, enum key key);

/* First position in v whose (key, id) is not below (value, id). */
size_t view_lower_bound(const struct view *v, int64_t value, uint64_t id);

#endif
