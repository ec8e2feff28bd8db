/*
 * A directory for one test, and small things to do with the files in it.
 * Whatever cannot be set up ends the program: a test has nothing to say then.
 */
#ifndef S1SPOOL_SCRATCH_H
#define S1SPOOL_SCRATCH_H

#include <stddef.h>
#include <sys/types.h>

#include "collector/base/buf.h"

/* Make an empty directory under TMPDIR; its path, to be freed by
 * scratch_remove(). */
char *scratch_make(void);

/* The same in memory, if there is a place and no TMPDIR: for tests that do
 * little else than sync, of which a disk makes minutes. */
char *scratch_make_in_memory(void);

/* Remove it with all that is in it, and free the path.  A secret of the tests
 * in one of its files ends the program. */
void scratch_remove(char *dir);

/* The same for a fuzz target, whose files are not looked at: libFuzzer watches
 * comparisons, and would write what we look for. */
void scratch_discard(char *dir);

/* <dir>/<name>, valid until the fourth next call. */
const char *scratch_path(const char *dir, const char *name);

void scratch_write(const char *dir, const char *name, struct slice content);
void scratch_append(const char *dir, const char *name, struct slice content);

/* The whole content, to be freed; its length in *len unless NULL. */
char *scratch_read(const char *dir, const char *name, size_t *len);

/* The names in a directory that do not begin with a dot, sorted and separated
 * by spaces; to be freed. */
char *scratch_list(const char *dir, const char *name);

#endif
