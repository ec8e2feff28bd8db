/*
 * Points in time as the API and Elasticsearch write them.  All times are
 * milliseconds since 1970 in UTC.
 */
#ifndef S1SPOOL_ISO8601_H
#define S1SPOOL_ISO8601_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"

/* "YYYY-MM-DDTHH:MM:SS.mmmZ" */
#define ISO8601_LEN 24

/*
 * Parse what Elasticsearch's `ISO8601` date format takes: YYYY, YYYY-MM,
 * YYYY-MM-DD, then T and HH, HH:MM or HH:MM:SS, the last with a fraction of 1
 * to 9 digits after '.' or ','; after a time optionally Z, +HH, +HHMM or
 * +HH:MM (either sign).  Missing parts are their lowest value, no zone means
 * UTC, digits beyond the millisecond are cut off.  The whole text must match.
 * 0, or -1 (*ms untouched).
 */
int iso8601_parse(struct slice text, int64_t *ms);

/* The same for Elasticsearch's `date_optional_time`, which also takes fewer
 * digits of a number: "2025-7-1T9:05:3Z". */
int iso8601_parse_lenient(struct slice text, int64_t *ms);

/*
 * Write ISO8601_LEN characters, no NUL.  ms must lie in the years 0000 to
 * 9999, which is what iso8601_parse() returns.
 */
void iso8601_format(int64_t ms, char *out);

/*
 * Parse and format in one, without the arithmetic, for the form in which the
 * console writes times: YYYY-MM-DDTHH:MM:SS, a fraction of up to 9 digits, Z.
 * Writes ISO8601_LEN characters and returns true; false when the text is in
 * another form, or wrong.
 */
bool iso8601_rewrite(struct slice text, char *out);

/* The form of request bounds, NUL-terminated: whole seconds when ms is. */
void iso8601_bound(int64_t ms, char out[ISO8601_LEN + 1]);

#endif
