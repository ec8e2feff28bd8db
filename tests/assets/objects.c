#include "config.h"

#include "tests/assets/objects.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/assets/dashboard.h"
#include "tests/assets/fault.h"

static struct json_object *objects; /* "type id": the object */
static struct json_object *titles; /* of dashboards */

static void
check_data_view(struct json_object *object)
{
	struct json_object *a = fault_get(object, "attributes");

	fault_text(a, "title");
	if (strcmp(fault_text(a, "timeFieldName"), "@timestamp") != 0)
		fault("another field for the time");
	json_object_put(fault_parse(a, "fields"));
	json_object_put(fault_parse(a, "runtimeFieldMap"));
}

static void
check_tag(struct json_object *object)
{
	fault_text(object, "attributes.name");
	fault_text(object, "attributes.color");
}

static void
check_search(struct json_object *object)
{
	fault_text(object, "attributes.title");
	dashboard_check_search(fault_get(object, "attributes"));
}

static void
check_dashboard(struct json_object *object)
{
	const char *title = fault_text(object, "attributes.title");

	if (json_object_object_get_ex(titles, title, NULL))
		fault("a title that another dashboard has");
	json_object_object_add(titles, title, NULL);
	dashboard_check(object);
}

/* The types, with the oldest version that all supported Kibanas know. */
static const struct {
	const char *type, *version;
	void (*check)(struct json_object *object);
} types[] = {
	{ "index-pattern", "8.0.0", check_data_view },
	{ "tag", "8.0.0", check_tag },
	{ "search", "8.0.0", check_search },
	{ "dashboard", "8.9.0", check_dashboard },
};

/* Members that Kibanas from 8.13 on do not all know. */
static const char *const too_new[] = {
	"sections", "sectionId", "pinned_panels", "showApplySelections",
	"splitAccessors", "colorMapping", "secondaryPrefix", "secondaryLabel",
	"migrationVersion", "projectRouting", "accessControl",
};

static void
check_words(const char *text)
{
	char *word;

	for (size_t i = 0; i < sizeof(too_new) / sizeof(too_new[0]); i++) {
		word = xasprintf("\"%s\"", too_new[i]);
		if (strstr(text, word) != NULL)
			fault("too new: %s", too_new[i]);
		free(word);
		/* The same inside of JSON as text. */
		word = xasprintf("\\\"%s\\\"", too_new[i]);
		if (strstr(text, word) != NULL)
			fault("too new: %s", too_new[i]);
		free(word);
	}
	if (strstr(text, "\"logs-*") != NULL ||
	    strstr(text, "labels.is_transform_source") != NULL)
		fault("relies on Elastic's package");
}

static void
check_reference(struct json_object *reference)
{
	char *key = xasprintf("%s %s", fault_text(reference, "type"),
	    fault_text(reference, "id"));

	fault_text(reference, "name");
	if (!json_object_object_get_ex(objects, key, NULL))
		fault("refers to what the file does not have: %s", key);
	free(key);
}

static void
check_references(struct json_object *object)
{
	struct json_object *list = fault_need(object, "references",
	    json_type_array);
	size_t n = list == NULL ? 0 : json_object_array_length(list);

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		check_reference(one);
		for (size_t j = 0; j < i; j++)
			if (strcmp(fault_text(one, "name"), fault_text(
			    json_object_array_get_idx(list, j), "name")) == 0)
				fault("two references of one name: %s",
				    fault_text(one, "name"));
	}
}

static void
check_envelope(struct json_object *object, const char *version)
{
	struct json_object *managed = fault_need(object, "managed",
	    json_type_boolean);

	if (strcmp(fault_text(object, "coreMigrationVersion"), "8.8.0") != 0)
		fault("coreMigrationVersion is not 8.8.0");
	if (strcmp(fault_text(object, "typeMigrationVersion"), version) != 0)
		fault("typeMigrationVersion is not %s", version);
	if (json_object_get_boolean(managed))
		fault("managed");
	if (strncmp(fault_text(object, "id"), "sentinel_one-", 13) == 0)
		fault("an id of Elastic's package");
}

static void
check_object(struct json_object *object)
{
	const char *type = fault_text(object, "type");

	fault_at(1, fault_text_if(object, "id"));
	check_references(object);
	if (fault_need(object, "attributes", json_type_object) == NULL)
		return;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, type) == 0) {
			check_envelope(object, types[i].version);
			types[i].check(object);
			return;
		}
	fault("a type that cannot be imported: %s", type);
}

static void
read_object(const char *line, size_t line_no)
{
	struct json_object *object = json_tokener_parse(line);
	char *key;

	if (!json_object_is_type(object, json_type_object)) {
		fault("line %zu is no object", line_no);
		json_object_put(object);
		return;
	}
	check_words(line);
	key = xasprintf("%s %s", fault_text(object, "type"),
	    fault_text(object, "id"));
	if (json_object_object_get_ex(objects, key, NULL))
		fault("twice: %s", key);
	json_object_object_add(objects, key, object);
	free(key);
}

static void
read_objects(const char *file)
{
	FILE *f = fopen(file, "r");
	char *line = NULL;
	size_t size = 0;

	if (f == NULL) {
		fault("cannot be read");
		return;
	}
	for (size_t line_no = 1; getline(&line, &size, f) > 0; line_no++)
		read_object(line, line_no);
	free(line);
	fclose(f);
}

void
objects_check(const char *file)
{
	objects = json_object_new_object();
	titles = json_object_new_object();
	read_objects(file);
	if (json_object_object_length(objects) == 0)
		fault("has no objects");
	json_object_object_foreach(objects, key, object) {
		(void)key;
		check_object(object);
	}
	json_object_put(objects);
	json_object_put(titles);
}
