/*
 * The columns that a chart shows.
 */
#ifndef S1SPOOL_LAYER_H
#define S1SPOOL_LAYER_H

#include <json-c/json.h>
#include <stdbool.h>

#include "tests/assets/evidence.h"

/* Look at a layer whose documents are those of the datasets. */
void layer_check(struct json_object *layer, evidence_set set);

/* A column, which is a fault when there is none, or when it is a bucket in
 * place of a value or the other way round. */
void layer_column(struct json_object *layer, const char *id, bool bucket);

#endif
