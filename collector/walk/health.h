/*
 * The files of the dataset s1spool.health: a stream of each console, beside
 * those of its datasets, and like them for shippers and prune.  What cannot be
 * written there is told and left out: the health of the collector never holds
 * it up.
 */
#ifndef S1SPOOL_HEALTH_H
#define S1SPOOL_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/walk/poller.h"

#define HEALTH_DATASET "health" /* the folder of its files */

struct health;

/* Both are borrowed.  NULL after a message. */
struct health *health_open(const struct poller_env *env,
    const char *console);
void health_free(struct health *h); /* NULL is fine */

/*
 * The documents of one moment: false (told) when they cannot be written.  json
 * is an object in one line with a member or more; a name, of which there is
 * one at a time, tells it from all others.
 */
bool health_begin(struct health *h);
void health_add(struct health *h, const char *name, int64_t at_ms,
    const char *json);
void health_end(struct health *h);

/* Between two commits: seal the segment when it is time, or always with
 * `now`.  True when none is open any more.  NULL is fine. */
bool health_seal(struct health *h, bool now);

#endif
