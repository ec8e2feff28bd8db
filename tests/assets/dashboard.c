#include "config.h"

#include "tests/assets/dashboard.h"

#include <stdbool.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/assets/evidence.h"
#include "tests/assets/fault.h"
#include "tests/assets/lens.h"

#define GRID_WIDTH 48
#define PANELS_MAX 100
#define SEARCH_INDEX "kibanaSavedObjectMeta.searchSourceJSON.index"

/* The names of references that a dashboard should have. */
static struct json_object *wanted;

static void
want(char *name)
{
	json_object_object_add(wanted, name, NULL);
	free(name);
}

/* What a panel by value refers to is also the dashboard's, with a prefix. */
static void
want_all(const char *panel, struct json_object *attributes)
{
	struct json_object *list = fault_need(attributes, "references",
	    json_type_array);

	for (size_t i = 0; list != NULL && i < json_object_array_length(list);
	    i++)
		want(xasprintf("%s:%s", panel, fault_text(
		    json_object_array_get_idx(list, i), "name")));
}

void
dashboard_check_search(struct json_object *attributes)
{
	struct json_object *columns = fault_need(attributes, "columns",
	    json_type_array);
	struct json_object *source = fault_parse(attributes,
	    "kibanaSavedObjectMeta.searchSourceJSON");
	evidence_set set = evidence_query(EVIDENCE_ALL,
	    fault_text_if(source, "query.query"));

	if (strcmp(fault_text(source, "query.language"), "kuery") != 0)
		fault("not in KQL");
	if (strcmp(fault_text(source, "indexRefName"), SEARCH_INDEX) != 0)
		fault("no data view");
	json_object_put(source);
	fault_need(attributes, "sort", json_type_array);
	fault_need(attributes, "grid", json_type_object);
	for (size_t i = 0; columns != NULL &&
	    i < json_object_array_length(columns); i++)
		evidence_field(set, json_object_get_string(
		    json_object_array_get_idx(columns, i)), EVIDENCE_SHOWN);
}

static void
check_lens(const char *panel, struct json_object *config)
{
	struct json_object *attributes = fault_need(config, "attributes",
	    json_type_object);

	want_all(panel, attributes);
	lens_check(attributes);
}

static void
check_search(const char *panel, struct json_object *config)
{
	struct json_object *attributes = fault_need(config, "attributes",
	    json_type_object);

	want_all(panel, attributes);
	dashboard_check_search(attributes);
}

static void
check_markdown(const char *panel, struct json_object *config)
{
	(void)panel;
	fault_text(config, "savedVis.params.markdown");
	if (strcmp(fault_text(config, "savedVis.type"), "markdown") != 0)
		fault("no Markdown");
}

static void
check_links(const char *panel, struct json_object *config)
{
	struct json_object *list = fault_need(config, "attributes.links",
	    json_type_array);

	for (size_t i = 0; list != NULL && i < json_object_array_length(list);
	    i++) {
		struct json_object *link = json_object_array_get_idx(list, i);
		char *name = xasprintf("link_%s_dashboard",
		    fault_text(link, "id"));

		if (strcmp(name, fault_text(link, "destinationRefName")) != 0)
			fault("links: %s is not %s", name,
			    fault_text_if(link, "destinationRefName"));
		if (json_object_get_int64(fault_get(link, "order")) !=
		    (int64_t)i)
			fault("links: wrong order");
		want(xasprintf("%s:%s", panel, name));
		free(name);
	}
}

static const struct {
	const char *type;
	void (*check)(const char *panel, struct json_object *config);
} kinds[] = {
	{ "lens", check_lens },
	{ "search", check_search },
	{ "visualization", check_markdown },
	{ "links", check_links },
};

static int
grid(struct json_object *panel, const char *name)
{
	struct json_object *v = fault_get(fault_get(panel, "gridData"), name);

	if (!json_object_is_type(v, json_type_int))
		fault("gridData.%s: no whole number", name);
	return json_object_get_int(v);
}

static bool
beside(struct json_object *a, struct json_object *b, const char *at,
    const char *size)
{
	return grid(a, at) + grid(a, size) <= grid(b, at) ||
	    grid(b, at) + grid(b, size) <= grid(a, at);
}

static void
check_place(struct json_object *panels, size_t n)
{
	struct json_object *panel = json_object_array_get_idx(panels, n);
	const char *id = fault_text(panel, "panelIndex");

	if (strcmp(id, fault_text(panel, "gridData.i")) != 0 ||
	    strchr(id, ':') != NULL)
		fault("panelIndex is not gridData.i, or has a colon");
	if (grid(panel, "x") < 0 || grid(panel, "y") < 0 ||
	    grid(panel, "w") < 1 || grid(panel, "h") < 1 ||
	    grid(panel, "x") + grid(panel, "w") > GRID_WIDTH)
		fault("outside of the grid");
	for (size_t i = 0; i < n; i++) {
		struct json_object *other = json_object_array_get_idx(panels,
		    i);

		if (strcmp(id, fault_text(other, "panelIndex")) == 0)
			fault("panelIndex is not its own");
		if (!beside(panel, other, "x", "w") &&
		    !beside(panel, other, "y", "h"))
			fault("lies over %s", fault_text(other, "panelIndex"));
	}
}

static void
check_panel(struct json_object *panel)
{
	const char *id = fault_text(panel, "panelIndex");
	const char *type = fault_text(panel, "type");
	struct json_object *config = fault_need(panel, "embeddableConfig",
	    json_type_object);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].type, type) == 0) {
			kinds[i].check(id, config);
			return;
		}
	fault("no type of panel: %s", type);
}

static void
check_panels(struct json_object *attributes)
{
	struct json_object *panels = fault_parse(attributes, "panelsJSON");
	size_t n = panels == NULL ? 0 : json_object_array_length(panels);

	if (n == 0 || n >= PANELS_MAX)
		fault("%zu panels", n);
	for (size_t i = 0; i < n; i++) {
		struct json_object *panel = json_object_array_get_idx(panels,
		    i);

		fault_at(2, fault_text_if(panel, "panelIndex"));
		check_place(panels, i);
		check_panel(panel);
	}
	fault_at(2, "");
	json_object_put(panels);
}

static void
check_control(const char *id, struct json_object *control, unsigned *orders)
{
	int order = json_object_get_int(fault_get(control, "order"));

	fault_at(2, id);
	if (strcmp(id, fault_text(control, "explicitInput.id")) != 0)
		fault("explicitInput.id is another one");
	if (strcmp("optionsListControl", fault_text(control, "type")) != 0)
		fault("no list of options");
	fault_text(control, "explicitInput.dataViewId");
	fault_text(control, "explicitInput.title");
	evidence_field(EVIDENCE_ALL,
	    fault_text(control, "explicitInput.fieldName"), EVIDENCE_VALUES);
	*orders |= order < 0 || order > 30 ? 0 : 1U << order;
	want(xasprintf("controlGroup_%s:optionsListDataView", id));
	fault_at(2, "");
}

static void
check_controls(struct json_object *attributes)
{
	struct json_object *controls = fault_parse(attributes,
	    "controlGroupInput.panelsJSON");
	unsigned orders = 0;

	if (controls == NULL)
		return;
	json_object_object_foreach(controls, id, control)
		check_control(id, control, &orders);
	if (orders != (1U << json_object_object_length(controls)) - 1)
		fault("the orders of controls are not 0, 1, 2...");
	json_object_put(controls);
}

/* All that is wanted is there, and all that is there is wanted. */
static void
check_references(struct json_object *references)
{
	for (size_t i = 0; i < json_object_array_length(references); i++) {
		const char *name = fault_text(json_object_array_get_idx(
		    references, i), "name");

		if (strncmp(name, "tag-ref-", 8) != 0 &&
		    !json_object_object_get_ex(wanted, name, NULL))
			fault("a reference that nothing has: %s", name);
		json_object_object_del(wanted, name);
	}
	json_object_object_foreach(wanted, missing, unused) {
		(void)unused;
		fault("no reference: %s", missing);
	}
}

static const struct {
	const char *name;
	enum json_type type;
	const char *member; /* of an object, JSON as text */
} allowed[] = {
	{ "title", json_type_string, NULL },
	{ "description", json_type_string, NULL },
	{ "version", json_type_int, NULL },
	{ "timeRestore", json_type_boolean, NULL },
	{ "timeFrom", json_type_string, NULL },
	{ "timeTo", json_type_string, NULL },
	{ "refreshInterval", json_type_object, NULL },
	{ "optionsJSON", json_type_string, "optionsJSON" },
	{ "panelsJSON", json_type_string, "panelsJSON" },
	{ "kibanaSavedObjectMeta", json_type_object,
	    "kibanaSavedObjectMeta.searchSourceJSON" },
	{ "controlGroupInput", json_type_object,
	    "controlGroupInput.ignoreParentSettingsJSON" },
};

static void
check_attribute(struct json_object *attributes, const char *name)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		if (strcmp(allowed[i].name, name) != 0)
			continue;
		fault_need(attributes, name, allowed[i].type);
		if (allowed[i].member != NULL)
			json_object_put(fault_parse(attributes,
			    allowed[i].member));
		return;
	}
	fault("an attribute that old Kibanas do not know: %s", name);
}

static void
check_attributes(struct json_object *attributes)
{
	json_object_object_foreach(attributes, name, value) {
		(void)value;
		check_attribute(attributes, name);
	}
	if (json_object_object_length(fault_get(attributes,
	    "kibanaSavedObjectMeta")) != 1)
		fault("kibanaSavedObjectMeta has more members");
	fault_need(attributes, "refreshInterval.pause", json_type_boolean);
	fault_need(attributes, "refreshInterval.value", json_type_int);
	if (json_object_get_boolean(fault_get(attributes, "timeRestore"))) {
		fault_text(attributes, "timeFrom");
		fault_text(attributes, "timeTo");
	}
}

void
dashboard_check(struct json_object *object)
{
	struct json_object *attributes = fault_get(object, "attributes");

	wanted = json_object_new_object();
	check_attributes(attributes);
	check_panels(attributes);
	check_controls(attributes);
	check_references(fault_get(object, "references"));
	json_object_put(wanted);
}
