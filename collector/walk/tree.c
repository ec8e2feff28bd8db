#include "config.h"

#include "collector/walk/tree.h"

#include <inttypes.h>
#include <string.h>

#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"
#include "collector/json/text.h"

/* A value at which memory failed. */
static struct json_object *
checked(struct json_object *o)
{
	return xcheck(o);
}

struct json_object *
tree_object(void)
{
	return checked(json_object_new_object());
}

struct json_object *
tree_list(void)
{
	return checked(json_object_new_array());
}

struct json_object *
tree_int(int64_t n)
{
	return checked(json_object_new_int64(n));
}

struct json_object *
tree_flag(bool set)
{
	return checked(json_object_new_boolean(set));
}

struct json_object *
tree_text(const char *s)
{
	return checked(json_object_new_string(s));
}

struct json_object *
tree_time(int64_t ms)
{
	char text[ISO8601_LEN];

	iso8601_format(ms, text);
	return checked(json_object_new_string_len(text, sizeof(text)));
}

void
tree_put(struct json_object *object, const char *name,
    struct json_object *value)
{
	if (json_object_object_add(object, name, value) != 0)
		xalloc_failed();
}

void
tree_push(struct json_object *list, struct json_object *value)
{
	if (json_object_array_add(list, value) != 0)
		xalloc_failed();
}

static int
print_text(struct buf *b, const char *s, size_t len)
{
	int failed = buf_addc(b, '"');

	failed |= json_escape(b, (struct slice){ s, len });
	return failed | buf_addc(b, '"');
}

static int
print_object(struct buf *b, struct json_object *o)
{
	int failed = buf_addc(b, '{');
	bool first = true;

	json_object_object_foreach(o, name, value) {
		if (!first)
			failed |= buf_addc(b, ',');
		first = false;
		failed |= print_text(b, name, strlen(name));
		failed |= buf_addc(b, ':');
		failed |= tree_print(b, value);
	}
	return failed | buf_addc(b, '}');
}

static int
print_list(struct buf *b, struct json_object *o)
{
	int failed = buf_addc(b, '[');

	for (size_t i = 0; i < json_object_array_length(o); i++) {
		if (i > 0)
			failed |= buf_addc(b, ',');
		failed |= tree_print(b, json_object_array_get_idx(o, i));
	}
	return failed | buf_addc(b, ']');
}

int
tree_print(struct buf *b, struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_object:
		return print_object(b, o);
	case json_type_array:
		return print_list(b, o);
	case json_type_string:
		return print_text(b, json_object_get_string(o),
		    (size_t)json_object_get_string_len(o));
	case json_type_int:
		return buf_addf(b, "%" PRId64, json_object_get_int64(o));
	case json_type_boolean:
		return buf_adds(b, json_object_get_boolean(o) ? "true" :
								"false");
	case json_type_double: /* what reads them keeps none */
	case json_type_null:
		break;
	}
	return buf_adds(b, "null");
}

static struct json_object *
parse(struct slice text)
{
	struct json_tokener *tok = xcheck(json_tokener_new());
	struct json_object *o;

	o = json_tokener_parse_ex(tok, text.p, (int)text.len);
	json_tokener_free(tok);
	if (json_object_is_type(o, json_type_object))
		return o;
	json_object_put(o);
	return NULL;
}

/*
 * json-c does not tell text that is wrong from memory that failed, and may
 * leave something out.  So it is asked twice: memory that fails, fails once.
 */
struct json_object *
tree_parse(struct slice text)
{
	struct json_object *o = parse(text), *again = parse(text);

	if ((o == NULL) != (again == NULL) ||
	    (o != NULL && !json_object_equal(o, again)))
		xalloc_failed();
	json_object_put(again);
	return o;
}
