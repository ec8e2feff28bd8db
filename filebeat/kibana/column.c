#include "config.h"

#include "filebeat/kibana/column.h"

#include <assert.h>
#include <string.h>

#include "collector/base/buf.h"
#include "collector/base/xalloc.h"
#include "filebeat/kibana/shape.h"

#define KQL_MAX 4096

struct layer {
	const struct panel *panel;
	const struct facts *facts;
	struct json_object *order, *columns;
	const char *wrong; /* a field that cannot be used */
};

const char *
column_split(int n)
{
	static const char *const names[PANEL_SPLITS] = {
		"c_s0", "c_s1", "c_s2"
	};

	assert(n >= 0 && n < PANEL_SPLITS);
	return names[n];
}

const char *
column_value(int n)
{
	static const char *const names[PANEL_VALUES] = {
		"c_v0", "c_v1", "c_v2", "c_v3", "c_v4", "c_v5", "c_v6", "c_v7"
	};

	assert(n >= 0 && n < PANEL_VALUES);
	return names[n];
}

static void
add(struct layer *l, const char *id, struct json_object *column)
{
	shape_push(l->order, json_object_new_string(id));
	shape_set(l->columns, id, column);
}

static const char *
type_of(struct layer *l, const char *field)
{
	const char *type = facts_type(l->facts, field);

	if (type == NULL)
		l->wrong = field;
	return type == NULL ? "" : type;
}

static const char *
scale_of(const char *type)
{
	return strcmp(type, "string") == 0 || strcmp(type, "ip") == 0 ?
	    "ordinal" : "ratio";
}

static struct json_object *
time_split(struct layer *l, const struct panel_split *s)
{
	bool fixed = strcmp(s->interval, "auto") != 0;
	struct json_object *params = shape("{'interval':$s,"
	    "'includeEmptyRows':true,'dropPartials':false}", s->interval);

	if (strcmp(type_of(l, s->field), "date") != 0)
		l->wrong = s->field;
	/* Then the time filter stays on @timestamp. */
	if (fixed)
		shape_set(params, "ignoreTimeRange",
		    json_object_new_boolean(1));
	return shape("{'label':$s,'customLabel':true,'dataType':'date',"
	    "'operationType':'date_histogram','scale':'interval',"
	    "'sourceField':$s,'isBucketed':true,'params':$j}",
	    facts_label(l->facts, s->field), s->field, params);
}

/* Top values are by the first value that is a number for sure. */
static const char *
ordering_value(const struct panel *p)
{
	int n = 0;

	while (n + 1 < p->n_values && p->value[n].op == PANEL_LAST)
		n++;
	return column_value(n);
}

static struct json_object *
value_split(struct layer *l, const struct panel_split *s)
{
	struct json_object *params = shape("{'size':$d,"
	    "'orderBy':{'type':'column','columnId':$s},"
	    "'orderDirection':$s,'otherBucket':$b,'missingBucket':false,"
	    "'parentFormat':{'id':'terms'},'include':[],'exclude':[],"
	    "'includeIsRegex':false,'excludeIsRegex':false}", s->size,
	    ordering_value(l->panel), s->ascending ? "asc" : "desc",
	    l->panel->kind == PANEL_DONUT);

	return shape("{'label':$s,'customLabel':true,'dataType':$s,"
	    "'operationType':'terms','scale':'ordinal','sourceField':$s,"
	    "'isBucketed':true,'params':$j}",
	    facts_label(l->facts, s->field), type_of(l, s->field), s->field,
	    params);
}

static const char *
label_of(const struct layer *l, const struct panel_value *v)
{
	if (v->label != NULL)
		return v->label;
	if (l->panel->kind == PANEL_METRIC)
		return l->panel->title;
	if (v->op == PANEL_COUNT)
		return "Documents";
	return v->op == PANEL_DISTINCT ?
	    facts_label_of_number(l->facts, v->field) :
	    facts_label(l->facts, v->field);
}

static struct json_object *
filter_of(const char *kql)
{
	return shape("{'query':$s,'language':'kuery'}", kql);
}

static struct json_object *
last_value(struct layer *l, const struct panel_value *v)
{
	const char *type = type_of(l, v->field);
	char *there = xasprintf("\"%s\": *", v->field);
	struct json_object *column = shape("{'label':$s,'customLabel':true,"
	    "'dataType':$s,'operationType':'last_value','scale':$s,"
	    "'sourceField':$s,'isBucketed':false,'filter':$j,'params':"
	    "{'sortField':'@timestamp','showArrayValues':true}}",
	    label_of(l, v), type, scale_of(type), v->field, filter_of(there));

	free(there);
	return column;
}

static struct json_object *
value(struct layer *l, const struct panel_value *v)
{
	static const char *const operations[] = {
		[PANEL_COUNT] = "count",
		[PANEL_DISTINCT] = "unique_count",
		[PANEL_MAX] = "max",
	};
	/* A metric and a donut without documents show 0. */
	bool null = l->panel->kind != PANEL_METRIC &&
	    l->panel->kind != PANEL_DONUT;
	const char *type = v->field == NULL ? "number" : type_of(l, v->field);
	struct json_object *column;

	if (v->op == PANEL_LAST)
		return last_value(l, v);
	column = shape("{'label':$s,'customLabel':true,'dataType':$s,"
	    "'operationType':$s,'scale':'ratio','sourceField':$s,"
	    "'isBucketed':false,'params':{'emptyAsNull':$b}}",
	    label_of(l, v), v->op == PANEL_MAX ? type : "number",
	    operations[v->op],
	    v->field == NULL ? "___records___" : v->field, null);
	if (v->where != NULL)
		shape_set(column, "filter", filter_of(v->where));
	return column;
}

/* unique_count(FIELD[, kql='KQL']) */
static void
add_call(struct buf *b, const struct panel_value *v)
{
	buf_addf(b, "unique_count(%s", v->field);
	if (v->where != NULL)
		buf_addf(b, ", kql='%s'", v->where);
	buf_addc(b, ')');
}

/* A formula is kept both as its text and as the parts that it is made of. */
static void
add_difference(struct layer *l)
{
	const struct panel *p = l->panel;
	struct buf formula;

	buf_init(&formula, KQL_MAX);
	add_call(&formula, &p->value[0]);
	buf_adds(&formula, " - ");
	add_call(&formula, &p->value[1]);
	add(l, "c_v0", shape("{'label':$s,'customLabel':true,"
	    "'dataType':'number','operationType':'formula','scale':'ratio',"
	    "'isBucketed':false,'references':['c_v0X2'],'params':"
	    "{'formula':$s,'isFormulaBroken':false}}", p->title, formula.p));
	buf_fini(&formula);
	add(l, "c_v0X0", value(l, &p->value[0]));
	add(l, "c_v0X1", value(l, &p->value[1]));
	add(l, "c_v0X2", shape("{'label':$s,'customLabel':true,"
	    "'dataType':'number','operationType':'math','scale':'ratio',"
	    "'isBucketed':false,'references':['c_v0X0','c_v0X1'],'params':"
	    "{'tinymathAst':{'type':'function','name':'subtract',"
	    "'args':['c_v0X0','c_v0X1']}}}", p->title));
}

static void
add_split(struct layer *l, int n)
{
	const struct panel_split *s = &l->panel->split[n];

	add(l, column_split(n), s->interval != NULL ? time_split(l, s) :
						      value_split(l, s));
}

struct json_object *
column_layer(const struct panel *p, const struct facts *f, const char **field)
{
	struct layer l = { .panel = p, .facts = f,
		.order = json_object_new_array(),
		.columns = json_object_new_object() };

	/* Over time, the top values are those of the whole time. */
	for (int i = 0; i < p->n_splits; i++)
		add_split(&l, p->kind == PANEL_TIME ? p->n_splits - 1 - i : i);
	if (p->minus)
		add_difference(&l);
	for (int i = 0; i < p->n_values && !p->minus; i++)
		add(&l, column_value(i), value(&l, &p->value[i]));
	*field = l.wrong;
	if (l.wrong == NULL)
		return shape("{'columnOrder':$j,'columns':$j,"
		    "'incompleteColumns':{}}", l.order, l.columns);
	json_object_put(l.order);
	json_object_put(l.columns);
	return NULL;
}
