#include "config.h"

#include "tests/mock/bucket.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"

/* A prefix stands before those that it begins with. */
static const struct {
	const char *prefix;
	double per_second, burst;
} limits[] = {
	{ "/activities", 10, 30 },
	{ "/agents", 25, 1 },
	{ "/groups", 5, 5 },
	{ "/rbac", 50, 100 },
	{ "/remote-scripts", 1, 30 },
	{ "/system/status", 2, 1 },
	{ "/threats", 10, 50 },
	{ "/threats/", 100, 1000 },
	{ "/user", 2, 5 },
	{ "/users", 40, 80 },
};
#define N_LIMITS (sizeof(limits) / sizeof(limits[0]))

struct buckets {
	double factor;
	struct {
		double level;
		int64_t at_ms; /* when the level was that, 0: full */
	} bucket[N_LIMITS];
};

struct buckets *
buckets_new(double factor)
{
	struct buckets *b = xcalloc(1, sizeof(*b));

	b->factor = factor;
	return b;
}

void
buckets_free(struct buckets *b)
{
	free(b);
}

/* The longest prefix decides. */
static size_t
find(const char *path)
{
	size_t found = N_LIMITS;

	for (size_t i = 0; i < N_LIMITS; i++)
		if (strncmp(path, limits[i].prefix,
		    strlen(limits[i].prefix)) == 0)
			found = i;
	return found;
}

bool
buckets_take(struct buckets *b, const char *path, int64_t now_ms)
{
	size_t i = find(path);
	double size;

	if (i == N_LIMITS)
		return true;
	/* A burst of one still lets one request through. */
	size = limits[i].burst * b->factor < 1 ? 1 :
	    limits[i].burst * b->factor;
	if (b->bucket[i].at_ms == 0)
		b->bucket[i].level = size;
	else
		b->bucket[i].level += (double)(now_ms - b->bucket[i].at_ms) /
		    1000 * limits[i].per_second * b->factor;
	b->bucket[i].at_ms = now_ms;
	if (b->bucket[i].level > size)
		b->bucket[i].level = size;
	if (b->bucket[i].level < 1)
		return false;
	b->bucket[i].level -= 1;
	return true;
}
