/*
 * The files of request traces: for each console a folder below
 * <state>/trace, in it for each label (a dataset's name, or "console") a file
 * that is appended to and, when it is full, becomes the first of some older
 * ones, of which the last goes.  Only their owner may read them.
 */
#ifndef S1SPOOL_TRACE_FILE_H
#define S1SPOOL_TRACE_FILE_H

#include <stdbool.h>

#include "collector/base/buf.h"

#define TRACE_FILES 5 /* kept of a label */
#define TRACE_FILE_MAX (1 << 20) /* bytes; a longer line has its own file */

/* Append a line, which ends in a newline.  0, or -1 with errno: then nothing
 * of it is in the file. */
int trace_file_add(int state_dirfd, const char *console, const char *label,
    struct slice line);

/* Remove the files of all labels that are not wanted, and folders that are
 * empty then. */
typedef bool trace_file_wanted(const void *cookie, const char *console,
    struct slice label);
void trace_file_tidy(int state_dirfd, trace_file_wanted *wanted,
    const void *cookie);

#endif
