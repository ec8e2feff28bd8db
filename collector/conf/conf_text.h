/*
 * Values that are kept as text: names, paths and addresses.  Each function
 * checks one and sets its field, a char * that is NULL before and then owned.
 * 0, or -1 with the reason appended to why; on success why may hold a warning.
 */
#ifndef S1SPOOL_CONF_TEXT_H
#define S1SPOOL_CONF_TEXT_H

#include <stdbool.h>

#include "collector/base/buf.h"
#include "collector/conf/conf_schema.h"

int conf_text_name(const struct conf_option *o, void *field,
    struct slice text, struct buf *why);
/* What Fleet allows in a data stream's namespace. */
int conf_text_namespace(const struct conf_option *o, void *field,
    struct slice text, struct buf *why);
int conf_text_uuid(const struct conf_option *o, void *field,
    struct slice text, struct buf *why);
int conf_text_path(const struct conf_option *o, void *field,
    struct slice text, struct buf *why);
int conf_text_url(const struct conf_option *o, void *field, struct slice text,
    struct buf *why);
int conf_text_server_url(const struct conf_option *o, void *field,
    struct slice text, struct buf *why);
/* As HTTP's basic authentication may have it. */
int conf_text_user(const struct conf_option *o, void *field,
    struct slice text, struct buf *why);
int conf_text_proxy(const struct conf_option *o, void *field,
    struct slice text, struct buf *why);

bool conf_text_has_control(struct slice text);

#endif
