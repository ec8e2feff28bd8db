/*
 * Compressed replies for clients that ask for them.
 */
#ifndef S1SPOOL_MOCK_SQUEEZE_H
#define S1SPOOL_MOCK_SQUEEZE_H

#include "tests/mock/exchange.h"

/* Compress x->out when x->accept_encoding names gzip or deflate. */
void squeeze_reply(struct exchange *x);

#endif
