/*
 * What SentinelOne's classification of a threat says in ECS terms; the same
 * rule in the datasets activity and threat.
 */
#ifndef S1SPOOL_CLASSIFICATION_H
#define S1SPOOL_CLASSIFICATION_H

#include "collector/map/record.h"

/*
 * Append to event.category and event.type (slots `category` and `type`) what
 * the class in slot `class` stands for.  Another class, or none: nothing.
 */
void classification_derive(struct map_record *r, int class, int category,
    int type);

#endif
