/*
 * A power cut: what a process made and did not sync may be gone.  Watches the
 * calls of its own process (fault.h) and remembers, in a file, what would
 * survive; so it also knows of what an earlier process left unsynced.
 */
#ifndef S1SPOOL_POWER_H
#define S1SPOOL_POWER_H

#include <stdbool.h>

/*
 * Begin to watch; `memory` is the file to remember in.  Files that were not
 * made under watch count as safe.  From here on a SIGKILL of the own process
 * saves the memory, or with `cut` does power_cut() before.
 */
void power_watch(const char *memory, bool cut, unsigned seed);

/*
 * Of each file: keep any number of bytes beyond the synced ones, zeros perhaps
 * among them; of each name or rename that was not synced: undo it or not.
 */
void power_cut(void);

/* Remember for a later process. */
void power_save(void);

#endif
