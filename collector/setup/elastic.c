/*
 * Elasticsearch: lifecycle, pipeline, templates, transforms, and an API key for
 * the shipper.
 */
#include "config.h"

#include "collector/setup/elastic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/json/tree.h"
#include "collector/setup/target.h"

#define MESSAGE_MAX 8192
#define LIFECYCLE "s1spool-lifecycle"

static const struct elastic_kind component_template = {
	.what = "component template",
	.folder = "component_template",
	.path = "/_component_template/",
	.list = "component_templates",
	.item = "component_template",
};
static const struct elastic_kind index_template = {
	.what = "index template",
	.folder = "index_template",
	.path = "/_index_template/",
	.list = "index_templates",
	.item = "index_template",
};
static const struct elastic_kind pipeline = {
	.what = "pipeline",
	.folder = "ingest_pipeline",
	.path = "/_ingest/pipeline/",
};

const char *const setup_elasticsearch_parts[] = {
	"lifecycle", "pipeline", "templates", "transforms", "api_key", NULL
};

/* the server */

/* Serverless has a version of its own, and is always new enough. */
static int
check_version(struct elastic *e, struct json_object *root, struct buf *err)
{
	struct json_object *version =
	    json_object_object_get(root, "version");
	struct json_object *number =
	    json_object_object_get(version, "number");
	struct json_object *flavor =
	    json_object_object_get(version, "build_flavor");
	const char *text = json_object_get_string(number);
	int recent = text == NULL ? -1 : setup_is_recent(text);

	if (recent < 0) {
		buf_addf(err, "%s is not Elasticsearch: check "
		    "elasticsearch.url\n",
		    e->setup->conf->elasticsearch.url);
		return -1;
	}
	e->serverless = flavor != NULL &&
	    strcmp(json_object_get_string(flavor), "serverless") == 0;
	if (e->serverless || recent)
		return 0;
	buf_addf(err, "Elasticsearch is %s; it must be " SETUP_OLDEST
	    " or later\n", text);
	return -1;
}

static int
greet(struct elastic *e, struct buf *err)
{
	struct http_call call = { .method = "GET", .path = "/" };
	struct http_answer answer;
	int r = http_send(e->http, &call, &answer, err);

	if (r == 0 && !http_is_ok(&answer)) {
		http_explain(e->http, &call, &answer, err);
		r = -1;
	} else if (r == 0) {
		r = check_version(e, answer.body, err);
	}
	if (r != 0) {
		http_clean(e->http, err);
		buf_addc(err, '\n');
	}
	http_answer_fini(&answer);
	return r;
}

/* the parts */

static bool
is_lifecycle(const char *name)
{
	return strncmp(name, LIFECYCLE, strlen(LIFECYCLE)) == 0;
}

/* ILM, over which the data stream's own lifecycle goes, is not there. */
static void
adapt(const struct elastic *e, const char *name, struct json_object *wanted)
{
	if (e->serverless && is_lifecycle(name))
		json_object_object_del(json_object_object_get(wanted,
		    "template"), "settings");
}

static void
ensure_one(struct elastic *e, const struct elastic_kind *kind,
    const char *asset, const char *name)
{
	struct json_object *wanted = elastic_asset(e, kind->folder, asset);

	if (wanted == NULL) {
		setup_report(e->setup, SETUP_FAILED, "%s %s: cannot be read",
		    kind->what, name);
		return;
	}
	adapt(e, name, wanted);
	if (kind == &index_template)
		elastic_stamp(e, wanted);
	elastic_ensure(e, kind, name, wanted);
	json_object_put(wanted);
}

/* All assets of a kind that are, or are not, about lifecycle. */
static void
ensure_all(struct elastic *e, const struct elastic_kind *kind, bool lifecycle)
{
	char **names;
	int n = elastic_names(e, kind->folder, &names);

	for (int i = 0; i < n; i++)
		if (is_lifecycle(names[i]) == lifecycle)
			ensure_one(e, kind, names[i], names[i]);
	if (n == 0)
		setup_report(e->setup, SETUP_FAILED, "%ss: there are none in "
		    "%s", kind->what, e->setup->assets);
	elastic_names_free(names, n > 0 ? n : 0);
}

/* In this order: templates name what must be there before. */
static void
do_parts(struct elastic *e)
{
	const struct setup *s = e->setup;

	if (setup_wants(s, "lifecycle"))
		ensure_all(e, &component_template, true);
	if (setup_wants(s, "pipeline"))
		ensure_one(e, &pipeline, s->conf->elasticsearch.geo ?
		    "final-geo" : "final", "s1spool@final");
	if (setup_wants(s, "templates")) {
		ensure_all(e, &component_template, false);
		ensure_all(e, &index_template, false);
	}
	if (setup_wants(s, "lifecycle") || setup_wants(s, "templates"))
		elastic_streams(e);
	if (setup_wants(s, "transforms"))
		elastic_transforms(e);
	/* A secret is made only for who asks for it. */
	if (s->only != NULL && setup_wants(s, "api_key"))
		elastic_key(e);
}

int
setup_elasticsearch(struct setup *s)
{
	struct elastic e = { .setup = s };
	struct buf err;
	int code = EX_CONFIG;

	buf_init(&err, MESSAGE_MAX);
	e.http = http_new(&s->conf->elasticsearch, "Elasticsearch", false,
	    s->dry_run ? stdout : NULL, &err);
	s->http = e.http;
	if (e.http != NULL && greet(&e, &err) != 0) {
		code = EX_UNAVAILABLE;
	} else if (e.http != NULL) {
		e.changed = tree_object();
		do_parts(&e);
		json_object_put(e.changed);
		code = setup_end(s);
	}
	if (err.len > 0)
		fprintf(stderr, "s1spool setup: %s", err.p);
	buf_fini(&err);
	http_free(e.http);
	return code;
}
