/*
 * A registry as Filebeat writes it (its "memlog" backend): a checkpoint of all
 * states, a log of the operations since, now and then a new checkpoint and an
 * empty log.  Whatever cannot be written ends the program.
 */
#ifndef S1SPOOL_MEMLOG_H
#define S1SPOOL_MEMLOG_H

#include <stdint.h>

#define MEMLOG_STATES 2000

struct memlog {
	int dirfd;
	int log;
	int per_checkpoint; /* operations; 0: never one by itself */
	int in_log;
	int64_t transaction;
	int64_t checkpoint; /* 0: none */
	struct memlog_state {
		char key[200];
		char value[600];
	} states[MEMLOG_STATES];
	int n;
};

/* Begin an empty registry in a folder that exists. */
void memlog_open(struct memlog *m, const char *folder, int per_checkpoint);
void memlog_close(struct memlog *m);

/* Go on with the registry that a folder holds, as Filebeat does at its start:
 * the newest checkpoint, what the log has on top of it up to the first line
 * that is torn, and a new checkpoint of both.  Begins one where there is
 * none. */
void memlog_resume(struct memlog *m, const char *folder, int per_checkpoint);

/* The state of one file; offset < 0: nothing was acknowledged yet. */
void memlog_set(struct memlog *m, const char *input, const char *identity,
    const char *value, const char *source, int64_t offset);
void memlog_remove(struct memlog *m, const char *input, const char *identity,
    const char *value);
void memlog_checkpoint(struct memlog *m);

#endif
