/*
 * The text of a request: path, query string and body from a walk row and the
 * walk's frozen values.
 */
#ifndef S1SPOOL_URL_H
#define S1SPOOL_URL_H

#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/dataset/dataset.h"

/* What goes into a request beside what its row says. */
struct url_args {
	const char *query; /* fixed parameters, NULL for none */
	const char *field; /* time field of the bounds, NULL for none */
	int64_t lower; /* ms; TIME_NONE leaves a bound out */
	int64_t upper;
	int64_t limit;
	const char *site_ids; /* NULL for none */
	const char *cursor; /* as it was received, NULL on a first page */
	char *const *key; /* the parent's keys, in order; NULL members where
			   * it had none.  NULL for a list request */
};

/*
 * Append the path with its query string.  The cursor may have been received
 * percent-encoded: it is decoded once and encoded once.  0, or -1 when out's
 * cap is too small.
 */
int url_path(struct buf *out, const struct walk_request *rq,
    const struct url_args *a);

/* Append the body of a POST: rq->body with its placeholders replaced. */
int url_body(struct buf *out, const struct walk_request *rq,
    const struct url_args *a);

#endif
