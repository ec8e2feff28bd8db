/*
 * Targets by their path: members of the document, or hidden values for the
 * derived fields.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/oracle/convert.h"
#include "tests/oracle/derive.h"
#include "tests/oracle/engine.h"
#include "tests/oracle/tree.h"

static struct json_object *
get_path(struct json_object *o, const char *path)
{
	size_t n = strcspn(path, ".");
	char *name = strndup(path, n);
	struct json_object *v = NULL;

	json_object_object_get_ex(o, name, &v);
	free(name);
	return path[n] == '\0' || v == NULL ? v : get_path(v, path + n + 1);
}

void
field_set(struct json_object *o, const char *path, struct json_object *value)
{
	size_t n = strcspn(path, ".");
	char *name = strndup(path, n);
	struct json_object *below;

	if (path[n] == '\0') {
		json_object_object_add(o, name, value);
	} else {
		if (!json_object_object_get_ex(o, name, &below)) {
			below = json_object_new_object();
			json_object_object_add(o, name, below);
		}
		field_set(below, path + n + 1, value);
	}
	free(name);
}

struct json_object *
oracle_get(const struct oracle *o, const char *path)
{
	struct json_object *v = NULL;

	if (path[0] != '.')
		return get_path(o->doc, path);
	json_object_object_get_ex(o->hidden, path, &v);
	return v;
}

void
oracle_set(struct oracle *o, const char *path, struct json_object *v)
{
	if (path[0] == '.')
		json_object_object_add(o->hidden, path, v);
	else
		field_set(o->doc, path, v);
}

static bool
is_in(struct json_object *list, struct json_object *v)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (tree_same(json_object_array_get_idx(list, i), v))
			return true;
	return false;
}

/* Append v to a list of ours, which may have to be made; returns it, with a
 * reference of its own when it is new. */
static struct json_object *
append(struct json_object *list, struct json_object *v, bool unique)
{
	if (list == NULL || !oracle_is_list(list))
		list = oracle_list();
	if (!oracle_is_list(v)) {
		if (!unique || !is_in(list, v))
			json_object_array_add(list, json_object_get(v));
		return list;
	}
	for (size_t i = 0; i < json_object_array_length(v); i++)
		list = append(list, json_object_array_get_idx(v, i), unique);
	return list;
}

void
field_append(struct oracle *o, const char *path, struct json_object *v,
    bool unique)
{
	struct json_object *old = oracle_get(o, path);
	struct json_object *list = append(old, v, unique);

	if (list != old)
		oracle_set(o, path, list);
}

struct json_object *
field_own(struct json_object *v)
{
	return oracle_is_list(v) ? append(NULL, v, false) : json_object_get(v);
}

static void
add_text(struct oracle *o, const char *to, struct json_object *v, bool unique)
{
	struct json_object *text = oracle_text(v);

	if (text != NULL)
		field_append(o, to, text, unique);
	json_object_put(text);
}

void
oracle_add(struct oracle *o, const char *to, const char *from, bool unique)
{
	struct json_object *v = oracle_get(o, from);

	if (!oracle_is_list(v)) {
		add_text(o, to, v, unique);
		return;
	}
	for (size_t i = 0; i < json_object_array_length(v); i++)
		add_text(o, to, json_object_array_get_idx(v, i), unique);
}
