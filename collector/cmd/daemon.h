/*
 * Signals as something to wait for, and the loop of the daemon.
 */
#ifndef S1SPOOL_DAEMON_H
#define S1SPOOL_DAEMON_H

#include "collector/walk/engine.h"

enum daemon_signal {
	DAEMON_NONE,
	DAEMON_STOP, /* SIGTERM, SIGINT */
	DAEMON_RELOAD /* SIGHUP */
};

/*
 * Allow as many files as the system lets us, and have these signals do no more
 * than make the returned descriptor readable.  To be called before there are
 * threads.  -1 with errno.
 */
int daemon_prepare(void);
/* The next signal that came. */
enum daemon_signal daemon_next_signal(int fd);

/* Warn when all that the engine may have open at a time is more than the system
 * lets us. */
void daemon_check_files(struct engine *e);

/* How the configuration is read, at the start and on SIGHUP. */
struct daemon_conf {
	const char *file; /* NULL: the default */
	bool trace; /* all requests, whatever it says */
};
/* NULL when it has errors, which were logged. */
struct conf *daemon_conf_load(const struct daemon_conf *how);

/* Poll until told to stop. */
void daemon_loop(struct engine *e, const struct daemon_conf *how,
    int signal_fd);

#endif
