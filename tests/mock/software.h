/*
 * What is installed on the computers: names and vendors that are no trouble
 * for a reader, and some that are.
 */
#ifndef S1SPOOL_MOCK_SOFTWARE_H
#define S1SPOOL_MOCK_SOFTWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"

/* Append the name of the n-th application as it is, without JSON's escapes. */
void software_name(uint32_t n, struct buf *out);

/* NULL: the application has none. */
const char *software_vendor(uint32_t n);

/* The inventory leaves the member out in place of null. */
bool software_hides_vendor(uint32_t n);

/*
 * Which of the first `count' applications has this name and vendor.  For one
 * without vendor that is NULL or "".  ROW_NONE when there is none.
 */
uint32_t software_find(const char *name, const char *vendor, uint32_t count);

#endif
