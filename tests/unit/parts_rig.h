/*
 * Children for the rig's toys: each toy has parts, two a page, and part n of
 * toy i is "i-n".
 */
#ifndef S1SPOOL_PARTS_RIG_H
#define S1SPOOL_PARTS_RIG_H

#include "tests/unit/walk_rig.h"

/* Ids of toys that have parts are below. */
#define PARTS_TOYS_MAX 1600

/* How many parts a toy has, by its id. */
extern int parts_of[PARTS_TOYS_MAX];

/* Toys that change, whose parts are records of their own: as events of threats
 * are asked for. */
extern const struct dataset parts_events;

/* For rig.serve: answers what is asked of parts. */
bool parts_serve(struct rig *r, const char *path, const char *body,
    struct fake_reply *reply);

/* Each part of toys 1..n is there once.  Returns how many these are. */
size_t parts_check(struct rig *r, int n);

#endif
