/*
 * A look into the archives that the console hands out, in memory: nothing is
 * unpacked.
 */
#ifndef S1SPOOL_RESPOND_ARCHIVE_H
#define S1SPOOL_RESPOND_ARCHIVE_H

#include <stddef.h>

#include "collector/base/buf.h"

enum archive_kind {
	ARCHIVE_WHOLE, /* files, as far as can be told */
	ARCHIVE_PART, /* and reasons why others are not there */
	ARCHIVE_NOTE, /* nothing but such reasons */
	ARCHIVE_EMPTY,
	ARCHIVE_FOREIGN, /* the password does not open it */
	ARCHIVE_BROKEN /* no archive */
};

/*
 * What an archive of fetched files holds: the console puts a JSON file with the
 * reason into it where a path (of n) could not be read.  The reasons, or what
 * is wrong with the archive, are appended to why.
 */
enum archive_kind archive_look(struct slice zip, const char *password,
    char *const *path, size_t n, struct buf *why);

/*
 * Append the content of the first file whose name ends so, if out has room for
 * it.  0, or -1 with the reason in why.
 */
int archive_read(struct slice zip, const char *ending, struct buf *out,
    struct buf *why);

/* The part of a path behind its last slash of either kind. */
const char *archive_base(const char *path);

#endif
