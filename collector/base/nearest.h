/*
 * The known name that a mistyped one was probably meant to be.
 */
#ifndef S1SPOOL_NEAREST_H
#define S1SPOOL_NEAREST_H

#include <stddef.h>

#include "collector/base/buf.h"

struct nearest {
	struct slice name; /* the best so far, empty when none is near enough */
	size_t distance; /* only names below this are nearer */
	struct slice word;
};

/* All texts are borrowed; the storage is the caller's. */
void nearest_init(struct nearest *n, struct slice word);
void nearest_offer(struct nearest *n, struct slice name);

#endif
