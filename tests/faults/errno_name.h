/* Errors as a test names them. */
#ifndef S1SPOOL_TEST_ERRNO_NAME_H
#define S1SPOOL_TEST_ERRNO_NAME_H

#include <stdlib.h>
#include <string.h>

#define ERRNO_LAST 133 /* of Linux */

/* The value of "EIO", or of a number; 0 for what is neither. */
static inline int
errno_of_name(const char *s)
{
	const char *name;

	for (int e = 1; e <= ERRNO_LAST; e++)
		if ((name = strerrorname_np(e)) != NULL &&
		    strcmp(s, name) == 0)
			return e;
	return (int)strtol(s, NULL, 10);
}

#endif
