#include "config.h"

#include "collector/json/tree.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/base/iso8601.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/json/scan.h"
#include "collector/json/text.h"

/* A text under way to a tree. */
struct building {
	const struct scan *s;
	struct buf text; /* of the string at hand */
};

static struct json_object *build(struct building *b, const struct tok *t);

struct json_object *
tree_object(void)
{
	return xcheck(json_object_new_object());
}

struct json_object *
tree_list(void)
{
	return xcheck(json_object_new_array());
}

struct json_object *
tree_int(int64_t n)
{
	return xcheck(json_object_new_int64(n));
}

struct json_object *
tree_flag(bool set)
{
	return xcheck(json_object_new_boolean(set));
}

struct json_object *
tree_text(const char *s)
{
	return tree_slice(slice_of(s));
}

struct json_object *
tree_slice(struct slice s)
{
	return xcheck(json_object_new_string_len(s.p, (int)s.len));
}

struct json_object *
tree_time(int64_t ms)
{
	char text[ISO8601_LEN];

	iso8601_format(ms, text);
	return tree_slice((struct slice){ text, sizeof(text) });
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

void
tree_put_text(struct json_object *object, const char *name, const char *s)
{
	if (s != NULL)
		tree_put(object, name, tree_text(s));
}

void
tree_put_int(struct json_object *object, const char *name, int64_t n)
{
	tree_put(object, name, tree_int(n));
}

void
tree_put_time(struct json_object *object, const char *name, int64_t ms)
{
	if (ms > 0)
		tree_put(object, name, tree_time(ms));
}

struct json_object *
tree_get(struct json_object *object, const char *name, enum json_type type)
{
	struct json_object *member;

	return json_object_object_get_ex(object, name, &member) &&
	    json_object_is_type(member, type) ? member : NULL;
}

int64_t
tree_get_int(struct json_object *object, const char *name, int64_t absent)
{
	struct json_object *member = tree_get(object, name, json_type_int);

	return member != NULL ? json_object_get_int64(member) : absent;
}

bool
tree_get_flag(struct json_object *object, const char *name)
{
	return json_object_get_boolean(tree_get(object, name,
	    json_type_boolean));
}

const char *
tree_get_text(struct json_object *object, const char *name,
    const char *absent)
{
	struct json_object *member = tree_get(object, name, json_type_string);

	return member != NULL ? json_object_get_string(member) : absent;
}

int64_t
tree_get_time(struct json_object *object, const char *name, int64_t absent)
{
	const char *text = tree_get_text(object, name, "");
	int64_t ms;

	return iso8601_parse(slice_of(text), &ms) == 0 ? ms : absent;
}

/* json-c prints on where its buffer could not grow. */
const char *
tree_print(struct json_object *o, int how)
{
	const char *text;
	int saved = errno;

	errno = 0;
	text = json_object_to_json_string_ext(o, how);
	if (text == NULL || errno == ENOMEM)
		xalloc_failed();
	errno = saved;
	return text;
}

const char *
tree_string(struct json_object *o)
{
	if (o == NULL || json_object_is_type(o, json_type_string))
		return json_object_get_string(o);
	return tree_print(o, TREE_PLAIN);
}

/* The string, unescaped; valid until the next one. */
static struct slice
string_of(struct building *b, const struct tok *t)
{
	struct slice content = scan_content(b->s, t);

	buf_reset(&b->text);
	if (t->flags & TOK_ESCAPED)
		(void)json_unescape(&b->text, content);
	else
		(void)buf_add_slice(&b->text, content);
	return buf_slice(&b->text);
}

static struct json_object *
build_number(struct slice text)
{
	struct json_object *o;
	int64_t n;
	char *copy;

	if (num_int(text, -INT64_MAX, INT64_MAX, &n) == 0)
		return tree_int(n);
	copy = xstrndup(text.p, text.len);
	o = xcheck(json_object_new_double_s(strtod(copy, NULL), copy));
	free(copy);
	return o;
}

static struct json_object *
build_list(struct building *b, const struct tok *t)
{
	struct json_object *list = tree_list();
	const struct tok *tok = b->s->tok, *end = tok + t->next;

	for (const struct tok *v = t + 1; v < end; v = tok + v->next)
		tree_push(list, build(b, v));
	return list;
}

static struct json_object *
build_object(struct building *b, const struct tok *t)
{
	struct json_object *object = tree_object(), *value;
	const struct tok *tok = b->s->tok, *end = tok + t->next, *v;

	for (const struct tok *name = t + 1; name < end; name = tok + v->next) {
		v = name + 1;
		value = build(b, v);
		tree_put(object, string_of(b, name).p, value);
	}
	return object;
}

static struct json_object *
build(struct building *b, const struct tok *t)
{
	switch ((enum tok_kind)t->kind) {
	case TOK_OBJECT:
		return build_object(b, t);
	case TOK_ARRAY:
		return build_list(b, t);
	case TOK_STRING:
		return tree_slice(string_of(b, t));
	case TOK_NUMBER:
		return build_number(scan_raw(b->s, t));
	case TOK_TRUE:
	case TOK_FALSE:
		return tree_flag(t->kind == TOK_TRUE);
	case TOK_NULL:
	case TOK_NONE:
		break;
	}
	return NULL;
}

struct json_object *
tree_parse(struct slice text)
{
	struct json_object *o = NULL;
	struct building b;
	struct scan s;

	scan_init(&s);
	if (scan_text(&s, text) == 0) {
		b.s = &s;
		buf_init(&b.text, text.len);
		o = build(&b, s.tok);
		buf_fini(&b.text);
	}
	scan_fini(&s);
	return o;
}

struct json_object *
tree_parse_object(struct slice text)
{
	struct json_object *o = tree_parse(text);

	if (json_object_is_type(o, json_type_object))
		return o;
	json_object_put(o);
	return NULL;
}
