/*
 * A YAML document as lines "path=value", in the order of the document: maps
 * add ".key" to the path, lists "[0]".  A key with dots gives the same path as
 * nested maps, as in Filebeat.  An empty map or list gives no line.
 */
#ifndef S1SPOOL_YAML_FLAT_H
#define S1SPOOL_YAML_FLAT_H

#include <stdbool.h>

#include "collector/base/buf.h"

/* Append the lines, each with a newline in front and behind the last one.  0,
 * or -1 when it does not parse. */
int yaml_flat(struct slice text, struct buf *out);

/* Is there a line of this path and value in what yaml_flat() made? */
bool yaml_flat_has(const struct buf *flat, const char *path,
    const char *value);

/* Is there any line that begins so? */
bool yaml_flat_begins(const struct buf *flat, const char *path);

#endif
