/*
 * A directory that belongs to one process at a time: the spool's and the
 * state's.
 */
#ifndef S1SPOOL_LOCKDIR_H
#define S1SPOOL_LOCKDIR_H

#include <sys/types.h>

#include "collector/base/buf.h"

struct lockdir {
	int dirfd;
	int lockfd;
};

/*
 * Open the directory and take its lock (file ".lock").  `what` and `option`
 * name it in messages: "spool", "spool.directory".  0, or -1 with a message
 * for people in err.
 */
int lockdir_open(struct lockdir *d, const char *path, const char *what,
    const char *option, struct buf *err);
void lockdir_close(struct lockdir *d);

/*
 * Which process has taken the lock of a directory: asked without taking it, so
 * nobody is kept from it.  Its id; 0 when none has, -1 with errno when that
 * cannot be told.
 */
pid_t lockdir_holder(const char *path);

#endif
