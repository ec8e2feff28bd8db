/*
 * What the tokens may do, and how the console tells it.
 */
#ifndef S1SPOOL_MOCK_RESPOND_RIGHT_H
#define S1SPOOL_MOCK_RESPOND_RIGHT_H

#include "tests/mock/exchange.h"

/* "Page.right"; NULL: everybody may. */
bool right_has(const struct exchange *x, const char *name);

/* Requests for the caller, and for his role. */
void right_user(struct exchange *x);
void right_role(struct exchange *x);

#endif
