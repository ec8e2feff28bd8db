/*
 * What SentinelOne lets a token do: a token bucket per path prefix.  The table
 * is the vendor's; prefixes that it does not list have the default row's.
 * Pure arithmetic: the caller brings the time and does the waiting.
 */
#ifndef S1SPOOL_RATELIMIT_H
#define S1SPOOL_RATELIMIT_H

#include <stddef.h>
#include <stdint.h>

struct rate_row {
	const char *prefix; /* below /web/api/v2.1 */
	double per_second;
	double burst;
};

/*
 * In strcmp order, the default row ("", what no other matches) first.
 * A prefix that ends in '/' stands for the sub-paths only.
 */
extern const struct rate_row rate_table[];
extern const size_t rate_table_len;

/*
 * The row of a path class such as "/threats" or "/threats/{id}/timeline": the
 * longest prefix that ends where a path segment ends.  NULL or an unlisted
 * class: row 0.
 */
size_t rate_find(const char *rate_class);

struct rate_bucket {
	double level; /* requests that may go at once */
	int64_t at_ms; /* monotonic time of that level; ahead while held */
};

/* A full bucket.  share (0 < share <= 1) scales a row's pace and burst. */
void rate_fill(struct rate_bucket *b, const struct rate_row *row, double share,
    int64_t now_ms);

/*
 * Take one request out of the bucket: 0 when it may go now, else the
 * milliseconds to wait before asking again (nothing was taken).
 */
int64_t rate_take(struct rate_bucket *b, const struct rate_row *row,
    double share, int64_t now_ms);

/* Requests that may go now; *most: how many that can be. */
double rate_left(const struct rate_bucket *b, const struct rate_row *row,
    double share, int64_t now_ms, double *most);

/*
 * The server said 429: our picture of its bucket was too good.  Nothing goes
 * for wait_ms (at least), and what goes then starts from an empty bucket.
 */
void rate_hold(struct rate_bucket *b, const struct rate_row *row, double share,
    int64_t now_ms, int64_t wait_ms);

#endif
