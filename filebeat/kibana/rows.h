/*
 * The tables that the saved objects are made of: rows of columns, separated by
 * tabs; lines that begin with "#" tell people what the columns are.
 */
#ifndef S1SPOOL_ROWS_H
#define S1SPOOL_ROWS_H

#include <stddef.h>

#define ROWS_COLUMNS 8

struct rows {
	char *path;
	size_t n;
	struct row {
		char *line; /* owns what the columns point to */
		size_t line_no;
		char *column[ROWS_COLUMNS]; /* "" for those at the end that
					     * the line does not have */
	} *row;
};

/* Read a table; says why and exits when that cannot be done. */
void rows_load(struct rows *r, const char *path);
void rows_free(struct rows *r);

/* The first row with that text in its first column; NULL for none. */
const struct row *rows_find(const struct rows *r, const char *first);

/* Say what is wrong with a row, and exit. */
_Noreturn void rows_fail(const struct rows *r, const struct row *row,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * The next part of a text that separators divide, which is cut up in place, as
 * strsep() does; NULL at its end.  An empty text has no parts.
 */
char *rows_part(char **text, const char *separator);

#endif
