/*
 * Running a program with its standard streams in files.
 */
#ifndef S1SPOOL_PROGRAM_H
#define S1SPOOL_PROGRAM_H

#include "collector/base/buf.h"

#define PROGRAM_TEXT_MAX (256u << 20)

/*
 * Run argv[0] (a path) with the given standard input; append what it writes to
 * out and err.  Returns its exit code, 128 and the number of the signal that
 * ended it, or -1 when it could not be run.
 */
int program_run(char *const *argv, struct slice in, struct buf *out,
    struct buf *err);

#endif
