#include "config.h"

#include "tests/mock/produce.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "tests/mock/history.h"
#include "tests/mock/rng.h"
#include "tests/mock/stamp.h"

#define FUTURE (3600 * STAMP_SECOND)

struct producer {
	struct store *store;
	const struct world *world;
	struct rng rng;
	struct produce_options o;
	bool running;
	int64_t started, last_burst;
	uint64_t due; /* activities made at the rate since the start */
	uint64_t made[SET_STORED]; /* rows and updates, ever */
	uint64_t late, future, bursts;
};

/* What comes along with every so many activities. */
static const struct {
	uint64_t every;
	enum set_id set;
	bool is_new;
} companions[] = {
	{ 4, SET_AGENT, false },
	{ 8, SET_ALERT, false },
	{ 9, SET_UNIFIED, false },
	{ 10, SET_THREAT, false },
	{ 15, SET_ALERT, true },
	{ 20, SET_UNIFIED, true },
	{ 40, SET_THREAT, true },
	{ 250, SET_GROUP, false },
};

/* How a new row is made. */
static struct row *(*const makers[SET_STORED])(struct store *s,
    const struct world *w, int64_t created) = {
	[SET_ACTIVITY] = history_add_activity,
	[SET_THREAT] = history_add_threat,
	[SET_ALERT] = history_add_alert,
	[SET_UNIFIED] = history_add_unified,
	[SET_APPLICATION] = history_add_application,
	[SET_RISK] = history_add_risk,
};

bool
producer_can(enum set_id set, bool is_new)
{
	return is_new ? makers[set] != NULL :
	    set != SET_ACTIVITY && set != SET_INVENTORY;
}

struct producer *
producer_new(struct store *s, const struct world *w)
{
	struct producer *p = xcalloc(1, sizeof(*p));

	p->store = s;
	p->world = w;
	p->rng = rng_for(w->seed, 400, 0);
	return p;
}

void
producer_free(struct producer *p)
{
	free(p);
}

void
producer_start(struct producer *p, const struct produce_options *o,
    int64_t now)
{
	p->o = *o;
	p->running = o->rate > 0;
	p->started = p->last_burst = now;
	p->due = 0;
}

/* When a row of that time is to be seen. */
static int64_t
visible_at(struct producer *p, int64_t now)
{
	if (!rng_chance(&p->rng, p->o.late_fraction))
		return now;
	p->late++;
	return now + (int64_t)((double)rng_below(&p->rng, 1000001) / 1e6 *
	    p->o.late_max * 1e6);
}

static struct row *
publish_row(struct producer *p, enum set_id set, struct row *row, int64_t at,
    int64_t visible)
{
	/* Not in the future of the clock that wrote it. */
	if (row->updated > visible && at <= visible)
		row->updated = set_time(set, visible);
	if (row->updated < row->created && set != SET_ACTIVITY)
		row->updated = row->created;
	store_publish(p->store, set, row, row->updated, visible);
	p->made[set]++;
	return row;
}

static struct row *
add_row(struct producer *p, enum set_id set, int64_t at, int64_t visible)
{
	return publish_row(p, set, makers[set](p->store, p->world, at), at,
	    visible);
}

/* The n-th visible row of a set, counted round and round. */
static struct row *
update_row(struct producer *p, enum set_id set, uint64_t n, int64_t at,
    int64_t visible)
{
	struct view v = store_view(p->store, set, KEY_ID);
	struct row *row;

	if (v.n == 0)
		return NULL;
	row = v.at[n % v.n];
	store_publish(p->store, set, row, set_time(set, at), visible);
	p->made[set]++;
	return row;
}

static void
add_companions(struct producer *p, int64_t at, int64_t now)
{
	for (size_t i = 0; i < sizeof(companions) / sizeof(*companions); i++) {
		if (p->due % companions[i].every != 0)
			continue;
		if (companions[i].is_new)
			add_row(p, companions[i].set, at, visible_at(p, now));
		else
			update_row(p, companions[i].set, rng_next(&p->rng),
			    at, visible_at(p, now));
	}
}

static void
add_activity(struct producer *p, int64_t at, int64_t now)
{
	if (rng_chance(&p->rng, p->o.future_fraction)) {
		at += FUTURE;
		p->future++;
	}
	add_row(p, SET_ACTIVITY, at, visible_at(p, now));
}

static void
add_burst(struct producer *p, int64_t now)
{
	int64_t every = (int64_t)(p->o.burst_every * 1e6);

	if (every <= 0 || now - p->last_burst < every)
		return;
	p->last_burst += every;
	p->bursts++;
	for (int64_t i = 0; i < p->o.burst; i++)
		add_row(p, SET_ACTIVITY, p->last_burst, now);
}

void
producer_run(struct producer *p, int64_t now)
{
	int64_t end = p->started + (int64_t)(p->o.seconds * 1e6);
	bool ends = p->o.seconds > 0 && now >= end;

	if (!p->running)
		return;
	for (;;) {
		int64_t at = p->started +
		    (int64_t)((double)p->due / p->o.rate * 1e6);

		if (at > now || (ends && at >= end))
			break;
		p->due++;
		add_activity(p, at, now);
		add_companions(p, at, now);
	}
	add_burst(p, now);
	if (ends)
		p->running = false;
}

static void
add_id(struct buf *out, enum set_id set, const struct row *row)
{
	buf_adds(out, out->p[out->len - 1] == '[' ? "\"" : ",\"");
	set_put_id(set, row->id, out);
	buf_addc(out, '"');
}

/* The time of the i-th of a batch. */
static int64_t
batch_time(const struct produce_batch *b, int64_t i, int64_t now)
{
	int64_t at = now - (int64_t)(b->age * 1e6);

	return b->tie ? at : at - (b->count - 1 - i);
}

void
producer_add(struct producer *p, const struct produce_batch *b, int64_t now,
    struct buf *out)
{
	buf_addc(out, '[');
	for (int64_t i = 0; i < b->count; i++) {
		int64_t at = batch_time(b, i, now);
		struct row *row = b->type == 0 ?
		    makers[b->set](p->store, p->world, at) :
		    history_add_typed(p->store, p->world, at, b->type);

		add_id(out, b->set, publish_row(p, b->set, row, at, now));
	}
	buf_addc(out, ']');
	store_advance(p->store, now);
}

void
producer_update(struct producer *p, const struct produce_batch *b,
    int64_t now, struct buf *out)
{
	uint64_t first = rng_next(&p->rng) >> 1;

	buf_addc(out, '[');
	for (int64_t i = 0; i < b->count; i++) {
		const struct row *row = update_row(p, b->set,
		    first + (uint64_t)i, batch_time(b, i, now), now);

		if (row != NULL)
			add_id(out, b->set, row);
	}
	buf_addc(out, ']');
	store_advance(p->store, now);
}

void
producer_stats(const struct producer *p, struct buf *out)
{
	buf_addf(out, "\"producing\":%s,\"late\":%llu,\"future\":%llu,"
	    "\"bursts\":%llu,\"made\":{", p->running ? "true" : "false",
	    (unsigned long long)p->late, (unsigned long long)p->future,
	    (unsigned long long)p->bursts);
	for (int i = 0; i < SET_STORED; i++)
		buf_addf(out, "%s\"%s\":%llu", i == 0 ? "" : ",",
		    set_name((enum set_id)i),
		    (unsigned long long)p->made[i]);
	buf_addc(out, '}');
}
