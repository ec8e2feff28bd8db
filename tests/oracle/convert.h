/*
 * The conversions of a row in plain code: regular expressions, the C library's
 * calendar and inet_pton() where collector/map reads bytes.
 */
#ifndef S1SPOOL_ORACLE_CONVERT_H
#define S1SPOOL_ORACLE_CONVERT_H

#include <json-c/json.h>
#include <stdbool.h>

#include "collector/map/table.h"

enum converted {
	CONVERTED, /* *out is a new reference */
	CONVERTED_TO_NOTHING, /* no value, and no error */
	CONVERT_FAILED
};

/* v is not NULL when it stands alone; prune_first as in struct map_table. */
enum converted oracle_convert(const struct map_row *row, bool prune_first,
    struct json_object *v, unsigned *n_errors, struct json_object **out);

/* A list made by a conversion: rows and derived fields take its elements one
 * by one, which they do not with lists of the record. */
struct json_object *oracle_list(void);
bool oracle_is_list(struct json_object *v);

/* A scalar as a new string, NULL for anything else. */
struct json_object *oracle_text(struct json_object *v);

struct json_object *oracle_mac(struct json_object *string);

#endif
