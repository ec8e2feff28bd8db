/*
 * How much of the disk the spool takes.  What lies in the shippers' folders
 * counts as not shipped yet: whoever knows better moves it into the archive.
 */
#ifndef S1SPOOL_USAGE_H
#define S1SPOOL_USAGE_H

#include <stddef.h>
#include <stdint.h>

struct usage_console {
	char *name;
	int64_t unshipped; /* bytes */
};

struct usage {
	struct usage_console *consoles; /* by name */
	size_t n;
	int64_t unshipped; /* of all, bytes */
	int64_t archived;
	int64_t free; /* on the file system, for those who are not root */
};

/* Measure a spool directory.  0, or -1 with errno (*u is empty then).  The
 * caller calls usage_fini() after success. */
int usage_measure(struct usage *u, int spool_dirfd);
void usage_fini(struct usage *u);

/* What a console has; 0 when it has nothing. */
int64_t usage_of(const struct usage *u, const char *console);

/* Bytes were appended since it was measured. */
void usage_add(struct usage *u, const char *console, int64_t bytes);

#endif
