/*
 * A collector reduced to what matters for durability: numbered rows from a
 * source that can be asked again, a stream, a journal, a set of ids, and the
 * order of steps that spool/DESIGN.md asks for.
 */
#ifndef S1SPOOL_TOY_H
#define S1SPOOL_TOY_H

#include <stddef.h>
#include <sys/types.h>

#define TOY_ROWS 60

/* A folder with the empty folders "spool" and "state"; owned, for
 * scratch_remove(). */
char *toy_make_dirs(void);

/*
 * Collect all rows that are not collected yet into the spool and the state
 * below dir.  A step that fails is tried again, up to max_failures in all.  0
 * when everything is in the spool and committed, -1 when it gave up.
 */
int toy_run(const char *dir, int max_failures);

/* The same without a failure in a process of its own, to die at a crash point
 * unless NULL.  Its id; the program ends when there is none. */
pid_t toy_start(const char *dir, const char *point);
/* The end of a process: 0, the signal that killed it, or another status. */
int toy_finish(pid_t pid);

/* Read the spool and count.  *lost: rows that are not there; *doubled: lines
 * beyond one for each row.  0, or -1 when it cannot be read. */
int toy_count(const char *dir, size_t *lost, size_t *doubled);

#endif
