/*
 * Records that could not become a line: their text is kept for people, in
 * <state>/rejected/<console>-<dataset>.ndjson, one a line, up to a size.
 */
#ifndef S1SPOOL_REJECTS_H
#define S1SPOOL_REJECTS_H

#include "collector/base/buf.h"

#define REJECTS_MAX (16 << 20) /* bytes of one file */

/*
 * Append the record; line breaks in it become spaces.  0, or -1 with errno:
 * EFBIG when the file is full.  A failure loses nothing but this copy.
 */
int rejects_add(int state_dirfd, const char *console, const char *dataset,
    struct slice record);

#endif
