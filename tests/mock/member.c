#include "config.h"

#include "tests/mock/member.h"

#include <json-c/json.h>
#include <stddef.h>

static struct json_object *
member(struct json_object *o, const char *name)
{
	struct json_object *value;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, name, &value))
		return NULL;
	return value;
}

double
member_number(struct json_object *o, const char *name, double otherwise)
{
	struct json_object *value = member(o, name);

	return value == NULL ? otherwise : json_object_get_double(value);
}

bool
member_bool(struct json_object *o, const char *name)
{
	return json_object_get_boolean(member(o, name));
}

const char *
member_text(struct json_object *o, const char *name, const char *otherwise)
{
	struct json_object *value = member(o, name);

	return value == NULL ? otherwise : json_object_get_string(value);
}
