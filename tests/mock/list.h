/*
 * List endpoints: a page of rows for a request.
 */
#ifndef S1SPOOL_MOCK_LIST_H
#define S1SPOOL_MOCK_LIST_H

#include "tests/mock/exchange.h"

/* What a fault makes of a page. */
enum {
	PAGE_NO_PAGINATION = 1,
	PAGE_TOTAL_ZERO = 2,
	PAGE_TOTAL_CAPPED = 4, /* at 50000 */
	PAGE_REPEAT_CURSOR = 8, /* the request's own cursor, for ever */
	PAGE_EMPTY = 16, /* no rows, and a cursor for the same place */
	PAGE_EXTRA_EMPTY = 32, /* a cursor on the last page too */
	PAGE_PAGINATION_FIRST = 64 /* members the other way round */
};

void list_activities(struct exchange *x);
void list_agents(struct exchange *x);
void list_groups(struct exchange *x);
void list_threats(struct exchange *x);
void list_timeline(struct exchange *x); /* x->id is the threat */

#endif
