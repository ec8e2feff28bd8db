/*
 * What a bulk endpoint does wrong, by chance: the odds of each kind.
 */
#ifndef S1SPOOL_FILEBEAT_TROUBLE_H
#define S1SPOOL_FILEBEAT_TROUBLE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/mock/rng.h"

enum trouble_kind {
	/* of a request; the first that happens */
	TROUBLE_RESET, /* the connection, before anything is taken */
	TROUBLE_LOST, /* the connection, after all was taken */
	TROUBLE_BUSY, /* 429 */
	TROUBLE_DOWN, /* 503 */
	/* beside these */
	TROUBLE_SLOW, /* up to two seconds before the reply */
	/* of an item */
	TROUBLE_ITEM_BUSY, /* 429 */
	TROUBLE_ITEM_REFUSED, /* 400: for ever, as it goes by the _id */
	TROUBLE_KINDS,
	TROUBLE_NONE = TROUBLE_KINDS
};

struct trouble {
	struct rng rng;
	double odds[TROUBLE_KINDS];
	uint64_t met[TROUBLE_KINDS];
};

/* Take over the odds, {"busy":0.1,...}; those not named are 0.  False when
 * there is no such kind, or a value is no number. */
bool trouble_set(struct trouble *t, struct json_object *odds);

/* The kind that a request meets, or TROUBLE_NONE. */
enum trouble_kind trouble_of_request(struct trouble *t);

/* Seconds that the reply has to wait. */
double trouble_delay(struct trouble *t);

bool trouble_item_busy(struct trouble *t);
bool trouble_item_refused(struct trouble *t, const char *id);

/* How often each was met, as an object; the caller's. */
struct json_object *trouble_met(const struct trouble *t);

#endif
