/*
 * Exit codes of `s1spool respond`, which scripts can tell apart.
 */
#ifndef S1SPOOL_RESPOND_EXIT_H
#define S1SPOOL_RESPOND_EXIT_H

enum respond_exit {
	RESPOND_GO = -1, /* none yet: there is more to do */
	RESPOND_DONE = 0, /* or there was nothing to change */
	RESPOND_USAGE = 2, /* arguments or configuration */
	RESPOND_NO_HOST = 3, /* not found, or not unique */
	RESPOND_REFUSED = 4, /* by a rule of ours */
	RESPOND_DENIED = 5, /* 401, 403 */
	RESPOND_REJECTED = 6, /* any other 4xx */
	RESPOND_UNKNOWN = 7, /* network, TLS, 5xx: may have happened */
	RESPOND_UNFINISHED = 8, /* accepted, and not completed in time */
	RESPOND_FAILED = 9, /* completed without success */
	RESPOND_APPROVAL = 10 /* waits for somebody's approval */
};

#endif
