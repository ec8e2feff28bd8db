/*
 * Dashboards and lists of documents.
 */
#ifndef S1SPOOL_DASHBOARD_CHECK_H
#define S1SPOOL_DASHBOARD_CHECK_H

#include <json-c/json.h>

/* Look at a saved dashboard, and at what is in it. */
void dashboard_check(struct json_object *object);

/* Look at the attributes of a list of documents. */
void dashboard_check_search(struct json_object *attributes);

#endif
