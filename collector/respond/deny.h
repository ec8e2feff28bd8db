/*
 * Hosts that are never acted on, as `respond.deny` lists them: "id:ID", or
 * "name:", "group:" or "site:" and a pattern with * and ?, or "tag:KEY=PATTERN".
 * Letters in patterns fit in any case.
 */
#ifndef S1SPOOL_RESPOND_DENY_H
#define S1SPOOL_RESPOND_DENY_H

#include <stdbool.h>

#include <json-c/json.h>

/* The entry that an agent fits, NULL: none.  list may be NULL. */
const char *deny_find(char *const *list, struct json_object *agent);

/* Is the agent that of the machine on which this runs, by its name? */
bool deny_is_here(struct json_object *agent);

#endif
