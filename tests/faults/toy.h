/*
 * A collector reduced to what matters for durability: numbered rows from a
 * source that can be asked again, a stream, a journal, a set of ids, and the
 * order of steps that spool/DESIGN.md asks for.
 */
#ifndef S1SPOOL_TOY_H
#define S1SPOOL_TOY_H

#include <stddef.h>

#define TOY_ROWS 60

/*
 * Collect all rows that are not collected yet into the spool and the state
 * below dir, which must hold the folders "spool" and "state".  A step that
 * fails is tried again, up to max_failures in all.  0 when everything is in
 * the spool and committed, -1 when it gave up.
 */
int toy_run(const char *dir, int max_failures);

/* Read the spool and count.  *lost: rows that are not there; *doubled: lines
 * beyond one for each row.  0, or -1 when it cannot be read. */
int toy_count(const char *dir, size_t *lost, size_t *doubled);

#endif
