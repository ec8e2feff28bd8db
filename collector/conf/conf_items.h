/*
 * Lists of maps: each item becomes a struct of its own at the end of an array
 * of the configuration, which may have items of other files already.
 */
#ifndef S1SPOOL_CONF_ITEMS_H
#define S1SPOOL_CONF_ITEMS_H

#include "collector/conf/conf.h"
#include "collector/conf/conf_scope.h"

/* Read the list that is the value of option o. */
void conf_items_read(const struct conf_scope *sc, const struct conf_option *o,
    yaml_node_t *list);

/* Where the package of a shipper keeps its registry. */
const char *conf_items_registry(enum conf_shipper_type type);

#endif
