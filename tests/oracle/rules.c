/*
 * The rows of a table, one after another.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/convert.h"
#include "tests/oracle/derive.h"
#include "tests/oracle/engine.h"
#include "tests/oracle/tree.h"

/* Where in the record a rule has got to. */
struct at {
	struct json_object *raw; /* the object that holds the value */
	const char *name;
	struct json_object *element; /* fields of the innermost one */
	const char *prefix; /* target of that list */
	bool first; /* all lists around are at their first element */
};

static bool
takes_the_rest(const struct rule *rule)
{
	return rule->conv == MAP_OBJECTS || rule->conv == MAP_REST;
}

/* Inner ones first. */
static int
by_depth(const void *a, const void *b)
{
	const struct rule *const *x = a, *const *y = b;
	size_t n = strlen((*x)->raw), k = strlen((*y)->raw);

	return (n < k) - (n > k);
}

void
rules_make(struct oracle *o)
{
	o->n_rules = o->table->n_rows;
	o->rule = calloc(o->n_rules, sizeof(*o->rule));
	o->rest = calloc(o->n_rules, sizeof(*o->rest));
	for (size_t i = 0; i < o->n_rules; i++) {
		const struct map_row *row = &o->table->rows[i];
		char *raw = strdup(row->raw), *zero = strstr(raw, "[0]");

		if (zero != NULL)
			memmove(zero + 1, zero + 2, strlen(zero + 2) + 1);
		o->rule[i] = (struct rule){ .raw = raw, .conv = row->conv,
			.target = row->target, .also = row->also,
			.flags = row->flags, .first = zero != NULL,
			.unwanted = (row->flags & MAP_DUPLICATE) != 0 &&
			    !o->opt.preserve_duplicate_custom_fields };
		if (takes_the_rest(&o->rule[i]))
			o->rest[o->n_rest++] = &o->rule[i];
	}
	for (size_t i = 0; i < o->n_rules; i++)
		o->rule[i].snake = kept_snake(o, o->rule[i].raw);
	qsort(o->rest, o->n_rest, sizeof(o->rest[0]), by_depth);
}

static void
store_one(struct oracle *o, const struct rule *rule, const char *target,
    const struct at *at, struct json_object *v)
{
	size_t n = strlen(target);
	size_t k = at->prefix == NULL ? 0 : strlen(at->prefix);
	char *path;

	if (n > 2 && strcmp(target + n - 2, "[]") == 0)
		n -= 2;
	path = strndup(target, n);
	if (at->prefix != NULL && strncmp(path, at->prefix, k) == 0 &&
	    strncmp(path + k, "[].", 3) == 0)
		field_set(at->element, path + k + 3, json_object_get(v));
	else if ((rule->flags & MAP_APPEND) != 0)
		field_append(o, path, v, (rule->flags & MAP_UNIQUE) != 0);
	else
		oracle_set(o, path, json_object_get(v));
	free(path);
}

static void
store_in_place(struct oracle *o, const struct rule *rule, const struct at *at,
    struct json_object *v)
{
	struct place *here = kept_place(o, at->raw, at->name);
	char hidden[256];

	json_object_put(here->value);
	here->value = json_object_get(v);
	snprintf(hidden, sizeof(hidden), ".%s", rule->raw);
	oracle_set(o, hidden, json_object_get(v));
}

static void
store(struct oracle *o, const struct rule *rule, const struct at *at,
    struct json_object *v)
{
	char *also = strdup(rule->also == NULL ? "" : rule->also), *p = also;

	if (rule->target == NULL)
		store_in_place(o, rule, at, v);
	if (rule->first && !at->first)
		*p = '\0';
	else if (rule->target != NULL)
		store_one(o, rule, rule->target, at, v);
	while (*p != '\0') {
		size_t n = strcspn(p, " ");
		bool last = p[n] == '\0';
		struct json_object *mine = field_own(v);

		p[n] = '\0';
		store_one(o, rule, p, at, mine);
		json_object_put(mine);
		p += n + !last;
	}
	free(also);
}

/* The value of a list of objects: each element's fields, and what it keeps. */
static struct json_object *
objects_of(struct oracle *o, const struct rule *rule, struct json_object *v)
{
	bool list = json_object_is_type(v, json_type_array);
	size_t n = list ? json_object_array_length(v) : 1;
	struct json_object *out;
	char path[300];

	if (!list && ((rule->flags & MAP_LIST_ONLY) != 0 ||
	    !json_object_is_type(v, json_type_object)))
		return json_object_get(v);
	out = json_object_new_array();
	snprintf(path, sizeof(path), "%s[].", rule->raw);
	for (size_t i = 0; i < n; i++) {
		struct json_object *raw = list ?
		    json_object_array_get_idx(v, i) : v;
		struct json_object *one = NULL;

		if (json_object_is_type(raw, json_type_object)) {
			one = json_object_get(kept_element(o, raw));
			kept_add(o, one, raw, path, rule->snake);
		} else {
			one = kept_names(raw, rule->snake);
		}
		json_object_array_add(out, one);
	}
	return out;
}

static struct json_object *
rest_of(struct oracle *o, const struct rule *rule, struct json_object *v)
{
	struct json_object *out;
	char path[300];

	if (!json_object_is_type(v, json_type_object))
		return json_object_get(v);
	snprintf(path, sizeof(path), "%s%s", rule->raw,
	    rule->raw[0] == '\0' ? "" : ".");
	out = json_object_new_object();
	kept_add(o, out, v, path, (rule->flags & MAP_SNAKE) != 0);
	return out;
}

/* Void values are no values, but for what the rule wants. */
static bool
is_wanted(const struct oracle *o, const struct rule *rule,
    struct json_object *v)
{
	if (!tree_is_void(v) || rule->conv == MAP_OBJECTS)
		return true;
	if (json_object_is_type(v, json_type_string))
		return (rule->flags & MAP_EMPTY) != 0;
	return v != NULL && !o->table->prune_first &&
	    rule->conv != MAP_AS_IS && rule->conv != MAP_REST;
}

static void
run(struct oracle *o, const struct rule *rule, const struct at *at,
    struct json_object *v)
{
	struct json_object *out = NULL;

	if (rule->target == NULL)
		kept_place(o, at->raw, at->name);
	else if (rule->first && !at->first)
		return;
	if (!is_wanted(o, rule, v))
		return;
	switch (rule->conv) {
	case MAP_AS_IS:
		out = kept_names(v, rule->snake);
		break;
	case MAP_OBJECTS:
		out = objects_of(o, rule, v);
		break;
	case MAP_REST:
		out = rest_of(o, rule, v);
		break;
	default:
		if (oracle_convert(rule, o->table->prune_first, v,
		    &o->n_errors, &out) != CONVERTED)
			return;
		break;
	}
	store(o, rule, at, out);
	json_object_put(out);
}

static void follow(struct oracle *o, const struct rule *rule, const char *path,
    struct json_object *object, const struct at *around);

/* Follow the rest of a path from each element of a list, or from what stands
 * in the place of one. */
static void
follow_list(struct oracle *o, const struct rule *rule, const char *path,
    struct json_object *v, const struct at *around)
{
	const struct rule *list = kept_rule(o, rule->raw,
	    (size_t)(path - rule->raw), MAP_OBJECTS);
	bool is_list = json_object_is_type(v, json_type_array);
	size_t n = is_list ? json_object_array_length(v) : 1;

	if (!is_list && list != NULL && (list->flags & MAP_LIST_ONLY) != 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct json_object *e = is_list ?
		    json_object_array_get_idx(v, i) : v;
		struct at at = { .element = kept_element(o, e),
			.prefix = list == NULL ? NULL : list->target,
			.first = around->first && i == 0 };

		follow(o, rule, path + 3, e, &at);
	}
}

/* Follow the rest of a rule's path from an object. */
static void
follow(struct oracle *o, const struct rule *rule, const char *path,
    struct json_object *object, const struct at *around)
{
	size_t n = strcspn(path, ".[");
	struct json_object *v;
	struct at at = *around;
	char name[128];

	if (!json_object_is_type(object, json_type_object))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)n, path);
	if (!json_object_object_get_ex(object, name, &v))
		return;
	if (path[n] == '.') {
		follow(o, rule, path + n + 1, v, around);
		return;
	}
	if (path[n] == '[' && path[n + 2] != '\0') {
		follow_list(o, rule, path + n, v, around);
		return;
	}
	/* A name that lives as long as the record. */
	at.raw = object;
	json_object_object_foreach(object, key, value) {
		(void)value;
		if (strcmp(key, name) == 0)
			at.name = key;
	}
	run(o, rule, &at, v);
}

void
rules_run(struct oracle *o, struct json_object *record)
{
	const struct at top = { .first = true };

	for (size_t i = 0; i < o->n_rules; i++)
		if (!takes_the_rest(&o->rule[i]))
			follow(o, &o->rule[i], o->rule[i].raw, record, &top);
	for (size_t i = 0; i < o->n_rest; i++) {
		const struct rule *rule = o->rest[i];

		if (rule->raw[0] == '\0')
			run(o, rule, &top, record);
		else
			follow(o, rule, rule->raw, record, &top);
	}
}
