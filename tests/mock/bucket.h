/*
 * Rate limits: a token bucket for each path prefix, as the vendor has them.
 */
#ifndef S1SPOOL_MOCK_BUCKET_H
#define S1SPOOL_MOCK_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct buckets;

/* factor: all rates and bursts times this. */
struct buckets *buckets_new(double factor);
void buckets_free(struct buckets *b);

/* Take one request's token at that monotonic time.  False: too many. */
bool buckets_take(struct buckets *b, const char *path, int64_t now_ms);

#endif
