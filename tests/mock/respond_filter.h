/*
 * The `filter' of a request that acts on agents: as on a real console, one
 * that names none acts on all.
 */
#ifndef S1SPOOL_MOCK_RESPOND_FILTER_H
#define S1SPOOL_MOCK_RESPOND_FILTER_H

#include "tests/mock/exchange.h"

struct json_object;

struct filtered {
	struct json_object *body; /* the request's */
	struct row **agent;
	size_t n;
};

/* 0, or -1 after a reply.  filter_fini() after 0. */
int filter_read(struct exchange *x, struct filtered *f);
void filter_fini(struct filtered *f);

/* The reply to a body without a member that it must have. */
void filter_missing(struct exchange *x, const char *name);

#endif
