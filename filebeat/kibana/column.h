/*
 * Columns of a chart's layer.
 */
#ifndef S1SPOOL_COLUMN_H
#define S1SPOOL_COLUMN_H

#include <json-c/json.h>

#include "filebeat/kibana/facts.h"
#include "filebeat/kibana/panel.h"

/* Names of the columns of the n-th split and of the n-th value. */
const char *column_split(int n);
const char *column_value(int n);

/*
 * The layer of a panel: {columnOrder, columns, incompleteColumns}, new.  NULL
 * when a column is of a field that charts cannot use, which *field then names.
 */
struct json_object *column_layer(const struct panel *p, const struct facts *f,
    const char **field);

#endif
