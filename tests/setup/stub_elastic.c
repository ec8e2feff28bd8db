/*
 * Elasticsearch: templates, pipelines, data streams, transforms and API keys.
 */
#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/setup/stub.h"
#include "tests/setup/stub_bodies.h"

static struct json_object *
text(const char *s)
{
	return json_object_new_string(s);
}

static void
add(struct json_object *o, const char *name, struct json_object *value)
{
	json_object_object_add(o, name, value);
}

static void
refuse(struct stub_reply *r, unsigned status, const char *type,
    const char *reason)
{
	struct json_object *error = json_object_new_object();
	struct json_object *causes = json_object_new_array();
	struct json_object *cause = json_object_new_object();

	add(cause, "type", text(type));
	add(cause, "reason", text(reason));
	json_object_array_add(causes, cause);
	add(error, "root_cause", causes);
	add(error, "type", text(type));
	add(error, "reason", text(reason));
	r->status = status;
	r->body = json_object_new_object();
	add(r->body, "error", error);
	add(r->body, "status", json_object_new_int((int)status));
}

static void
acknowledge(struct stub_reply *r)
{
	r->body = json_object_new_object();
	add(r->body, "acknowledged", json_object_new_boolean(true));
}

static void
missing(struct stub_reply *r, const char *name)
{
	char *reason = xasprintf("[%s] not found", name);

	refuse(r, 404, "resource_not_found_exception", reason);
	free(reason);
}

static struct json_object *
copy(struct json_object *o)
{
	struct json_object *made = NULL;

	json_object_deep_copy(o, &made, NULL);
	return made;
}

static void
greet(struct stub *s, const struct stub_request *q, struct stub_reply *r)
{
	struct json_object *version = json_object_new_object();

	(void)q;
	add(version, "number", text(s->serverless ? "8.11.0" : s->version));
	add(version, "build_flavor", text(s->serverless ? "serverless" :
	    "default"));
	r->body = json_object_new_object();
	add(r->body, "name", text("stub"));
	add(r->body, "version", version);
	add(r->body, "tagline", text("You Know, for Search"));
}

/* templates */

/* {"LIST":[{"name":NAME,"ITEM":{...}}]} of those that match the name. */
static void
list_named(struct stub *s, struct stub_reply *r, const char *kind,
    const char *list, const char *name)
{
	struct json_object *found = json_object_new_array();

	json_object_object_foreach(stub_objects(s, kind), key, value) {
		struct json_object *o;

		if (name[0] != '\0' && strcmp(key, name) != 0)
			continue;
		o = json_object_new_object();
		add(o, "name", text(key));
		add(o, kind, copy(value));
		json_object_array_add(found, o);
	}
	if (name[0] != '\0' && json_object_array_length(found) == 0) {
		json_object_put(found);
		missing(r, name);
		return;
	}
	r->body = json_object_new_object();
	add(r->body, list, found);
}

static void
get_component(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	list_named(s, r, "component_template", "component_templates", q->name);
}

static void
get_template(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	list_named(s, r, "index_template", "index_templates", q->name);
}

static void
put_component(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *o;
	struct buf why;

	buf_init(&why, 4096);
	if (bodies_component(s, q->json, &why) != 0) {
		refuse(r, 400, "illegal_argument_exception", why.p);
	} else {
		o = copy(q->json);
		bodies_normalise(json_object_object_get(
		    json_object_object_get(o, "template"), "settings"));
		add(o, "created_date_millis", json_object_new_int64(1));
		add(stub_objects(s, "component_template"), q->name, o);
		acknowledge(r);
	}
	buf_fini(&why);
}

static void
put_template(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *o, *stream;
	struct buf why;

	buf_init(&why, 4096);
	if (bodies_template(s, q->name, q->json, &why) != 0) {
		refuse(r, 400, "illegal_argument_exception", why.p);
	} else {
		o = copy(q->json);
		stream = json_object_object_get(o, "data_stream");
		if (stream != NULL) {
			add(stream, "hidden", json_object_new_boolean(false));
			add(stream, "allow_custom_routing",
			    json_object_new_boolean(false));
		}
		add(stub_objects(s, "index_template"), q->name, o);
		acknowledge(r);
	}
	buf_fini(&why);
}

/* pipelines */

static void
get_pipeline(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *o = json_object_object_get(stub_objects(s,
	    "pipeline"), q->name);

	r->body = json_object_new_object();
	if (o != NULL)
		add(r->body, q->name, copy(o));
	else
		r->status = 404; /* with an empty object */
}

static void
put_pipeline(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct buf why;

	buf_init(&why, 4096);
	if (bodies_pipeline(q->json, &why) != 0) {
		refuse(r, 400, "parse_exception", why.p);
	} else {
		add(stub_objects(s, "pipeline"), q->name, copy(q->json));
		acknowledge(r);
	}
	buf_fini(&why);
}

/* data streams */

static char *
index_name(const char *stream, struct json_object *o)
{
	return xasprintf(".ds-%s-%06d", stream, json_object_get_int(
	    json_object_object_get(o, "generation")));
}

static void
add_indices(struct json_object *o, const char *stream)
{
	struct json_object *list = json_object_new_array();
	struct json_object *index = json_object_new_object();
	char *name = index_name(stream, o);

	add(index, "index_name", text(name));
	json_object_array_add(list, index);
	add(o, "indices", list);
	json_object_object_del(o, "mappings");
	free(name);
}

static void
get_streams(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *list = json_object_new_array();

	json_object_object_foreach(stub_objects(s, "data_stream"), key,
	    value) {
		struct json_object *o;

		if (fnmatch(q->name, key, 0) != 0)
			continue;
		o = copy(value);
		add(o, "name", text(key));
		add_indices(o, key);
		json_object_array_add(list, o);
	}
	r->body = json_object_new_object();
	add(r->body, "data_streams", list);
}

/* Of the index that a stream writes to. */
static void
get_mapping(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	json_object_object_foreach(stub_objects(s, "data_stream"), key,
	    value) {
		struct json_object *o, *mappings;
		char *name = index_name(key, value);

		if (strcmp(name, q->name) == 0) {
			mappings = json_object_object_get(value, "mappings");
			o = json_object_new_object();
			add(o, "mappings", mappings != NULL ? copy(mappings) :
			    json_object_new_object());
			r->body = json_object_new_object();
			add(r->body, name, o);
		}
		free(name);
	}
	if (r->body == NULL)
		missing(r, q->name);
}

/* The mappings of the template that goes before all others; NULL: none. */
static struct json_object *
mappings_for(struct stub *s, const char *stream)
{
	struct json_object *best = NULL;
	int64_t priority = -1;

	json_object_object_foreach(stub_objects(s, "index_template"), key,
	    value) {
		struct json_object *pattern = json_object_array_get_idx(
		    json_object_object_get(value, "index_patterns"), 0);
		int64_t own = json_object_get_int64(json_object_object_get(
		    value, "priority"));

		(void)key;
		if (own > priority && fnmatch(json_object_get_string(pattern),
		    stream, 0) == 0) {
			best = value;
			priority = own;
		}
	}
	return json_object_object_get(json_object_object_get(best, "template"),
	    "mappings");
}

static void
roll_over(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *o = json_object_object_get(stub_objects(s,
	    "data_stream"), q->name);
	struct json_object *generation, *mappings;

	if (o == NULL) {
		missing(r, q->name);
		return;
	}
	generation = json_object_object_get(o, "generation");
	json_object_set_int(generation, json_object_get_int(generation) + 1);
	mappings = mappings_for(s, q->name);
	if (mappings != NULL)
		add(o, "mappings", copy(mappings));
	acknowledge(r);
	add(r->body, "rolled_over", json_object_new_boolean(true));
}

/* transforms */

static void
get_transform(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *list = json_object_new_array();

	json_object_object_foreach(stub_objects(s, "transform"), key, value) {
		struct json_object *o;

		if (fnmatch(q->name, key, 0) != 0)
			continue;
		o = copy(value);
		json_object_object_del(o, "state");
		add(o, "id", text(key));
		add(o, "version", text("10.0.0"));
		add(o, "create_time", json_object_new_int64(1));
		json_object_array_add(list, o);
	}
	if (json_object_array_length(list) == 0 &&
	    strchr(q->name, '*') == NULL) {
		json_object_put(list);
		missing(r, q->name);
		return;
	}
	r->body = json_object_new_object();
	add(r->body, "count", json_object_new_int64(
	    (int64_t)json_object_array_length(list)));
	add(r->body, "transforms", list);
}

static struct json_object *
find_transform(struct stub *s, const char *name, struct stub_reply *r)
{
	struct json_object *o = json_object_object_get(stub_objects(s,
	    "transform"), name);

	if (o == NULL)
		missing(r, name);
	return o;
}

static void
get_stats(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *o = find_transform(s, q->name, r), *list, *stats;

	if (o == NULL)
		return;
	list = json_object_new_array();
	stats = json_object_new_object();
	add(stats, "id", text(q->name));
	add(stats, "state", json_object_get(json_object_object_get(o,
	    "state")));
	json_object_array_add(list, stats);
	r->body = json_object_new_object();
	add(r->body, "count", json_object_new_int(1));
	add(r->body, "transforms", list);
}

static void
put_transform(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *o;
	struct buf why;

	buf_init(&why, 4096);
	if (json_object_object_get(stub_objects(s, "transform"), q->name) !=
	    NULL) {
		refuse(r, 400, "resource_already_exists_exception",
		    "transform already exists");
	} else if (bodies_transform(q->json, &why) != 0) {
		refuse(r, 400, "x_content_parse_exception", why.p);
	} else {
		o = copy(q->json);
		add(o, "state", text("stopped"));
		add(stub_objects(s, "transform"), q->name, o);
		acknowledge(r);
	}
	buf_fini(&why);
}

static void
start_transform(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct json_object *o = find_transform(s, q->name, r);

	if (o == NULL)
		return;
	add(o, "state", text("started"));
	acknowledge(r);
}

static void
delete_transform(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	if (find_transform(s, q->name, r) == NULL)
		return;
	json_object_object_del(stub_objects(s, "transform"), q->name);
	acknowledge(r);
}

/* API keys */

static void
make_key(struct stub *s, const struct stub_request *q,
    struct stub_reply *r)
{
	struct buf why;

	buf_init(&why, 4096);
	if (bodies_key(q->json, &why) != 0) {
		refuse(r, 400, "x_content_parse_exception", why.p);
	} else {
		add(stub_objects(s, "api_key"), "VuaCfGcBCdbkQm",
		    copy(q->json));
		r->body = json_object_new_object();
		add(r->body, "id", text("VuaCfGcBCdbkQm"));
		add(r->body, "name", json_object_get(json_object_object_get(
		    q->json, "name")));
		add(r->body, "api_key", text("mock-token-ui2lp2axTNmsyakw9tvNnw"));
		add(r->body, "encoded",
		    text("VnVhQ2ZHY0JDZGJrUW06dWkybHAyYXhUTm1zeWFrdzl0dk5udw=="
		    ));
	}
	buf_fini(&why);
}

#define FILTER "filter_path=*" /* of what is answered; all is */

static const struct stub_route routes[] = {
	{ "GET", "/", NULL, STUB_NONE, greet },
	{ "GET", "/_component_template/*", NULL, STUB_NONE, get_component },
	{ "PUT", "/_component_template/*", NULL, STUB_JSON, put_component },
	{ "GET", "/_index_template", FILTER, STUB_NONE, get_template },
	{ "GET", "/_index_template/*", NULL, STUB_NONE, get_template },
	{ "PUT", "/_index_template/*", NULL, STUB_JSON, put_template },
	{ "GET", "/_ingest/pipeline/*", NULL, STUB_NONE, get_pipeline },
	{ "PUT", "/_ingest/pipeline/*", NULL, STUB_JSON, put_pipeline },
	{ "GET", "/_data_stream/*", NULL, STUB_NONE, get_streams },
	{ "GET", "/*/_mapping", FILTER, STUB_NONE, get_mapping },
	{ "POST", "/*/_rollover", NULL, STUB_NONE, roll_over },
	{ "GET", "/_transform/*/_stats", NULL, STUB_NONE, get_stats },
	{ "GET", "/_transform/*", NULL, STUB_NONE, get_transform },
	{ "PUT", "/_transform/*", "defer_validation=true", STUB_JSON,
	    put_transform },
	{ "POST", "/_transform/*/_start", NULL, STUB_NONE, start_transform },
	{ "DELETE", "/_transform/*", "force=true", STUB_NONE,
	    delete_transform },
	{ "POST", "/_security/api_key", NULL, STUB_JSON, make_key },
	{ 0 },
};

const struct stub_kind stub_elasticsearch = {
	"elasticsearch", routes, false, refuse,
};
