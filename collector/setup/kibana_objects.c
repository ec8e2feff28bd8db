#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/setup/kibana.h"

#define ASSET "kibana/saved-objects.ndjson"
#define FILE_MAX (16u << 20)
#define RIGHT "the privilege Saved Objects Management: All"

/* A saved object as it should be. */
struct wanted {
	struct json_object *object;
	struct slice line; /* of the asset */
	enum setup_result result; /* once it is imported */
};

struct objects {
	struct kibana *k;
	struct buf asset;
	struct wanted *wanted;
	size_t n;
};

static const char *
type_of(const struct wanted *w)
{
	return kibana_text(w->object, "type");
}

static const char *
id_of(const struct wanted *w)
{
	return kibana_text(w->object, "id");
}

static struct json_object *
attributes_of(struct json_object *object)
{
	struct json_object *a = NULL;

	json_object_object_get_ex(object, "attributes", &a);
	return a;
}

/* What people know the object as. */
static const char *
title_of(const struct wanted *w)
{
	struct json_object *a = attributes_of(w->object);
	const char *name = kibana_text(a, "name");

	return *name != '\0' ? name : kibana_text(a, "title");
}

static void
report(const struct objects *o, const struct wanted *w,
    enum setup_result result, const char *why)
{
	setup_report(o->k->setup, result, "%s %s%s%s", type_of(w), title_of(w),
	    *why == '\0' ? "" : ": ", why);
}

/*
 * Kibana brings what it imports into its newest form.  Left as they are are
 * what people read: among it a description that tells what the object was made
 * of.
 */
static bool
is_same(struct json_object *wanted, struct json_object *found)
{
	static const char *const kept[] = {
		"title", "name", "description", "timeFieldName",
	};
	struct json_object *a = attributes_of(wanted);
	struct json_object *b = attributes_of(found);

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strcmp(kibana_text(a, kept[i]),
		    kibana_text(b, kept[i])) != 0)
			return false;
	return true;
}

/* Is that why the export was refused? */
static bool
is_missing(const struct http_answer *answer)
{
	struct json_object *objects = NULL;

	if (answer->status != 400 || attributes_of(answer->body) == NULL)
		return false;
	json_object_object_get_ex(attributes_of(answer->body), "objects",
	    &objects);
	return json_object_is_type(objects, json_type_array) &&
	    json_object_array_length(objects) > 0;
}

/* What is to be done with an object. */
static void
look(struct objects *o, struct wanted *w)
{
	struct json_object *body = tree_object();
	struct json_object *one = tree_object();
	struct json_object *list = tree_list();
	struct http_answer answer;

	tree_put(one, "type", tree_text(type_of(w)));
	tree_put(one, "id", tree_text(id_of(w)));
	tree_push(list, one);
	tree_put(body, "objects", list);
	tree_put(body, "excludeExportDetails", tree_flag(1));
	w->result = SETUP_FAILED;
	if (kibana_send(o->k, &(struct kibana_call){ .method = "POST",
	    .path = "/api/saved_objects/_export", .body = body,
	    .reads = true, .needs = RIGHT }, 400, &answer) != 0)
		report(o, w, SETUP_FAILED, o->k->why.p);
	else if (is_missing(&answer))
		w->result = SETUP_CREATED;
	else if (answer.status == 400 || answer.body == NULL)
		report(o, w, SETUP_FAILED, "Kibana does not export it");
	else
		w->result = is_same(w->object, answer.body) ? SETUP_SAME :
							      SETUP_UPDATED;
	http_answer_fini(&answer);
	json_object_put(body);
}

/* The element of a list that is about the object; NULL when none is. */
static struct json_object *
find(struct json_object *answer, const char *name, const struct wanted *w)
{
	struct json_object *list = NULL;

	if (!json_object_object_get_ex(answer, name, &list) ||
	    !json_object_is_type(list, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (strcmp(kibana_text(one, "type"), type_of(w)) == 0 &&
		    strcmp(kibana_text(one, "id"), id_of(w)) == 0)
			return one;
	}
	return NULL;
}

static const char *
reason_of(struct json_object *failure)
{
	struct json_object *error = NULL;
	const char *type;

	json_object_object_get_ex(failure, "error", &error);
	type = kibana_text(error, "type");
	if (strcmp(type, "missing_references") == 0)
		return "it needs what is not there: install the part "
		    "data_view too";
	return *type == '\0' ? "not imported" : type;
}

static bool
is_due(const struct wanted *w)
{
	return w->result == SETUP_CREATED || w->result == SETUP_UPDATED;
}

/* An import is answered with 200 even when all of it failed. */
static void
report_import(struct objects *o, const struct http_answer *answer)
{
	bool all = answer->status == 0 || kibana_flag(answer->body, "success");

	for (size_t i = 0; i < o->n; i++) {
		struct wanted *w = &o->wanted[i];

		if (!is_due(w))
			continue;
		if (all || find(answer->body, "successResults", w) != NULL)
			report(o, w, w->result, "");
		else
			report(o, w, SETUP_FAILED,
			    reason_of(find(answer->body, "errors", w)));
	}
}

static void
import(struct objects *o)
{
	struct http_answer answer;
	struct buf file;

	buf_init(&file, FILE_MAX);
	for (size_t i = 0; i < o->n; i++)
		if (is_due(&o->wanted[i])) {
			buf_add_slice(&file, o->wanted[i].line);
			buf_addc(&file, '\n');
		}
	if (file.len > 0) {
		if (kibana_send(o->k, &(struct kibana_call){ .method = "POST",
		    .path = "/api/saved_objects/_import?overwrite=true",
		    .file = &file, .needs = RIGHT }, 0, &answer) == 0)
			report_import(o, &answer);
		else
			for (size_t i = 0; i < o->n; i++)
				if (is_due(&o->wanted[i]))
					report(o, &o->wanted[i], SETUP_FAILED,
					    o->k->why.p);
		http_answer_fini(&answer);
	}
	buf_fini(&file);
}

/* Keep a line of the asset if it is of one of the types. */
static bool
add_line(struct objects *o, struct slice line, const char *type,
    const char *other)
{
	struct wanted w = { .line = line };

	w.object = tree_parse_object(line);
	if (w.object == NULL)
		return false;
	if (strcmp(type_of(&w), type) != 0 &&
	    (other == NULL || strcmp(type_of(&w), other) != 0)) {
		json_object_put(w.object);
		return true;
	}
	o->wanted = xreallocarray(o->wanted, o->n + 1, sizeof(*o->wanted));
	o->wanted[o->n++] = w;
	return true;
}

static int
load(struct objects *o, const char *type, const char *other)
{
	struct slice line;
	size_t at = 0;

	if (setup_asset(o->k->setup, ASSET, &o->asset) != 0)
		return -1;
	while (at < o->asset.len) {
		line.p = o->asset.p + at;
		line.len = strcspn(line.p, "\n");
		if (!add_line(o, line, type, other)) {
			fprintf(stderr, "s1spool setup: %s/%s: a line is no "
			    "JSON object\n", o->k->setup->assets, ASSET);
			return -1;
		}
		at += line.len + 1;
	}
	return 0;
}

int
kibana_objects(struct kibana *k, const char *type, const char *other)
{
	struct objects o = { .k = k };
	int rc;

	buf_init(&o.asset, FILE_MAX);
	rc = load(&o, type, other);
	for (size_t i = 0; rc == 0 && i < o.n; i++) {
		look(&o, &o.wanted[i]);
		if (o.wanted[i].result == SETUP_SAME)
			report(&o, &o.wanted[i], SETUP_SAME, "");
	}
	if (rc == 0)
		import(&o);
	for (size_t i = 0; i < o.n; i++)
		json_object_put(o.wanted[i].object);
	free(o.wanted);
	buf_fini(&o.asset);
	return rc;
}
