/*
 * Addresses as people write them.
 */
#ifndef S1SPOOL_CONF_URL_H
#define S1SPOOL_CONF_URL_H

#include "collector/base/buf.h"

/*
 * Reduce a console's address to scheme://host[:port].  The result belongs to
 * the caller; *cut says that more than slashes went.  NULL with the reason,
 * which never repeats the text, appended to why.
 */
char *conf_url_console(const char *text, bool *cut, struct buf *why);

/* The address of Elasticsearch or Kibana as scheme://host[:port][/path] without
 * a slash at its end; otherwise as above. */
char *conf_url_server(const char *text, struct buf *why);

/* Whether text can be a proxy's address; the reason goes to why. */
bool conf_url_is_proxy(const char *text, struct buf *why);

#endif
