/*
 * Files that setup makes.  Their first line says so; a file without it is
 * somebody else's and is never written over.
 */
#ifndef S1SPOOL_SETUP_FILE_H
#define S1SPOOL_SETUP_FILE_H

#include "collector/setup/setup.h"

/* To be in the first lines of what is written. */
#define SETUP_FILE_MARK "Made by s1spool setup"

/*
 * Write dir/name (name as it is, when dir is NULL) and report what became of
 * it; missing folders are made.  0, also when it was refused; -1 after a
 * message.
 */
int setup_file(struct setup *s, const char *dir, const char *name,
    struct slice content);

#endif
