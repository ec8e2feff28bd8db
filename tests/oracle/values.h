/*
 * Values for random records: those that a conversion takes, those that derived
 * fields look for, and what fits nowhere.
 */
#ifndef S1SPOOL_ORACLE_VALUES_H
#define S1SPOOL_ORACLE_VALUES_H

#include <json-c/json.h>

#include "collector/map/table.h"
#include "tests/oracle/rng.h"

/* For a row, mostly one that fits. */
struct json_object *value_for(const struct map_row *row, struct rng *r);

/* A list of so many that they are looked for by hash, some of them equal. */
struct json_object *value_many(const struct map_row *row, struct rng *r);

/* Whatever. */
struct json_object *value_any(struct rng *r);

#endif
