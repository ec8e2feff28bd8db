/*
 * The conversions of a row in plain code: regular expressions, the C library's
 * calendar and inet_pton() where collector/map reads bytes.
 */
#ifndef S1SPOOL_ORACLE_CONVERT_H
#define S1SPOOL_ORACLE_CONVERT_H

#include <json-c/json.h>
#include <stdbool.h>

#include "tests/oracle/rule.h"

enum converted {
	CONVERTED, /* *out is a new reference */
	CONVERTED_TO_NOTHING, /* no value, and no error */
	CONVERT_FAILED
};

/* v is not NULL when it stands alone; prune_first as in struct map_table. */
enum converted oracle_convert(const struct rule *rule, bool prune_first,
    struct json_object *v, unsigned *n_errors, struct json_object **out);

/* A list made by a conversion: rules and derived fields take its elements one
 * by one, which they do not with lists of the record. */
struct json_object *oracle_list(void);
bool oracle_is_list(struct json_object *v);

/* A scalar as a new string, NULL for anything else. */
struct json_object *oracle_text(struct json_object *v);

/* convert_value.c; NULL when the text is none of the kind. */
struct json_object *oracle_date(const char *text, bool lenient);
struct json_object *oracle_long(const char *text);
struct json_object *oracle_decimal(const char *text, bool single);
struct json_object *oracle_bool(const char *text);
bool oracle_is_address(const char *text);

/* convert_text.c; of strings */
struct json_object *oracle_mac(struct json_object *string);
struct json_object *oracle_lower(struct json_object *string);
/* NULL when it names no known system. */
struct json_object *oracle_os_type(const char *text);
/* ... and of containers: as JSON, and as Java has it. */
struct json_object *oracle_compact(struct json_object *v);
struct json_object *oracle_java(struct json_object *v);
enum converted oracle_join(struct json_object *v, struct json_object **out);

#endif
