/*
 * What is sent to a console to change something.  Every POST of s1spool respond
 * passes order_check() right before it is sent: a filter that is empty or wide
 * would act on all hosts that the token may reach, so there is only one form of
 * it, with the one id of the host that was confirmed.
 */
#ifndef S1SPOOL_RESPOND_ORDER_H
#define S1SPOOL_RESPOND_ORDER_H

#include "collector/base/buf.h"

/*
 * May body be posted to path (below ASK_ROOT), for the agent with this id?  0,
 * or -1 with the reason in why: then it must not be sent.
 */
int order_check(const char *path, const char *body, const char *id,
    struct buf *why);

#endif
