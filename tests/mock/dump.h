/*
 * Records without a server, for benchmarks and conformance tests.
 */
#ifndef S1SPOOL_MOCK_DUMP_H
#define S1SPOOL_MOCK_DUMP_H

#include "tests/mock/console.h"
#include "tests/mock/options.h"

/* Make the history as large as what is to be printed, at a fixed time unless
 * the options give one. */
void dump_prepare(struct options *o);

/* --dump or --page to stdout.  0, or -1 after a message. */
int dump_print(struct console *c, const struct options *o);

#endif
