/*
 * What is wrong with the assets, said on standard output and counted.
 */
#ifndef S1SPOOL_FAULT_H
#define S1SPOOL_FAULT_H

#include <json-c/json.h>
#include <stddef.h>

/* Name the place of all faults from now on: depth 0 is the file, 1 an object of
 * it, 2 a panel, 3 a column; what was deeper is forgotten. */
void fault_at(int depth, const char *name);

/* There is a fault at this place. */
void fault(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* How many there were. */
size_t fault_count(void);

/* The value at a path of members, "a.b.c"; NULL for none, and for null. */
struct json_object *fault_get(struct json_object *from, const char *path);

/* The text there; "", which is a fault, when there is none. */
const char *fault_text(struct json_object *from, const char *path);

/* The text there, "" for none. */
const char *fault_text_if(struct json_object *from, const char *path);

/* The value there, which must be of the type, else that is a fault and it is
 * NULL. */
struct json_object *fault_need(struct json_object *from, const char *path,
    enum json_type type);

/* A JSON text there, parsed: the caller's; NULL, which is a fault, for none. */
struct json_object *fault_parse(struct json_object *from, const char *path);

#endif
