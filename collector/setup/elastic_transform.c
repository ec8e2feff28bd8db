#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/setup/elastic.h"

/* Deferred: there may be no document yet, and so no index to read. */
static const struct elastic_kind transform = {
	.what = "transform",
	.folder = "transform",
	.path = "/_transform/",
	.query = "?defer_validation=true",
	.list = "transforms",
};
static const struct elastic_kind theirs = {
	.what = "transforms",
	.path = "/_transform/logs-sentinel_one.latest_",
	.list = "transforms",
	.whole = true,
};

/* Does a transform of Elastic's integration write the same index? */
static int
is_done_by_others(struct elastic *e, const char *name, bool *done)
{
	const char *dot = strrchr(name, '.');
	char *pattern = xasprintf("%s-default-*", dot == NULL ? name :
	    dot + 1);
	struct json_object *list;
	int r = elastic_get(e, &theirs, pattern, &list);

	*done = r == 0 && elastic_length(list) > 0;
	json_object_put(list);
	free(pattern);
	return r;
}

static int
action(struct elastic *e, const char *name, const char *method,
    const char *format)
{
	char *path = xasprintf("%s%s%s", transform.path, name, format);
	int r = elastic_call(e, &transform, name, method, path, NULL);

	free(path);
	return r;
}

/* It is what it should be: does it run? */
static void
keep_running(struct elastic *e, const char *name)
{
	char *what = xasprintf("%s/_stats", name);
	struct json_object *stats, *state;
	const char *text;

	if (elastic_get(e, &transform, what, &stats) == 0) {
		state = json_object_object_get(stats, "state");
		text = state != NULL ? json_object_get_string(state) : "";
		if (strcmp(text, "failed") == 0)
			setup_report(e->setup, SETUP_FAILED, "transform %s: it "
			    "has failed; GET %s%s tells why", name,
			    transform.path, what);
		else if (strcmp(text, "stopped") != 0)
			setup_report(e->setup, SETUP_SAME, "transform %s",
			    name);
		else if (action(e, name, "POST", "/_start") == 0)
			setup_report(e->setup, SETUP_UPDATED, "transform %s: "
			    "started", name);
		json_object_put(stats);
	}
	free(what);
}

/* What a transform groups by cannot be changed: it is made again, and goes
 * through all documents again, with the same outcome. */
static void
make(struct elastic *e, const char *name, struct json_object *wanted, bool is)
{
	if (is && action(e, name, "DELETE", "?force=true") != 0)
		return;
	if (elastic_put(e, &transform, name, wanted) == 0 &&
	    action(e, name, "POST", "/_start") == 0)
		setup_report(e->setup, is ? SETUP_UPDATED : SETUP_CREATED,
		    "transform %s", name);
}

static void
ensure(struct elastic *e, const char *name, struct json_object *wanted)
{
	struct json_object *got;
	bool done;

	if (elastic_get(e, &transform, name, &got) != 0)
		return;
	if (got != NULL && !elastic_is_ours(got))
		setup_report(e->setup, SETUP_REFUSED, "transform %s: it is "
		    "there, and not made by s1spool (_meta.owner)", name);
	else if (got != NULL && elastic_same(wanted, got))
		keep_running(e, name);
	else if (got != NULL)
		make(e, name, wanted, true);
	else if (is_done_by_others(e, name, &done) == 0 && !done)
		make(e, name, wanted, false);
	else if (done)
		setup_note(e->setup, "transform %s is left out: that of "
		    "Elastic's integration does the same", name);
	json_object_put(got);
}

void
elastic_transforms(struct elastic *e)
{
	struct json_object *wanted;
	char **names;
	int n = elastic_names(e, transform.folder, &names);

	for (int i = 0; i < n; i++) {
		wanted = elastic_asset(e, transform.folder, names[i]);
		if (wanted != NULL)
			ensure(e, names[i], wanted);
		json_object_put(wanted);
	}
	elastic_names_free(names, n);
}
