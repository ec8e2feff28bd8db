#include "config.h"

#include "collector/walk/rebuild.h"

#include "collector/base/iso8601.h"
#include "collector/base/num.h"

/* The farthest behind the newest line that a walk, or a pass that is due only
 * later, would have read from. */
static int64_t
reach(const struct bounds_rule *rule)
{
	int64_t ms = rule->look_back_ms;

	for (size_t i = 0; i < rule->n_passes; i++)
		ms = num_most(ms, rule->pass[i].depth_ms +
		    rule->pass[i].period_ms);
	return ms;
}

void
rebuild_init(struct rebuild *r, const struct bounds_rule *rule)
{
	*r = (struct rebuild){ .rule = rule, .newest = TIME_NONE,
		.oldest = TIME_NONE, .resent = TIME_NONE };
}

/*
 * No walk goes back farther than the reach.  A line that is older than that
 * was written after the console's clock had been set back: lines before it are
 * of hours that are lived once more.
 */
static void
note_time(struct rebuild *r, int64_t at_ms)
{
	if (r->newest == TIME_NONE || at_ms > r->newest ||
	    at_ms < r->newest - reach(r->rule))
		r->newest = at_ms;
	if (r->oldest == TIME_NONE || at_ms < r->oldest)
		r->oldest = at_ms;
}

void
rebuild_line(struct rebuild *r, const struct stream_line *line, bool damaged)
{
	int64_t at_ms;

	r->broken |= damaged;
	if (line->resend != 0)
		r->resent = num_most(r->resent, line->resend * 1000);
	else if (!line->backfill && !r->broken && iso8601_parse(line->at, &at_ms) == 0)
		note_time(r, at_ms);
}

/*
 * Rows before the first line were never wanted, but for those that are late.
 * With the first lines gone it is not known where they began.
 */
static int64_t
find_floor(const struct rebuild *r, bool complete)
{
	const struct bounds_rule *rule = r->rule;
	int64_t floor = TIME_NONE, late = rule->look_back_ms;

	if (rule->inventory)
		return TIME_NONE;
	if (rule->n_passes > 0)
		late = num_most(late, rule->pass[0].depth_ms +
		    rule->pass[0].period_ms);
	if (complete)
		floor = r->oldest < r->newest - late ? r->oldest :
						       r->newest - late;
	if (rule->start_ms != 0 && rule->start_ms <= r->oldest)
		floor = num_most(floor, rule->start_ms);
	return floor;
}

/* Polls have read from the oldest line on, and will from where the next one
 * begins. */
static int64_t
find_since(const struct rebuild *r, const struct coverage *c)
{
	int64_t next = c->watermark - reach(r->rule);

	if (r->rule->inventory)
		return 0;
	if (c->floor != TIME_NONE)
		next = num_most(next, c->floor);
	return next < r->oldest ? next : r->oldest;
}

bool
rebuild_coverage(const struct rebuild *r, bool complete, struct coverage *c)
{
	int64_t period = 0;

	if (r->newest == TIME_NONE)
		return false;
	for (size_t i = 0; i < r->rule->n_passes; i++)
		period = num_most(period, r->rule->pass[i].period_ms);
	coverage_init(c);
	/* All passes are due, and read back from the watermark. */
	c->watermark = r->newest - period;
	c->floor = find_floor(r, complete);
	c->since = find_since(r, c);
	return true;
}
