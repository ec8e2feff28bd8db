/*
 * Inside the oracle: the tables of a dataset and the record at hand.
 */
#ifndef S1SPOOL_ORACLE_ENGINE_H
#define S1SPOOL_ORACLE_ENGINE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "tests/oracle/oracle.h"
#include "tests/oracle/rule.h"

#define PLACES_MAX 4096

/* What a rule put beside a raw object: fields of an element (name NULL), or
 * the value that stays under a member's name (NULL: none does). */
struct place {
	struct json_object *raw;
	const char *name;
	struct json_object *value;
};

struct oracle {
	const struct dataset *dataset;
	const struct map_table *table;
	struct oracle_options opt;
	struct rule *rule;
	size_t n_rules;
	const struct rule **rest; /* those that take what the others leave */
	size_t n_rest;
	struct json_object *known; /* answers of kept.c by path */

	/* The record at hand. */
	struct json_object *doc;
	struct json_object *hidden; /* targets that begin with "." */
	struct place place[PLACES_MAX];
	size_t n_places;
	unsigned n_errors;
	const char *empty; /* path of an empty string that stays */
};

/* fields.c */
/* Takes value over. */
void field_set(struct json_object *o, const char *path,
    struct json_object *value);
/* Append v, of a list of ours its elements; unique: unless it is there. */
void field_append(struct oracle *o, const char *path, struct json_object *v,
    bool unique);
/* For one more target: a list of ours is a list of its own in each. */
struct json_object *field_own(struct json_object *v);

/* kept.c */
/* The place of a raw object's member, made when it is new. */
struct place *kept_place(struct oracle *o, struct json_object *raw,
    const char *name);
/* The fields of an element of a list. */
struct json_object *kept_element(struct oracle *o, struct json_object *raw);
const struct rule *kept_rule(const struct oracle *o, const char *raw,
    size_t n, enum map_conv conv);
/* Add the members of a raw object at path (which ends in "." or "[]." unless
 * it is the record) that stay in it to out. */
void kept_add(struct oracle *o, struct json_object *out,
    struct json_object *raw, const char *path, bool snake);
/* A value with its names at all depths as they are, or in snake_case. */
struct json_object *kept_names(struct json_object *v, bool snake);
/* MAP_SNAKE of the MAP_REST that the path is in. */
bool kept_snake(const struct oracle *o, const char *path);

/* rules.c */
void rules_make(struct oracle *o);
void rules_run(struct oracle *o, struct json_object *record);

#endif
