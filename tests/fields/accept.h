/*
 * Which values Elasticsearch takes for a field of which type.
 */
#ifndef S1SPOOL_ACCEPT_H
#define S1SPOOL_ACCEPT_H

#include <json-c/json.h>
#include <stdbool.h>

#include "tests/fields/declared.h"

/* v is no list, and read by tests/oracle/tree.h.  A type that no line has (or
 * that there is not) takes nothing. */
bool accept_value(const struct declared_field *f, struct json_object *v);

#endif
