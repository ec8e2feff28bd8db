#include "config.h"

#include "tests/oracle/convert.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "tests/oracle/tree.h"

struct json_object *
oracle_list(void)
{
	static int mark;
	struct json_object *list = json_object_new_array();

	json_object_set_userdata(list, &mark, NULL);
	return list;
}

bool
oracle_is_list(struct json_object *v)
{
	return json_object_is_type(v, json_type_array) &&
	    json_object_get_userdata(v) != NULL;
}

static bool
is_string(struct json_object *v)
{
	return json_object_is_type(v, json_type_string);
}

/* Text as C has it: what holds a NUL is no date, number or address. */
static const char *
text_of(struct json_object *v)
{
	const char *text = json_object_get_string(v);

	if (is_string(v) &&
	    strlen(text) != (size_t)json_object_get_string_len(v))
		return "\x01";
	return text;
}

struct json_object *
oracle_text(struct json_object *v)
{
	switch (json_object_get_type(v)) {
	case json_type_string:
		return json_object_get(v);
	case json_type_boolean:
	case json_type_double:
		return tree_quote(json_object_to_json_string(v));
	default:
		return NULL;
	}
}

static enum converted
ip_list_of(const char *text, struct json_object **out)
{
	struct json_object *list = oracle_list();
	size_t end = strlen(text);

	while (end > 0 && text[end - 1] == ',')
		end--;
	for (size_t at = 0; at < end;) {
		size_t n = strcspn(text + at, ",");
		char *part = strndup(text + at, n);
		bool ok = oracle_is_address(part);

		if (ok)
			json_object_array_add(list, tree_quote(part));
		free(part);
		if (!ok) {
			json_object_put(list);
			return CONVERT_FAILED;
		}
		at += n + 1;
	}
	if (json_object_array_length(list) > 0) {
		*out = list;
		return CONVERTED;
	}
	json_object_put(list);
	return CONVERTED_TO_NOTHING;
}

/* One value that is no list, or a list where lists are not gone into. */
static enum converted
convert_one(const struct rule *rule, struct json_object *v,
    struct json_object **out)
{
	bool string = is_string(v);
	bool scalar = string || json_object_is_type(v, json_type_double);

	*out = NULL;
	switch (rule->conv) {
	case MAP_DATE:
		*out = scalar ? oracle_date(text_of(v), false) : NULL;
		break;
	case MAP_DATE_LENIENT:
		*out = scalar ? oracle_date(text_of(v), true) : NULL;
		break;
	case MAP_DOUBLE:
	case MAP_FLOAT:
		*out = scalar ? oracle_decimal(text_of(v),
		    rule->conv == MAP_FLOAT) : NULL;
		break;
	case MAP_LONG:
		*out = scalar ? oracle_long(text_of(v)) : NULL;
		break;
	case MAP_BOOL:
		*out = string || json_object_is_type(v, json_type_boolean) ?
		    oracle_bool(text_of(v)) : NULL;
		break;
	case MAP_IP_LIST:
		if (string)
			return ip_list_of(text_of(v), out);
		break;
	case MAP_IP:
		if (string && oracle_is_address(text_of(v)))
			*out = json_object_get(v);
		break;
	case MAP_STRING:
	case MAP_STRING_JAVA:
		if (v == NULL)
			break;
		*out = oracle_text(v);
		if (*out == NULL)
			*out = rule->conv == MAP_STRING ? oracle_compact(v) :
							  oracle_java(v);
		break;
	case MAP_LOWER:
		if (!string)
			return CONVERTED_TO_NOTHING;
		*out = oracle_lower(v);
		break;
	case MAP_TEXT:
		*out = oracle_text(v);
		return *out == NULL ? CONVERTED_TO_NOTHING : CONVERTED;
	case MAP_MAC:
		if (!string)
			return CONVERTED_TO_NOTHING;
		*out = oracle_mac(v);
		break;
	case MAP_OS_TYPE:
		*out = string ? oracle_os_type(text_of(v)) : NULL;
		return *out == NULL ? CONVERTED_TO_NOTHING : CONVERTED;
	default:
		abort();
	}
	return *out == NULL ? CONVERT_FAILED : CONVERTED;
}

static bool
goes_into_lists(const struct rule *rule)
{
	size_t n = strlen(rule->raw);

	switch (rule->conv) {
	case MAP_LONG:
	case MAP_DOUBLE:
	case MAP_FLOAT:
	case MAP_BOOL:
	case MAP_IP:
	case MAP_IP_LIST:
	case MAP_STRING:
	case MAP_STRING_JAVA:
		return true;
	default:
		return n > 2 && strcmp(rule->raw + n - 2, "[]") == 0;
	}
}

static enum converted
convert_list(const struct rule *rule, bool prune_first,
    struct json_object *v, unsigned *n_errors, struct json_object **out)
{
	bool each = (rule->flags & MAP_EACH) != 0;
	struct rule element = *rule;

	/* An element is no list again. */
	if (rule->conv == MAP_IP_LIST)
		element.conv = MAP_IP;
	*out = oracle_list();
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		struct json_object *in = json_object_array_get_idx(v, i), *one;
		enum converted r;

		if (tree_is_void(in) && (prune_first ||
		    (in == NULL ? each : is_string(in))))
			continue;
		r = convert_one(&element, in, &one);
		if (r == CONVERTED) {
			json_object_array_add(*out, one);
			continue;
		}
		*n_errors += r == CONVERT_FAILED;
		if (!each && rule->conv != MAP_TEXT) {
			json_object_put(*out);
			*out = NULL;
			return CONVERTED_TO_NOTHING;
		}
	}
	if (json_object_array_length(*out) > 0)
		return CONVERTED;
	json_object_put(*out);
	*out = NULL;
	return CONVERTED_TO_NOTHING;
}

enum converted
oracle_convert(const struct rule *rule, bool prune_first,
    struct json_object *v, unsigned *n_errors, struct json_object **out)
{
	unsigned errors = 0;
	enum converted r;

	if (rule->conv == MAP_JOIN)
		return oracle_join(v, out);
	if (json_object_is_type(v, json_type_array) && goes_into_lists(rule)) {
		r = convert_list(rule, prune_first, v, &errors, out);
	} else {
		r = convert_one(rule, v, out);
		errors = r == CONVERT_FAILED;
	}
	if ((rule->flags & MAP_QUIET) == 0)
		*n_errors += errors;
	return r;
}
