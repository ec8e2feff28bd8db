#include "config.h"

#include "collector/client/detail.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

#include "collector/client/redact.h"
#include "collector/json/tree.h"

static const char *
text_of(struct json_object *o, const char *key)
{
	struct json_object *v = json_object_object_get(o, key);

	if (!json_object_is_type(v, json_type_string) ||
	    json_object_get_string_len(v) == 0)
		return NULL;
	return json_object_get_string(v);
}

/* The first of these members that holds text, in the order of their use. */
static void
add_texts(struct buf *line, struct json_object *o)
{
	/* The API's envelope, GraphQL's and the sub-services' own forms. */
	static const char *const keys[] = { "title", "detail", "message",
	    "error", "status" };
	const char *separator = "", *text;
	int n = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && n < 2; i++) {
		text = text_of(o, keys[i]);
		if (text == NULL)
			continue;
		buf_adds(line, separator);
		buf_adds(line, text);
		separator = ": ";
		n++;
	}
}

static int
code_of(struct json_object *o)
{
	struct json_object *v = json_object_object_get(o, "code");
	int code;

	if (!json_object_is_type(v, json_type_int))
		return 0;
	code = json_object_get_int(v);
	return code > 0 ? code : 0;
}

/* errors[0] when there is one, else the body itself. */
static struct json_object *
error_of(struct json_object *root)
{
	struct json_object *errors, *first;

	errors = json_object_object_get(root, "errors");
	if (!json_object_is_type(errors, json_type_array))
		return root;
	first = json_object_array_get_idx(errors, 0);
	return json_object_is_type(first, json_type_object) ? first : root;
}

int
detail_add_body(struct buf *line, struct slice body)
{
	struct json_object *root, *error;
	int code = 0;

	if (body.len == 0 || body.len > DETAIL_BODY_MAX)
		return 0;
	root = tree_parse_object(body);
	if (root != NULL) {
		error = error_of(root);
		code = code_of(error);
		add_texts(line, error);
		if (code > 0)
			buf_addf(line, " (code %d)", code);
	}
	json_object_put(root);
	return code;
}

/* Cut to max bytes, but not inside a UTF-8 character. */
static void
cut(struct buf *line, size_t max)
{
	if (line->len <= max)
		return;
	while (max > 0 && ((unsigned char)line->p[max] & 0xc0) == 0x80)
		max--;
	buf_cut(line, max);
}

void
detail_finish(struct buf *line, struct slice secret)
{
	redact_secret(line, secret);
	for (size_t i = 0; i < line->len; i++)
		if ((unsigned char)line->p[i] < ' ' || line->p[i] == 0x7f)
			line->p[i] = ' ';
	while (line->len > 0 && line->p[line->len - 1] == ' ')
		buf_cut(line, line->len - 1);
	cut(line, DETAIL_MAX);
}
