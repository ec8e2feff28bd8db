/*
 * RFC 8259, word by word: what the scanner takes is this and nothing else.
 */
#ifndef S1SPOOL_FUZZ_VALID_H
#define S1SPOOL_FUZZ_VALID_H

#include <stdbool.h>

#include "collector/base/buf.h"

/* One JSON text, white space around it allowed, of well-formed UTF-8, nested
 * no deeper than max_depth; an escaped surrogate may be alone. */
bool valid_json(struct slice text, int max_depth);

#endif
