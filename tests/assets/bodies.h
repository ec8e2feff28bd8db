/*
 * Bodies of requests: detection rules, transforms.
 */
#ifndef S1SPOOL_BODIES_H
#define S1SPOOL_BODIES_H

#include <json-c/json.h>

void bodies_check_rule(struct json_object *rule);
void bodies_check_transform(struct json_object *transform);
void bodies_check_connector(struct json_object *connector);

#endif
