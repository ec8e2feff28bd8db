#include "config.h"

#include "tests/assets/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEPTH 4
#define NAME_MAX_LEN 128

static char places[DEPTH][NAME_MAX_LEN];
static size_t n_faults;

void
fault_at(int depth, const char *name)
{
	snprintf(places[depth], sizeof(places[depth]), "%s", name);
	while (++depth < DEPTH)
		places[depth][0] = '\0';
}

void
fault(const char *fmt, ...)
{
	va_list ap;

	for (int i = 0; i < DEPTH; i++)
		if (places[i][0] != '\0')
			printf("%s: ", places[i]);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	n_faults++;
}

size_t
fault_count(void)
{
	return n_faults;
}

struct json_object *
fault_get(struct json_object *from, const char *path)
{
	char name[NAME_MAX_LEN];

	while (from != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		if (!json_object_is_type(from, json_type_object) ||
		    !json_object_object_get_ex(from, name, &from))
			return NULL;
		path += n + (path[n] == '.');
	}
	return from;
}

struct json_object *
fault_need(struct json_object *from, const char *path, enum json_type type)
{
	struct json_object *v = fault_get(from, path);

	if (v != NULL && json_object_is_type(v, type))
		return v;
	fault("%s: no %s", path, json_type_to_name(type));
	return NULL;
}

const char *
fault_text(struct json_object *from, const char *path)
{
	struct json_object *v = fault_need(from, path, json_type_string);

	if (v != NULL && json_object_get_string_len(v) == 0)
		fault("%s: empty", path);
	return v == NULL ? "" : json_object_get_string(v);
}

const char *
fault_text_if(struct json_object *from, const char *path)
{
	struct json_object *v = fault_get(from, path);

	return json_object_is_type(v, json_type_string) ?
	    json_object_get_string(v) : "";
}

struct json_object *
fault_parse(struct json_object *from, const char *path)
{
	struct json_object *v = fault_need(from, path, json_type_string);
	struct json_object *parsed = v == NULL ? NULL :
	    json_tokener_parse(json_object_get_string(v));

	if (v != NULL && parsed == NULL)
		fault("%s: not JSON", path);
	return parsed;
}
