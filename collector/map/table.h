/* placeholder to be replaced by the mapper */
#ifndef S1SPOOL_TABLE_H
#define S1SPOOL_TABLE_H
struct map_table {
	int dummy;
};
#endif
