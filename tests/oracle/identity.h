/*
 * The _id of a document, computed a second time: which fields it takes is
 * written down here again, and a buffer is hashed where collector/map feeds a
 * digest.
 */
#ifndef S1SPOOL_ORACLE_IDENTITY_H
#define S1SPOOL_ORACLE_IDENTITY_H

#include <json-c/json.h>
#include <stdint.h>

#include "collector/base/buf.h"

#define IDENTITY_LEN 28

struct identity_context {
	const char *parent; /* "" for none */
	int64_t sweep_start_ms;
	int64_t resend_period_ms;
};

/* The _id of a record of a dataset; original is its text. */
void oracle_identity(const char *dataset, struct json_object *record,
    struct slice original, const struct identity_context *ctx,
    char id[IDENTITY_LEN + 1]);

#endif
