/*
 * The connector of response actions.  Kibana takes whichever of a space it
 * finds first, so there must never be a second one.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf.h"
#include "collector/conf/secret.h"
#include "collector/json/tree.h"
#include "collector/setup/kibana.h"

#define ASSET "kibana/connector.json"
#define TYPE ".sentinelone"
#define ID "s1spool" /* of ours */
#define ID_MAX 36 /* Kibana's limit */
#define NAMES_MAX 4096
#define RIGHT                                                                \
	"an Enterprise licence and the privilege Actions and Connectors: All"

struct connector {
	struct kibana *k;
	char *id; /* that ours gets; ids are unique over all spaces */
	const char *url; /* of the console */
	struct json_object *body;
	/* What is there, [true] of those that Kibana leaves alone because they
	 * have lost their token: the first, how many, and all names. */
	struct json_object *found[2];
	size_t n[2];
	struct buf names[2];
};

/* The console whose endpoints are acted on; NULL after saying why. */
static const struct conf_console *
console_of(const struct conf *conf, struct buf *why)
{
	const char *name = conf->kibana.connector_console;

	for (size_t i = 0; name != NULL && i < conf->n_consoles; i++)
		if (strcmp(conf->console[i]->name, name) == 0)
			return conf->console[i];
	if (name == NULL && conf->n_consoles == 1)
		return conf->console[0];
	if (name == NULL)
		buf_adds(why, "kibana.connector_console must say whose "
		    "endpoints Kibana acts on");
	else
		buf_addf(why, "kibana.connector_console: there is no console "
		    "'%s'", name);
	return NULL;
}

static void
sort(struct connector *c, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		bool bare = kibana_flag(one, "is_missing_secrets");

		if (strcmp(kibana_text(one, "connector_type_id"), TYPE) != 0 ||
		    kibana_flag(one, "is_deprecated"))
			continue;
		if (c->n[bare]++ == 0)
			c->found[bare] = one;
		buf_addf(&c->names[bare], "%s%s (%s)",
		    c->n[bare] > 1 ? ", " : "", kibana_text(one, "name"),
		    kibana_text(one, "id"));
	}
}

static void
report(struct connector *c, enum setup_result result, const char *name,
    const char *more)
{
	setup_report(c->k->setup, result, "connector %s%s%s", name,
	    *more == '\0' ? "" : ": ", more);
}

/* POST a new one, or PUT what another one lacks. */
static void
save(struct connector *c, enum setup_result result, const char *method,
    const char *path)
{
	const char *name = kibana_text(c->body, "name");
	struct http_answer answer;

	if (kibana_send(c->k, &(struct kibana_call){ .method = method,
	    .path = path, .body = c->body, .needs = RIGHT }, 0, &answer) == 0)
		report(c, result, name, result == SETUP_CREATED ? "" :
		    "Kibana does not show the token it had");
	else
		report(c, SETUP_FAILED, name, c->k->why.p);
	http_answer_fini(&answer);
}

static void
create(struct connector *c)
{
	bool fits = strlen(c->id) <= ID_MAX;
	char *path = xasprintf("/api/actions/connector%s%s", fits ? "/" : "",
	    fits ? c->id : "");

	save(c, SETUP_CREATED, "POST", path);
	free(path);
}

/* "https://a.example.net/" and "https://a.example.net" */
static bool
same_url(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 0 && a[n - 1] == '/';
	m -= m > 0 && b[m - 1] == '/';
	return n == m && strncasecmp(a, b, n) == 0;
}

/* One that others made is given a new token, but not another console. */
static void
update(struct connector *c, struct json_object *found)
{
	struct json_object *config = NULL;
	const char *id = kibana_text(found, "id");
	const char *name = kibana_text(found, "name");
	const char *url;
	char *path;

	json_object_object_get_ex(found, "config", &config);
	url = kibana_text(config, "url");
	if (strcmp(id, c->id) != 0 && !same_url(url, c->url)) {
		char *why = xasprintf("it is not s1spool's and leads to %s; "
		    "there can be only one, so change or remove it in Kibana",
		    url);

		report(c, SETUP_REFUSED, name, why);
		free(why);
		return;
	}
	json_object_object_del(c->body, "connector_type_id");
	tree_put(c->body, "name", tree_text(name));
	path = xasprintf("/api/actions/connector/%s", id);
	save(c, SETUP_UPDATED, "PUT", path);
	free(path);
}

static void
decide(struct connector *c)
{
	const char *name = kibana_text(c->body, "name");
	bool bare = c->n[false] == 0;

	if (c->n[bare] > 1) {
		char *why = xasprintf("there is more than one, of which Kibana "
		    "takes any: %s; leave one", c->names[bare].p);

		report(c, SETUP_REFUSED, name, why);
		free(why);
	} else if (c->n[bare] == 1) {
		update(c, c->found[bare]);
	} else {
		create(c);
	}
}

static void
install(struct connector *c)
{
	struct http_answer answer;

	buf_init(&c->names[false], NAMES_MAX);
	buf_init(&c->names[true], NAMES_MAX);
	if (kibana_send(c->k, &(struct kibana_call){ .method = "GET",
	    .path = "/api/actions/connectors", .needs = RIGHT }, 0,
	    &answer) != 0) {
		report(c, SETUP_FAILED, kibana_text(c->body, "name"),
		    c->k->why.p);
	} else if (!json_object_is_type(answer.body, json_type_array)) {
		report(c, SETUP_FAILED, kibana_text(c->body, "name"),
		    "Kibana's list of connectors is none");
	} else {
		sort(c, answer.body);
		decide(c);
	}
	http_answer_fini(&answer);
	buf_fini(&c->names[false]);
	buf_fini(&c->names[true]);
}

static struct json_object *
with_member(const char *name, const char *value)
{
	struct json_object *o = tree_object();

	tree_put(o, name, tree_text(value));
	return o;
}

static int
install_with(struct kibana *k, const struct conf_console *console,
    const struct secret *token)
{
	struct connector c = { .k = k, .url = console->url,
		.body = setup_asset_json(k->setup, ASSET) };

	if (c.body == NULL)
		return -1;
	c.id = xasprintf("%s%s%s", ID, k->space == NULL ? "" : "-",
	    k->space == NULL ? "" : k->space);
	tree_put(c.body, "config", with_member("url", console->url));
	tree_put(c.body, "secrets", with_member("token", token->text));
	http_hide(k->http, (struct slice){ token->text, token->len });
	install(&c);
	json_object_put(c.body);
	free(c.id);
	return 0;
}

int
kibana_connector(struct kibana *k)
{
	const char *file = k->setup->conf->kibana.connector_token_file;
	const struct conf_console *console;
	struct secret token = { 0 };
	int rc = 0;

	if (file == NULL && k->setup->only == NULL) {
		setup_note(k->setup, "connector is left out: "
		    "kibana.connector_token_file is not set");
		return 0;
	}
	buf_reset(&k->why);
	console = console_of(k->setup->conf, &k->why);
	if (file == NULL)
		setup_report(k->setup, SETUP_FAILED, "connector: "
		    "kibana.connector_token_file is not set");
	else if (console == NULL)
		setup_report(k->setup, SETUP_FAILED, "connector: %s",
		    k->why.p);
	else if (secret_load(&token, file, &k->why) != 0)
		setup_report(k->setup, SETUP_FAILED, "connector: %s",
		    k->why.p);
	else
		rc = install_with(k, console, &token);
	if (file != NULL)
		secret_wipe(&token);
	return rc;
}
