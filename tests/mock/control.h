/*
 * The paths below /_mock/, by which a test drives the console and asks what
 * happened.  No token, never a fault.
 */
#ifndef S1SPOOL_MOCK_CONTROL_H
#define S1SPOOL_MOCK_CONTROL_H

#include <stdbool.h>
#include <stdio.h>

#include "tests/mock/exchange.h"

bool control_is(const char *path);

/* Answer.  With the console's lock held. */
void control_serve(struct exchange *x);

/* The paths and what they take. */
void control_help(FILE *to);

#endif
