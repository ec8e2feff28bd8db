/*
 * Archives as the console hands them out.
 */
#ifndef S1SPOOL_MOCK_RESPOND_ZIP_H
#define S1SPOOL_MOCK_RESPOND_ZIP_H

#include <stddef.h>

#include "collector/base/buf.h"

struct zip_file {
	char *name, *text;
};

/* Append an archive of these files, encrypted unless password is NULL.  0, or
 * -1. */
int respond_zip(const struct zip_file *file, size_t n, const char *password,
    struct buf *out);

#endif
