#include "config.h"

#include "tests/assets/evidence.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/buf.h"
#include "collector/base/xalloc.h"
#include "tests/assets/fault.h"
#include "tests/assets/kql.h"
#include "tests/fields/declared.h"

#define SETS_MAX 16
#define PATH_MAX_LEN 4096

static struct set {
	char *name;
	struct declared declared;
	struct json_object *seen; /* field: { value: true } */
} sets[SETS_MAX];
static size_t n_sets;
static struct json_object *added; /* by pipelines: field: datasets */

static void
note_value(struct set *s, const char *field, struct json_object *v)
{
	struct json_object *values;

	if (!json_object_object_get_ex(s->seen, field, &values)) {
		values = json_object_new_object();
		json_object_object_add(s->seen, field, values);
	}
	json_object_object_add(values, json_object_get_string(v), NULL);
}

static void
note(struct set *s, struct buf *path, struct json_object *v)
{
	size_t len = path->len;

	if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++)
			note(s, path, json_object_array_get_idx(v, i));
	} else if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, name, member) {
			buf_addf(path, "%s%s", len > 0 ? "." : "", name);
			note(s, path, member);
			buf_cut(path, len);
		}
	} else if (v != NULL) {
		note_value(s, path->p, v);
	}
}

static void
read_documents(struct set *s, const char *file)
{
	FILE *f = fopen(file, "r");
	char *line = NULL;
	size_t size = 0;
	struct buf path;

	if (f == NULL)
		err(99, "%s", file);
	buf_init(&path, PATH_MAX_LEN);
	while (getline(&line, &size, f) > 0) {
		struct json_object *doc = json_tokener_parse(line);

		note(s, &path, doc);
		json_object_put(doc);
	}
	buf_fini(&path);
	free(line);
	fclose(f);
}

void
evidence_load(const char *folder, const char *dataset)
{
	struct set *s = &sets[n_sets++];
	char *file = xasprintf("%s/%s", folder, dataset);

	if (n_sets == SETS_MAX || declared_load(&s->declared, file) < 0)
		exit(99);
	free(file);
	s->name = strchr(dataset, '.') != NULL ? xstrdup(dataset) :
	    xasprintf("sentinel_one.%s", dataset);
	s->seen = json_object_new_object();
	file = xasprintf("%s/%s.docs", folder, dataset);
	read_documents(s, file);
	free(file);
}

void
evidence_free(void)
{
	for (size_t i = 0; i < n_sets; i++) {
		free(sets[i].name);
		declared_free(&sets[i].declared);
		json_object_put(sets[i].seen);
	}
	json_object_put(added);
}

/* The datasets that a processor's condition names; all, if it names none. */
static evidence_set
condition_of(struct json_object *processor)
{
	const char *condition = fault_text_if(processor, "if");
	evidence_set set = 0;

	for (size_t i = 0; i < n_sets; i++) {
		char *name = xasprintf("'%s'", sets[i].name);

		if (strstr(condition, name) != NULL)
			set |= 1U << i;
		free(name);
	}
	return set == 0 ? EVIDENCE_ALL : set;
}

/* Whatever a processor writes to. */
void
evidence_pipeline(struct json_object *v)
{
	static const char *const targets[] = { "field", "target_field" };

	if (added == NULL)
		added = json_object_new_object();
	if (json_object_is_type(v, json_type_array))
		for (size_t i = 0; i < json_object_array_length(v); i++)
			evidence_pipeline(json_object_array_get_idx(v, i));
	if (!json_object_is_type(v, json_type_object))
		return;
	for (size_t i = 0; i < 2; i++)
		if (*fault_text_if(v, targets[i]) != '\0')
			json_object_object_add(added,
			    fault_text_if(v, targets[i]),
			    json_object_new_int64(condition_of(v)));
	json_object_object_foreach(v, name, member) {
		(void)name;
		evidence_pipeline(member);
	}
}

evidence_set
evidence_dataset(const char *name)
{
	for (size_t i = 0; i < n_sets; i++)
		if (strcmp(sets[i].name, name) == 0)
			return 1U << i;
	return 0;
}

static bool
in_set(evidence_set set, size_t i)
{
	return (set >> i & 1) != 0;
}

/* The field itself, or the flattened one that it is inside. */
static const struct declared_field *
find(const struct set *s, const char *field)
{
	const struct declared_field *f = declared_find(&s->declared, field);
	char *above = xstrdup(field), *dot;

	while (f == NULL && (dot = strrchr(above, '.')) != NULL) {
		*dot = '\0';
		f = declared_find(&s->declared, above);
		if (f != NULL && strcmp(f->type, "flattened") != 0)
			f = NULL;
	}
	free(above);
	return f;
}

static const struct declared_field *
find_in(evidence_set set, const char *field)
{
	const struct declared_field *f = NULL;

	for (size_t i = 0; i < n_sets && f == NULL; i++)
		if (in_set(set, i))
			f = find(&sets[i], field);
	return f;
}

const char *
evidence_type(evidence_set set, const char *field)
{
	const struct declared_field *f = find_in(set, field);

	return f == NULL ? NULL : f->type;
}

/* Which types fit which use. */
static const struct {
	const char *type;
	bool values, order, date;
} types[] = {
	{ "boolean", true, false, false },
	{ "constant_keyword", true, false, false },
	{ "date", true, true, true },
	{ "double", true, true, false },
	{ "flattened", false, false, false },
	{ "float", true, true, false },
	{ "ip", true, false, false },
	{ "keyword", true, false, false },
	{ "long", true, true, false },
	{ "match_only_text", false, false, false },
	{ "wildcard", true, false, false },
};

static bool
fits(const struct declared_field *f, enum evidence_use use)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, f->type) == 0)
			return use == EVIDENCE_SHOWN ||
			    (use == EVIDENCE_VALUES && types[i].values) ||
			    (use == EVIDENCE_ORDER && types[i].order) ||
			    (use == EVIDENCE_DATE && types[i].date);
	return false;
}

/* To documents of one of these datasets, the field or what it is in. */
static bool
pipeline_adds(evidence_set set, const char *field)
{
	char *above = xstrdup(field), *dot;
	struct json_object *of = NULL;

	while (!json_object_object_get_ex(added, above, &of) &&
	    (dot = strrchr(above, '.')) != NULL)
		*dot = '\0';
	free(above);
	return of != NULL && ((evidence_set)json_object_get_int64(of) & set);
}

static bool
produced(evidence_set set, const char *field)
{
	for (size_t i = 0; i < n_sets; i++)
		if (in_set(set, i) &&
		    json_object_object_get_ex(sets[i].seen, field, NULL))
			return true;
	return pipeline_adds(set, field);
}

void
evidence_field(evidence_set set, const char *field, enum evidence_use use)
{
	const struct declared_field *f = find_in(set, field);

	if (f == NULL)
		fault("no such field: %s", field);
	else if (f->copy != NULL)
		fault("%s is there only with an option: use %s", field,
		    f->copy);
	else if (!fits(f, use))
		fault("%s is of no use there: %s", field, f->type);
	else if (!produced(set, field))
		fault("no document has %s", field);
}

static bool
seen_value(evidence_set set, const char *field, const char *value)
{
	struct json_object *values;

	for (size_t i = 0; i < n_sets; i++)
		if (in_set(set, i) && json_object_object_get_ex(sets[i].seen,
		    field, &values) && json_object_object_get_ex(values,
		    value, NULL))
			return true;
	return false;
}

void
evidence_value(evidence_set set, const char *field, const char *value)
{
	evidence_field(set, field, EVIDENCE_VALUES);
	if (!seen_value(set, field, value))
		fault("no document has the %s \"%s\"", field, value);
}

static bool
names_dataset(const struct kql_term *t)
{
	return strcmp(t->field, "data_stream.dataset") == 0 &&
	    t->value != NULL;
}

evidence_set
evidence_query(evidence_set set, const char *text)
{
	evidence_set named = 0;
	struct kql q;

	kql_read(&q, text);
	if (q.wrong != NULL)
		fault("KQL: %s: %s", q.wrong, text);
	for (size_t i = 0; i < q.n; i++)
		if (names_dataset(&q.term[i])) {
			evidence_set one = evidence_dataset(q.term[i].value);

			if (one == 0)
				fault("no dataset: %s", q.term[i].value);
			named |= one;
		}
	if (named != 0)
		set = named;
	for (size_t i = 0; i < q.n; i++)
		if (q.term[i].value == NULL)
			evidence_field(set, q.term[i].field, EVIDENCE_SHOWN);
		else if (q.term[i].op != ':')
			evidence_field(set, q.term[i].field, EVIDENCE_ORDER);
		else
			evidence_value(set, q.term[i].field, q.term[i].value);
	kql_free(&q);
	return set;
}
