#include "config.h"

#include "collector/client/ratelimit.h"

#include <string.h>

#define PER_MINUTE(n) ((n) / 60.0)
#define PER_HOUR(n) ((n) / 3600.0)

const struct rate_row rate_table[] = {
	{ "", 5, 5 },
	{ "/accounts", 100, 10 },
	{ "/activities", 10, 30 },
	{ "/agents", 25, 1 },
	{ "/application-management/inventory", 3, 1 },
	{ "/application-management/risks", 5, 1 },
	{ "/application-management/scan", PER_HOUR(1 / 8.0), 1 },
	{ "/cloud-detection/alerts", 5, 5 },
	{ "/cloud-detection/rules", 0.5, 1 },
	{ "/dv/init-query", PER_MINUTE(1), 1 },
	{ "/dv/query-status", 1, 1 },
	{ "/exclusions", 25, 25 },
	{ "/export", 1, 30 },
	{ "/groups", 5, 5 },
	{ "/installed-applications", 5, 5 },
	{ "/rbac", 50, 100 },
	{ "/remote-ops", 1, 5 },
	{ "/remote-scripts", 1, 30 },
	{ "/service-users", 5, 10 },
	{ "/sites", 100, 10 },
	{ "/system/status", 2, 1 },
	{ "/tag-manager", 1, 50 },
	{ "/threat-intelligence", 0.5, 1 },
	{ "/threats", 10, 50 },
	{ "/threats/", 100, 1000 },
	{ "/unifiedalerts", 5, 5 },
	{ "/update/agent/download", PER_MINUTE(2), 1 },
	{ "/upload", 1, 5 },
	{ "/user", 2, 5 },
	{ "/users", 40, 80 },
	{ "/users/login", 1, 1 },
	{ "/xdr", 25, 1 },
};
const size_t rate_table_len = sizeof(rate_table) / sizeof(rate_table[0]);

/* Length of the prefix when it ends at a segment of path, 0 when it does
 * not match. */
static size_t
match(const char *prefix, const char *path)
{
	size_t n = strlen(prefix);

	if (n == 0 || strncmp(prefix, path, n) != 0)
		return 0;
	if (prefix[n - 1] == '/' || strchr("/?", path[n]) != NULL)
		return n;
	return 0;
}

size_t
rate_find(const char *rate_class)
{
	size_t best = 0, longest = 0, n;

	if (rate_class == NULL)
		return 0;
	for (size_t i = 1; i < rate_table_len; i++) {
		n = match(rate_table[i].prefix, rate_class);
		if (n > longest) {
			longest = n;
			best = i;
		}
	}
	return best;
}

/* A share of a burst is still one request, or nothing would ever go. */
static double
burst(const struct rate_row *row, double share)
{
	double n = row->burst * share;

	return n < 1 ? 1 : n;
}

static void
refill(struct rate_bucket *b, const struct rate_row *row, double share,
    int64_t now_ms)
{
	double max = burst(row, share);

	if (now_ms <= b->at_ms)
		return;
	b->level += (double)(now_ms - b->at_ms) / 1000 * row->per_second *
	    share;
	if (b->level > max)
		b->level = max;
	b->at_ms = now_ms;
}

void
rate_fill(struct rate_bucket *b, const struct rate_row *row, double share,
    int64_t now_ms)
{
	b->level = burst(row, share);
	b->at_ms = now_ms;
}

int64_t
rate_take(struct rate_bucket *b, const struct rate_row *row, double share,
    int64_t now_ms)
{
	refill(b, row, share, now_ms);
	/* Held: at_ms lies ahead. */
	if (now_ms < b->at_ms)
		return b->at_ms - now_ms;
	if (b->level < 1)
		return 1 + (int64_t)((1 - b->level) * 1000 /
		    (row->per_second * share));
	b->level -= 1;
	return 0;
}

double
rate_left(const struct rate_bucket *b, const struct rate_row *row,
    double share, int64_t now_ms, double *most)
{
	struct rate_bucket then = *b;

	*most = burst(row, share);
	refill(&then, row, share, now_ms);
	return now_ms < then.at_ms || then.level < 0 ? 0 : then.level;
}

void
rate_hold(struct rate_bucket *b, const struct rate_row *row, double share,
    int64_t now_ms, int64_t wait_ms)
{
	refill(b, row, share, now_ms);
	if (b->level > 0)
		b->level = 0;
	if (b->at_ms < now_ms + wait_ms)
		b->at_ms = now_ms + wait_ms;
}
