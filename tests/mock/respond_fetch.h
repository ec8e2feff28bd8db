/*
 * Files that were fetched from agents.
 */
#ifndef S1SPOOL_MOCK_RESPOND_FETCH_H
#define S1SPOOL_MOCK_RESPOND_FETCH_H

struct fetches;

void fetches_free(struct fetches *f);

#endif
