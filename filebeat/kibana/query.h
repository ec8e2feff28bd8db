/*
 * Queries in KQL.
 */
#ifndef S1SPOOL_QUERY_H
#define S1SPOOL_QUERY_H

#include <json-c/json.h>

/*
 * What selects the documents of data sets, which a text names with blanks
 * between them and without "sentinel_one.", "all" for no restriction; of these
 * only those that kql selects unless it is "".  Free it.
 */
char *query_text(const char *streams, const char *kql);

/*
 * What a list of documents is saved as but for the title: its attributes,
 * new.  columns is a text with ", " between their names.
 */
struct json_object *query_documents(const char *title, const char *description,
    const char *query, const char *columns);

#endif
