/*
 * What a text of JSON would weigh as a tree of heap objects.
 */
#ifndef S1SPOOL_WEIGHT_H
#define S1SPOOL_WEIGHT_H

#include <stddef.h>

#include "collector/base/buf.h"

/*
 * More is no answer of an API that we ask, but somebody who wants our memory:
 * three bytes of text, "{},", are near to a kilobyte of json-c's.  A thousand
 * agents, which is the largest answer that is read as a tree, are 50 MiB.
 */
#define JSON_WEIGHT_MAX ((size_t)128 << 20)

/* Bytes of json-c's tree of it, about; the text may be anything. */
size_t json_weight(struct slice text);

#endif
