#include "config.h"

#include "tests/assets/layer.h"

#include <string.h>

#include "collector/base/buf.h"
#include "collector/base/xalloc.h"
#include "tests/assets/fault.h"

#define FORMULA_MAX 4096

struct op;

struct column {
	struct json_object *layer, *body;
	const char *id;
	const struct op *op;
	evidence_set set;
	const char *field;
};

struct op {
	const char *name;
	bool bucket;
	enum evidence_use use;
	bool has_field;
	const char *params; /* those that it needs */
	void (*check)(const struct column *c);
};

/* The data type that Kibana has for one of Elasticsearch. */
static const char *
data_type(const char *type)
{
	static const struct {
		const char *type, *data_type;
	} map[] = {
		{ "boolean", "boolean" },
		{ "date", "date" },
		{ "double", "number" },
		{ "float", "number" },
		{ "ip", "ip" },
		{ "long", "number" },
	};

	for (size_t i = 0; type != NULL && i < sizeof(map) / sizeof(map[0]);
	    i++)
		if (strcmp(map[i].type, type) == 0)
			return map[i].data_type;
	return "string";
}

static bool
is(struct json_object *from, const char *path, const char *text)
{
	return strcmp(fault_text_if(from, path), text) == 0;
}

static void
must_be(const struct column *c, const char *path, const char *text)
{
	if (!is(c->body, path, text))
		fault("%s is \"%s\", not \"%s\"", path,
		    fault_text_if(c->body, path), text);
}

static const char *
type_of_field(const struct column *c)
{
	return data_type(evidence_type(c->set, c->field));
}

static void
check_number(const struct column *c)
{
	must_be(c, "dataType", "number");
	must_be(c, "scale", "ratio");
}

/*
 * Things are counted once each, however many documents tell of them: only
 * activities are documents themselves.
 */
static void
check_count(const struct column *c)
{
	check_number(c);
	must_be(c, "sourceField", "___records___");
	if (c->set != EVIDENCE_ALL &&
	    c->set != evidence_dataset("sentinel_one.activity"))
		fault("counts documents");
}

static void
check_most(const struct column *c)
{
	must_be(c, "dataType", type_of_field(c));
	must_be(c, "scale", "ratio");
}

static void
check_last(const struct column *c)
{
	const char *type = type_of_field(c);

	must_be(c, "dataType", type);
	must_be(c, "scale", strcmp(type, "string") == 0 ||
	    strcmp(type, "ip") == 0 ? "ordinal" : "ratio");
	evidence_field(c->set, fault_text(c->body, "params.sortField"),
	    EVIDENCE_DATE);
}

static void
check_terms(const struct column *c)
{
	const char *by = fault_text(c->body, "params.orderBy.columnId");
	struct json_object *order = fault_get(c->layer, "columns");

	must_be(c, "dataType", type_of_field(c));
	must_be(c, "scale", "ordinal");
	must_be(c, "params.orderBy.type", "column");
	layer_column(c->layer, by, false);
	order = fault_get(order, by);
	if (json_object_get_boolean(fault_get(order, "params.showArrayValues")))
		fault("ordered by lists of values");
	if (json_object_get_int(fault_get(c->body, "params.size")) < 1)
		fault("no values");
}

static void
check_histogram(const struct column *c)
{
	must_be(c, "dataType", "date");
	must_be(c, "scale", "interval");
	if (fault_get(c->body, "params.ignoreTimeRange") != NULL &&
	    is(c->body, "params.interval", "auto"))
		fault("an axis of its own without a fixed interval");
	if (strcmp(c->field, "@timestamp") != 0 &&
	    fault_get(c->body, "params.ignoreTimeRange") == NULL)
		fault("moves the time filter to %s", c->field);
}

static void
check_math(const struct column *c)
{
	struct json_object *inputs = fault_need(c->body, "references",
	    json_type_array);

	check_number(c);
	for (size_t i = 0; inputs != NULL &&
	    i < json_object_array_length(inputs); i++)
		layer_column(c->layer, json_object_get_string(
		    json_object_array_get_idx(inputs, i)), false);
	if (!json_object_equal(inputs,
	    fault_get(c->body, "params.tinymathAst.args")))
		fault("references are not what is computed");
}

/* What a formula with that part says. */
static void
add_part(struct buf *b, const struct column *c, int n)
{
	char *id = xasprintf("columns.%sX%d", c->id, n);
	struct json_object *part = fault_get(c->layer, id);

	buf_addf(b, "unique_count(%s", fault_text(part, "sourceField"));
	if (fault_get(part, "filter") != NULL)
		buf_addf(b, ", kql='%s'", fault_text(part, "filter.query"));
	buf_adds(b, ")");
	free(id);
}

static void
check_formula(const struct column *c)
{
	struct json_object *parts = fault_need(c->body, "references",
	    json_type_array);
	char *last = xasprintf("%sX2", c->id);
	struct buf says;

	check_number(c);
	if (parts == NULL || json_object_array_length(parts) != 1 ||
	    strcmp(last, json_object_get_string(
	    json_object_array_get_idx(parts, 0))) != 0)
		fault("a formula of other parts");
	free(last);
	buf_init(&says, FORMULA_MAX);
	add_part(&says, c, 0);
	buf_adds(&says, " - ");
	add_part(&says, c, 1);
	must_be(c, "params.formula", says.p);
	buf_fini(&says);
}

static const struct op ops[] = {
	{ "count", false, EVIDENCE_SHOWN, false, "emptyAsNull", check_count },
	{ "unique_count", false, EVIDENCE_VALUES, true, "emptyAsNull",
	    check_number },
	{ "max", false, EVIDENCE_ORDER, true, "emptyAsNull", check_most },
	{ "last_value", false, EVIDENCE_VALUES, true,
	    "sortField showArrayValues", check_last },
	{ "terms", true, EVIDENCE_VALUES, true,
	    "size orderBy orderDirection otherBucket missingBucket "
	    "parentFormat include exclude includeIsRegex excludeIsRegex",
	    check_terms },
	{ "date_histogram", true, EVIDENCE_DATE, true,
	    "interval includeEmptyRows dropPartials", check_histogram },
	{ "formula", false, EVIDENCE_SHOWN, false, "formula isFormulaBroken",
	    check_formula },
	{ "math", false, EVIDENCE_SHOWN, false, "tinymathAst", check_math },
};

static const struct op *
find_op(struct json_object *body)
{
	const char *name = fault_text(body, "operationType");

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(ops[i].name, name) == 0)
			return &ops[i];
	fault("no operation: %s", name);
	return NULL;
}

static void
check_params(const struct column *c)
{
	char *names = xstrdup(c->op->params), *rest = names;
	const char *name;

	while ((name = strsep(&rest, " ")) != NULL) {
		char *path = xasprintf("params.%s", name);

		if (fault_get(c->body, path) == NULL)
			fault("%s is missing", path);
		free(path);
	}
	free(names);
}

static void
check_column(struct json_object *layer, const char *id,
    struct json_object *body, evidence_set set)
{
	struct column c = { .layer = layer, .body = body, .id = id,
		.set = set };

	fault_at(3, id);
	c.op = find_op(body);
	if (c.op == NULL)
		return;
	fault_text(body, "label");
	if (c.op->has_field) {
		c.field = fault_text(body, "sourceField");
		evidence_field(set, c.field, c.op->use);
	}
	if (json_object_get_boolean(fault_get(body, "isBucketed")) !=
	    c.op->bucket)
		fault("isBucketed is wrong");
	if (fault_get(body, "filter") != NULL)
		evidence_query(set, fault_text(body, "filter.query"));
	check_params(&c);
	c.op->check(&c);
}

void
layer_column(struct json_object *layer, const char *id, bool bucket)
{
	struct json_object *column = fault_get(fault_get(layer, "columns"),
	    id);

	if (column == NULL)
		fault("no column: %s", id);
	else if (json_object_get_boolean(fault_get(column, "isBucketed")) !=
	    bucket)
		fault("%s is %sa bucket", id, bucket ? "not " : "");
}

/* Each column once, buckets first. */
static void
check_order(struct json_object *order, struct json_object *columns)
{
	size_t n = json_object_array_length(order);
	bool values = false;

	if (n == 0 || n != (size_t)json_object_object_length(columns))
		fault("columnOrder has %zu of %d columns", n,
		    json_object_object_length(columns));
	for (size_t i = 0; i < n; i++) {
		struct json_object *id = json_object_array_get_idx(order, i);
		struct json_object *column = fault_get(columns,
		    json_object_get_string(id));
		bool bucket = json_object_get_boolean(fault_get(column,
		    "isBucketed"));

		if (column == NULL)
			fault("columnOrder: no column %s",
			    json_object_get_string(id));
		for (size_t j = 0; j < i; j++)
			if (json_object_equal(id,
			    json_object_array_get_idx(order, j)))
				fault("columnOrder: %s twice",
				    json_object_get_string(id));
		if (bucket && values)
			fault("columnOrder: a bucket behind values");
		values |= !bucket;
	}
}

void
layer_check(struct json_object *layer, evidence_set set)
{
	struct json_object *columns = fault_need(layer, "columns",
	    json_type_object);
	struct json_object *order = fault_need(layer, "columnOrder",
	    json_type_array);

	if (columns == NULL || order == NULL)
		return;
	check_order(order, columns);
	json_object_object_foreach(columns, id, body)
		check_column(layer, id, body, set);
	fault_at(3, "");
}
