/*
 * System calls that fail on demand.  Linked into a test, it fails the test's
 * own calls as fault_set() says; built as fault_preload.so, it does the same
 * in any program, steered by its environment:
 *
 *   FAULT_CALL   write, fdatasync, fsync, renameat, linkat, openat, fallocate,
 *                unlinkat, readdir
 *   FAULT_PATH   only where the file's path holds this text (default: any)
 *   FAULT_NTH    the first such call to fail, from 1 (default 1)
 *   FAULT_COUNT  how many fail in a row, 0: all from there on (default 1)
 *   FAULT_ERRNO  how: ENOSPC, EIO, EROFS, ... or a number (default EIO)
 *   FAULT_SHORT  write only: write so many bytes first, and fail the next call
 */
#ifndef S1SPOOL_FAULT_H
#define S1SPOOL_FAULT_H

#include <stddef.h>

struct fault {
	const char *call;
	const char *path; /* NULL: any */
	unsigned nth; /* 0 counts as 1 */
	unsigned count; /* 0: all from the nth on */
	int error;
	size_t short_bytes; /* 0: nothing is written */
};

/* Replace the fault in force; NULL: none.  f and its texts are borrowed. */
void fault_set(const struct fault *f);

/* How many calls failed or came up short since fault_set(). */
unsigned fault_hits(void);

/*
 * Have fn told of calls that change what survives a power cut: of openat that
 * made a file, linkat, fdatasync and fsync after they succeeded (name is NULL
 * for the latter two), of renameat (fd and name of the target) and unlinkat
 * before they are tried.
 */
void fault_watch(void (*fn)(const char *call, int fd, const char *from,
    const char *name));

#endif
