/*
 * From a request to its reply: control paths, faults, rate limits, the
 * console's own answer; and the books about it.
 */
#ifndef S1SPOOL_MOCK_SERVE_H
#define S1SPOOL_MOCK_SERVE_H

#include "tests/mock/exchange.h"

void serve_request(struct exchange *x);
void serve_done(struct exchange *x);

#endif
