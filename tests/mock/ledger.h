/*
 * The books about every record that could ever be read, a line of JSON for
 * each of its versions.
 */
#ifndef S1SPOOL_MOCK_LEDGER_H
#define S1SPOOL_MOCK_LEDGER_H

#include "tests/mock/exchange.h"

/*
 * Reply with the ledger of ?dataset=.  Records without an id of their own have
 * a member `identity': the document's id in the re-send period ?period=.  0,
 * or -1 without a reply when there is no such dataset.
 */
int ledger_reply(struct exchange *x);

#endif
