/*
 * JSON trees for what is kept: where memory fails the process ends, as in
 * xalloc.h.  json-c's own calls leave a member out, or half of a text, and a
 * position without its watermark would be taken for one that never had it.
 */
#ifndef S1SPOOL_TREE_H
#define S1SPOOL_TREE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"

/* New values, the caller's until they are put somewhere. */
struct json_object *tree_object(void);
struct json_object *tree_list(void);
struct json_object *tree_int(int64_t n);
struct json_object *tree_flag(bool set);
struct json_object *tree_text(const char *s);
/* As text; milliseconds since 1970. */
struct json_object *tree_time(int64_t ms);

/* Add a value, which is adopted; NULL is null.  The name is copied. */
void tree_put(struct json_object *object, const char *name,
    struct json_object *value);
void tree_push(struct json_object *list, struct json_object *value);

/* Append it as compact text.  0, or -1 when b's cap is exceeded. */
int tree_print(struct buf *b, struct json_object *o);

/* The object that the text is; NULL for anything else. */
struct json_object *tree_parse(struct slice text);

#endif
