/*
 * Comma-separated values: as lists of texts, as a table for people, as objects.
 */
#ifndef S1SPOOL_RESPOND_CSV_H
#define S1SPOOL_RESPOND_CSV_H

#include <stdio.h>

#include <json-c/json.h>

#include "collector/base/buf.h"

/*
 * An array of rows, each an array of strings, to be put.  Quotes, doubled
 * quotes, line breaks within quotes, either line end and a byte order mark are
 * known; empty lines are no rows.
 */
struct json_object *csv_parse(struct slice text);

/* Print the rows in columns, the first as titles; control characters as '?'. */
void csv_print(struct json_object *rows, FILE *to);

/* An object for each row but the first, which has the members' names: to be
 * put. */
struct json_object *csv_objects(struct json_object *rows);

#endif
