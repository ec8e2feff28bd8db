#include "config.h"

#include "tests/fuzz/page.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/json.h"
#include "tests/oracle/tree.h"

#define TEXT_MAX (16 << 20)

static bool
keep_record(void *cookie, struct slice record)
{
	struct page *g = cookie;

	MUST(record.len > 0);
	buf_addc(&g->records, g->records.len == 0 ? '[' : ',');
	buf_add_slice(&g->records, record);
	return true;
}

static void
count_too_large(void *cookie, size_t bytes)
{
	struct page *g = cookie;

	MUST(bytes > 0);
	g->n_too_large++;
}

/* In memory of just its size, so that a sanitizer sees what is read beyond. */
static int
feed(struct splitter *s, const char *p, size_t n)
{
	char *piece = malloc(n);
	int result;

	memcpy(piece, p, n);
	result = splitter_feed(s, (struct slice){ piece, n });
	free(piece);
	return result;
}

void
page_split(struct page *g, const struct split_paths *paths, size_t max_record,
    struct slice body, uint32_t seed)
{
	*g = (struct page){ .result = 0 };
	buf_init(&g->records, TEXT_MAX);
	g->splitter = splitter_new(paths, max_record, keep_record,
	    count_too_large, g);
	while (body.len > 0 && g->result == 0) {
		size_t n = seed == 0 ? body.len : 1 + fuzz_random(&seed) % 90;

		if (n > body.len)
			n = body.len;
		g->result = feed(g->splitter, body.p, n);
		body.p += n;
		body.len -= n;
	}
	if (g->result == 0)
		g->result = splitter_end(g->splitter, &g->end);
	if (g->result != 0)
		MUST(strlen(splitter_error(g->splitter)) > 0);
}

void
page_fini(struct page *g)
{
	splitter_free(g->splitter);
	buf_fini(&g->records);
}

static bool
same_slice(struct slice a, struct slice b)
{
	return (a.p == NULL) == (b.p == NULL) && slice_eq(a, b);
}

void
page_check_same(const struct page *a, const struct page *b)
{
	MUST(slice_eq(buf_slice(&a->records), buf_slice(&b->records)));
	MUST(a->n_too_large == b->n_too_large);
	MUST(a->result == b->result);
	if (a->result != 0) {
		MUST(strcmp(splitter_error(a->splitter),
		    splitter_error(b->splitter)) == 0);
		return;
	}
	MUST(same_slice(a->end.cursor, b->end.cursor));
	MUST(same_slice(a->end.errors, b->end.errors));
	MUST(a->end.has_more == b->end.has_more);
	MUST(a->end.more == b->end.more);
	MUST(a->end.n_records == b->end.n_records);
}

/* The value at a path of member names, NULL when there is none. */
static struct json_object *
value_at(struct json_object *o, const char *path)
{
	struct json_object *v = NULL;
	char name[64];
	size_t n = strcspn(path, ".");

	snprintf(name, sizeof(name), "%.*s", (int)n, path);
	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, name, &v))
		return NULL;
	return path[n] == '\0' ? v : value_at(v, path + n + 1);
}

/* The elements of "data[]" or "data.x[].node", one array. */
static struct json_object *
records_at(struct json_object *root, const char *path)
{
	const char *bracket = strstr(path, "[]");
	struct json_object *list, *v, *out = json_object_new_array();
	char head[64];

	snprintf(head, sizeof(head), "%.*s", (int)(bracket - path), path);
	list = value_at(root, head);
	for (size_t i = 0; json_object_is_type(list, json_type_array) &&
	     i < json_object_array_length(list); i++) {
		v = json_object_array_get_idx(list, i);
		if (bracket[2] == '\0')
			json_object_array_add(out, json_object_get(v));
		else if (json_object_is_type(v, json_type_object) &&
		    json_object_object_get_ex(v, bracket + 3, &v))
			json_object_array_add(out, json_object_get(v));
	}
	return out;
}

/* null, [] and {}: no errors. */
static bool
is_empty(struct json_object *v)
{
	return v == NULL || (json_object_is_type(v, json_type_array) &&
	    json_object_array_length(v) == 0) ||
	    (json_object_is_type(v, json_type_object) &&
	    json_object_object_length(v) == 0);
}

/* What the page says beside its records. */
static void
check_envelope(const struct page *g, const struct split_paths *paths,
    struct json_object *root)
{
	struct json_object *cursor = value_at(root, paths->cursor), *v;
	bool is_text = json_object_is_type(cursor, json_type_string);

	MUST(is_text == (g->end.cursor.p != NULL));
	if (is_text)
		MUST(slice_eq(g->end.cursor, (struct slice){
		    json_object_get_string(cursor),
		    (size_t)json_object_get_string_len(cursor) }));
	if (paths->more != NULL) {
		v = value_at(root, paths->more);
		MUST(g->end.has_more ==
		    json_object_is_type(v, json_type_boolean));
		MUST(g->end.more ==
		    (g->end.has_more && json_object_get_boolean(v)));
	}
	v = value_at(root, paths->errors);
	MUST((g->end.errors.p != NULL) == !is_empty(v));
}

static void
check_page(const struct page *g, const struct split_paths *paths,
    struct json_object *root)
{
	struct json_object *want, *got;
	struct buf list;

	want = records_at(root, paths->records);
	MUST(g->end.n_records == json_object_array_length(want));
	buf_init(&list, TEXT_MAX);
	if (g->records.len == 0)
		buf_addc(&list, '[');
	buf_add_slice(&list, buf_slice(&g->records));
	buf_addc(&list, ']');
	MUST(tree_read(list.p, list.len, &got) == 0);
	MUST(tree_same(want, got));
	check_envelope(g, paths, root);
	json_object_put(got);
	json_object_put(want);
	buf_fini(&list);
}

/* Names with the marks of paths in them are taken for paths. */
static bool
has_odd_name(struct json_object *v)
{
	if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++)
			if (has_odd_name(json_object_array_get_idx(v, i)))
				return true;
	} else if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, name, value)
			if (strpbrk(name, ".[") != NULL || has_odd_name(value))
				return true;
	}
	return false;
}

void
page_check(const struct split_paths *paths, size_t max_record,
    struct slice body, uint32_t seed)
{
	struct json_object *root;
	struct page g;

	if (!fuzz_is_json(body) || tree_read(body.p, body.len, &root) < 0)
		return;
	if (json_object_is_type(root, json_type_object) &&
	    !has_odd_name(root)) {
		page_split(&g, paths, max_record, slice_of(
		    json_object_to_json_string_ext(root,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)),
		    seed);
		if (g.result == 0 && g.n_too_large == 0)
			check_page(&g, paths, root);
		page_fini(&g);
	}
	json_object_put(root);
}
