#include "config.h"

#include "tests/oracle/tree.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 200

struct json_object *
tree_number(const char *text)
{
	return json_object_new_double_s(strtod(text, NULL), text);
}

struct json_object *
tree_quote(const char *text)
{
	return json_object_new_string(text);
}

/* reading */

struct text {
	const char *p;
	const char *end;
	int depth;
};

static void
skip_space(struct text *t)
{
	while (t->p < t->end && *t->p != '\0' && strchr(" \t\r\n", *t->p))
		t->p++;
}

static int parse_value(struct text *t, struct json_object **out);

/* Strings that are not plain are left to json-c: from quote to quote it gets
 * them alone. */
static int
parse_string(struct text *t, struct json_object **out)
{
	const char *from = t->p++;
	struct json_tokener *k;
	bool plain = true;

	while (t->p < t->end && *t->p != '"') {
		plain &= *t->p >= ' ' && *t->p < 0x7f && *t->p != '\\';
		t->p += 1 + (*t->p == '\\' && t->p + 1 < t->end);
	}
	if (t->p >= t->end)
		return -1;
	t->p++;
	if (plain) {
		*out = json_object_new_string_len(from + 1,
		    (int)(t->p - from - 2));
		return 0;
	}
	k = json_tokener_new();
	json_tokener_set_flags(k, JSON_TOKENER_STRICT |
	    JSON_TOKENER_VALIDATE_UTF8);
	*out = json_tokener_parse_ex(k, from, (int)(t->p - from));
	json_tokener_free(k);
	return *out == NULL ? -1 : 0;
}

static int
parse_number(struct text *t, struct json_object **out)
{
	size_t n = 0;
	char *copy, *end;

	while (t->p + n < t->end && t->p[n] != '\0' &&
	    strchr("+-.eE0123456789", t->p[n]) != NULL)
		n++;
	copy = strndup(t->p, n);
	strtod(copy, &end);
	*out = n > 0 && *end == '\0' ? tree_number(copy) : NULL;
	free(copy);
	t->p += n;
	return *out == NULL ? -1 : 0;
}

static int
parse_member(struct text *t, struct json_object *object)
{
	struct json_object *name, *value;
	int r = -1;

	if (t->p == t->end || *t->p != '"' || parse_string(t, &name) < 0)
		return -1;
	skip_space(t);
	if (t->p < t->end && *t->p++ == ':' && parse_value(t, &value) == 0) {
		const char *key = json_object_get_string(name);

		if (json_object_object_get_ex(object, key, NULL))
			json_object_put(value);
		else
			r = json_object_object_add(object, key, value);
	}
	json_object_put(name);
	return r;
}

static int
parse_items(struct text *t, struct json_object *container, char close)
{
	skip_space(t);
	if (t->p < t->end && *t->p == close) {
		t->p++;
		return 0;
	}
	for (;;) {
		struct json_object *v;

		skip_space(t);
		if (close == '}' ? parse_member(t, container) < 0 :
				   parse_value(t, &v) < 0)
			return -1;
		if (close == ']')
			json_object_array_add(container, v);
		skip_space(t);
		if (t->p == t->end || (*t->p != ',' && *t->p != close))
			return -1;
		if (*t->p++ == close)
			return 0;
	}
}

static int
parse_word(struct text *t, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(t->end - t->p) < n || memcmp(t->p, word, n) != 0)
		return -1;
	t->p += n;
	return 0;
}

static int
parse_value(struct text *t, struct json_object **out)
{
	int r = -1;

	*out = NULL;
	skip_space(t);
	if (t->p == t->end || t->depth == DEPTH_MAX)
		return -1;
	switch (*t->p) {
	case '"':
		return parse_string(t, out);
	case 't':
		*out = json_object_new_boolean(1);
		r = parse_word(t, "true");
		break;
	case 'f':
		*out = json_object_new_boolean(0);
		r = parse_word(t, "false");
		break;
	case 'n':
		return parse_word(t, "null");
	case '{':
	case '[':
		*out = *t->p == '{' ? json_object_new_object() :
				      json_object_new_array();
		t->depth++;
		r = parse_items(t, *out, *t->p++ == '{' ? '}' : ']');
		t->depth--;
		break;
	default:
		return parse_number(t, out);
	}
	if (r < 0) {
		json_object_put(*out);
		*out = NULL;
	}
	return r;
}

int
tree_read(const char *text, size_t len, struct json_object **out)
{
	struct text t = { text, text + len, 0 };

	if (parse_value(&t, out) < 0)
		return -1;
	skip_space(&t);
	if (t.p == t.end)
		return 0;
	json_object_put(*out);
	*out = NULL;
	return -1;
}

/* comparing */

static bool
same_text(struct json_object *a, struct json_object *b)
{
	int n = json_object_get_string_len(a);

	return n == json_object_get_string_len(b) &&
	    memcmp(json_object_get_string(a), json_object_get_string(b),
		(size_t)n) == 0;
}

bool
tree_same(struct json_object *a, struct json_object *b)
{
	enum json_type type = json_object_get_type(a);

	if (type != json_object_get_type(b))
		return false;
	switch (type) {
	case json_type_string:
		return same_text(a, b);
	case json_type_array:
		if (json_object_array_length(a) != json_object_array_length(b))
			return false;
		for (size_t i = 0; i < json_object_array_length(a); i++)
			if (!tree_same(json_object_array_get_idx(a, i),
				json_object_array_get_idx(b, i)))
				return false;
		return true;
	case json_type_object:
		if (json_object_object_length(a) !=
		    json_object_object_length(b))
			return false;
		json_object_object_foreach(a, key, value) {
			struct json_object *other;

			if (!json_object_object_get_ex(b, key, &other) ||
			    !tree_same(value, other))
				return false;
		}
		return true;
	default:
		return a == NULL || strcmp(json_object_to_json_string(a),
		    json_object_to_json_string(b)) == 0;
	}
}

/* pruning */

bool
tree_is_void(struct json_object *v)
{
	struct json_object *pruned = tree_prune(v);
	bool is_void = pruned == NULL;

	json_object_put(pruned);
	return is_void;
}

struct json_object *
tree_prune(struct json_object *v)
{
	struct json_object *out = NULL;

	switch (json_object_get_type(v)) {
	case json_type_null:
		return NULL;
	case json_type_string:
		return json_object_get_string_len(v) == 0 ? NULL :
							    json_object_get(v);
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			struct json_object *one =
			    tree_prune(json_object_array_get_idx(v, i));

			if (one == NULL)
				continue;
			if (out == NULL)
				out = json_object_new_array();
			json_object_array_add(out, one);
		}
		return out;
	case json_type_object: {
		json_object_object_foreach(v, key, value) {
			struct json_object *one = tree_prune(value);

			if (one == NULL)
				continue;
			if (out == NULL)
				out = json_object_new_object();
			json_object_object_add(out, key, one);
		}
		return out;
	}
	default:
		return json_object_get(v);
	}
}

/* writing */

static void
write_space(FILE *to, struct rng *r)
{
	static const char *const spaces[] = { " ", "\n", "\t", "\r\n  " };

	if (rng_chance(r, 5))
		fputs(spaces[rng_below(r, 4)], to);
}

static void
write_escape(FILE *to, unsigned char c, struct rng *r)
{
	static const char plain[] = "\"\\/\b\f\n\r\t";
	static const char letter[] = "\"\\/bfnrt";
	const char *hit = c == '\0' ? NULL : strchr(plain, c);

	if (hit != NULL && rng_chance(r, 80))
		fprintf(to, "\\%c", letter[hit - plain]);
	else
		fprintf(to, rng_chance(r, 50) ? "\\u%04x" : "\\u%04X", c);
}

static void
write_string(FILE *to, const char *s, size_t n, struct rng *r)
{
	unsigned odd = rng_chance(r, 10) ? 20 : 0;

	fputc('"', to);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < ' ' || c == '"' || c == '\\' ||
		    (c < 0x80 && rng_chance(r, odd)))
			write_escape(to, c, r);
		else
			fputc(c, to);
	}
	fputc('"', to);
}

/* Seldom: the member has stood there before, with another value. */
static void
write_repeated(FILE *to, const char *key, struct rng *r, unsigned *n_repeated)
{
	static const char *const values[] = { "null", "1", "\"x\"",
		"{\"a\":[1,\"\"]}", "[\"y\",{}]", "\"2025-01-01\"" };

	if (rng_below(r, 400) > 0)
		return;
	write_string(to, key, strlen(key), r);
	fprintf(to, ":%s,", values[rng_below(r, 6)]);
	++*n_repeated;
}

static void
write_container(FILE *to, struct json_object *v, struct rng *r,
    unsigned *n_repeated)
{
	const char *comma = "";

	if (json_object_is_type(v, json_type_array)) {
		fputc('[', to);
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			fputs(comma, to);
			tree_write(to, json_object_array_get_idx(v, i), r,
			    n_repeated);
			comma = ",";
		}
		fputc(']', to);
		return;
	}
	fputc('{', to);
	json_object_object_foreach(v, key, value) {
		fputs(comma, to);
		write_space(to, r);
		write_repeated(to, key, r, n_repeated);
		write_string(to, key, strlen(key), r);
		write_space(to, r);
		fputc(':', to);
		tree_write(to, value, r, n_repeated);
		comma = ",";
	}
	fputc('}', to);
}

void
tree_write(FILE *to, struct json_object *v, struct rng *r,
    unsigned *n_repeated)
{
	write_space(to, r);
	switch (json_object_get_type(v)) {
	case json_type_string:
		write_string(to, json_object_get_string(v),
		    (size_t)json_object_get_string_len(v), r);
		break;
	case json_type_array:
	case json_type_object:
		write_container(to, v, r, n_repeated);
		break;
	default:
		fputs(v == NULL ? "null" : json_object_to_json_string(v), to);
		break;
	}
	write_space(to, r);
}
