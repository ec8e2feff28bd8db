/*
 * What a list request asks for.
 */
#ifndef S1SPOOL_MOCK_QUERY_H
#define S1SPOOL_MOCK_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/mock/cursor.h"
#include "tests/mock/exchange.h"
#include "tests/mock/store.h"

enum param_kind {
	PARAM_LIMIT,
	PARAM_SKIP,
	PARAM_CURSOR,
	PARAM_SORT_BY,
	PARAM_SORT_ORDER,
	PARAM_COUNT_ONLY,
	PARAM_SKIP_COUNT,
	PARAM_RANGE, /* what: enum key; takes the suffixes __gt ... */
	PARAM_LIST, /* what: enum list */
	PARAM_TEXT, /* what: enum agent_text */
	PARAM_FLAG, /* what: AGENT_* that is to be set */
	PARAM_NO_FLAG, /* what: AGENT_* that is to be clear */
	PARAM_IGNORED /* the console knows it, the mock has nothing for it */
};

/* Comma-separated ids or numbers that a column must be one of. */
enum list {
	LIST_ID,
	LIST_SITE,
	LIST_GROUP,
	LIST_ACCOUNT,
	LIST_KIND,
	LIST_AGENT,
	LIST_THREAT,
	LIST_COUNT
};

/* What an agent's members are compared with. */
enum agent_text {
	TEXT_UUIDS, /* one of a comma-separated list */
	TEXT_OS,
	TEXT_NETWORK,
	TEXT_NAME, /* computerName, equal */
	TEXT_NAME_PART, /* in it, whatever the case */
	TEXT_COUNT
};

/* A parameter that an endpoint knows.  Tables end with a NULL name. */
struct param {
	const char *name;
	enum param_kind kind;
	unsigned what;
};

struct id_list {
	uint64_t *id; /* sorted; NULL: no such filter */
	size_t n;
};

struct query {
	int64_t limit, skip;
	bool has_cursor;
	struct cursor cursor;
	enum key sort;
	bool desc;
	bool count_only, skip_count;
	int64_t lo[KEY_COUNT], hi[KEY_COUNT]; /* inclusive */
	bool ranged[KEY_COUNT];
	struct id_list list[LIST_COUNT];
	const char *text[TEXT_COUNT]; /* borrowed; NULL: no such filter */
	unsigned flag_mask; /* flags that are asked for */
	unsigned flag_want; /* and what they must be */
};

/* What a list endpoint takes. */
struct query_rules {
	const struct param *params; /* beside those that all have */
	unsigned sorts; /* 1 << enum key for those that sortBy may name */
	const char *const *sort_names; /* by enum key; NULL: key_name() */
	enum key default_sort;
	int64_t max_limit;
};

/*
 * Read the request's arguments.  0, or -1 after a 400 reply that names the
 * parameter.  query_fini() in both cases.
 */
int query_read(struct query *q, const struct query_rules *rules,
    struct exchange *x);
void query_fini(struct query *q);

/* Does the row pass the filters?  The range of the sort column is included. */
bool query_match(const struct query *q, const struct console *c,
    const struct row *row);

/* Are there filters beside the range of the sort column? */
bool query_is_narrow(const struct query *q);

#endif
