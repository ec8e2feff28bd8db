/*
 * What collector/map does, done plainly: the same tables, json-c trees, no
 * care for speed.  Shares no code with it but the tables.
 */
#ifndef S1SPOOL_ORACLE_H
#define S1SPOOL_ORACLE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/dataset/dataset.h"

struct oracle_options {
	bool preserve_original_event;
	bool preserve_duplicate_custom_fields;
	int64_t collected_at_ms;
};

/*
 * The document of a record; original is its text.  error.message is the number
 * of its entries.  The result is the caller's.
 */
struct json_object *oracle_map(const struct dataset *d,
    struct json_object *record, struct slice original,
    const struct oracle_options *opt);

/* For the derive functions: a target or "." value; NULL when unset. */
struct oracle;
struct json_object *oracle_get(const struct oracle *o, const char *path);
/* Takes v over; NULL unsets. */
void oracle_set(struct oracle *o, const char *path, struct json_object *v);
/* Append a scalar as text to a list, of a list of ours its elements, unless
 * it is there already. */
void oracle_add(struct oracle *o, const char *to, const char *from);
/* An empty string, which the clean-up leaves. */
void oracle_keep_empty(struct oracle *o, const char *path);
/* What stayed at a raw path among the kept members does so no longer. */
void oracle_unplace(struct oracle *o, const char *raw);
/* False when the dataset's derived fields are not described here; o may be
 * NULL to ask for that. */
bool oracle_derive(struct oracle *o, const char *dataset);

#endif
