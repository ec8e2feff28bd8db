#include "config.h"

#include "tests/filebeat/bulk.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"

/* Where Filebeat keeps what was refused takes everything. */
#define STREAMS "logs-sentinel_one."

/* What there is to say of one item. */
struct verdict {
	int status;
	const char *type, *reason; /* NULL: it was taken */
};

static const struct verdict
    created = { 201, NULL, NULL },
    conflict = { 409, "version_conflict_engine_exception",
	"document already exists" },
    busy = { 429, "es_rejected_execution_exception", "rejected execution" },
    refused = { 400, "document_parsing_exception", "failed to parse" },
    not_create = { 400, "illegal_argument_exception",
	"only write ops with an op_type of create are allowed in data "
	"streams" };

/* The next line of the body, without its newline; NULL at the end. */
static char *
next_line(char **rest, size_t *len)
{
	char *line = *rest, *end = strchr(line, '\n');

	if (end == NULL)
		return NULL;
	*end = '\0';
	*len = (size_t)(end - line);
	*rest = end + 1;
	return line;
}

static const char *
text_of(struct json_object *o, const char *name)
{
	return json_object_get_string(json_object_object_get(o, name));
}

static struct verdict
take_item(struct bulk *b, struct json_object *target, struct slice source)
{
	const char *index = text_of(target, "_index");
	const char *id = text_of(target, "_id");
	char *own = NULL;
	struct verdict v = created;

	/* Elasticsearch finds an _id for what has none. */
	if (id == NULL)
		id = own = xasprintf("anonymous-%llu",
		    (unsigned long long)b->anonymous++);
	if (trouble_item_busy(b->trouble))
		v = busy;
	else if (strncmp(index, STREAMS, strlen(STREAMS)) == 0 &&
	    trouble_item_refused(b->trouble, id))
		v = refused;
	else if (book_has(b->book, index, id))
		v = conflict;
	else
		book_add(b->book, index, id, text_of(target, "pipeline"),
		    source);
	b->created += v.status == created.status;
	b->conflicts += v.status == conflict.status;
	free(own);
	return v;
}

static void
add_reply(struct json_object *items, const char *action,
    struct json_object *target, struct verdict v)
{
	struct json_object *item = json_object_new_object(),
		*said = json_object_new_object(), *error;

	json_object_object_add(said, "_index",
	    json_object_get(json_object_object_get(target, "_index")));
	json_object_object_add(said, "_id",
	    json_object_get(json_object_object_get(target, "_id")));
	json_object_object_add(said, "status", json_object_new_int(v.status));
	if (v.type != NULL) {
		error = json_object_new_object();
		json_object_object_add(error, "type",
		    json_object_new_string(v.type));
		json_object_object_add(error, "reason",
		    json_object_new_string(v.reason));
		json_object_object_add(said, "error", error);
	}
	json_object_object_add(item, action, said);
	json_object_array_add(items, item);
}

/* One item, its first line being read already. */
static int
take_pair(struct bulk *b, struct json_object *head, struct slice source,
    struct json_object *items, bool *errors)
{
	struct verdict v = not_create;
	bool taken = false;

	json_object_object_foreach(head, action, target) {
		if (text_of(target, "_index") == NULL)
			return -1;
		if (strcmp(action, "create") == 0)
			v = take_item(b, target, source);
		add_reply(items, action, target, v);
		taken = true;
	}
	*errors = *errors || v.type != NULL;
	return taken ? 0 : -1;
}

int
bulk_take(struct bulk *b, struct buf *body, struct buf *out)
{
	struct json_object *items = json_object_new_array(), *head;
	char *rest = body->p, *line;
	struct slice source;
	bool errors = false;
	size_t len;
	int rc = 0;

	while (rc == 0 && (line = next_line(&rest, &len)) != NULL) {
		head = json_tokener_parse(line);
		source.p = next_line(&rest, &source.len);
		rc = head == NULL || source.p == NULL ? -1 :
		    take_pair(b, head, source, items, &errors);
		json_object_put(head);
	}
	/* A book that holds more than was acknowledged is what happens when a
	 * reply is lost; one that holds less would lie. */
	if (book_commit(b->book) != 0)
		rc = -1;
	buf_addf(out, "{\"took\":1,\"errors\":%s,\"items\":%s}",
	    errors ? "true" : "false", json_object_to_json_string_ext(items,
	    JSON_C_TO_STRING_PLAIN));
	json_object_put(items);
	return rc;
}
