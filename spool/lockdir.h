/*
 * A directory that belongs to one process at a time: the spool's and the
 * state's.
 */
#ifndef S1SPOOL_LOCKDIR_H
#define S1SPOOL_LOCKDIR_H

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

#endif
