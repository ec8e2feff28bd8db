/*
 * JSON by json-c, for targets that write it.
 */
#ifndef S1SPOOL_FUZZ_JSON_H
#define S1SPOOL_FUZZ_JSON_H

#include <json-c/json.h>
#include <stdbool.h>

#include "collector/base/buf.h"

/* Does json-c take it, the whole of it? */
static inline bool
fuzz_is_json(struct slice text)
{
	struct json_tokener *k = json_tokener_new_ex(300);
	struct json_object *o;
	bool ok;

	json_tokener_set_flags(k, JSON_TOKENER_STRICT |
	    JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(k, text.p, (int)text.len);
	/* A number may go on: only the end of the text ends it. */
	if (json_tokener_get_error(k) == json_tokener_continue)
		o = json_tokener_parse_ex(k, "", 1);
	ok = json_tokener_get_error(k) == json_tokener_success;
	json_object_put(o);
	json_tokener_free(k);
	return ok;
}

#endif
