#include "config.h"

#include "collector/client/backoff.h"

const struct backoff backoff_default = { 5000, 5 * 60 * 1000 };

/* Doubled for each failure after the first; never above the cap. */
static int64_t
ceiling(const struct backoff *b, unsigned failures)
{
	int64_t ms = b->base_ms;

	while (failures > 1 && ms < b->cap_ms) {
		ms *= 2;
		failures--;
	}
	return ms < b->cap_ms ? ms : b->cap_ms;
}

/* 1 to max, evenly. */
static int64_t
draw(int64_t max, uint32_t random)
{
	return 1 + (int64_t)((uint64_t)max * random >> 32);
}

int64_t
backoff_delay(const struct backoff *b, unsigned failures,
    int64_t retry_after_ms, uint32_t random)
{
	int64_t max = ceiling(b, failures);

	if (retry_after_ms < 0)
		return draw(max, random);
	return retry_after_ms + draw(max < b->base_ms ? max : b->base_ms,
	    random);
}
