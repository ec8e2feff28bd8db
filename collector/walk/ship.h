/*
 * The shippers of the configuration as the spool knows them.
 */
#ifndef S1SPOOL_WALK_SHIP_H
#define S1SPOOL_WALK_SHIP_H

#include "collector/conf/conf.h"
#include "spool/shipper.h"

/* All is borrowed from c. */
void ship_options(const struct conf_shipper *c, struct shipper_options *opt);

#endif
