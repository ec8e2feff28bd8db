/*
 * Which actions the token of s1spool respond may do, what it may do beyond, and
 * whether this user can write down what is done: s1spool check --respond.
 * Nothing is changed by it.
 */
#ifndef S1SPOOL_RESPOND_RIGHTS_H
#define S1SPOOL_RESPOND_RIGHTS_H

#include <stdbool.h>

#include <json-c/json.h>

#include "collector/check/finding.h"
#include "collector/conf/conf.h"
#include "collector/walk/choice.h"

/* Of all consoles with a respond_token_file, or of those that are chosen. */
void rights_check(const struct conf *conf, const struct choice *choice,
    struct findings *found);

/*
 * Does a role, as the data of /rbac/role/{id}, have "Page.right"?  Names are
 * compared without regard to case, blanks and signs, by identifier and title.
 */
bool rights_has(struct json_object *role, const char *right);

#endif
