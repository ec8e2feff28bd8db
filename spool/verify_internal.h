/*
 * Between verify_path.c, which finds out what a path is, and verify.c, which
 * looks at what it holds.
 */
#ifndef S1SPOOL_VERIFY_INTERNAL_H
#define S1SPOOL_VERIFY_INTERNAL_H

#include "spool/verify.h"

/* What paths are below; all borrowed. */
struct verify_root {
	const struct verify_sink *sink;
	int dirfd;
	const char *name; /* for messages; NULL: paths stand for themselves */
};

/* A stream of a spool, wherever its segments are. */
void verify_stream(const struct verify_root *root, const char *console,
    const char *dataset);

/* The segments of a dataset that lie in some folder. */
void verify_folder(const struct verify_root *root, const char *folder,
    const char *dataset);

void verify_file(const struct verify_root *root, const char *path);

#endif
