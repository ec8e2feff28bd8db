/*
 * Amounts as people say them.
 */
#ifndef S1SPOOL_CHECK_SPAN_H
#define S1SPOOL_CHECK_SPAN_H

#include <stdint.h>

#include "collector/base/num.h"

/* A time of at least 0 ms in its largest unit, or the two largest: "12 s",
 * "1 h 5 min", "40 days".  out is returned. */
const char *span_text(int64_t ms, char out[NUM_TEXT]);

/* A size, not to the byte: "12 MiB", "1.5 GiB". */
const char *size_text(int64_t bytes, char out[NUM_TEXT]);

/* A date without its time of day: "2027-01-31". */
const char *date_text(int64_t ms, char out[NUM_TEXT]);

#endif
