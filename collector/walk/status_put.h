/*
 * Members of the status, and of what is told in its way.
 */
#ifndef S1SPOOL_STATUS_PUT_H
#define S1SPOOL_STATUS_PUT_H

#include <json-c/json.h>
#include <stdint.h>

/* NULL is left out. */
void status_put_text(struct json_object *o, const char *name, const char *s);
/* ISO 8601, of milliseconds since 1970; 0 stands for never, and is left out. */
void status_put_time(struct json_object *o, const char *name, int64_t ms);

#endif
