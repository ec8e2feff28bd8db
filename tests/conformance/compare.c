#include "config.h"

#include "tests/conformance/compare.h"

#include <stdbool.h>
#include <stdio.h>

/* How much of a text is shown. */
#define SHOWN_MAX 200

#define NUMBER_MARK "\\u0001"

#define DOCUMENT_MAX (64u << 20)

struct diff {
	const char *where;
	struct buf path;
	int n;
};

static size_t
string_length(struct slice s)
{
	size_t n = 1;

	while (n < s.len && s.p[n] != '"')
		n += s.p[n] == '\\' ? 2 : 1;
	return n < s.len ? n + 1 : s.len;
}

static size_t
number_length(struct slice s)
{
	size_t n = 0;

	while (n < s.len && strchr("+-.0123456789eE", s.p[n]) != NULL)
		n++;
	return n;
}

/* json-c keeps the value of a number but not always its text: make each one a
 * string.  Counts the members of all objects on the way. */
static size_t
quote_numbers(struct slice s, struct buf *out)
{
	size_t members = 0, n;

	for (; s.len > 0; s.p += n, s.len -= n) {
		bool number = *s.p == '-' || (*s.p >= '0' && *s.p <= '9');

		n = *s.p == '"' ? string_length(s) :
		    number ? number_length(s) : 1;
		members += *s.p == ':';
		if (number)
			buf_adds(out, "\"" NUMBER_MARK);
		buf_add(out, s.p, n);
		if (number)
			buf_addc(out, '"');
	}
	return members;
}

static size_t
count_members(struct json_object *o)
{
	size_t n = 0;

	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, name, value) {
			(void)name;
			n += 1 + count_members(value);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += count_members(json_object_array_get_idx(o, i));
	}
	return n;
}

struct json_object *
compare_parse(struct slice text)
{
	struct json_tokener *tok = json_tokener_new_ex(128);
	struct json_object *o;
	struct buf quoted;
	size_t members;

	buf_init(&quoted, DOCUMENT_MAX);
	members = quote_numbers(text, &quoted);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, quoted.p, (int)quoted.len + 1);
	json_tokener_free(tok);
	buf_fini(&quoted);
	/* Of a member that stands twice only one is left. */
	if (o != NULL && count_members(o) != members) {
		json_object_put(o);
		o = NULL;
	}
	return o;
}

static const char *
shown(struct json_object *o)
{
	return json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE);
}

static void
differs(struct diff *d, const char *got, const char *want)
{
	printf("%s: %s\n\tgot  %.*s\n\twant %.*s\n", d->where,
	    d->path.len == 0 ? "the document" : d->path.p + 1, SHOWN_MAX, got,
	    SHOWN_MAX, want);
	d->n++;
}

static void diff_values(struct diff *d, struct json_object *got,
    struct json_object *want);

/* One member of both objects, or of one. */
static void
diff_member(struct diff *d, const char *name, struct json_object *got,
    struct json_object *want)
{
	size_t len = d->path.len;
	struct json_object *g, *w;
	bool in_got = json_object_object_get_ex(got, name, &g);
	bool in_want = json_object_object_get_ex(want, name, &w);

	buf_addf(&d->path, ".%s", name);
	if (!in_got)
		differs(d, "nothing", shown(w));
	else if (!in_want)
		differs(d, shown(g), "nothing");
	else
		diff_values(d, g, w);
	buf_cut(&d->path, len);
}

static void
diff_objects(struct diff *d, struct json_object *got, struct json_object *want)
{
	json_object_object_foreach(want, wanted, value) {
		(void)value;
		diff_member(d, wanted, got, want);
	}
	json_object_object_foreach(got, name, other) {
		(void)other;
		if (!json_object_object_get_ex(want, name, NULL))
			diff_member(d, name, got, want);
	}
}

static void
diff_lists(struct diff *d, struct json_object *got, struct json_object *want)
{
	size_t n = json_object_array_length(want), len = d->path.len;

	if (json_object_array_length(got) != n) {
		differs(d, shown(got), shown(want));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		buf_addf(&d->path, "[%zu]", i);
		diff_values(d, json_object_array_get_idx(got, i),
		    json_object_array_get_idx(want, i));
		buf_cut(&d->path, len);
	}
}

static bool
is_any_text(const struct diff *d, struct json_object *got,
    struct json_object *want)
{
	return strncmp(d->path.p, ".error.message[", 15) == 0 &&
	    strcmp(json_object_get_string(want), "?") == 0 &&
	    json_object_get_string_len(got) > 0;
}

static bool
same_string(struct json_object *a, struct json_object *b)
{
	return json_object_get_string_len(a) == json_object_get_string_len(b) &&
	    memcmp(json_object_get_string(a), json_object_get_string(b),
		(size_t)json_object_get_string_len(a)) == 0;
}

static void
diff_values(struct diff *d, struct json_object *got, struct json_object *want)
{
	enum json_type type = json_object_get_type(want);

	if (json_object_get_type(got) != type)
		differs(d, shown(got), shown(want));
	else if (type == json_type_object)
		diff_objects(d, got, want);
	else if (type == json_type_array)
		diff_lists(d, got, want);
	else if (type == json_type_boolean ?
	    json_object_get_boolean(got) != json_object_get_boolean(want) :
	    type == json_type_string && !same_string(got, want) &&
	    !is_any_text(d, got, want))
		differs(d, shown(got), shown(want));
}

int
compare_documents(const char *where, struct slice got, struct slice want)
{
	struct diff d = { .where = where };
	struct json_object *g = compare_parse(got), *w = compare_parse(want);

	buf_init(&d.path, 1 << 20);
	if (g == NULL || w == NULL) {
		printf("%s: %s is no JSON text, or has a member twice: "
		    "%.*s\n", where, w == NULL ? "wanted" : "got",
		    (int)(w == NULL ? want.len : got.len),
		    w == NULL ? want.p : got.p);
		d.n++;
	} else {
		diff_values(&d, g, w);
	}
	json_object_put(g);
	json_object_put(w);
	buf_fini(&d.path);
	return d.n;
}
