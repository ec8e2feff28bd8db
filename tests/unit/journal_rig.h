/*
 * A journal for tests: what must work, and what is in it.
 */
#ifndef S1SPOOL_JOURNAL_RIG_H
#define S1SPOOL_JOURNAL_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "spool/journal.h"

/* Open, which must work.  *damaged says what the journal thought. */
struct journal *journal_rig_open(const char *dir, bool *damaged);
struct journal *journal_rig_sound(const char *dir);

/* The whole content as text, to be freed; or compared. */
char *journal_rig_content(const struct journal *j, const char *prefix);
void journal_rig_check(const struct journal *j, const char *want);

void journal_rig_put(struct journal *j, const char *key, const char *value);

/* Commit until the file has been written anew.  Its size then. */
int64_t journal_rig_compact(struct journal *j, const char *dir, int *commits);

#endif
