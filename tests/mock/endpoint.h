/*
 * The console's paths.
 *
 * A dataset is a set in store.h, a file of templates with its row in gen.c,
 * rows made in history.c, a list_kind in lists.c and a row in endpoint.c.
 */
#ifndef S1SPOOL_MOCK_ENDPOINT_H
#define S1SPOOL_MOCK_ENDPOINT_H

#include "tests/mock/exchange.h"

#define ENDPOINT_ROOT "/web/api/v2.1"

enum auth {
	AUTH_ANY, /* ApiToken or Bearer */
	AUTH_BEARER,
	AUTH_NONE /* no token needed */
};

struct endpoint {
	const char *method;
	const char *path; /* "{id}" stands for a number, at most twice */
	const char *dataset; /* by which faults and statistics name it */
	void (*serve)(struct exchange *x);
	enum auth auth;
	const char *right; /* that the token must have, NULL: any token does */
};

/* What the request is for, NULL when there is no such path; sets x->id. */
const struct endpoint *endpoint_find(struct exchange *x);

/* Answer the request.  With the console's lock held. */
void endpoint_serve(const struct endpoint *e, struct exchange *x);

#endif
