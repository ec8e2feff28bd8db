#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/setup/elastic.h"

static const struct elastic_kind all_templates = {
	.what = "all index templates",
	.path = "/_index_template?filter_path=index_templates.name,"
	    "index_templates.index_template.index_patterns,"
	    "index_templates.index_template.priority,"
	    "index_templates.index_template.template.mappings._meta",
	.list = "index_templates",
	.whole = true,
};
static const struct elastic_kind streams = {
	.what = "data streams",
	.path = "/_data_stream/",
	.list = "data_streams",
	.whole = true,
};
static const struct elastic_kind stream = { .what = "data stream" };

/* A server may say anything: "" for what is no text. */
static const char *
text_of(struct json_object *o)
{
	return json_object_is_type(o, json_type_string) ?
	    json_object_get_string(o) : "";
}

static const char *
name_of(struct json_object *o)
{
	return text_of(json_object_object_get(o, "name"));
}

/* Is one of the templates that an index template is composed of new? */
static bool
has_changed(const struct elastic *e, const char *name,
    struct json_object *template)
{
	struct json_object *parts =
	    json_object_object_get(template, "composed_of");
	bool changed = json_object_object_get_ex(e->changed, name, NULL);

	for (size_t i = 0; i < elastic_length(parts); i++)
		changed = changed || json_object_object_get_ex(e->changed,
		    json_object_get_string(json_object_array_get_idx(parts,
		    i)), NULL);
	return changed;
}

/* The pattern of an index template of ours; "" when it has none. */
static const char *
pattern_of(struct json_object *template)
{
	struct json_object *patterns =
	    json_object_object_get(template, "index_patterns");

	return elastic_length(patterns) == 0 ? "" :
	    text_of(json_object_array_get_idx(patterns, 0));
}

static int64_t
priority_of(struct json_object *template)
{
	return json_object_get_int64(json_object_object_get(template,
	    "priority"));
}

/* Would a template be taken for an index of this name? */
static bool
matches(struct json_object *template, const char *index)
{
	struct json_object *patterns =
	    json_object_object_get(template, "index_patterns");

	for (size_t i = 0; i < elastic_length(patterns); i++)
		if (fnmatch(text_of(json_object_array_get_idx(patterns, i)),
		    index, 0) == 0)
			return true;
	return false;
}

/* One of the templates that the server has goes before ours.  NULL: none. */
static const char *
find_shadow(struct json_object *list, struct json_object *ours)
{
	const char *pattern = pattern_of(ours);
	char *index = xasprintf("%.*sdefault", (int)strcspn(pattern, "*"),
	    pattern);
	const char *shadow = NULL;

	for (size_t i = 0; i < elastic_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		struct json_object *template =
		    json_object_object_get(o, "index_template");

		if (priority_of(template) > priority_of(ours) &&
		    matches(template, index))
			shadow = name_of(o);
	}
	free(index);
	return shadow;
}

/* Our template as the server has it. */
static bool
is_in_force(struct json_object *list, const char *name, const char *digest)
{
	for (size_t i = 0; i < elastic_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		if (strcmp(name_of(o), name) == 0)
			return elastic_is_stamped(json_object_object_get(
			    json_object_object_get(o, "index_template"),
			    "template"), digest);
	}
	return false;
}

/* It becomes a part of a path, and of no other one than it says. */
static bool
may_be_name(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || strchr("/?#%\\", *c) != NULL)
			return false;
	return name[strspn(name, ".")] != '\0';
}

/* Is the index that a data stream writes to of this make?  What cannot be
 * found out is reported, and taken for a yes. */
static bool
is_current(struct elastic *e, struct json_object *one, const char *digest)
{
	struct json_object *indices = json_object_object_get(one, "indices");
	size_t n = elastic_length(indices);
	const char *index = n == 0 ? "" :
	    text_of(json_object_object_get(json_object_array_get_idx(indices,
		n - 1), "index_name"));
	struct elastic_kind mapping = { .what = "mapping of", .path = "/",
		.list = index, .whole = true };
	struct json_object *o;
	bool is = true;
	char *path;

	if (!may_be_name(index))
		return true;
	path = xasprintf("%s/_mapping?filter_path=*.mappings._meta", index);
	if (elastic_get(e, &mapping, path, &o) == 0)
		is = elastic_is_stamped(o, digest);
	json_object_put(o);
	free(path);
	return is;
}

static void
roll_over(struct elastic *e, const char *name)
{
	char *path = xasprintf("/%s/_rollover", name);

	if (elastic_call(e, &stream, name, "POST", path, NULL) == 0)
		setup_report(e->setup, SETUP_UPDATED, "data stream %s: rolled "
		    "over, so that the template counts", name);
	free(path);
}

/* All of them where the template has changed just now; else those whose index
 * was made of another one. */
static void
roll_over_all(struct elastic *e, struct json_object *template, bool changed,
    const char *digest)
{
	struct json_object *list;

	if (elastic_get(e, &streams, pattern_of(template), &list) != 0)
		return;
	for (size_t i = 0; i < elastic_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (!may_be_name(name_of(one)))
			setup_report(e->setup, SETUP_FAILED, "data stream %s: "
			    "that is no name of one", name_of(one));
		else if (changed || !is_current(e, one, digest))
			roll_over(e, name_of(one));
	}
	json_object_put(list);
}

static void
look_after(struct elastic *e, const char *name, struct json_object *list)
{
	struct json_object *template = elastic_asset(e, "index_template",
	    name);
	char digest[ELASTIC_DIGEST_LEN + 1];
	const char *shadow;
	bool changed;

	if (template == NULL)
		return;
	elastic_digest(e, template, digest);
	changed = has_changed(e, name, template);
	shadow = find_shadow(list, template);
	if (shadow != NULL)
		setup_note(e->setup, "index template %s goes before %s: its "
		    "fields and pipelines count", shadow, name);
	else if (json_object_object_get_ex(template, "data_stream", NULL) &&
	    (changed || is_in_force(list, name, digest)))
		roll_over_all(e, template, changed, digest);
	json_object_put(template);
}

void
elastic_streams(struct elastic *e)
{
	struct json_object *list;
	char **names;
	int n;

	if (elastic_get(e, &all_templates, "", &list) != 0)
		return;
	n = elastic_names(e, "index_template", &names);
	for (int i = 0; i < n; i++)
		look_after(e, names[i], list);
	elastic_names_free(names, n);
	json_object_put(list);
}
