/*
 * JSON as json-c trees in which a number is its text, so that 1.0 and 1 differ.
 */
#ifndef S1SPOOL_ORACLE_TREE_H
#define S1SPOOL_ORACLE_TREE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tests/oracle/rng.h"

/* A number that prints as text. */
struct json_object *tree_number(const char *text);
struct json_object *tree_quote(const char *text);

/*
 * Read a JSON text.  0, or -1 when it is not JSON or an object has two members
 * of one name; *out is then NULL.  null is a NULL pointer, as in json-c.
 */
int tree_read(const char *text, size_t len, struct json_object **out);

/* Equal values: members in any order, lists in order, numbers by text. */
bool tree_same(struct json_object *a, struct json_object *b);

/* null, "", and what holds nothing but such. */
bool tree_is_void(struct json_object *v);

/* A new reference to v without what is void in it; NULL when all is. */
struct json_object *tree_prune(struct json_object *v);

/*
 * Write v in one of its many forms: white space, escapes and members that a
 * later one replaces, as r says.  *n_repeated counts the latter.
 */
void tree_write(FILE *to, struct json_object *v, struct rng *r,
    unsigned *n_repeated);

#endif
