#include "config.h"

#include "tests/mock/history.h"

#include "tests/mock/gen.h"
#include "tests/mock/stamp.h"

/* Streams of random numbers, beside those of the sets themselves. */
enum { STREAM_AGENT = 200, STREAM_GROUP, STREAM_THREAT, STREAM_ACTIVITY,
	STREAM_BULK, STREAM_WALK, STREAM_ALERT = 1200, STREAM_INSTALL };

#define BULK_ROWS 300 /* rows that a bulk change stamps alike */
#define BULK_EVERY 3 /* one block of rows in so many had one */
#define BURST_ODDS 1500 /* one activity in so many begins a burst */
#define ALERT_TIES 30 /* alerts of one time ... */
#define ALERT_EVERY 100 /* ... once in so many */

static int64_t
min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The block that the row belongs to saw a bulk change at some time. */
static bool
in_bulk(const struct world *w, enum set_id set, uint32_t index, int64_t *ago)
{
	uint32_t block = index / BULK_ROWS;
	struct rng r = rng_for(w->seed, STREAM_BULK + (uint64_t)set * 50,
	    block);

	*ago = rng_range(&r, 0, min64(w->span, STAMP_DAY) / 2);
	return block % BULK_EVERY == 0;
}

static void
add_groups(struct store *s, const struct world *w)
{
	for (uint32_t i = 0; i < w->n_groups; i++) {
		struct rng r = rng_for(w->seed, STREAM_GROUP, i);
		struct row *row = store_add(s, SET_GROUP);
		int64_t ago;

		row->created = w->base - rng_range(&r, 30, 900) * STAMP_DAY -
		    rng_range(&r, 0, STAMP_DAY);
		row->updated = w->base - rng_range(&r, 0, 30 * STAMP_DAY);
		if (i % 2 == 0 && in_bulk(w, SET_GROUP, i, &ago))
			row->updated = w->base - ago;
		row->id = world_id(w, row->created, SET_GROUP, i);
		row->group = i;
	}
}

static uint32_t
agent_flags(struct rng *r)
{
	uint64_t dice = rng_below(r, 100);

	return dice < 2 ? AGENT_DECOMMISSIONED | AGENT_INACTIVE :
	    dice < 3 ? AGENT_UNINSTALLED | AGENT_INACTIVE :
	    dice < 6 ? AGENT_INFECTED : dice < 20 ? AGENT_INACTIVE : 0;
}

static void
add_agents(struct store *s, const struct world *w)
{
	for (uint32_t i = 0; i < w->n_agents; i++) {
		struct rng r = rng_for(w->seed, STREAM_AGENT, i);
		struct row *row = store_add(s, SET_AGENT);
		int64_t ago, range = rng_below(&r, 10) < 8 ?
		    min64(w->span, STAMP_DAY) : 30 * STAMP_DAY;
		struct agent agent;

		world_agent(w, i, &agent);
		row->created = w->base - 31 * STAMP_DAY -
		    rng_range(&r, 0, 700 * STAMP_DAY);
		row->updated = w->base - rng_range(&r, 0, range);
		if (in_bulk(w, SET_AGENT, i, &ago))
			row->updated = w->base - ago;
		row->id = world_id(w, row->created, SET_AGENT, i);
		row->kind = agent_flags(&r);
		row->agent = i;
		row->group = agent.group;
	}
}

static void
set_agent(const struct world *w, struct row *row, struct rng *r)
{
	struct agent agent;

	row->agent = (uint32_t)rng_below(r, w->n_agents);
	world_agent(w, row->agent, &agent);
	row->group = agent.group;
}

/* A row of any set whose rows have an agent each. */
static struct row *
add_for_agent(struct store *s, const struct world *w, enum set_id set,
    int64_t created)
{
	struct row *row = store_add(s, set);
	struct rng r = rng_for(w->seed, STREAM_ALERT + (uint64_t)set * 50,
	    row->index);

	row->created = set_time(set, created);
	row->updated = set_time(set, created + rng_range(&r, 100, 900000));
	row->id = world_id(w, row->created, set, row->index);
	set_agent(w, row, &r);
	return row;
}

struct row *
history_add_alert(struct store *s, const struct world *w, int64_t created)
{
	return add_for_agent(s, w, SET_ALERT, created);
}

struct row *
history_add_unified(struct store *s, const struct world *w, int64_t created)
{
	return add_for_agent(s, w, SET_UNIFIED, created);
}

/* The first application is everywhere, the last ones are hardly anywhere. */
struct row *
history_add_application(struct store *s, const struct world *w,
    int64_t created)
{
	struct row *row = add_for_agent(s, w, SET_APPLICATION, created);
	struct rng r = rng_for(w->seed, STREAM_INSTALL, row->index);

	if (rng_below(&r, 10) > 0)
		row->kind = (uint32_t)rng_below(&r,
		    1 + rng_below(&r, w->n_applications));
	return row;
}

struct row *
history_add_risk(struct store *s, const struct world *w, int64_t created)
{
	return add_for_agent(s, w, SET_RISK, created);
}

static void
add_alerts(struct store *s, const struct world *w, uint32_t n,
    struct row *(*add)(struct store *s, const struct world *w,
    int64_t created))
{
	int64_t step = n > 0 ? w->span / n : 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t back = i % ALERT_EVERY < ALERT_TIES ?
		    i % ALERT_EVERY : 0;

		add(s, w, w->base - w->span + step * (i - back));
	}
}

static void
add_inventory(struct store *s, const struct world *w)
{
	for (uint32_t i = 0; i < w->n_applications; i++) {
		struct row *row = store_add(s, SET_INVENTORY);

		row->created = row->updated = w->base - w->span;
		row->id = i + 1;
		row->group = ROW_NONE;
	}
	for (uint32_t i = 0; i < w->n_installations; i++)
		history_add_application(s, w, w->base - (i + 1) *
		    (w->span / (w->n_installations + 1)));
	for (uint32_t i = 0; i < w->n_risks; i++)
		history_add_risk(s, w, w->base - (i + 1) *
		    (w->span / (w->n_risks + 1)));
}

struct row *
history_add_threat(struct store *s, const struct world *w, int64_t created)
{
	struct row *row = store_add(s, SET_THREAT);
	struct rng r = rng_for(w->seed, STREAM_THREAT, row->index);

	row->created = created;
	row->updated = created + rng_range(&r, 100, 900000);
	row->threat = row->index;
	row->id = world_id(w, created, SET_THREAT, row->index);
	set_agent(w, row, &r);
	return row;
}

/* Created in order of time; a bulk verdict comes after the last of a block. */
static void
add_threats(struct store *s, const struct world *w)
{
	struct rng r = rng_for(w->seed, STREAM_WALK, SET_THREAT);
	int64_t step = w->n_threats > 0 ? w->span / w->n_threats : 0;

	for (uint32_t i = 0; i < w->n_threats; i++) {
		int64_t start = w->base - w->span + step * i;
		uint32_t last = (i / BULK_ROWS + 1) * BULK_ROWS;
		struct row *row = history_add_threat(s, w,
		    start + rng_range(&r, 0, step));
		int64_t ago;

		if (last <= w->n_threats && in_bulk(w, SET_THREAT, i, &ago))
			row->updated = w->base - w->span + step * last + 1;
		else
			row->updated += rng_range(&r, 0, STAMP_DAY / 8);
		row->updated = min64(row->updated, w->base);
		if (row->updated < row->created)
			row->updated = row->created;
	}
}

struct row *
history_add_typed(struct store *s, const struct world *w, int64_t created,
    uint32_t type)
{
	struct row *row = store_add(s, SET_ACTIVITY);
	struct rng r = rng_for(w->seed, STREAM_ACTIVITY, row->index);

	row->created = created;
	/* Two clocks: the later stamp is the earlier time. */
	row->updated = created - rng_range(&r, 1000, 300000);
	row->kind = gen_activity_pick(&r);
	if (type != 0)
		row->kind = type;
	row->id = world_id(w, created, SET_ACTIVITY, row->index);
	row->group = (uint32_t)rng_below(&r, w->n_groups);
	if (!gen_activity_has_scope(row->kind))
		row->group = ROW_NONE;
	if (gen_activity_has_threat(row->kind) && w->n_threats > 0) {
		const struct row *threat = store_row(s, SET_THREAT,
		    (uint32_t)rng_below(&r, w->n_threats));

		row->threat = threat->index;
		row->agent = threat->agent;
		row->group = threat->group;
	} else if (gen_activity_has_agent(row->kind)) {
		set_agent(w, row, &r);
	}
	return row;
}

struct row *
history_add_about(struct store *s, const struct world *w, int64_t created,
    uint32_t type, const struct row *agent)
{
	struct row *row = history_add_typed(s, w, created, type);

	row->agent = agent->index;
	row->group = agent->group;
	return row;
}

struct row *
history_add_activity(struct store *s, const struct world *w, int64_t created)
{
	return history_add_typed(s, w, created, 0);
}

static void
add_activities(struct store *s, const struct world *w)
{
	struct rng r = rng_for(w->seed, STREAM_WALK, SET_ACTIVITY);
	int64_t step = w->n_activities > 0 ? w->span / w->n_activities : 0;
	int64_t created = 0;
	uint64_t burst = 0;

	for (uint32_t i = 0; i < w->n_activities; i++) {
		if (burst > 0)
			burst--;
		else
			created = w->base - w->span + step * i +
			    rng_range(&r, 0, step);
		if (burst == 0 && rng_below(&r, BURST_ODDS) == 0)
			burst = (uint64_t)rng_range(&r, 100, 400);
		history_add_activity(s, w, created);
	}
}

void
history_fill(struct store *s, const struct world *w)
{
	add_groups(s, w);
	add_agents(s, w);
	add_threats(s, w);
	add_activities(s, w);
	add_alerts(s, w, w->n_alerts, history_add_alert);
	add_alerts(s, w, w->n_unified, history_add_unified);
	add_inventory(s, w);
	store_load(s, w->base);
}
