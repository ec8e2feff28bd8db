/*
 * Times as the console writes and reads them, in microseconds since 1970 UTC.
 * On purpose not the collector's parser: the two must agree by themselves.
 */
#ifndef S1SPOOL_MOCK_STAMP_H
#define S1SPOOL_MOCK_STAMP_H

#include <stdint.h>

#define STAMP_SECOND INT64_C(1000000)
#define STAMP_DAY (86400 * STAMP_SECOND)
#define STAMP_LEN 27 /* 2026-03-04T09:15:27.481093Z */
#define STAMP_HTTP_LEN 29 /* Wed, 04 Mar 2026 09:15:27 GMT */

/* Write STAMP_LEN characters and a NUL. */
void stamp_format(int64_t us, char out[STAMP_LEN + 1]);

/* The form of HTTP's Date header, with a NUL. */
void stamp_http(int64_t us, char out[STAMP_HTTP_LEN + 1]);

/*
 * Read YYYY-MM-DD, then optionally 'T' or a space, HH:MM:SS, a fraction and
 * 'Z' or +HH:MM; or epoch milliseconds.  The whole text must match.  0, or -1
 * (*us untouched).
 */
int stamp_parse(const char *text, int64_t *us);

#endif
