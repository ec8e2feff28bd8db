/*
 * A row of a table as the oracle reads it.
 */
#ifndef S1SPOOL_ORACLE_RULE_H
#define S1SPOOL_ORACLE_RULE_H

#include <stdbool.h>

#include "collector/map/table.h"

struct rule {
	char *raw; /* "[]" also where the table says "[0]" */
	enum map_conv conv;
	const char *target; /* NULL: the value stays where it is */
	const char *also;
	unsigned flags;
	bool first; /* "[0]": the targets are the first element's */
	bool snake; /* names below it become snake_case */
	bool unwanted; /* a custom field that ECS has too, left out */
};

#endif
