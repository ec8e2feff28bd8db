#include "config.h"

#include "collector/walk/work.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/text.h"
#include "collector/json/tree.h"
#include "spool/version.h"

#define WORK_VERSION 1

void
work_init(struct work *w, size_t max_records)
{
	*w = (struct work){ 0 };
	buf_init(&w->records, max_records);
}

static void
free_parent(struct work_parent *p)
{
	for (size_t i = 0; i < WORK_KEYS; i++)
		free(p->key[i]);
}

void
work_reset(struct work *w)
{
	for (size_t i = 0; i < w->n; i++)
		free_parent(&w->parent[i]);
	free(w->parent);
	free(w->of);
	free(w->next);
	buf_fini(&w->records);
	work_init(w, w->records.max);
}

/* The text of the scalar at a dotted path, owned; NULL for none. */
static char *
text_at(struct json_object *o, const char *path)
{
	const char *text;

	while (o != NULL) {
		size_t len = strcspn(path, ".");
		char *name = xstrndup(path, len);

		if (!json_object_object_get_ex(o, name, &o))
			o = NULL;
		free(name);
		path += len;
		if (*path == '\0')
			break;
		path++;
		if (!json_object_is_type(o, json_type_object))
			return NULL;
	}
	if (o == NULL || json_object_is_type(o, json_type_object) ||
	    json_object_is_type(o, json_type_array))
		return NULL;
	text = tree_string(o);
	if (text == NULL)
		xalloc_failed();
	return xstrdup(text);
}

static struct work_parent *
grow(struct work *w)
{
	if (w->n == w->cap) {
		w->cap = w->cap == 0 ? 64 : 2 * w->cap;
		w->parent = xreallocarray(w->parent, w->cap,
		    sizeof(*w->parent));
	}
	w->parent[w->n] = (struct work_parent){ 0 };
	return &w->parent[w->n++];
}

int
work_add(struct work *w, struct slice record,
    const char *const path[WORK_KEYS], bool keep)
{
	struct json_object *o = tree_parse_object(record);
	struct work_parent *p;
	size_t at = w->records.len;

	if (o == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (keep && buf_add_slice(&w->records, record) != 0) {
		json_object_put(o);
		errno = EMSGSIZE;
		return -1;
	}
	p = grow(w);
	for (size_t i = 0; i < WORK_KEYS; i++)
		if (path[i] != NULL)
			p->key[i] = text_at(o, path[i]);
	if (keep) {
		p->at = at;
		p->len = record.len;
	}
	json_object_put(o);
	return 0;
}

struct slice
work_record(const struct work *w, size_t i)
{
	return (struct slice){ w->records.p + w->parent[i].at,
		w->parent[i].len };
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_keys(const struct work_parent *a, const struct work_parent *b)
{
	for (size_t i = 0; i < WORK_KEYS; i++)
		if (!same_text(a->key[i], b->key[i]))
			return false;
	return true;
}

static bool
is_among(const struct work_parent *p, const struct work *old, size_t done)
{
	for (size_t i = 0; i < done && i < old->n; i++)
		if (same_keys(p, &old->parent[i]))
			return true;
	return false;
}

void
work_drop_done(struct work *w, const struct work *old, size_t done)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (is_among(&w->parent[i], old, done))
			free_parent(&w->parent[i]);
		else
			w->parent[kept++] = w->parent[i];
	}
	w->n = kept;
}

int
work_print(struct buf *b, const struct work *w)
{
	struct json_object *o = tree_object();
	struct json_object *list = tree_list();
	int failed;

	tree_put(o, "version", tree_int(WORK_VERSION));
	tree_put(o, "of", tree_text(w->of == NULL ? "" : w->of));
	if (w->next != NULL)
		tree_put(o, "next", tree_text(w->next));
	for (size_t i = 0; i < w->n; i++) {
		struct json_object *keys = tree_list();

		for (size_t k = 0; k < WORK_KEYS; k++)
			tree_push(keys,
			    w->parent[i].key[k] == NULL ? NULL :
			    tree_text(w->parent[i].key[k]));
		tree_push(list, keys);
	}
	tree_put(o, "parents", list);
	failed = buf_adds(b, tree_print(o, TREE_PLAIN));
	json_object_put(o);
	return failed;
}

static char *
copy_text(struct json_object *o)
{
	return json_object_is_type(o, json_type_string) ?
	    xstrdup(json_object_get_string(o)) : NULL;
}

static void
parse_parents(struct work *w, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *keys = json_object_array_get_idx(list, i);
		struct work_parent *p = grow(w);

		for (size_t k = 0; k < WORK_KEYS &&
		     json_object_is_type(keys, json_type_array); k++)
			p->key[k] = copy_text(
			    json_object_array_get_idx(keys, k));
	}
}

int
work_parse(struct work *w, struct slice text)
{
	struct json_object *o = tree_parse_object(text);
	struct json_object *version, *list;
	int ok;

	work_reset(w);
	ok = o != NULL && json_object_object_get_ex(o, "version", &version) &&
	    version_check(json_object_get_int64(version), WORK_VERSION) ==
	    VERSION_KNOWN &&
	    json_object_object_get_ex(o, "parents", &list) &&
	    json_object_is_type(list, json_type_array);
	if (ok) {
		w->of = copy_text(json_object_object_get(o, "of"));
		w->next = copy_text(json_object_object_get(o, "next"));
		parse_parents(w, list);
	}
	json_object_put(o);
	return ok ? 0 : -1;
}

/* What is between the braces of an object; p == NULL when it is none. */
static struct slice
inside(struct slice object)
{
	object = slice_trim(object);
	if (object.len < 2 || object.p[0] != '{' ||
	    object.p[object.len - 1] != '}')
		return (struct slice){ NULL, 0 };
	return slice_trim((struct slice){ object.p + 1, object.len - 2 });
}

static bool
has_member(struct slice object, const char *name)
{
	struct json_object *o = tree_parse_object(object);
	bool has = o != NULL && json_object_object_get_ex(o, name, NULL);

	json_object_put(o);
	return has;
}

static int
add_text_member(struct buf *out, const char *name, const char *text, bool more)
{
	int failed = buf_addf(out, "\"%s\":\"", name);

	failed |= json_escape(out, slice_of(text));
	return failed | buf_adds(out, more ? "\"," : "\"");
}

int
work_merge(struct buf *out, struct slice parent, const char *as,
    struct slice child, const char *id_as, const char *id)
{
	struct slice outer = inside(parent), inner = inside(child);
	bool add_id = id_as != NULL && id != NULL && !has_member(child, id_as);
	int failed = 0;

	if (outer.p == NULL || inner.p == NULL)
		return -1;
	failed |= buf_addc(out, '{');
	failed |= buf_add_slice(out, outer);
	failed |= buf_addf(out, "%s\"%s\":{", outer.len > 0 ? "," : "", as);
	if (add_id)
		failed |= add_text_member(out, id_as, id, inner.len > 0);
	failed |= buf_add_slice(out, inner);
	failed |= buf_adds(out, "}}");
	return failed;
}
