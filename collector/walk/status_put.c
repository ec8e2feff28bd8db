#include "config.h"

#include "collector/walk/status_put.h"

#include "collector/base/iso8601.h"

void
status_put_text(struct json_object *o, const char *name, const char *s)
{
	if (s != NULL)
		json_object_object_add(o, name, json_object_new_string(s));
}

void
status_put_time(struct json_object *o, const char *name, int64_t ms)
{
	char text[ISO8601_LEN];

	if (ms <= 0)
		return;
	iso8601_format(ms, text);
	json_object_object_add(o, name,
	    json_object_new_string_len(text, ISO8601_LEN));
}
