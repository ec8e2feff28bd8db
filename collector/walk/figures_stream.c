#include "config.h"

#include "collector/walk/figures.h"

#include "collector/base/clock.h"
#include "collector/walk/backfill_view.h"
#include "collector/walk/tenant.h"

const char *const figures_condition_name[FIGURES_CONDITION_COUNT] = {
	[FIGURES_OK] = "ok",
	[FIGURES_BACKOFF] = "backoff",
	[FIGURES_REFUSED] = "refused",
	[FIGURES_DISABLED] = "disabled",
	[FIGURES_NO_TOKEN] = "no_token",
	[FIGURES_PAUSED] = "paused",
	[FIGURES_STOPPED] = "stopped",
};

static const enum figures_condition condition_of[POLLER_STATE_COUNT] = {
	[POLLER_STOPPED] = FIGURES_STOPPED,
	[POLLER_BACKOFF] = FIGURES_BACKOFF,
	[POLLER_REFUSED] = FIGURES_REFUSED,
	[POLLER_DISABLED] = FIGURES_DISABLED,
	[POLLER_NO_TOKEN] = FIGURES_NO_TOKEN,
	[POLLER_PAUSED] = FIGURES_PAUSED,
	/* All others are FIGURES_OK. */
};

/* A trouble lasts until a page came, also while one is asked for. */
static enum figures_condition
find_condition(const struct poller *p)
{
	enum figures_condition now = condition_of[p->state];

	if (now == FIGURES_OK && p->trouble != POLLER_STOPPED)
		return condition_of[p->trouble];
	return now;
}

/* When a poller in trouble asks again, on the wall clock. */
static int64_t
find_until(const struct poller *p, int64_t now_ms)
{
	int64_t at_ms = p->timer.at_ms;

	if (p->state == POLLER_NO_TOKEN)
		at_ms = p->tenant->retry_ms;
	else if (condition_of[p->state] == FIGURES_OK || p->timer.slot == 0)
		return 0;
	return now_ms + at_ms - clock_mono_ms();
}

static int64_t
find_backfill(const struct poller *p)
{
	struct backfill_view v;

	return backfill_view_of(p, &v) ? v.left_ms : 0;
}

static int64_t
find_lag(const struct poller *p, int64_t began_ms, int64_t now_ms)
{
	int64_t console_ms = tenant_clock(p->tenant);
	int64_t lag;

	if (p->pos.coverage.watermark == TIME_NONE)
		lag = now_ms - began_ms;
	else
		lag = (console_ms >= 0 ? console_ms : now_ms) -
		    p->pos.coverage.watermark;
	return lag > 0 ? lag : 0;
}

void
figures_of(struct figures_stream *s, struct poller *p, int64_t began_ms,
    int64_t now_ms)
{
	int64_t watermark = p->pos.coverage.watermark;

	*s = (struct figures_stream){
		.console = p->console,
		.dataset = p->dataset->name,
		.condition = find_condition(p),
		.state = poller_state_name[p->state],
		.reason = p->reason,
		.since_ms = p->since_ms,
		.until_ms = find_until(p, now_ms),
		.interval_ms = p->conf->interval,
		.lag_ms = find_lag(p, began_ms, now_ms),
		.watermark_ms = watermark == TIME_NONE ? 0 : watermark,
		.records_today = intake_today(&p->intake, now_ms),
		.counts = p->counts,
		.taken = p->intake.counts,
		.backfill_left_ms = find_backfill(p),
		.poller = p,
	};
	if (p->tenant->console != NULL)
		s->rate_left = console_rate_left(p->tenant->console,
		    p->row->list.rate_class, &s->rate_most);
}
