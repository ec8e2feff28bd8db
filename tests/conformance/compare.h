/*
 * JSON texts as values: members in any order, lists in order, numbers by their
 * text, so that 100.0 is not 100.
 */
#ifndef S1SPOOL_COMPARE_H
#define S1SPOOL_COMPARE_H

#include <json-c/json.h>

#include "collector/base/buf.h"

/*
 * Parse one JSON text.  Numbers become strings that begin with a byte no other
 * string begins with.  NULL when it is no JSON, or when an object holds a
 * member twice; the caller puts the object.
 */
struct json_object *compare_parse(struct slice text);

/*
 * Compare a document with the one that is wanted, in which the string "?"
 * below error.message stands for any text.  Each difference is printed with
 * its path, after `where`.  Returns how many there are.
 */
int compare_documents(const char *where, struct slice got, struct slice want);

#endif
