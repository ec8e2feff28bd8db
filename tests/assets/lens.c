#include "config.h"

#include "tests/assets/lens.h"

#include <stdbool.h>
#include <string.h>

#include "tests/assets/fault.h"
#include "tests/assets/layer.h"

#define LAYERS "state.datasourceStates.formBased.layers"

struct chart {
	struct json_object *attributes, *shown; /* state.visualization */
};

/* The layer that something says it shows; NULL when there is none. */
static struct json_object *
layer_of(const struct chart *c, struct json_object *shown)
{
	struct json_object *layers = fault_get(c->attributes, LAYERS);
	const char *id = fault_text(shown, "layerId");
	struct json_object *layer = fault_get(layers, id);

	if (layer == NULL)
		fault("no layer: %s", id);
	return layer;
}

/* Every name in a list, or the one name, at that path is a column. */
static void
check_columns(struct json_object *layer, struct json_object *from,
    const char *path, bool bucket, bool needed)
{
	struct json_object *v = fault_get(from, path);

	if (json_object_is_type(v, json_type_string)) {
		layer_column(layer, json_object_get_string(v), bucket);
	} else if (json_object_is_type(v, json_type_array) &&
	    json_object_array_length(v) > 0) {
		for (size_t i = 0; i < json_object_array_length(v); i++)
			layer_column(layer, json_object_get_string(
			    json_object_array_get_idx(v, i)), bucket);
	} else if (needed) {
		fault("%s: no column", path);
	}
}

static void
check_metric(const struct chart *c)
{
	check_columns(layer_of(c, c->shown), c->shown, "metricAccessor",
	    false, true);
}

/* The layers of what has several. */
static struct json_object *
shown_layers(const struct chart *c)
{
	return fault_need(c->shown, "layers", json_type_array);
}

static void
check_pie(const struct chart *c)
{
	struct json_object *layers = shown_layers(c);

	for (size_t i = 0; layers != NULL &&
	    i < json_object_array_length(layers); i++) {
		struct json_object *one = json_object_array_get_idx(layers, i);
		struct json_object *layer = layer_of(c, one);

		check_columns(layer, one, "primaryGroups", true, true);
		check_columns(layer, one, "secondaryGroups", true, false);
		check_columns(layer, one, "metrics", false, true);
	}
}

static void
check_bars(const struct chart *c)
{
	struct json_object *layers = shown_layers(c);
	size_t n = layers == NULL ? 0 : json_object_array_length(layers);
	size_t horizontal = 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_array_get_idx(layers, i);
		struct json_object *layer = layer_of(c, one);

		horizontal += strstr(fault_text(one, "seriesType"),
		    "horizontal") != NULL;
		check_columns(layer, one, "xAccessor", true, true);
		check_columns(layer, one, "splitAccessor", true, false);
		check_columns(layer, one, "accessors", false, true);
	}
	if (horizontal != 0 && horizontal != n)
		fault("some bars are horizontal");
	fault_need(c->shown, "legend", json_type_object);
}

/* Is it shown once? */
static void
check_shown(struct json_object *shown, const char *id)
{
	size_t times = 0;

	for (size_t i = 0; i < json_object_array_length(shown); i++)
		times += strcmp(id, fault_text(json_object_array_get_idx(shown,
		    i), "columnId")) == 0;
	if (times != 1)
		fault("%s is shown %zu times", id, times);
}

static void
check_table(const struct chart *c)
{
	struct json_object *layer = layer_of(c, c->shown);
	struct json_object *columns = fault_get(layer, "columns");
	struct json_object *shown = fault_need(c->shown, "columns",
	    json_type_array);
	const char *sorted = fault_text(c->shown, "sorting.columnId");

	if (columns == NULL || shown == NULL)
		return;
	if (json_object_array_length(shown) !=
	    (size_t)json_object_object_length(columns))
		fault("shows %zu of %d columns",
		    json_object_array_length(shown),
		    json_object_object_length(columns));
	json_object_object_foreach(columns, id, column) {
		(void)column;
		check_shown(shown, id);
	}
	if (fault_get(columns, sorted) == NULL)
		fault("sorted by no column: %s", sorted);
}

static const struct {
	const char *type;
	void (*check)(const struct chart *c);
} types[] = {
	{ "lnsMetric", check_metric },
	{ "lnsPie", check_pie },
	{ "lnsXY", check_bars },
	{ "lnsDatatable", check_table },
};

static void
check_visualization(const struct chart *c)
{
	const char *type = fault_text(c->attributes, "visualizationType");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, type) == 0) {
			types[i].check(c);
			return;
		}
	fault("no visualization: %s", type);
}

/* Newer Kibanas drop a layer whose data view has no reference. */
static void
check_reference(struct json_object *attributes, const char *layer)
{
	static const char prefix[] = "indexpattern-datasource-layer-";
	struct json_object *list = fault_get(attributes, "references");

	for (size_t i = 0; list != NULL && i < json_object_array_length(list);
	    i++) {
		const char *name = fault_text(json_object_array_get_idx(list,
		    i), "name");

		if (strncmp(name, prefix, strlen(prefix)) == 0 &&
		    strcmp(name + strlen(prefix), layer) == 0)
			return;
	}
	fault("no reference of layer %s", layer);
}

void
lens_check(struct json_object *attributes)
{
	struct chart c = { attributes, fault_need(attributes,
	    "state.visualization", json_type_object) };
	struct json_object *layers = fault_need(attributes, LAYERS,
	    json_type_object);
	const char *kql = fault_text_if(attributes, "state.query.query");
	evidence_set set = evidence_query(EVIDENCE_ALL, kql);

	if (strcmp(fault_text(attributes, "state.query.language"),
		"kuery") != 0)
		fault("not in KQL");
	if (fault_get(attributes, "version") != NULL)
		fault("has a version");
	fault_need(attributes, "state.filters", json_type_array);
	if (c.shown == NULL || layers == NULL)
		return;
	json_object_object_foreach(layers, id, layer) {
		check_reference(attributes, id);
		layer_check(layer, set);
	}
	check_visualization(&c);
}
