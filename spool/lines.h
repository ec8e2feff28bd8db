/*
 * The lines of a segment, packed or not, one after another.
 */
#ifndef S1SPOOL_LINES_H
#define S1SPOOL_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"

/* Longer ones are handed out cut. */
#define LINES_MAX (64 << 20)

struct lines {
	struct gzFile_s *gz;
	struct buf buf;
	size_t at; /* where the next line begins in buf */
	size_t scanned; /* there is no newline between at and here */
	bool ended; /* the file has no more than what is in buf */
	bool skipping; /* the rest of a line that was cut */
	bool cut; /* the line handed out last was longer than LINES_MAX */
	int64_t end; /* offset after the last whole line handed out */
};

/* Does the name say that the file is packed? */
bool lines_is_packed(const char *path);

/*
 * Open dirfd/path for reading from an offset, which counts unpacked bytes; a
 * name that ends in ".gz" is unpacked.  0, or -1 with errno.
 */
int lines_open(struct lines *l, int dirfd, const char *path, int64_t offset);
void lines_close(struct lines *l);

/*
 * The next whole line without its newline, borrowed until the next call.
 * 1, 0 at the end, or -1 with errno (EBADMSG when a packed file is damaged).
 */
int lines_next(struct lines *l, struct slice *line);

/* After the end: how many bytes follow the last newline. */
size_t lines_torn(const struct lines *l);

/* Does a whole line follow an offset, which is not behind the end?  1, 0, or -1
 * with errno. */
int lines_follow(int dirfd, const char *path, int64_t offset);

/* The unpacked size of a segment file, without unpacking it.  -1 with errno. */
int64_t lines_size(int dirfd, const char *path);

#endif
