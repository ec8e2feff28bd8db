/*
 * The lines that a call leaves in the audit: what is about to be sent, what was
 * answered, and how it ended; or that it was refused.
 */
#ifndef S1SPOOL_RESPOND_RECORD_H
#define S1SPOOL_RESPOND_RECORD_H

#include "collector/respond/action.h"

/* Who logged in, whatever sudo made of it: to be freed. */
char *record_operator(void);

/* In front of the POST; body is shown as it is.  RESPOND_GO, or an exit code
 * after a message: then it must not be sent. */
int record_intent(struct respond *r, const char *path, const char *body);
/* What came back. */
void record_answer(struct respond *r, const struct ask_reply *reply);
/* The last line; returns the exit code. */
int record_end(struct respond *r, int code);

#endif
