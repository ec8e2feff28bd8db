/*
 * Random records of a dataset, made from its table: every raw path may be
 * there, with a value that fits or one that does not.
 */
#ifndef S1SPOOL_ORACLE_GEN_H
#define S1SPOOL_ORACLE_GEN_H

#include <json-c/json.h>

#include "collector/map/table.h"
#include "tests/oracle/rng.h"

struct json_object *gen_record(const struct map_table *t, struct rng *r);

#endif
