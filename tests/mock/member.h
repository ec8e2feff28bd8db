/*
 * Members of JSON objects that tests send.  An absent one has its default; o
 * may be NULL.
 */
#ifndef S1SPOOL_MOCK_MEMBER_H
#define S1SPOOL_MOCK_MEMBER_H

#include <stdbool.h>

struct json_object;

double member_number(struct json_object *o, const char *name,
    double otherwise);
bool member_bool(struct json_object *o, const char *name);

/* Borrowed from o; otherwise when absent or null. */
const char *member_text(struct json_object *o, const char *name,
    const char *otherwise);

#endif
