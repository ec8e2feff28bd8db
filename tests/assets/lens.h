/*
 * Charts.
 */
#ifndef S1SPOOL_LENS_CHECK_H
#define S1SPOOL_LENS_CHECK_H

#include <json-c/json.h>

/* Look at the attributes of a chart. */
void lens_check(struct json_object *attributes);

#endif
