/*
 * Charts: what Kibana calls Lens.
 */
#ifndef S1SPOOL_LENS_H
#define S1SPOOL_LENS_H

#include <json-c/json.h>

#include "filebeat/kibana/panel.h"

/* The one layer of a chart. */
#define LENS_LAYER "layer_a"

/* The attributes of a chart of that query, new; the layer is given away. */
struct json_object *lens_attributes(const struct panel *p, const char *query,
    struct json_object *layer);

#endif
