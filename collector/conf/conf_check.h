/*
 * What is wrong with options that are right each for itself.
 */
#ifndef S1SPOOL_CONF_CHECK_H
#define S1SPOOL_CONF_CHECK_H

#include "collector/conf/conf.h"
#include "collector/conf/conf_file.h"

/* Report errors and warnings about a console that was read from node. */
void conf_check_console(struct conf_file *f, const struct conf_console *c,
    const yaml_node_t *node);

#endif
