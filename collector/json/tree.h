/*
 * Small JSON as json-c's trees, where memory that fails ends the process, as in
 * xalloc.h.  json-c's own calls leave a member out then, or half of a text, and
 * its parser may crash: nothing else makes, reads or prints such trees.
 */
#ifndef S1SPOOL_TREE_H
#define S1SPOOL_TREE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"

/* How a text looks: in one line, or in one for each value. */
#define TREE_PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define TREE_PRETTY (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)

/* New values, the caller's until they are put somewhere. */
struct json_object *tree_object(void);
struct json_object *tree_list(void);
struct json_object *tree_int(int64_t n);
struct json_object *tree_flag(bool set);
struct json_object *tree_text(const char *s);
struct json_object *tree_slice(struct slice s);
/* As text; milliseconds since 1970. */
struct json_object *tree_time(int64_t ms);

/* Add a value, which is adopted; NULL is null.  The name is copied. */
void tree_put(struct json_object *object, const char *name,
    struct json_object *value);
void tree_push(struct json_object *list, struct json_object *value);

/* The same of what there is: a text that is NULL, and a time before 1970,
 * which stands for never, are left out. */
void tree_put_text(struct json_object *object, const char *name,
    const char *s);
void tree_put_int(struct json_object *object, const char *name, int64_t n);
void tree_put_time(struct json_object *object, const char *name, int64_t ms);

/* The member that has this type; NULL when there is none. */
struct json_object *tree_get(struct json_object *object, const char *name,
    enum json_type type);
/* Its value.  What is absent or of another type is `absent', or false.  Texts
 * are the object's. */
int64_t tree_get_int(struct json_object *object, const char *name,
    int64_t absent);
bool tree_get_flag(struct json_object *object, const char *name);
const char *tree_get_text(struct json_object *object, const char *name,
    const char *absent);
int64_t tree_get_time(struct json_object *object, const char *name,
    int64_t absent);

/* Its text, in json-c's way `how`.  It belongs to the value, until that is
 * printed again. */
const char *tree_print(struct json_object *o, int how);

/* The content of a string; what another value prints as; NULL for null. */
const char *tree_string(struct json_object *o);

/*
 * The value that the text is, within the bounds of scan.h; of members with one
 * name the last counts.  A number that is no int64_t is a double, which is
 * printed as it stood.  NULL for null and for what is no JSON.
 */
struct json_object *tree_parse(struct slice text);

/* The object that the text is; NULL for anything else. */
struct json_object *tree_parse_object(struct slice text);

#endif
