/*
 * The conversions to text.
 */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/convert.h"
#include "tests/oracle/tree.h"

/* Java's toString() of maps and lists. */
static void
print_java(FILE *f, struct json_object *v)
{
	const char *comma = "";

	switch (json_object_get_type(v)) {
	case json_type_object:
		fputc('{', f);
		json_object_object_foreach(v, key, value) {
			fprintf(f, "%s%s=", comma, key);
			print_java(f, value);
			comma = ", ";
		}
		fputc('}', f);
		break;
	case json_type_array:
		fputc('[', f);
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			fputs(comma, f);
			print_java(f, json_object_array_get_idx(v, i));
			comma = ", ";
		}
		fputc(']', f);
		break;
	case json_type_string:
		fwrite(json_object_get_string(v), 1,
		    (size_t)json_object_get_string_len(v), f);
		break;
	default:
		fputs(v == NULL ? "null" : json_object_to_json_string(v), f);
		break;
	}
}

struct json_object *
oracle_java(struct json_object *v)
{
	struct json_object *out;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	print_java(f, v);
	fclose(f);
	out = json_object_new_string_len(text, (int)len);
	free(text);
	return out;
}

enum converted
oracle_join(struct json_object *v, struct json_object **out)
{
	const char *comma = "";
	char *text = NULL;
	size_t len = 0;
	FILE *f;

	if (!json_object_is_type(v, json_type_array))
		return CONVERTED_TO_NOTHING;
	f = open_memstream(&text, &len);
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		struct json_object *one = json_object_array_get_idx(v, i);

		struct json_object *scalar = oracle_text(one);

		if (scalar != NULL && !tree_is_void(one)) {
			fputs(comma, f);
			print_java(f, one);
			comma = ",";
		}
		json_object_put(scalar);
	}
	fclose(f);
	*out = len == 0 ? NULL : json_object_new_string_len(text, (int)len);
	free(text);
	return len == 0 ? CONVERTED_TO_NOTHING : CONVERTED;
}

struct json_object *
oracle_mac(struct json_object *string)
{
	size_t n = (size_t)json_object_get_string_len(string);
	char *text = malloc(n + 1);
	struct json_object *out;

	memcpy(text, json_object_get_string(string), n);
	for (size_t i = 0; i < n; i++) {
		if (text[i] == ':' || text[i] == '.')
			text[i] = '-';
		else if (text[i] >= 'a' && text[i] <= 'z')
			text[i] = (char)(text[i] - 'a' + 'A');
	}
	out = json_object_new_string_len(text, (int)n);
	free(text);
	return out;
}

struct json_object *
oracle_lower(struct json_object *string)
{
	size_t n = (size_t)json_object_get_string_len(string);
	char *text = malloc(n + 1);
	struct json_object *out;

	memcpy(text, json_object_get_string(string), n);
	for (size_t i = 0; i < n; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	out = json_object_new_string_len(text, (int)n);
	free(text);
	return out;
}

struct json_object *
oracle_os_type(const char *text)
{
	static const char *const types[] = { "linux", "macos", "unix",
		"windows", "ios", "android" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcasestr(text, types[i]) != NULL)
			return tree_quote(types[i]);
	return NULL;
}

struct json_object *
oracle_compact(struct json_object *v)
{
	return tree_quote(json_object_to_json_string_ext(v,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}
