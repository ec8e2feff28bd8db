/*
 * How often members of which names had no place in the documents of one
 * console's dataset.  Its mapper has the names and may work for others too.
 */
#ifndef S1SPOOL_UNKNOWN_H
#define S1SPOOL_UNKNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/map/map.h"

struct unknown_name {
	uint64_t count;
	bool told; /* by unknown_news() */
};

/* Storage is the caller's; all zeros is an empty one. */
struct unknown {
	struct unknown_name *name; /* by the mapper's number, [0]: others */
	size_t n; /* MAP_NAMES_MAX + 1 at most */
	bool news; /* some are not told yet */
};

void unknown_fini(struct unknown *u);

/* Count what the mapper dropped of the record emitted last. */
void unknown_add(struct unknown *u, const struct mapper *m);

/*
 * Put the names not told so far into out, "a, b[].c", as many as its cap
 * takes: at least one when that is MAP_NAME_BYTES and some.  False when there
 * are none.
 */
bool unknown_news(struct unknown *u, const struct mapper *m, struct buf *out);

/* Append all with their counts: "a (3), b[].c (1), others (7)".  What exceeds
 * the cap is left out. */
void unknown_list(const struct unknown *u, const struct mapper *m,
    struct buf *out);

#endif
