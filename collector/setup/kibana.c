/*
 * s1spool setup kibana: data view, dashboards, searches, rules and connector.
 */
#include "config.h"

#include "collector/setup/kibana.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf.h"
#include "collector/json/tree.h"
#include "collector/setup/target.h"

#define WHY_MAX (64u << 10)
#define UPLOAD_NAME "s1spool.ndjson" /* Kibana looks at how it ends */

const char *
kibana_text(struct json_object *from, const char *name)
{
	struct json_object *v = NULL;

	if (!json_object_is_type(from, json_type_object) ||
	    !json_object_object_get_ex(from, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return "";
	return json_object_get_string(v);
}

bool
kibana_flag(struct json_object *from, const char *name)
{
	struct json_object *v = NULL;

	return json_object_is_type(from, json_type_object) &&
	    json_object_object_get_ex(from, name, &v) &&
	    json_object_get_boolean(v);
}

bool
kibana_lists(struct json_object *list, const char *text)
{
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (json_object_is_type(one, json_type_string) &&
		    strcmp(json_object_get_string(one), text) == 0)
			return true;
	}
	return false;
}

/* The reason is part of a line. */
static void
trim(struct buf *why)
{
	while (why->len > 0 && why->p[why->len - 1] == '\n')
		buf_cut(why, why->len - 1);
}

static struct http_call
http_call_of(const struct kibana_call *call, const char *path)
{
	struct http_call c = { .method = call->method, .path = path,
		.reads = call->reads };

	if (call->file != NULL) {
		c.form = HTTP_UPLOAD;
		c.file = UPLOAD_NAME;
		c.body = buf_slice(call->file);
	} else if (call->body != NULL) {
		c.body = slice_of(tree_print(call->body, TREE_PLAIN));
	}
	return c;
}

int
kibana_send(struct kibana *k, const struct kibana_call *call, int also,
    struct http_answer *answer)
{
	char *path = xasprintf("%s%s", k->prefix, call->path);
	struct http_call c = http_call_of(call, path);
	int rc;

	buf_reset(&k->why);
	rc = http_send(k->http, &c, answer, &k->why);
	if (rc == 0 && !http_is_ok(answer) && answer->status != also) {
		http_explain(k->http, &c, answer, &k->why);
		rc = -1;
	}
	trim(&k->why);
	if (rc != 0 && answer->status == 403 && call->needs != NULL)
		buf_addf(&k->why, "; this needs %s", call->needs);
	free(path);
	return rc;
}

static int
unavailable(struct kibana *k)
{
	http_clean(k->http, &k->why);
	fprintf(stderr, "s1spool setup: %s\n", k->why.p);
	return EX_UNAVAILABLE;
}

/* "8.13.0" */
static int
check_number(struct kibana *k, const char *number)
{
	int recent = setup_is_recent(number);

	if (recent < 0) {
		buf_adds(&k->why, "Kibana does not tell its version: check "
		    "kibana.url, and its api_key_file or password_file");
		return -1;
	}
	if (recent)
		return 0;
	buf_addf(&k->why, "Kibana is %s; it must be " SETUP_OLDEST " or later",
	    number);
	return -1;
}

static int
check_version(struct kibana *k)
{
	struct json_object *version = NULL;
	struct http_answer answer;
	int rc = kibana_send(k, &(struct kibana_call){ .method = "GET",
	    .path = "/api/status" }, 503, &answer);

	if (rc == 0 && answer.status == 503) {
		buf_adds(&k->why, "Kibana is not ready yet");
		rc = -1;
	} else if (rc == 0) {
		if (answer.body != NULL)
			json_object_object_get_ex(answer.body, "version",
			    &version);
		rc = check_number(k, kibana_text(version, "number"));
	}
	http_answer_fini(&answer);
	return rc;
}

/* Kibana itself takes calls for spaces that there are not. */
static int
check_space(struct kibana *k)
{
	struct http_answer answer;
	char *path;
	int rc;

	if (k->space == NULL)
		return 0;
	path = xasprintf("/api/spaces/space/%s", k->space);
	rc = kibana_send(k, &(struct kibana_call){ .method = "GET",
	    .path = path }, 404, &answer);
	if (rc == 0 && answer.status == 404) {
		buf_addf(&k->why, "Kibana has no space '%s', or it is not "
		    "open to this user", k->space);
		rc = -1;
	}
	http_answer_fini(&answer);
	free(path);
	return rc;
}

const char *const setup_kibana_parts[] = { "data_view", "dashboards",
	"searches", "rules", "connector", NULL };

static int
do_parts(struct kibana *k)
{
	const struct setup *s = k->setup;
	int rc = 0;

	if (setup_wants(s, "data_view"))
		rc = kibana_objects(k, "index-pattern", "tag");
	if (rc == 0 && setup_wants(s, "dashboards"))
		rc = kibana_objects(k, "dashboard", NULL);
	if (rc == 0 && setup_wants(s, "searches"))
		rc = kibana_objects(k, "search", NULL);
	if (rc == 0 && setup_wants(s, "rules"))
		rc = kibana_rules(k);
	if (rc == 0 && setup_wants(s, "connector"))
		rc = kibana_connector(k);
	return rc == 0 ? setup_end(s) : EX_NOINPUT;
}

/* The name stands in paths. */
static bool
is_space(const char *name)
{
	return *name != '\0' && name[strspn(name,
	    "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

static int
run(struct kibana *k)
{
	if (k->space != NULL && strcmp(k->space, "default") == 0)
		k->space = NULL;
	if (k->space != NULL && !is_space(k->space)) {
		fprintf(stderr, "s1spool setup: no name of a space: '%s'; it "
		    "is of a-z, 0-9, _ and -\n", k->space);
		return EX_USAGE;
	}
	k->prefix = xstrdup("");
	if (check_version(k) != 0 || check_space(k) != 0)
		return unavailable(k);
	if (k->space != NULL) {
		free(k->prefix);
		k->prefix = xasprintf("/s/%s", k->space);
	}
	return do_parts(k);
}

int
setup_kibana(struct setup *s)
{
	struct kibana k = { .setup = s, .space = s->space != NULL ? s->space :
		s->conf->kibana.space };
	int code = EX_CONFIG;

	buf_init(&k.why, WHY_MAX);
	k.http = http_new(&s->conf->kibana, "Kibana", true,
	    s->dry_run ? stdout : NULL, &k.why);
	s->http = k.http;
	if (k.http == NULL)
		fprintf(stderr, "s1spool setup: %s", k.why.p);
	else
		code = run(&k);
	http_free(k.http);
	free(k.prefix);
	buf_fini(&k.why);
	return code;
}
