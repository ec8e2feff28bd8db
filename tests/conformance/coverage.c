#include "config.h"

#include "tests/conformance/coverage.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "tests/conformance/compare.h"

void
coverage_init(struct coverage *c, const struct map_table *table)
{
	c->table = table;
	c->hit = xcalloc(table->n_rows, sizeof(*c->hit));
}

void
coverage_fini(struct coverage *c)
{
	free(c->hit);
}

/* Is there anything that the clean-up leaves? */
static bool
has_value(struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_null:
		return false;
	case json_type_string:
		return json_object_get_string_len(o) > 0;
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(o); i++)
			if (has_value(json_object_array_get_idx(o, i)))
				return true;
		return false;
	case json_type_object: {
		json_object_object_foreach(o, name, value) {
			(void)name;
			if (has_value(value))
				return true;
		}
		return false;
	}
	default:
		return true;
	}
}

static bool find_value(struct json_object *o, const char *path);

/* index: "[]", or "[0]" for the first element only. */
static bool
find_in_elements(struct json_object *list, const char *index, const char *path)
{
	size_t n;

	if (!json_object_is_type(list, json_type_array))
		return false;
	n = json_object_array_length(list);
	for (size_t i = 0; i < n && (i == 0 || index[1] == ']'); i++)
		if (find_value(json_object_array_get_idx(list, i), path))
			return true;
	return false;
}

/* A value at "a.b[].c" below o? */
static bool
find_value(struct json_object *o, const char *path)
{
	size_t n = strcspn(path, ".[");
	const char *index = path + n;
	const char *rest = *index == '[' ? strchr(index, ']') + 1 : index;
	struct json_object *value;
	char *name;
	bool found;

	if (*path == '\0')
		return has_value(o);
	name = xstrndup(path, n);
	found = json_object_is_type(o, json_type_object) &&
	    json_object_object_get_ex(o, name, &value);
	free(name);
	if (!found)
		return false;
	rest += *rest == '.';
	return *index == '[' ? find_in_elements(value, index, rest) :
			       find_value(value, rest);
}

void
coverage_add(struct coverage *c, struct slice record)
{
	struct json_object *o = compare_parse(record);

	if (o == NULL)
		return;
	for (size_t i = 0; i < c->table->n_rows; i++)
		if (!c->hit[i])
			c->hit[i] = find_value(o, c->table->rows[i].raw);
	json_object_put(o);
}

int
coverage_missing(const struct coverage *c, const char *dataset)
{
	int n = 0;

	for (size_t i = 0; i < c->table->n_rows; i++) {
		if (c->hit[i])
			continue;
		printf("%s: no record has a value for row %zu, %s\n", dataset,
		    i + 1, c->table->rows[i].raw);
		n++;
	}
	return n;
}
