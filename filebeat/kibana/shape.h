/*
 * JSON by example: a text in which the values that vary are left open.
 */
#ifndef S1SPOOL_SHAPE_H
#define S1SPOOL_SHAPE_H

#include <json-c/json.h>

/*
 * A new object in the shape of a text, which is JSON but for ' in place of "
 * and for
 *	$s	a string		const char *
 *	$d	a number		int
 *	$b	true or false		int
 *	$j	any other value		struct json_object *, given away
 *	$t	such a value as text	struct json_object *, given away
 * in the order of the arguments.  A shape that is no JSON aborts.
 */
struct json_object *shape(const char *text, ...);

/* Add a value, which is given away, to a list or under a name. */
void shape_push(struct json_object *list, struct json_object *value);
void shape_set(struct json_object *object, const char *name,
    struct json_object *value);

/* The value as JSON without blanks, owned by it. */
const char *shape_text(struct json_object *value);

#endif
