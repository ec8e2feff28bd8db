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
	bool raw; /* the raw form */
	unsigned switches; /* bit i: the table's switches[i] */
	int64_t collected_at_ms;
};

struct oracle;

/* NULL when the derived fields of the dataset are not described here. */
struct oracle *oracle_new(const struct dataset *d,
    const struct oracle_options *opt);
void oracle_free(struct oracle *o);

/*
 * The document of a record; original is its text, which the document may have
 * to do without.  error.message is the number of its entries.  The result is
 * the caller's.
 */
struct json_object *oracle_map(struct oracle *o, struct json_object *record,
    struct slice original, bool with_original);

#endif
