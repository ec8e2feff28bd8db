/*
 * What was asked: the last requests, and counts for each path.
 */
#ifndef S1SPOOL_MOCK_REQLOG_H
#define S1SPOOL_MOCK_REQLOG_H

#include "tests/mock/exchange.h"

struct reqlog;

struct reqlog *reqlog_new(void);
void reqlog_free(struct reqlog *l);

/* A request was answered (path: the endpoint's pattern) and then sent. */
void reqlog_add(struct reqlog *l, const struct exchange *x, const char *path,
    int64_t now);
void reqlog_sent(struct reqlog *l);

/* Append the last requests, one JSON object a line. */
void reqlog_lines(const struct reqlog *l, struct buf *out);

/* Append the members of the statistics, without braces around them. */
void reqlog_stats(const struct reqlog *l, struct buf *out);

#endif
