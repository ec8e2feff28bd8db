#include "config.h"

#include "filebeat/kibana/shape.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/base/buf.h"

#define SHAPE_MAX (16u << 20)

const char *
shape_text(struct json_object *value)
{
	return json_object_to_json_string_ext(value,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static void
add_value(struct buf *b, struct json_object *value)
{
	buf_adds(b, shape_text(value));
	json_object_put(value);
}

static void
add_text_of(struct buf *b, struct json_object *value)
{
	add_value(b, json_object_new_string(shape_text(value)));
	json_object_put(value);
}

struct json_object *
shape(const char *text, ...)
{
	struct json_object *made;
	struct buf b;
	va_list ap;

	buf_init(&b, SHAPE_MAX);
	va_start(ap, text);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p != '$') {
			buf_addc(&b, *p == '\'' ? '"' : *p);
			continue;
		}
		p++;
		if (*p == 's')
			add_value(&b, json_object_new_string(
			    va_arg(ap, const char *)));
		else if (*p == 'd')
			buf_addf(&b, "%d", va_arg(ap, int));
		else if (*p == 'b')
			buf_adds(&b, va_arg(ap, int) ? "true" : "false");
		else if (*p == 'j')
			add_value(&b, va_arg(ap, struct json_object *));
		else
			add_text_of(&b, va_arg(ap, struct json_object *));
	}
	va_end(ap);
	made = json_tokener_parse(b.p);
	if (made == NULL) {
		fprintf(stderr, "no JSON: %s\n", b.p);
		abort();
	}
	buf_fini(&b);
	return made;
}

void
shape_push(struct json_object *list, struct json_object *value)
{
	json_object_array_add(list, value);
}

void
shape_set(struct json_object *object, const char *name,
    struct json_object *value)
{
	json_object_object_add(object, name, value);
}
