/*
 * How much of the disk the spool takes.  What lies in the shippers' folders
 * counts as not shipped yet: whoever knows better moves it into the archive.
 */
#ifndef S1SPOOL_USAGE_H
#define S1SPOOL_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* A folder of segments. */
struct usage_folder {
	struct timespec changed; /* its status, when it was read */
	bool settled; /* nothing can have come or gone since, unless that has
		       * changed */
	int64_t files;
	int64_t bytes;
};

struct usage_stream {
	char *console, *dataset;
	struct usage_folder plain; /* not shipped yet */
	struct usage_folder archive;
};

struct usage {
	struct usage_stream *streams; /* by console and dataset */
	size_t n, room;
	int64_t unshipped; /* of all, bytes */
	int64_t archived;
	int64_t free; /* on the file system, for those who are not root */
};

/*
 * Measure a spool directory.  *u has no streams at first, then it is as the last
 * call left it: a folder in which no file has come or gone meanwhile is not
 * read again, for files grow by usage_add() only.  0, or -1 with errno and *u
 * as it was.  The caller calls usage_fini() at the end.
 */
int usage_measure(struct usage *u, int spool_dirfd);
void usage_fini(struct usage *u);

/* What a console has that is not shipped yet; 0 when it has nothing. */
int64_t usage_of(const struct usage *u, const char *console);

/* What was measured of a stream; NULL when it has no folder. */
const struct usage_stream *usage_find(const struct usage *u,
    const char *console, const char *dataset);

/* Bytes were appended to a stream since it was measured. */
void usage_add(struct usage *u, const char *console, const char *dataset,
    int64_t bytes);

#endif
