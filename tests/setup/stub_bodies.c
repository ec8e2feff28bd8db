#include "config.h"

#include "tests/setup/stub_bodies.h"

#include <string.h>

/* A member that may be there; the list ends with a name of NULL. */
struct member {
	const char *name;
	enum json_type type;
	bool required;
};

#define OBJECT json_type_object
#define LIST json_type_array
#define TEXT json_type_string
#define BOOL json_type_boolean

static const struct member component[] = {
	{ "template", OBJECT, true }, { "_meta", OBJECT, false }, { 0 },
};
static const struct member inner[] = {
	{ "settings", OBJECT, false }, { "mappings", OBJECT, false },
	{ "lifecycle", OBJECT, false }, { 0 },
};
static const struct member lifecycle[] = {
	{ "enabled", BOOL, false }, { "data_retention", TEXT, false }, { 0 },
};
static const struct member mappings[] = {
	{ "dynamic", BOOL, false }, { "date_detection", BOOL, false },
	{ "dynamic_templates", LIST, false }, { "properties", OBJECT, false },
	{ "_meta", OBJECT, false }, { 0 },
};
static const struct member index_template[] = {
	{ "index_patterns", LIST, true }, { "composed_of", LIST, false },
	{ "ignore_missing_component_templates", LIST, false },
	{ "priority", json_type_int, false }, { "data_stream", OBJECT, false },
	{ "allow_auto_create", BOOL, false }, { "_meta", OBJECT, false },
	{ "template", OBJECT, false }, { 0 },
};
static const struct member pipeline[] = {
	{ "description", TEXT, false }, { "processors", LIST, true },
	{ "_meta", OBJECT, false }, { 0 },
};
static const struct member transform[] = {
	{ "description", TEXT, false }, { "source", OBJECT, true },
	{ "dest", OBJECT, true }, { "frequency", TEXT, false },
	{ "sync", OBJECT, false }, { "latest", OBJECT, true },
	{ "retention_policy", OBJECT, false }, { "settings", OBJECT, false },
	{ "_meta", OBJECT, false }, { 0 },
};
static const struct member key[] = {
	{ "name", TEXT, true }, { "role_descriptors", OBJECT, false },
	{ "metadata", OBJECT, false }, { 0 },
};

static const struct member *
find(const struct member *list, const char *name)
{
	while (list->name != NULL && strcmp(list->name, name) != 0)
		list++;
	return list->name == NULL ? NULL : list;
}

static int
check(struct json_object *o, const struct member *list, struct buf *why)
{
	for (const struct member *m = list; m->name != NULL; m++) {
		struct json_object *v = json_object_object_get(o, m->name);

		if (v == NULL ? m->required : !json_object_is_type(v,
		    m->type)) {
			buf_addf(why, "[%s] is missing, or of another type",
			    m->name);
			return -1;
		}
	}
	json_object_object_foreach(o, name, value) {
		(void)value;
		if (find(list, name) == NULL) {
			buf_addf(why, "unknown field [%s]", name);
			return -1;
		}
	}
	return 0;
}

static bool
is_type(const char *name)
{
	static const char *const types[] = {
		"boolean", "constant_keyword", "date", "double", "flattened",
		"float", "geo_point", "ip", "keyword", "long",
		"match_only_text", "object", "wildcard",
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], name) == 0)
			return true;
	return false;
}

static int
check_properties(struct json_object *properties, struct buf *why)
{
	json_object_object_foreach(properties, name, field) {
		struct json_object *type = json_object_object_get(field,
		    "type");
		struct json_object *below = json_object_object_get(field,
		    "properties");
		const char *word = type == NULL ? "object" :
		    json_object_get_string(type);

		if (!is_type(word) || (below != NULL &&
		    strcmp(word, "object") != 0)) {
			buf_addf(why, "No handler for type [%s] declared on "
			    "field [%s]", word, name);
			return -1;
		}
		if (below != NULL && check_properties(below, why) != 0)
			return -1;
	}
	return 0;
}

/* Serverless has no settings of ILM. */
static int
check_settings(struct stub *s, struct json_object *settings, struct buf *why)
{
	struct json_object *index = json_object_object_get(settings, "index");

	if (json_object_object_length(settings) != 1 || index == NULL) {
		buf_adds(why, "unknown setting: not below index");
		return -1;
	}
	if (s->serverless && json_object_object_get(index, "lifecycle") !=
	    NULL) {
		buf_adds(why, "Settings [index.lifecycle.prefer_ilm] are not "
		    "available when running in serverless mode");
		return -1;
	}
	return 0;
}

static int
check_inner(struct stub *s, struct json_object *t, struct buf *why)
{
	struct json_object *part;

	if (check(t, inner, why) != 0)
		return -1;
	if (json_object_object_get_ex(t, "settings", &part) &&
	    check_settings(s, part, why) != 0)
		return -1;
	if (json_object_object_get_ex(t, "lifecycle", &part) &&
	    check(part, lifecycle, why) != 0)
		return -1;
	if (!json_object_object_get_ex(t, "mappings", &part))
		return 0;
	if (check(part, mappings, why) != 0)
		return -1;
	return json_object_object_get_ex(part, "properties", &part) ?
	    check_properties(part, why) : 0;
}

int
bodies_component(struct stub *s, struct json_object *o, struct buf *why)
{
	return check(o, component, why) != 0 ? -1 :
	    check_inner(s, json_object_object_get(o, "template"), why);
}

static bool
has_text(struct json_object *list, const char *text)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(
		    list, i)), text) == 0)
			return true;
	return false;
}

static int
check_parts(struct stub *s, struct json_object *o, struct buf *why)
{
	struct json_object *may_miss = json_object_object_get(o,
	    "ignore_missing_component_templates");
	struct json_object *parts = json_object_object_get(o, "composed_of");
	struct json_object *there = stub_objects(s, "component_template");

	for (size_t i = 0; i < json_object_array_length(parts); i++) {
		const char *part = json_object_get_string(
		    json_object_array_get_idx(parts, i));

		if (has_text(may_miss, part) ||
		    json_object_object_get(there, part) != NULL)
			continue;
		buf_addf(why, "component template [%s] does not exist", part);
		return -1;
	}
	return 0;
}

int
bodies_template(struct stub *s, const char *name, struct json_object *o,
    struct buf *why)
{
	struct json_object *t;

	if (check(o, index_template, why) != 0 || check_parts(s, o, why) != 0)
		return -1;
	if (json_object_object_get_ex(o, "template", &t) &&
	    check_inner(s, t, why) != 0)
		return -1;
	/* Two of one priority must not have a pattern in common. */
	json_object_object_foreach(stub_objects(s, "index_template"), other,
	    value) {
		if (strcmp(other, name) == 0 ||
		    json_object_get_int(json_object_object_get(value,
		    "priority")) != json_object_get_int(
		    json_object_object_get(o, "priority")) ||
		    !json_object_equal(json_object_object_get(value,
		    "index_patterns"), json_object_object_get(o,
		    "index_patterns")))
			continue;
		buf_addf(why, "index template [%s] has index patterns "
		    "matching patterns from existing templates [%s]", name,
		    other);
		return -1;
	}
	return 0;
}

int
bodies_pipeline(struct json_object *o, struct buf *why)
{
	struct json_object *list;

	if (check(o, pipeline, why) != 0)
		return -1;
	list = json_object_object_get(o, "processors");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *p = json_object_array_get_idx(list, i);

		if (json_object_object_length(p) == 1 &&
		    (json_object_object_get(p, "set") != NULL ||
		    json_object_object_get(p, "geoip") != NULL))
			continue;
		buf_adds(why, "No processor type exists with this name");
		return -1;
	}
	return 0;
}

int
bodies_transform(struct json_object *o, struct buf *why)
{
	static const struct member latest[] = {
		{ "unique_key", LIST, true }, { "sort", TEXT, true }, { 0 },
	};
	static const struct member source[] = {
		{ "index", LIST, true }, { "query", OBJECT, false }, { 0 },
	};
	static const struct member dest[] = {
		{ "index", TEXT, true }, { "aliases", LIST, false }, { 0 },
	};

	if (check(o, transform, why) != 0)
		return -1;
	if (check(json_object_object_get(o, "latest"), latest, why) != 0 ||
	    check(json_object_object_get(o, "source"), source, why) != 0 ||
	    check(json_object_object_get(o, "dest"), dest, why) != 0)
		return -1;
	return 0;
}

int
bodies_key(struct json_object *o, struct buf *why)
{
	return check(o, key, why);
}

void
bodies_normalise(struct json_object *settings)
{
	if (settings == NULL)
		return;
	json_object_object_foreach(settings, name, value) {
		if (json_object_is_type(value, OBJECT))
			bodies_normalise(value);
		else
			json_object_object_add(settings, name,
			    json_object_new_string(
			    json_object_get_string(value)));
	}
}
