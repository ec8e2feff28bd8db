/*
 * Kibana, in the default space and in the space "soc".
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/setup/stub.h"

#define SOC "/s/soc"

static struct json_object *
object_get(struct json_object *from, const char *name)
{
	struct json_object *v = NULL;

	if (json_object_is_type(from, json_type_object))
		json_object_object_get_ex(from, name, &v);
	return v;
}

static const char *
text_of(struct json_object *from, const char *name)
{
	struct json_object *v = object_get(from, name);

	return json_object_is_type(v, json_type_string) ?
	    json_object_get_string(v) : "";
}

static void
set(struct json_object *o, const char *name, struct json_object *v)
{
	json_object_object_add(o, name, v);
}

static void
refuse(struct stub_reply *r, unsigned status, const char *type,
    const char *reason)
{
	struct json_object *body = json_object_new_object();

	set(body, "statusCode", json_object_new_int((int)status));
	set(body, "error", json_object_new_string(type));
	set(body, "message", json_object_new_string(reason));
	json_object_put(r->body);
	r->status = status;
	r->body = body;
}

static void
not_found(struct stub_reply *r, const char *what)
{
	refuse(r, 404, "Not Found", what);
}

/* What a space has of a kind. */
static struct json_object *
kept(struct stub *s, const struct stub_request *q, const char *kind)
{
	bool soc = strncmp(q->path, SOC "/", strlen(SOC) + 1) == 0;
	char *name = xasprintf("%s%s", soc ? "soc " : "", kind);
	struct json_object *objects = stub_objects(s, name);

	free(name);
	return objects;
}

/* Has the body just these members?  The list has a blank behind each. */
static bool
has_only(struct json_object *o, const char *names)
{
	size_t n = 0;

	if (!json_object_is_type(o, json_type_object))
		return false;
	json_object_object_foreach(o, name, v) {
		char *word = xasprintf("%s ", name);
		bool known = strstr(names, word) != NULL;

		(void)v;
		free(word);
		if (!known)
			return false;
		n++;
	}
	for (; *names != '\0'; names++)
		n -= *names == ' ';
	return n == 0;
}

static void
get_status(struct stub *s, const struct stub_request *q, struct stub_reply *r)
{
	struct json_object *version = json_object_new_object();

	(void)q;
	set(version, "number", json_object_new_string(s->version));
	r->body = json_object_new_object();
	set(r->body, "version", version);
}

static void
get_space(struct stub *s, const struct stub_request *q, struct stub_reply *r)
{
	struct json_object *space = object_get(stub_objects(s, "spaces"),
	    q->name);

	r->body = json_object_get(space);
	if (space == NULL)
		not_found(r, "Not Found");
}

/* saved objects */

static char *
key_of(struct json_object *o)
{
	return xasprintf("%s %s", text_of(o, "type"), text_of(o, "id"));
}

static void
missing(struct stub_reply *r, struct json_object *one)
{
	struct json_object *list = json_object_new_array();
	struct json_object *attributes = json_object_new_object();

	refuse(r, 400, "Bad Request", "Error fetching objects to export");
	json_object_array_add(list, json_object_get(one));
	set(attributes, "objects", list);
	set(r->body, "attributes", attributes);
	r->legal = true;
}

static void
export(struct stub *s, const struct stub_request *q, struct stub_reply *r)
{
	struct json_object *list = object_get(q->json, "objects"), *one;
	char *key;

	if (!has_only(q->json, "objects excludeExportDetails ") ||
	    json_object_array_length(list) != 1 ||
	    !has_only(json_object_array_get_idx(list, 0), "type id ")) {
		refuse(r, 400, "Bad Request", "[request body]");
		return;
	}
	one = json_object_array_get_idx(list, 0);
	key = key_of(one);
	r->body = json_object_get(object_get(kept(s, q, "objects"), key));
	if (r->body == NULL)
		missing(r, one);
	free(key);
}

/* What Kibana makes of an import: newer, and not as it came. */
static struct json_object *
migrated(const char *line)
{
	struct json_object *o = json_tokener_parse(line);

	set(o, "typeMigrationVersion", json_object_new_string("10.2.0"));
	set(o, "created_at", json_object_new_string("2025-03-04T12:00:00Z"));
	if (object_get(object_get(o, "attributes"), "panelsJSON") != NULL)
		set(object_get(o, "attributes"), "panelsJSON",
		    json_object_new_string("[]"));
	return o;
}

/* Only references to these are looked at. */
static bool
lacks_reference(struct json_object *o, struct json_object *there,
    struct json_object *coming)
{
	struct json_object *list = object_get(o, "references");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		char *key = key_of(one);
		bool found = object_get(there, key) != NULL ||
		    object_get(coming, key) != NULL;

		free(key);
		if (!found && strcmp(text_of(one, "type"),
		    "index-pattern") == 0)
			return true;
	}
	return false;
}

/* The lines of the one part of a form, by key; NULL when it is another form. */
static struct json_object *
read_upload(const struct stub_request *q)
{
	static const char head[] = "Content-Disposition: form-data; "
	    "name=\"file\"; filename=\"s1spool.ndjson\"\r\n";
	const char *p = strstr(q->body.p, head);
	struct json_object *objects = json_object_new_object();

	p = p == NULL ? NULL : strstr(p, "\r\n\r\n");
	for (p += p == NULL ? 0 : 4; p != NULL && *p == '{';) {
		size_t n = strcspn(p, "\n");
		char *line = xstrndup(p, n);
		struct json_object *o = migrated(line);
		char *key = key_of(o);

		set(objects, key, o);
		free(key);
		free(line);
		p += n + 1;
	}
	if (p != NULL && strncmp(p, "\r\n--", 4) == 0)
		return objects;
	json_object_put(objects);
	return NULL;
}

static void
add_result(struct json_object *list, struct json_object *o, const char *error)
{
	struct json_object *result = json_object_new_object();
	struct json_object *why = json_object_new_object();

	set(result, "type", json_object_get(object_get(o, "type")));
	set(result, "id", json_object_get(object_get(o, "id")));
	set(why, "type", json_object_new_string(error == NULL ? "" : error));
	if (error != NULL)
		set(result, "error", json_object_get(why));
	json_object_put(why);
	json_object_array_add(list, result);
}

/* Nothing is created when something is missing. */
static void
import(struct stub *s, const struct stub_request *q, struct stub_reply *r)
{
	struct json_object *there = kept(s, q, "objects");
	struct json_object *coming = read_upload(q);
	struct json_object *errors = json_object_new_array();
	struct json_object *results = json_object_new_array();
	bool success;

	if (coming == NULL) {
		refuse(r, 400, "Bad Request", "no form with one .ndjson file");
		json_object_put(errors);
		json_object_put(results);
		return;
	}
	json_object_object_foreach(coming, key, o) {
		(void)key;
		if (lacks_reference(o, there, coming))
			add_result(errors, o, "missing_references");
	}
	success = json_object_array_length(errors) == 0;
	if (success) {
		json_object_object_foreach(coming, name, object) {
			add_result(results, object, NULL);
			set(there, name, json_object_get(object));
		}
	}
	json_object_put(coming);
	r->body = json_object_new_object();
	set(r->body, "success", json_object_new_boolean(success));
	set(r->body, "successCount", json_object_new_int64(
	    (int64_t)json_object_array_length(results)));
	set(r->body, "successResults", results);
	set(r->body, "errors", errors);
}

/* rules */

static void
get_index(struct stub *s, const struct stub_request *q, struct stub_reply *r)
{
	if (object_get(kept(s, q, "index"), "alerts") == NULL) {
		not_found(r, "index for this space does not exist");
		return;
	}
	r->body = json_object_new_object();
	set(r->body, "name", json_object_new_string(".alerts-security"));
}

static void
make_index(struct stub *s, const struct stub_request *q, struct stub_reply *r)
{
	set(kept(s, q, "index"), "alerts", json_object_new_object());
	r->body = json_object_new_object();
	set(r->body, "acknowledged", json_object_new_boolean(1));
}

static void
get_rule(struct stub *s, const struct stub_request *q, struct stub_reply *r)
{
	const char *id = q->query + strlen("rule_id=");
	struct json_object *rule = object_get(kept(s, q, "rules"), id);

	r->body = json_object_get(rule);
	if (rule == NULL)
		not_found(r, "rule_id not found");
}

static void
make_rule(struct stub *s, const struct stub_request *q, struct stub_reply *r)
{
	static const char *const needed[] = {
		"rule_id", "name", "description", "type", "severity",
	};
	struct json_object *rules = kept(s, q, "rules");
	const char *id = text_of(q->json, "rule_id");

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (*text_of(q->json, needed[i]) == '\0') {
			refuse(r, 400, "Bad Request", needed[i]);
			return;
		}
	if (object_get(kept(s, q, "index"), "alerts") == NULL) {
		refuse(r, 400, "Bad Request", "there is no index of alerts");
	} else if (object_get(rules, id) != NULL) {
		refuse(r, 409, "Conflict", "rule_id already exists");
	} else {
		set(q->json, "version", json_object_new_int(1));
		set(q->json, "author", json_object_new_array());
		set(rules, id, json_object_get(q->json));
		r->body = json_object_get(q->json);
	}
}

static void
patch_rule(struct stub *s, const struct stub_request *q, struct stub_reply *r)
{
	struct json_object *rule = object_get(kept(s, q, "rules"),
	    text_of(q->json, "rule_id"));

	if (rule == NULL) {
		not_found(r, "rule_id not found");
		return;
	}
	json_object_object_foreach(q->json, name, v)
		set(rule, name, json_object_get(v));
	r->body = json_object_get(rule);
}

/* connectors */

/* As it is shown: whether it has secrets, not which. */
static struct json_object *
shown(const char *id, struct json_object *connector)
{
	struct json_object *o = NULL;

	json_object_deep_copy(connector, &o, NULL);
	set(o, "id", json_object_new_string(id));
	set(o, "is_missing_secrets", json_object_new_boolean(
	    object_get(connector, "secrets") == NULL));
	json_object_object_del(o, "secrets");
	return o;
}

static void
list_connectors(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	r->body = json_object_new_array();
	json_object_object_foreach(kept(s, q, "connectors"), id, connector)
		json_object_array_add(r->body, shown(id, connector));
}

/* Licence, members: what create and update have in common. */
static bool
takes_connector(struct stub *s, const struct stub_request *q,
    struct stub_reply *r, const char *members)
{
	if (object_get(stub_objects(s, "licence"), "basic") != NULL)
		refuse(r, 403, "Forbidden", "Action type .sentinelone is "
		    "disabled because your basic license does not support "
		    "it. Please upgrade your license.");
	else if (!has_only(q->json, members) ||
	    !has_only(object_get(q->json, "config"), "url ") ||
	    !has_only(object_get(q->json, "secrets"), "token "))
		refuse(r, 400, "Bad Request", "[request body]");
	else
		return true;
	return false;
}

static void
make_connector(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *connectors = kept(s, q, "connectors");

	if (!takes_connector(s, q, r,
	    "name connector_type_id config secrets "))
		return;
	if (object_get(connectors, q->name) != NULL) {
		refuse(r, 409, "Conflict", "it is there");
		return;
	}
	set(connectors, q->name, json_object_get(q->json));
	r->body = shown(q->name, q->json);
}

static void
put_connector(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *connector = object_get(kept(s, q, "connectors"),
	    q->name);

	if (!takes_connector(s, q, r, "name config secrets "))
		return;
	if (connector == NULL) {
		not_found(r, "no such connector");
		return;
	}
	json_object_object_foreach(q->json, name, v)
		set(connector, name, json_object_get(v));
	r->body = shown(q->name, connector);
}

#define RULES "/api/detection_engine/rules"
#define INDEX "/api/detection_engine/index"
#define CONNECTOR "/api/actions/connector"

#define OF_A_SPACE(space)                                                     \
	{ "POST", space "/api/saved_objects/_export", NULL, STUB_JSON,        \
	    export },                                                         \
	{ "POST", space "/api/saved_objects/_import", "overwrite=true",       \
	    STUB_UPLOAD, import },                                            \
	{ "GET", space INDEX, NULL, STUB_NONE, get_index },                   \
	{ "POST", space INDEX, NULL, STUB_NONE, make_index },                 \
	{ "GET", space RULES, "rule_id=*", STUB_NONE, get_rule },             \
	{ "POST", space RULES, NULL, STUB_JSON, make_rule },                  \
	{ "PATCH", space RULES, NULL, STUB_JSON, patch_rule },                \
	{ "GET", space CONNECTOR "s", NULL, STUB_NONE, list_connectors },     \
	{ "POST", space CONNECTOR "/*", NULL, STUB_JSON, make_connector },    \
	{ "PUT", space CONNECTOR "/*", NULL, STUB_JSON, put_connector }

static const struct stub_route routes[] = {
	{ "GET", "/api/status", NULL, STUB_NONE, get_status },
	{ "GET", "/api/spaces/space/*", NULL, STUB_NONE, get_space },
	OF_A_SPACE(""),
	OF_A_SPACE(SOC),
	{ NULL, NULL, NULL, STUB_NONE, NULL },
};

const struct stub_kind stub_kibana = {
	.name = "kibana",
	.routes = routes,
	.xsrf = true,
	.refuse = refuse,
};
