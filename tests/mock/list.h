/*
 * List endpoints: a page of rows for a request.
 */
#ifndef S1SPOOL_MOCK_LIST_H
#define S1SPOOL_MOCK_LIST_H

#include "tests/mock/exchange.h"
#include "tests/mock/query.h"

/* What a fault makes of a page. */
enum {
	PAGE_NO_PAGINATION = 1,
	PAGE_TOTAL_ZERO = 2,
	PAGE_TOTAL_CAPPED = 4, /* at 50000 */
	PAGE_REPEAT_CURSOR = 8, /* the request's own cursor, for ever */
	PAGE_EMPTY = 16, /* no rows, and a cursor for the same place */
	PAGE_EXTRA_EMPTY = 32, /* a cursor on the last page too */
	PAGE_PAGINATION_FIRST = 64, /* members the other way round */
	PAGE_ERRORS = 128 /* GraphQL: `errors' behind whole data */
};

#define LIST_TOTAL_CAP 50000

struct list_kind {
	enum set_id set;
	struct query_rules rules;
	const char *cursor_prefix; /* the database's name for the list */
	bool is_large; /* its texts are made anew each time, never kept */
};

/* Reply with a page of the set's rows. */
void list_stored(struct exchange *x, const struct list_kind *kind);

/* With a page of those whose column `kind' has this value: a list that is
 * sorted by that column. */
void list_stored_of(struct exchange *x, const struct list_kind *kind,
    uint32_t of_kind);

/* With a page of n rows in the order of their times and ids, which the caller
 * has made for this request. */
void list_made(struct exchange *x, const struct list_kind *kind,
    struct row *row, size_t n);

#endif
