/*
 * The servers that setup speaks to: the maps elasticsearch and kibana at the
 * top of the configuration, each with a section of its own.
 */
#ifndef S1SPOOL_CONF_SERVER_H
#define S1SPOOL_CONF_SERVER_H

#include "collector/conf/conf_scope.h"

/* Give all servers of c their defaults; free what they hold. */
void conf_servers_init(struct conf *c);
void conf_servers_fini(struct conf *c);

/* Read the map that is the value of option o. */
void conf_server_read(const struct conf_scope *sc, const struct conf_option *o,
    yaml_node_t *map);

/*
 * Do their options go together?  Asked when all files are read, for one may
 * complete what another began.  Messages that begin with file go to err; the
 * number of errors.
 */
size_t conf_servers_check(const struct conf *c, const char *file,
    struct buf *err);

#endif
