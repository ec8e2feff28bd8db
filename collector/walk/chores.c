#include "config.h"

#include "collector/walk/chores.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/walk/backfill_request.h"
#include "collector/walk/engine.h"
#include "collector/walk/health.h"
#include "collector/walk/health_write.h"
#include "collector/walk/status.h"

/* Segments that were idle are sealed at the next look. */
#define SEAL_PERIOD_MS 1000
/* A file of this name in the runtime directory asks for it at once. */
#define SEAL_REQUEST "seal"
#define SAVE_MS 50
#define SAVE_AT_STOP_MS 300
/* The status is written so often, or with many pollers less often. */
#define STATUS_PERIOD_MS 2000
#define STATUS_POLLER_MS 2

typedef void poller_fn(void *cookie, struct poller *p);

static void
each_of(struct tenant *const *t, size_t n, poller_fn *fn, void *cookie)
{
	for (size_t i = 0; i < n; i++)
		for (int d = 0; d < DATASET_COUNT; d++)
			if (t[i]->poller[d] != NULL)
				fn(cookie, t[i]->poller[d]);
}

void
engine_each(struct engine *e, poller_fn *fn, void *cookie)
{
	each_of(e->tenant, e->n_tenants, fn, cookie);
}

static void
seal_old(void *cookie, struct poller *p)
{
	(void)cookie;
	p->sealed_on_request = false;
	poller_seal(p, false);
}

/* A stream that is in the middle of a page has its turn at the next look. */
static void
seal_on_request(void *cookie, struct poller *p)
{
	bool *left = cookie;

	if (!p->sealed_on_request)
		p->sealed_on_request = poller_seal(p, true);
	*left |= !p->sealed_on_request;
}

/* True when none is open any more. */
static bool
seal_health(struct tenant *const *t, size_t n, bool now)
{
	bool done = true;

	for (size_t i = 0; i < n; i++)
		done &= health_seal(t[i]->health, now);
	return done;
}

/* True when none is open any more.  Commits first: a stream that always has new
 * lines is hardly ever found with all of them durable. */
static bool
seal_all(struct engine *e)
{
	bool left = false;

	commit_now(&e->commit);
	engine_each(e, seal_on_request, &left);
	return seal_health(e->tenant, e->n_tenants, true) && !left;
}

static void
seal_idle(struct engine *e)
{
	engine_each(e, seal_old, NULL);
	seal_health(e->tenant, e->n_tenants, false);
}

static void
end_seal_request(struct engine *e)
{
	if (unlinkat(e->runtime_dirfd, SEAL_REQUEST, 0) != 0) {
		log_warn("all segments were sealed on request, but the "
			 "request cannot be removed: %s", strerror(errno));
		return;
	}
	log_info("all segments were sealed on request");
	seal_idle(e);
}

/* Snapshots only save a later start some reading: they get a share of the
 * time, and with thousands of streams some wait for a later turn. */
struct saving {
	int64_t until_ms; /* monotonic */
};

static void
save(void *cookie, struct poller *p)
{
	const struct saving *s = cookie;

	if (clock_mono_ms() < s->until_ms)
		poller_save(p);
}

static void
save_for(struct tenant *const *t, size_t n, int64_t ms)
{
	struct saving s = { clock_mono_ms() + ms };

	each_of(t, n, save, &s);
}

/* Whoever wants all segments sealed makes the file; it goes when that is done and
 * stands in the journal, where prune looks. */
static void
on_seal(void *cookie)
{
	struct engine *e = cookie;
	bool sealed = false;

	if (faccessat(e->runtime_dirfd, SEAL_REQUEST, F_OK, 0) == 0)
		sealed = seal_all(e);
	else
		seal_idle(e);
	save_for(e->tenant, e->n_tenants, SAVE_MS);
	if (sealed && commit_now(&e->commit) == 0)
		end_seal_request(e);
	if (!e->env.once)
		backfill_request_take(e);
	timer_set(&e->seal_timer, SEAL_PERIOD_MS);
}

static int64_t
status_period(const struct engine *e)
{
	int64_t ms = (int64_t)e->n_tenants * DATASET_COUNT * STATUS_POLLER_MS;

	return ms > STATUS_PERIOD_MS ? ms : STATUS_PERIOD_MS;
}

static void
on_status(void *cookie)
{
	struct engine *e = cookie;

	engine_write_status(e);
	timer_set(&e->status_timer, status_period(e));
}

static void
note_bytes(void *cookie, struct poller *p)
{
	(void)cookie;
	poller_note_bytes(p);
}

static void
on_budget(void *cookie)
{
	struct engine *e = cookie;

	engine_each(e, note_bytes, NULL);
	budget_measure(&e->budget, e->spool);
	timer_set(&e->budget_timer, BUDGET_PERIOD_MS);
}

static void
on_health(void *cookie)
{
	struct engine *e = cookie;

	health_write(e);
	timer_set(&e->health_timer, e->conf->health.period);
}

/* Also after a reload, which may have switched it on or off. */
static void
start_health(struct engine *e)
{
	if (e->conf->health.period <= 0)
		timer_cancel(&e->health_timer);
	else if (e->health_timer.slot == 0)
		timer_set(&e->health_timer, e->conf->health.period);
}

void
chores_init(struct engine *e)
{
	timer_init(&e->seal_timer, on_seal, e);
	timer_init(&e->status_timer, on_status, e);
	timer_init(&e->budget_timer, on_budget, e);
	timer_init(&e->health_timer, on_health, e);
}

void
chores_start(struct engine *e)
{
	on_budget(e);
	start_health(e);
	timer_set(&e->seal_timer, SEAL_PERIOD_MS);
	timer_set(&e->status_timer, 0);
}

void
chores_stop(struct engine *e)
{
	timer_cancel(&e->seal_timer);
	timer_cancel(&e->status_timer);
	timer_cancel(&e->budget_timer);
	timer_cancel(&e->health_timer);
}

static void
stop(void *cookie, struct poller *p)
{
	(void)cookie;
	poller_stop(p);
	poller_mark(p);
	poller_note_bytes(p);
}

static void
seal(void *cookie, struct poller *p)
{
	(void)cookie;
	poller_seal(p, true);
}

/* Lines first, so that the snapshots stand for durable ones only. */
void
engine_halt(struct engine *e, struct tenant *const *t, size_t n)
{
	each_of(t, n, stop, NULL);
	if (commit_now(&e->commit) != 0)
		return;
	each_of(t, n, seal, NULL);
	seal_health(t, n, true);
	save_for(t, n, SAVE_AT_STOP_MS);
	commit_now(&e->commit);
}
