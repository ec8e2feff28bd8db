#include "config.h"

#include <string.h>

#include "collector/base/buf.h"
#include "collector/json/tree.h"
#include "collector/setup/elastic.h"

#define NAME_MAX_LEN 4096

static bool same(struct json_object *a, struct json_object *b, bool exact);

/* What the server adds by itself, outside of mappings. */
static bool
is_added(const char *name)
{
	static const char *const names[] = {
		"allow_custom_routing", "authorization", "create_time",
		"created_date", "created_date_millis", "effective_retention",
		"failure_store", "hidden", "id", "modified_date",
		"modified_date_millis", "retention_determined_by", "version",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool
is_empty(struct json_object *v)
{
	return v == NULL ||
	    (json_object_is_type(v, json_type_object) &&
	    json_object_object_length(v) == 0) ||
	    (json_object_is_type(v, json_type_array) &&
	    json_object_array_length(v) == 0);
}

/* Add settings to flat as "index.a.b": "text". */
static void
flatten(struct json_object *settings, const struct buf *prefix,
    struct json_object *flat)
{
	json_object_object_foreach(settings, name, value) {
		struct buf path;

		buf_init(&path, NAME_MAX_LEN);
		buf_adds(&path, prefix->p);
		if (path.len > 0)
			buf_addc(&path, '.');
		else if (strncmp(name, "index.", 6) != 0 &&
		    strcmp(name, "index") != 0)
			buf_adds(&path, "index.");
		buf_adds(&path, name);
		if (json_object_is_type(value, json_type_object))
			flatten(value, &path, flat);
		else
			tree_put(flat, path.p, value == NULL ? NULL :
			    tree_text(tree_string(value)));
		buf_fini(&path);
	}
}

static bool
same_settings(struct json_object *a, struct json_object *b)
{
	struct json_object *x = tree_object();
	struct json_object *y = tree_object();
	struct buf none;
	bool is;

	buf_init(&none, 1);
	if (json_object_is_type(a, json_type_object))
		flatten(a, &none, x);
	if (json_object_is_type(b, json_type_object))
		flatten(b, &none, y);
	is = same(x, y, true);
	buf_fini(&none);
	json_object_put(x);
	json_object_put(y);
	return is;
}

static bool
same_lists(struct json_object *a, struct json_object *b, bool exact)
{
	size_t n = json_object_array_length(a);

	if (json_object_array_length(b) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!same(json_object_array_get_idx(a, i),
		    json_object_array_get_idx(b, i), exact))
			return false;
	return true;
}

static bool
same_objects(struct json_object *a, struct json_object *b, bool exact)
{
	struct json_object *other;

	json_object_object_foreach(a, name, value) {
		bool part_exact = exact || strcmp(name, "mappings") == 0;

		if (!json_object_object_get_ex(b, name, &other))
			return false;
		if (!exact && strcmp(name, "settings") == 0) {
			if (!same_settings(value, other))
				return false;
		} else if (!same(value, other, part_exact)) {
			return false;
		}
	}
	json_object_object_foreach(b, added, extra) {
		if (json_object_object_get_ex(a, added, NULL))
			continue;
		if (exact || (!is_added(added) && !is_empty(extra)))
			return false;
	}
	return true;
}

/* exact: without anything that was added.  Numbers and booleans may come back
 * as text. */
static bool
same(struct json_object *a, struct json_object *b, bool exact)
{
	if (json_object_is_type(a, json_type_object) &&
	    json_object_is_type(b, json_type_object))
		return same_objects(a, b, exact);
	if (json_object_is_type(a, json_type_array) &&
	    json_object_is_type(b, json_type_array))
		return same_lists(a, b, exact);
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(tree_string(a), tree_string(b)) == 0;
}

bool
elastic_same(struct json_object *wanted, struct json_object *got)
{
	return same(wanted, got, false);
}
