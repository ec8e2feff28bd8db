#include "config.h"

#include "tests/oracle/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/oracle/convert.h"
#include "tests/oracle/tree.h"

#define PLACES_MAX 4096

/* What a row put beside a raw object: fields of an element (name NULL), or the
 * value that stays under a member's name (NULL: none does). */
struct place {
	struct json_object *raw;
	const char *name;
	struct json_object *value;
};

struct oracle {
	const struct map_table *table;
	const struct oracle_options *opt;
	struct json_object *doc;
	struct json_object *hidden; /* targets that begin with "." */
	struct place place[PLACES_MAX];
	size_t n_places;
	unsigned n_errors;
	const char *empty; /* path of an empty string that stays */
};

/* targets */

static struct json_object *
get_path(struct json_object *o, const char *path)
{
	size_t n = strcspn(path, ".");
	char *name = strndup(path, n);
	struct json_object *v = NULL;

	json_object_object_get_ex(o, name, &v);
	free(name);
	return path[n] == '\0' || v == NULL ? v : get_path(v, path + n + 1);
}

static void
set_path(struct json_object *o, const char *path, struct json_object *value)
{
	size_t n = strcspn(path, ".");
	char *name = strndup(path, n);
	struct json_object *below;

	if (path[n] == '\0') {
		json_object_object_add(o, name, value);
	} else {
		if (!json_object_object_get_ex(o, name, &below)) {
			below = json_object_new_object();
			json_object_object_add(o, name, below);
		}
		set_path(below, path + n + 1, value);
	}
	free(name);
}

struct json_object *
oracle_get(const struct oracle *o, const char *path)
{
	struct json_object *v = NULL;

	if (path[0] != '.')
		return get_path(o->doc, path);
	json_object_object_get_ex(o->hidden, path, &v);
	return v;
}

void
oracle_set(struct oracle *o, const char *path, struct json_object *v)
{
	if (path[0] == '.')
		json_object_object_add(o->hidden, path, v);
	else
		set_path(o->doc, path, v);
}

static bool
is_in(struct json_object *list, struct json_object *v)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (tree_same(json_object_array_get_idx(list, i), v))
			return true;
	return false;
}

/* Append v to a list of ours, which may have to be made; returns it, with a
 * reference of its own when it is new. */
static struct json_object *
append(struct json_object *list, struct json_object *v, bool unique)
{
	if (list == NULL || !oracle_is_list(list))
		list = oracle_list();
	if (!oracle_is_list(v)) {
		if (!unique || !is_in(list, v))
			json_object_array_add(list, json_object_get(v));
		return list;
	}
	for (size_t i = 0; i < json_object_array_length(v); i++)
		list = append(list, json_object_array_get_idx(v, i), unique);
	return list;
}

static void
append_to(struct oracle *o, const char *path, struct json_object *v,
    bool unique)
{
	struct json_object *old = oracle_get(o, path);
	struct json_object *list = append(old, v, unique);

	if (list != old)
		oracle_set(o, path, list);
}

void
oracle_add(struct oracle *o, const char *to, const char *from)
{
	struct json_object *v = oracle_get(o, from), *text;

	if (!oracle_is_list(v)) {
		text = oracle_text(v);
		if (text != NULL)
			append_to(o, to, text, true);
		json_object_put(text);
		return;
	}
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		text = oracle_text(json_object_array_get_idx(v, i));
		if (text != NULL)
			append_to(o, to, text, true);
		json_object_put(text);
	}
}

/* places */

static struct place *
find_place(struct oracle *o, struct json_object *raw, const char *name)
{
	for (size_t i = 0; i < o->n_places; i++)
		if (o->place[i].raw == raw &&
		    (name == NULL || o->place[i].name == NULL ?
			name == o->place[i].name :
			strcmp(name, o->place[i].name) == 0))
			return &o->place[i];
	return NULL;
}

static struct place *
make_place(struct oracle *o, struct json_object *raw, const char *name)
{
	struct place *p = find_place(o, raw, name);

	if (p != NULL)
		return p;
	if (o->n_places == PLACES_MAX)
		abort();
	p = &o->place[o->n_places++];
	*p = (struct place){ raw, name, NULL };
	return p;
}

/* The fields of an element. */
static struct json_object *
element_of(struct oracle *o, struct json_object *raw)
{
	struct place *p = make_place(o, raw, NULL);

	if (p->value == NULL)
		p->value = json_object_new_object();
	return p->value;
}

void
oracle_keep_empty(struct oracle *o, const char *path)
{
	o->empty = path;
}

/* MAP_REST was made before the derived fields: find the member in it. */
void
oracle_unplace(struct oracle *o, const char *raw)
{
	for (size_t i = 0; i < o->table->n_rows; i++) {
		const struct map_row *row = &o->table->rows[i];
		size_t n = strlen(row->raw);

		if (row->conv == MAP_REST && strncmp(row->raw, raw, n) == 0 &&
		    raw[n] == '.')
			json_object_object_del(oracle_get(o, row->target),
			    raw + n + 1);
	}
}

/* the table */

static const struct map_row *
find_row(const struct oracle *o, const char *raw, size_t n,
    enum map_conv conv)
{
	for (size_t i = 0; i < o->table->n_rows; i++) {
		const struct map_row *row = &o->table->rows[i];

		if (row->conv == conv && strlen(row->raw) == n &&
		    memcmp(row->raw, raw, n) == 0)
			return row;
	}
	return NULL;
}

/* Is it a row of the member at path, of a list in it too? */
static bool
is_row_of(const struct map_row *row, const char *path)
{
	size_t n = strlen(path);

	return strncmp(row->raw, path, n) == 0 &&
	    (row->raw[n] == '\0' || strcmp(row->raw + n, "[]") == 0);
}

static bool
is_below(const struct map_row *row, const char *path, const char *how)
{
	size_t n = strlen(path);

	return strncmp(row->raw, path, n) == 0 &&
	    strncmp(row->raw + n, how, strlen(how)) == 0;
}

static bool
moves(const struct map_row *row)
{
	return row->target != NULL && (row->flags & MAP_STAYS) == 0;
}

static bool
is_unwanted(const struct oracle *o, const struct map_row *row)
{
	return (row->flags & MAP_DUPLICATE) != 0 &&
	    !o->opt->preserve_duplicate_custom_fields;
}

static bool
any_moves(const struct oracle *o, const char *path)
{
	for (size_t i = 0; i < o->table->n_rows; i++)
		if (is_row_of(&o->table->rows[i], path) &&
		    moves(&o->table->rows[i]))
			return true;
	return false;
}

/* Does a row of a member below path (not in a list) leave something there? */
static bool
leaves_some(const struct oracle *o, const char *path)
{
	for (size_t i = 0; i < o->table->n_rows; i++) {
		const struct map_row *row = &o->table->rows[i];
		size_t n = strlen(row->raw);
		char *member;
		bool some;

		if (!is_below(row, path, ".") || row->conv == MAP_REST)
			continue;
		if (n > 2 && strcmp(row->raw + n - 2, "[]") == 0)
			n -= 2;
		member = strndup(row->raw, n);
		some = strchr(member + strlen(path), '[') == NULL &&
		    (row->target == NULL || !any_moves(o, member));
		free(member);
		if (some)
			return true;
	}
	return false;
}

/* Is the member at path gone from the object that keeps the others? */
static bool
is_taken(const struct oracle *o, const char *path, size_t list_len)
{
	bool has_row = false, element = false, below = false;
	const char *name = path + list_len;

	for (size_t i = 0; i < o->table->n_rows; i++) {
		const struct map_row *row = &o->table->rows[i];

		if (is_row_of(row, path)) {
			has_row = true;
			if (moves(row) ||
			    (row->target == NULL && is_unwanted(o, row)))
				return true;
		}
		element |= is_below(row, path, "[].");
		below |= is_below(row, path, ".");
	}
	if (element && !has_row)
		return true;
	if (below && !leaves_some(o, path))
		return true;
	/* A field of the element has that name. */
	for (size_t i = 0; list_len > 0 && !has_row && !element && !below &&
	     i < o->table->n_rows; i++) {
		const struct map_row *row = &o->table->rows[i];
		const struct map_row *list = find_row(o, path, list_len - 3,
		    MAP_OBJECTS);
		size_t n;

		if (row->target == NULL || list->target == NULL ||
		    is_unwanted(o, row) ||
		    strncmp(row->raw, path, list_len) != 0)
			continue;
		n = strlen(list->target);
		if (strncmp(row->target, list->target, n) == 0 &&
		    strncmp(row->target + n, "[].", 3) == 0 &&
		    strncmp(row->target + n + 3, name, strlen(name)) == 0 &&
		    strchr(".[", row->target[n + 3 + strlen(name)]) != NULL)
			return true;
	}
	return false;
}

/* what is kept */

static char *
snake_name(const char *name)
{
	char *out = malloc(strlen(name) * 2 + 1), *w = out;

	for (const char *p = name; *p != '\0'; p++) {
		bool upper = *p >= 'A' && *p <= 'Z';

		if (upper && p > name && !(p[-1] >= 'A' && p[-1] <= 'Z'))
			*w++ = '_';
		*w++ = upper ? (char)(*p - 'A' + 'a') : *p;
	}
	*w = '\0';
	return out;
}

/* Names as they are, or in snake_case; NULL: not taken over. */
static char *
kept_name(struct json_object *names, const char *name, bool snake)
{
	char *out;

	if (!snake)
		return strdup(name);
	if (strchr(name, '@') != NULL)
		return NULL;
	out = snake_name(name);
	if (!json_object_object_get_ex(names, out, NULL)) {
		json_object_object_add(names, out, NULL);
		return out;
	}
	free(out);
	return NULL;
}

static struct json_object *
with_names(struct json_object *v, bool snake)
{
	struct json_object *out, *names;

	if (json_object_is_type(v, json_type_array)) {
		out = json_object_new_array();
		for (size_t i = 0; i < json_object_array_length(v); i++)
			json_object_array_add(out,
			    with_names(json_object_array_get_idx(v, i),
				snake));
		return out;
	}
	if (!json_object_is_type(v, json_type_object))
		return json_object_get(v);
	out = json_object_new_object();
	names = json_object_new_object();
	json_object_object_foreach(v, key, value) {
		char *name = kept_name(names, key, snake);

		if (name != NULL)
			json_object_object_add(out, name,
			    with_names(value, snake));
		free(name);
	}
	json_object_put(names);
	return out;
}

/* The members of a raw object at path (which ends in "." or "[]." unless it is
 * the record) that stay in it, added to out. */
static void
add_kept(struct oracle *o, struct json_object *out, struct json_object *raw,
    const char *path, bool snake)
{
	struct json_object *names = json_object_new_object();
	size_t n = strlen(path);
	size_t list_len = n > 3 && strcmp(path + n - 3, "[].") == 0 ? n : 0;

	json_object_object_foreach(raw, key, value) {
		char *name = kept_name(names, key, snake), member[512];
		const struct place *p = find_place(o, raw, key);
		struct json_object *kept;

		snprintf(member, sizeof(member), "%s%s", path, key);
		if (name == NULL || is_taken(o, member, list_len)) {
			free(name);
			continue;
		}
		if (p != NULL) {
			kept = json_object_get(p->value);
		} else if (json_object_is_type(value, json_type_object) &&
		    leaves_some(o, member)) {
			snprintf(member, sizeof(member), "%s%s.", path, key);
			kept = json_object_new_object();
			add_kept(o, kept, value, member, snake);
		} else {
			kept = with_names(value, snake);
		}
		json_object_object_add(out, name, kept);
		free(name);
	}
	json_object_put(names);
}

/* MAP_SNAKE of the MAP_REST that the path is in. */
static bool
snake_at(const struct oracle *o, const char *path)
{
	const struct map_row *best = NULL;

	for (size_t i = 0; i < o->table->n_rows; i++) {
		const struct map_row *row = &o->table->rows[i];
		size_t n = strlen(row->raw);

		if (row->conv == MAP_REST && strncmp(row->raw, path, n) == 0 &&
		    (n == 0 || strchr(".[", path[n]) != NULL) &&
		    (best == NULL || n > strlen(best->raw)))
			best = row;
	}
	return best != NULL && (best->flags & MAP_SNAKE) != 0;
}

/* rows */

static void
store_one(struct oracle *o, const struct map_row *row, const char *target,
    struct json_object *element, const char *prefix, struct json_object *v)
{
	size_t n = strlen(target), k = prefix == NULL ? 0 : strlen(prefix);
	bool unique = (row->flags & MAP_UNIQUE) != 0;
	char *path;

	if (n > 2 && strcmp(target + n - 2, "[]") == 0)
		n -= 2;
	path = strndup(target, n);
	if (prefix != NULL && strncmp(path, prefix, k) == 0 &&
	    strncmp(path + k, "[].", 3) == 0)
		set_path(element, path + k + 3, json_object_get(v));
	else if ((row->flags & MAP_APPEND) != 0)
		append_to(o, path, v, unique);
	else
		oracle_set(o, path, json_object_get(v));
	free(path);
}

/* A list with several targets is a list of its own in each. */
static struct json_object *
own(struct json_object *v)
{
	return oracle_is_list(v) ? append(NULL, v, false) : json_object_get(v);
}

static void
store(struct oracle *o, const struct map_row *row, struct json_object *raw,
    const char *name, struct json_object *element, const char *prefix,
    struct json_object *v)
{
	char *also = strdup(row->also == NULL ? "" : row->also), *p = also;

	if (row->target != NULL)
		store_one(o, row, row->target, element, prefix, v);
	while (*p != '\0') {
		size_t n = strcspn(p, " ");
		bool last = p[n] == '\0';
		struct json_object *mine = own(v);

		p[n] = '\0';
		store_one(o, row, p, element, prefix, mine);
		json_object_put(mine);
		p += n + !last;
	}
	free(also);
	if (row->target == NULL) {
		struct place *here = make_place(o, raw, name);
		char hidden[256];

		json_object_put(here->value);
		here->value = json_object_get(v);
		snprintf(hidden, sizeof(hidden), ".%s", row->raw);
		oracle_set(o, hidden, json_object_get(v));
	}
}

/* The value of a list of objects: each element's fields, and what it keeps. */
static struct json_object *
objects_of(struct oracle *o, const struct map_row *row, struct json_object *v)
{
	bool snake = snake_at(o, row->raw);
	bool list = json_object_is_type(v, json_type_array);
	size_t n = list ? json_object_array_length(v) : 1;
	struct json_object *out;
	char path[300];

	if (!list && ((row->flags & MAP_LIST_ONLY) != 0 ||
	    !json_object_is_type(v, json_type_object)))
		return json_object_get(v);
	out = json_object_new_array();
	snprintf(path, sizeof(path), "%s[].", row->raw);
	for (size_t i = 0; i < n; i++) {
		struct json_object *raw = list ?
		    json_object_array_get_idx(v, i) : v;
		struct json_object *one = NULL;

		if (json_object_is_type(raw, json_type_object)) {
			one = json_object_get(element_of(o, raw));
			add_kept(o, one, raw, path, snake);
		} else {
			one = with_names(raw, snake);
		}
		json_object_array_add(out, one);
	}
	return out;
}

static struct json_object *
rest_of(struct oracle *o, const struct map_row *row, struct json_object *v)
{
	struct json_object *out;
	char path[300];

	if (!json_object_is_type(v, json_type_object))
		return json_object_get(v);
	snprintf(path, sizeof(path), "%s%s", row->raw,
	    row->raw[0] == '\0' ? "" : ".");
	out = json_object_new_object();
	add_kept(o, out, v, path, (row->flags & MAP_SNAKE) != 0);
	return out;
}

/* Void values are no values, but for what the row wants. */
static bool
is_wanted(const struct oracle *o, const struct map_row *row,
    struct json_object *v)
{
	if (!tree_is_void(v) || row->conv == MAP_OBJECTS)
		return true;
	if (json_object_is_type(v, json_type_string))
		return (row->flags & MAP_EMPTY) != 0;
	return v != NULL && !o->table->prune_first &&
	    row->conv != MAP_AS_IS && row->conv != MAP_REST;
}

static void
run(struct oracle *o, const struct map_row *row, struct json_object *raw,
    const char *name, struct json_object *element, const char *prefix,
    struct json_object *v)
{
	struct json_object *out = NULL;

	if (row->target == NULL)
		make_place(o, raw, name);
	if (!is_wanted(o, row, v))
		return;
	switch (row->conv) {
	case MAP_AS_IS:
		out = json_object_get(v);
		break;
	case MAP_OBJECTS:
		out = objects_of(o, row, v);
		break;
	case MAP_REST:
		out = rest_of(o, row, v);
		break;
	default:
		if (oracle_convert(row, o->table->prune_first, v,
		    &o->n_errors, &out) != CONVERTED)
			return;
		break;
	}
	store(o, row, raw, name, element, prefix, out);
	json_object_put(out);
}

/* Follow the rest of a raw path from an object; element and prefix are the
 * fields of the innermost list's element and that list's target. */
static void
follow(struct oracle *o, const struct map_row *row, struct json_object *object,
    const char *path, struct json_object *element, const char *prefix)
{
	size_t n = strcspn(path, ".[");
	const struct map_row *list;
	struct json_object *v;
	char *name;

	if (!json_object_is_type(object, json_type_object))
		return;
	name = strndup(path, n);
	if (!json_object_object_get_ex(object, name, &v)) {
		free(name);
		return;
	}
	free(name);
	if (path[n] == '.') {
		follow(o, row, v, path + n + 1, element, prefix);
		return;
	}
	if (path[n] == '\0' || path[n + 2] == '\0') {
		json_object_object_foreach(object, key, value) {
			(void)value;
			if (strlen(key) == n && memcmp(key, path, n) == 0)
				run(o, row, object, key, element, prefix, v);
		}
		return;
	}
	list = find_row(o, row->raw, (size_t)(path + n - row->raw),
	    MAP_OBJECTS);
	prefix = list == NULL ? NULL : list->target;
	if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			struct json_object *e = json_object_array_get_idx(v,
			    i);

			follow(o, row, e, path + n + 3, element_of(o, e),
			    prefix);
		}
	} else if (list == NULL || (list->flags & MAP_LIST_ONLY) == 0) {
		follow(o, row, v, path + n + 3, element_of(o, v), prefix);
	}
}

/* MAP_OBJECTS and MAP_REST take what the others leave, inner ones first. */
static void
run_rows(struct oracle *o, struct json_object *record)
{
	const struct map_table *t = o->table;

	for (size_t i = 0; i < t->n_rows; i++)
		if (t->rows[i].conv != MAP_OBJECTS &&
		    t->rows[i].conv != MAP_REST)
			follow(o, &t->rows[i], record, t->rows[i].raw, NULL,
			    NULL);
	for (size_t len = 200; len-- > 0;)
		for (size_t i = 0; i < t->n_rows; i++) {
			const struct map_row *row = &t->rows[i];

			if (strlen(row->raw) != len ||
			    (row->conv != MAP_OBJECTS &&
				row->conv != MAP_REST))
				continue;
			if (len == 0)
				run(o, row, NULL, NULL, NULL, NULL, record);
			else
				follow(o, row, record, row->raw, NULL, NULL);
		}
}

/* the document */

static void
set_json(struct oracle *o, const char *path, const char *json)
{
	struct json_object *v = NULL;

	if (tree_parse(json, strlen(json), &v) < 0)
		abort();
	oracle_set(o, path, v);
}

static void
set_constants(struct oracle *o, const char *dataset)
{
	char stream[64];

	for (const struct map_constant *c = o->table->constants;
	     c->target != NULL; c++)
		set_json(o, c->target, c->value);
	snprintf(stream, sizeof(stream), "sentinel_one.%s", dataset);
	oracle_set(o, "data_stream.dataset", tree_string(stream));
	oracle_set(o, "data_stream.namespace", tree_string("default"));
	oracle_set(o, "data_stream.type", tree_string("logs"));
	oracle_set(o, "event.dataset", tree_string(stream));
	oracle_set(o, "event.module", tree_string("sentinel_one"));
}

static void
finish(struct oracle *o, struct slice original)
{
	time_t s = (time_t)(o->opt->collected_at_ms / 1000);
	bool failed = o->table->error_fails && o->n_errors > 0;
	char collected[40], text[80];
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(collected, sizeof(collected), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03dZ", collected,
	    (int)(o->opt->collected_at_ms % 1000));
	if (oracle_get(o, "@timestamp") == NULL)
		oracle_set(o, "@timestamp", tree_string(text));
	if (o->table->event_created && oracle_get(o, "event.created") == NULL)
		oracle_set(o, "event.created", tree_string(text));
	if (failed)
		oracle_set(o, "event.kind", tree_string("pipeline_error"));
	if (failed || o->opt->preserve_original_event)
		oracle_set(o, "event.original", json_object_new_string_len(original.p,
		    (int)original.len));
}

static void
set_tags(struct oracle *o)
{
	bool failed = o->table->error_fails && o->n_errors > 0;
	struct json_object *tags = json_object_new_array();
	bool custom = false;

	for (size_t i = 0; i < o->table->n_rows; i++)
		custom |= (o->table->rows[i].flags & MAP_DUPLICATE) != 0;
	if (o->opt->preserve_original_event)
		json_object_array_add(tags,
		    tree_string("preserve_original_event"));
	if (custom && o->opt->preserve_duplicate_custom_fields)
		json_object_array_add(tags,
		    tree_string("preserve_duplicate_custom_fields"));
	json_object_array_add(tags, tree_string("forwarded"));
	if (failed && !o->opt->preserve_original_event)
		json_object_array_add(tags,
		    tree_string("preserve_original_event"));
	oracle_set(o, "tags", tags);
}

/* Custom fields that ECS has too, once derive() has seen them. */
static void
drop_duplicates(struct oracle *o)
{
	for (size_t i = 0; i < o->table->n_rows; i++) {
		const struct map_row *row = &o->table->rows[i];

		if (row->target != NULL && is_unwanted(o, row) &&
		    strchr(row->target, '[') == NULL &&
		    oracle_get(o, row->target) != NULL)
			oracle_set(o, row->target, NULL);
	}
}

struct json_object *
oracle_map(const struct dataset *d, struct json_object *record,
    struct slice original, const struct oracle_options *opt)
{
	struct oracle *o = calloc(1, sizeof(*o));
	struct json_object *out;
	char count[16];

	o->table = &d->map;
	o->opt = opt;
	o->doc = json_object_new_object();
	o->hidden = json_object_new_object();
	set_constants(o, d->name);
	run_rows(o, record);
	oracle_derive(o, d->name);
	finish(o, original);
	set_tags(o);
	drop_duplicates(o);
	snprintf(count, sizeof(count), "%u", o->n_errors);
	if (o->n_errors > 0)
		oracle_set(o, "error.message", tree_number(count));
	out = tree_prune(o->doc);
	if (o->empty != NULL)
		set_path(out, o->empty, tree_string(""));
	json_object_put(o->doc);
	json_object_put(o->hidden);
	for (size_t i = 0; i < o->n_places; i++)
		json_object_put(o->place[i].value);
	free(o);
	return out;
}
