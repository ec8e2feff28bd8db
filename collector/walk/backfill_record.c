/*
 * The journal record of a backfill.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "collector/json/tree.h"
#include "collector/walk/backfill.h"
#include "spool/version.h"

#define BACKFILL_VERSION 1

static void
put_int(struct json_object *o, const char *name, int64_t v)
{
	if (v != 0)
		tree_put(o, name, tree_int(v));
}

static struct json_object *
from_range(struct range r)
{
	struct json_object *pair = tree_list();

	tree_push(pair, tree_int(r.from));
	tree_push(pair, tree_int(r.to));
	return pair;
}

static void
put_ranges(struct json_object *o, const char *name, const struct ranges *rs)
{
	struct json_object *list;

	if (rs->n == 0)
		return;
	list = tree_list();
	for (size_t i = 0; i < rs->n; i++)
		tree_push(list, from_range(rs->range[i]));
	tree_put(o, name, list);
}

static void
put_items(struct json_object *o, const struct backfill *b)
{
	struct json_object *list, *item;

	if (b->n == 0)
		return;
	list = tree_list();
	for (size_t i = 0; i < b->n; i++) {
		item = tree_object();
		tree_put(item, "range", from_range(b->item[i].range));
		put_int(item, "resend", b->item[i].resend);
		tree_push(list, item);
	}
	tree_put(o, "todo", list);
}

/* The figures by name, to be read and written alike. */
struct figure {
	const char *name;
	size_t offset;
};

#define FIGURE(name) { #name, offsetof(struct backfill_figures, name) }
static const struct figure figures[] = {
	FIGURE(asked_ms),
	FIGURE(finished_ms),
	FIGURE(stopped_ms),
	FIGURE(done_ms),
	FIGURE(requests),
	FIGURE(records),
	FIGURE(skipped),
};
#define N_FIGURES (sizeof(figures) / sizeof(figures[0]))

/* All of them are 64 bits wide. */
static int64_t *
figure_of(struct backfill_figures *f, size_t i)
{
	return (int64_t *)((char *)f + figures[i].offset);
}

static void
put_figures(struct json_object *o, struct backfill_figures f)
{
	struct json_object *member = tree_object();

	for (size_t i = 0; i < N_FIGURES; i++)
		put_int(member, figures[i].name, *figure_of(&f, i));
	tree_put(o, "figures", member);
}

int
backfill_print(struct buf *buf, const struct backfill *b)
{
	struct json_object *o = tree_object();
	int failed;

	put_int(o, "version", BACKFILL_VERSION);
	put_ranges(o, "covered", &b->covered);
	put_items(o, b);
	if (b->request[0] != '\0')
		tree_put(o, "request", tree_text(b->request));
	put_int(o, "resent", b->resent);
	put_int(o, "slice", b->slice_ms);
	if (b->walk.open)
		tree_put(o, "walk", walk_to_json(&b->walk));
	put_int(o, "began", b->began);
	put_ranges(o, "skipped", &b->skipped);
	put_figures(o, b->figures);
	failed = buf_adds(buf, tree_print(o, TREE_PLAIN));
	json_object_put(o);
	return failed;
}

/* What is no range becomes an empty one, which counts nowhere. */
static struct range
to_range(struct json_object *pair)
{
	if (!json_object_is_type(pair, json_type_array) ||
	    json_object_array_length(pair) != 2)
		return (struct range){ 0, 0 };
	return (struct range){
		json_object_get_int64(json_object_array_get_idx(pair, 0)),
		json_object_get_int64(json_object_array_get_idx(pair, 1)),
	};
}

static void
get_ranges(struct json_object *o, const char *name, struct ranges *rs)
{
	struct json_object *list = tree_get(o, name, json_type_array);
	size_t n = list == NULL ? 0 : json_object_array_length(list);

	for (size_t i = 0; i < n; i++)
		ranges_add(rs, to_range(json_object_array_get_idx(list, i)));
}

static void
get_items(struct json_object *o, struct backfill *b)
{
	struct json_object *list = tree_get(o, "todo", json_type_array);
	struct json_object *item, *pair;
	size_t n = list == NULL ? 0 : json_object_array_length(list);

	for (size_t i = 0; i < n; i++) {
		item = json_object_array_get_idx(list, i);
		pair = tree_get(item, "range", json_type_array);
		backfill_push(b, (struct backfill_item){ to_range(pair),
		    tree_get_int(item, "resend", 0) });
	}
}

static void
get_all(struct json_object *o, struct backfill *b)
{
	struct json_object *member;
	int64_t slice = tree_get_int(o, "slice", 0);

	get_ranges(o, "covered", &b->covered);
	get_items(o, b);
	snprintf(b->request, sizeof(b->request), "%s",
	    tree_get_text(o, "request", ""));
	b->resent = tree_get_int(o, "resent", 0);
	if (slice > 0)
		b->slice_ms = slice;
	/* A slice belongs to an item. */
	if (b->n > 0 && json_object_object_get_ex(o, "walk", &member))
		walk_from_json(&b->walk, member);
	b->began = tree_get_int(o, "began", 0);
	get_ranges(o, "skipped", &b->skipped);
	member = tree_get(o, "figures", json_type_object);
	for (size_t i = 0; i < N_FIGURES; i++)
		*figure_of(&b->figures, i) = tree_get_int(member,
		    figures[i].name, 0);
}

int
backfill_parse(struct backfill *b, struct slice text)
{
	struct json_object *o = tree_parse_object(text);
	enum version_verdict version = VERSION_NONE;

	backfill_fini(b);
	if (o != NULL)
		version = version_check(tree_get_int(o, "version", 0),
		    BACKFILL_VERSION);
	if (version == VERSION_KNOWN)
		get_all(o, b);
	json_object_put(o);
	errno = version == VERSION_LATER ? EPROTONOSUPPORT : EBADMSG;
	return version == VERSION_KNOWN ? 0 : -1;
}
