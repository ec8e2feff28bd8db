/*
 * What stays: the members of an object that no row took away, under their
 * names or in snake_case, those with a row that converts them in place.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/engine.h"

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

struct place *
kept_place(struct oracle *o, struct json_object *raw, const char *name)
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

struct json_object *
kept_element(struct oracle *o, struct json_object *raw)
{
	struct place *p = kept_place(o, raw, NULL);

	if (p->value == NULL)
		p->value = json_object_new_object();
	return p->value;
}

/* what the table says of a path */

const struct rule *
kept_rule(const struct oracle *o, const char *raw, size_t n,
    enum map_conv conv)
{
	for (size_t i = 0; i < o->n_rules; i++) {
		const struct rule *rule = &o->rule[i];

		if (rule->conv == conv && strlen(rule->raw) == n &&
		    memcmp(rule->raw, raw, n) == 0)
			return rule;
	}
	return NULL;
}

bool
kept_snake(const struct oracle *o, const char *path)
{
	const struct rule *best = NULL;

	for (size_t i = 0; i < o->n_rules; i++) {
		const struct rule *rule = &o->rule[i];
		size_t n = strlen(rule->raw);

		if (rule->conv == MAP_REST &&
		    strncmp(rule->raw, path, n) == 0 &&
		    (n == 0 || strchr(".[", path[n]) != NULL) &&
		    (best == NULL || n > strlen(best->raw)))
			best = rule;
	}
	return best != NULL && (best->flags & MAP_SNAKE) != 0;
}

/* Is it a rule of the member at path, of a list in it too? */
static bool
is_rule_of(const struct rule *rule, const char *path)
{
	size_t n = strlen(path);

	return strncmp(rule->raw, path, n) == 0 &&
	    (rule->raw[n] == '\0' || strcmp(rule->raw + n, "[]") == 0);
}

static bool
is_below(const struct rule *rule, const char *path, const char *how)
{
	size_t n = strlen(path);

	return strncmp(rule->raw, path, n) == 0 &&
	    strncmp(rule->raw + n, how, strlen(how)) == 0;
}

static bool
moves(const struct rule *rule)
{
	return rule->target != NULL && (rule->flags & MAP_STAYS) == 0;
}

static bool
any_moves(const struct oracle *o, const char *path)
{
	for (size_t i = 0; i < o->n_rules; i++)
		if (is_rule_of(&o->rule[i], path) && moves(&o->rule[i]))
			return true;
	return false;
}

/* Does a rule of a member below path (not in a list) leave something there? */
static bool
find_left(const struct oracle *o, const char *path, size_t unused)
{
	(void)unused;
	for (size_t i = 0; i < o->n_rules; i++) {
		const struct rule *rule = &o->rule[i];
		size_t n = strlen(rule->raw);
		char *member;
		bool some;

		if (!is_below(rule, path, ".") || rule->conv == MAP_REST)
			continue;
		if (n > 2 && strcmp(rule->raw + n - 2, "[]") == 0)
			n -= 2;
		member = strndup(rule->raw, n);
		some = strchr(member + strlen(path), '[') == NULL &&
		    (rule->target == NULL || !any_moves(o, member));
		free(member);
		if (some)
			return true;
	}
	return false;
}

/* The questions above are asked of each member of each record, and there are
 * few paths: answers are kept under a letter and the path. */
static bool
recall(struct oracle *o, char letter, const char *path, size_t list_len,
    bool (*find)(const struct oracle *o, const char *path, size_t list_len))
{
	struct json_object *answer;
	char key[520];
	bool found;

	snprintf(key, sizeof(key), "%c%s", letter, path);
	if (json_object_object_get_ex(o->known, key, &answer))
		return json_object_get_boolean(answer) != 0;
	found = find(o, path, list_len);
	json_object_object_add(o->known, key, json_object_new_boolean(found));
	return found;
}

static bool
leaves_some(struct oracle *o, const char *path)
{
	return recall(o, 'l', path, 0, find_left);
}

/* Has a field of the element, whose path is list_len long, the name of a
 * member at path that no rule is about? */
static bool
is_named_in_element(const struct oracle *o, const char *path, size_t list_len)
{
	const struct rule *list = kept_rule(o, path, list_len - 3,
	    MAP_OBJECTS);
	const char *name = path + list_len;
	size_t n;

	if (list == NULL || list->target == NULL)
		return false;
	n = strlen(list->target);
	for (size_t i = 0; i < o->n_rules; i++) {
		const struct rule *rule = &o->rule[i];

		if (rule->target == NULL || rule->unwanted ||
		    strncmp(rule->raw, path, list_len) != 0)
			continue;
		if (strncmp(rule->target, list->target, n) == 0 &&
		    strncmp(rule->target + n, "[].", 3) == 0 &&
		    strncmp(rule->target + n + 3, name, strlen(name)) == 0 &&
		    strchr(".[", rule->target[n + 3 + strlen(name)]) != NULL)
			return true;
	}
	return false;
}

/* Is the member at path gone from the object that keeps the others? */
static bool
find_taken(const struct oracle *o, const char *path, size_t list_len)
{
	bool has_rule = false, element = false, below = false;

	for (size_t i = 0; i < o->n_rules; i++) {
		const struct rule *rule = &o->rule[i];

		if (is_rule_of(rule, path)) {
			has_rule = true;
			if (moves(rule) ||
			    (rule->target == NULL && rule->unwanted))
				return true;
		}
		element |= is_below(rule, path, "[].");
		below |= is_below(rule, path, ".");
	}
	if (element && !has_rule)
		return true;
	if (below && !find_left(o, path, 0))
		return true;
	return list_len > 0 && !has_rule && !element && !below &&
	    is_named_in_element(o, path, list_len);
}

/* names */

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

struct json_object *
kept_names(struct json_object *v, bool snake)
{
	struct json_object *out, *names;

	if (json_object_is_type(v, json_type_array)) {
		out = json_object_new_array();
		for (size_t i = 0; i < json_object_array_length(v); i++)
			json_object_array_add(out,
			    kept_names(json_object_array_get_idx(v, i),
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
			    kept_names(value, snake));
		free(name);
	}
	json_object_put(names);
	return out;
}

/* A member that stays: as its rule left it, or as it came. */
static struct json_object *
kept_value(struct oracle *o, struct json_object *raw, const char *key,
    struct json_object *value, const char *member, bool snake)
{
	const struct place *p = find_place(o, raw, key);
	struct json_object *kept;
	char path[520];

	if (p != NULL)
		return json_object_get(p->value);
	if (!json_object_is_type(value, json_type_object) ||
	    !leaves_some(o, member))
		return kept_names(value, snake);
	snprintf(path, sizeof(path), "%s.", member);
	kept = json_object_new_object();
	kept_add(o, kept, value, path, snake);
	return kept;
}

void
kept_add(struct oracle *o, struct json_object *out, struct json_object *raw,
    const char *path, bool snake)
{
	struct json_object *names = json_object_new_object();
	size_t n = strlen(path);
	size_t list_len = n > 3 && strcmp(path + n - 3, "[].") == 0 ? n : 0;

	json_object_object_foreach(raw, key, value) {
		char *name = kept_name(names, key, snake), member[512];

		snprintf(member, sizeof(member), "%s%s", path, key);
		/* Without a name it has the path of the record itself. */
		if (name != NULL && (member[0] == '\0' ||
		    !recall(o, 't', member, list_len, find_taken)))
			json_object_object_add(out, name, kept_value(o, raw,
			    key, value, member, snake));
		free(name);
	}
	json_object_put(names);
}
