/*
 * The collector's health as documents of the dataset s1spool.health: one of
 * each console, one of each of its datasets.
 */
#ifndef S1SPOOL_HEALTH_DOC_H
#define S1SPOOL_HEALTH_DOC_H

#include <json-c/json.h>

#include "collector/walk/figures.h"

/* Who tells it, which makes two hosts with one configuration two. */
struct health_teller {
	const char *hostname;
	const char *namespace; /* of the data stream */
	int64_t at_ms;
};

/* What is to be put by the caller.  Nothing in it is secret. */
struct json_object *health_doc_console(const struct health_teller *t,
    const struct figures *f, const struct figures_console *c);
struct json_object *health_doc_stream(const struct health_teller *t,
    const struct figures_stream *s);

#endif
