/*
 * What a dataset's mapping table puts into a field.
 */
#ifndef S1SPOOL_PRODUCED_H
#define S1SPOOL_PRODUCED_H

#include "collector/map/table.h"

enum produced {
	PRODUCED_NEVER,
	PRODUCED_CONVERTED, /* always of one type, or a constant */
	/* That too, but in the elements of a list of objects: when the console
	 * sends no such list, what it sends stays as it is. */
	PRODUCED_ELEMENT,
	PRODUCED_RECEIVED, /* as the console sends it, whatever that is */
	PRODUCED_MEMBER, /* a member of such an object */
	PRODUCED_DERIVED /* by the dataset's derive function */
};

/* field as in documents, without "[]". */
enum produced produced_how(const struct map_table *table, const char *field);

#endif
