/*
 * Mappers by dataset and options.  A mapper is used from one record to the
 * next only, so that a thousand consoles can do with one of each kind.
 */
#ifndef S1SPOOL_MAPPERS_H
#define S1SPOOL_MAPPERS_H

#include <stddef.h>

#include "collector/dataset/dataset.h"
#include "collector/map/map.h"

struct mappers {
	struct mapper_entry *entry;
	size_t n;
};

/* Storage is the caller's; all zeros is an empty one. */
void mappers_fini(struct mappers *m);

/*
 * The mapper of a dataset with these options, made when there is none yet.
 * It belongs to m, until all who got it have put it back; the options' texts
 * are copied.
 */
struct mapper *mappers_get(struct mappers *m, const struct dataset *dataset,
    const struct map_options *options);
void mappers_put(struct mappers *m, const struct mapper *mapper);

#endif
