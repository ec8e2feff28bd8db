/*
 * Unified alerts, which are asked for by GraphQL.
 */
#ifndef S1SPOOL_MOCK_UNIFIED_H
#define S1SPOOL_MOCK_UNIFIED_H

#include "tests/mock/exchange.h"

/*
 * What a client gets wrong in HTTP or JSON has a status of its own; what it
 * gets wrong in GraphQL is `errors' in a reply with status 200.
 */
void unified_alerts(struct exchange *x);

#endif
