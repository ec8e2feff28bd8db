/*
 * Columns of a chart's layer.
 */
#ifndef S1SPOOL_COLUMN_H
#define S1SPOOL_COLUMN_H

#include <json-c/json.h>

#include "filebeat/kibana/facts.h"
#include "filebeat/kibana/panel.h"

/* Names of the columns of the n-th split and of the n-th value. */
#define COLUMN_SPLIT(n) ((const char *[]){ "c_s0", "c_s1", "c_s2" }[n])
#define COLUMN_VALUE(n)                                                      \
	((const char *[]){ "c_v0", "c_v1", "c_v2", "c_v3", "c_v4", "c_v5",   \
		"c_v6", "c_v7" }[n])

/*
 * The layer of a panel: {columnOrder, columns, incompleteColumns}, new.  NULL
 * when a column is of a field that charts cannot use, which *field then names.
 */
struct json_object *column_layer(const struct panel *p, const struct facts *f,
    const char **field);

#endif
