/*
 * Which rows of a mapping table the records have a value for.
 */
#ifndef S1SPOOL_COVERAGE_H
#define S1SPOOL_COVERAGE_H

#include <stdbool.h>

#include "collector/base/buf.h"
#include "collector/map/table.h"

struct coverage {
	const struct map_table *table;
	bool *hit; /* by row */
};

void coverage_init(struct coverage *c, const struct map_table *table);
void coverage_fini(struct coverage *c);

/* Look for a value that is not void at the raw path of each row.  What is no
 * JSON has none. */
void coverage_add(struct coverage *c, struct slice record);

/* Print the rows without a value.  Returns how many there are. */
int coverage_missing(const struct coverage *c, const char *dataset);

#endif
