#include "config.h"

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/walk/poller.h"
#include "collector/walk/tenant.h"

/* For the text of why there is no room. */
#define WHY_MAX 8192

static bool
poll_is_due(const struct poller *p)
{
	if (p->env->only_backfill)
		return false;
	if (p->env->once)
		return !p->polled;
	return clock_mono_ms() >= p->poll_due_ms;
}

/* Milliseconds until the re-send is due; INT64_MAX for never. */
static int64_t
resend_wait(const struct poller *p)
{
	int64_t now = tenant_clock(p->tenant);

	if (p->env->only_backfill || p->conf->resend <= 0 ||
	    p->row->resend_query == NULL || p->pos.resent == TIME_NONE ||
	    now < 0)
		return INT64_MAX;
	if (backfill_run_has_number(p, now / 1000))
		return 1000;
	return p->pos.resent + p->conf->resend - now;
}

static bool
wants_poll(const struct poller *p)
{
	return (p->pos.walk[WALK_POLL].open && !p->env->only_backfill) ||
	    poll_is_due(p);
}

static bool
wants_resend(const struct poller *p)
{
	return (p->pos.walk[WALK_RESEND].open && !p->env->only_backfill) ||
	    resend_wait(p) <= 0;
}

static bool
choose(struct poller *p)
{
	/* Polls that never rest leave it a request now and then. */
	if (!p->pos.walk[WALK_POLL].open && backfill_run_is_starved(p) &&
	    backfill_run_is_due(p)) {
		p->kind = WALK_BACKFILL;
		return true;
	}
	if (wants_poll(p)) {
		p->kind = WALK_POLL;
	} else if (wants_resend(p)) {
		p->kind = WALK_RESEND;
	} else if (backfill_run_is_due(p)) {
		p->kind = WALK_BACKFILL;
		return true;
	} else {
		return false;
	}
	/* Meanwhile others can go on with theirs. */
	backfill_run_yield(p);
	return true;
}

/* Milliseconds until anything is due; INT64_MAX for never. */
static int64_t
wait_ms(const struct poller *p)
{
	int64_t poll = p->env->only_backfill ? INT64_MAX :
	    p->poll_due_ms - clock_mono_ms();
	int64_t resend = resend_wait(p);
	int64_t backfill = p->backfilling.wait_ms;
	int64_t wait = poll < resend ? poll : resend;

	return wait < backfill ? wait : backfill;
}

static void
rest(struct poller *p)
{
	int64_t wait = wait_ms(p);

	intake_fini(&p->intake);
	poller_set_state(p, POLLER_IDLE, NULL);
	if (p->env->once) {
		p->finished = true;
		p->finished_ms = clock_mono_ms();
	} else if (wait < INT64_MAX) {
		timer_set(&p->timer, wait);
	}
}

static void
tell_first_walk(const struct poller *p, const struct walk *w)
{
	char from[ISO8601_LEN + 1];

	if (w->window.lower == TIME_NONE) {
		log_event(LOG_INFO, p->console, p->dataset->name,
		    "first walk: everything there is");
		return;
	}
	iso8601_bound(w->window.lower, from);
	log_event(LOG_INFO, p->console, p->dataset->name,
	    "no position: the first walk begins at %s", from);
}

/* The console's clock can have been years ahead, and be right again. */
static void
heed_clock(struct poller *p, int64_t now)
{
	bounds_heed(&p->rule, &p->pos.coverage, now, clock_wall_us() / 1000);
	if (p->pos.resent != TIME_NONE && p->conf->resend > 0 &&
	    p->pos.resent - now > p->conf->resend)
		p->pos.resent = now - p->conf->resend;
}

static void
open_walk(struct poller *p, int64_t now)
{
	struct walk *w = poller_walk(p);
	struct coverage *c = &p->pos.coverage;
	bool first = c->watermark == TIME_NONE && p->kind == WALK_POLL;

	w->open = true;
	if (p->kind == WALK_POLL) {
		heed_clock(p, now);
		bounds_begin(&p->rule, c, now, &w->window);
		w->everything = w->window.lower == TIME_NONE;
		p->poll_start_ms = clock_mono_ms();
		p->opened = true;
	} else {
		w->window = (struct window){ TIME_NONE, now, 0 };
		w->everything = true;
	}
	if (p->pos.resent == TIME_NONE)
		p->pos.resent = now;
	if (first)
		tell_first_walk(p, w);
	loop_reset(&poller_run(p)->loop);
	poller_set_state(p, POLLER_OPENING, NULL);
	poller_mark(p);
}

/* The next slice of the backfill. */
static void
open_slice(struct poller *p, int64_t now)
{
	if (!backfill_run_open(p, now)) {
		poller_next(p);
		return;
	}
	loop_reset(&poller_run(p)->loop);
	poller_set_state(p, POLLER_OPENING, NULL);
}

/* How long ago a sweep began, if the next one is not due yet; else -1.  The
 * console tells whole seconds: it can seem to begin in the future. */
static int64_t
age_of_sweep(const struct poller *p, int64_t began, int64_t now)
{
	int64_t age;

	if (began == TIME_NONE)
		return -1;
	age = now - began;
	if (age >= p->conf->interval || -age >= p->conf->interval)
		return -1;
	return age > 0 ? age : 0;
}

/*
 * Sweeps over a snapshot are long and rare.  One that another process began
 * goes on, one that it completed is not made again, until the next is due.
 */
static void
take_over(struct poller *p, int64_t now)
{
	struct walk *w = poller_walk(p);
	int64_t began = w->open ? w->window.upper : p->pos.coverage.watermark;
	int64_t age = age_of_sweep(p, began, now);

	if (age < 0 || (!w->open && p->env->once)) {
		walk_close(w);
		open_walk(p, now);
		return;
	}
	p->poll_start_ms = clock_mono_ms() - age;
	if (w->open) {
		p->opened = true;
		poller_ask(p);
	} else {
		p->poll_due_ms = p->poll_start_ms + p->conf->interval;
		rest(p);
	}
}

static void
enter_walk(struct poller *p)
{
	bool other = p->kind == WALK_POLL && p->rule.snapshot && !p->opened;
	int64_t now;

	if (poller_walk(p)->open && !other)
		poller_ask(p);
	else if (!tenant_now(p->tenant, &now))
		poller_set_state(p, POLLER_CLOCK, NULL);
	else if (p->kind == WALK_BACKFILL)
		open_slice(p, now);
	else if (other)
		take_over(p, now);
	else
		open_walk(p, now);
}

static bool
has_room(struct poller *p)
{
	struct buf why;
	bool room;

	if (p->env->budget == NULL)
		return true;
	poller_note_bytes(p);
	buf_init(&why, WHY_MAX);
	room = budget_has_room(p->env->budget, p->tenant->conf,
	    p->state == POLLER_PAUSED, &why);
	if (!room)
		poller_no_room(p, why.p);
	buf_fini(&why);
	return room;
}

void
poller_next(struct poller *p)
{
	if (p->state == POLLER_STOPPED || p->finished)
		return;
	if (commit_error(p->env->commit) != 0) {
		poller_no_journal(p);
		return;
	}
	if (!has_room(p))
		return;
	if (tenant_is_locked_out(p->tenant)) {
		poller_lock_out(p);
		return;
	}
	if (choose(p))
		enter_walk(p);
	else
		rest(p);
}

/* What is still to be had does not wait for a day. */
static int64_t
poll_interval(const struct poller *p)
{
	if (p->pos.coverage.debt.oldest != 0 &&
	    p->conf->interval > DEBT_PERIOD_MS)
		return DEBT_PERIOD_MS;
	return p->conf->interval;
}

static void
complete_walk(struct poller *p)
{
	struct walk *w = poller_walk(p);
	int64_t now = clock_mono_ms();

	if (p->kind == WALK_BACKFILL) {
		backfill_run_complete(p);
		return;
	}
	if (p->kind == WALK_RESEND) {
		p->pos.resent = w->window.upper;
		walk_close(w);
		log_event(LOG_INFO, p->console, p->dataset->name,
		    "everything was sent again");
		return;
	}
	bounds_complete(&p->rule, &p->pos.coverage, &w->window, w->owed);
	p->pos.coverage.own_ms = clock_wall_us() / 1000;
	walk_close(w);
	p->polled = p->opened;
	p->counts.walks++;
	p->counts.last_poll_ms = clock_wall_us() / 1000;
	p->poll_due_ms = p->poll_start_ms + poll_interval(p);
	if (p->poll_due_ms < now)
		p->poll_due_ms = now;
}

/* The page is in the stream; `next` is the cursor of the one that follows. */
void
poller_page_done(struct poller *p, const char *next)
{
	struct walk *w = poller_walk(p);

	w->page++;
	walk_set_cursor(w, next);
	poller_mark(p);
	if (next != NULL)
		return;
	loop_reset(&poller_run(p)->loop);
	if (!w->everything && w->phase + 1 < 3 &&
	    p->row->phase[w->phase + 1] != NULL)
		w->phase++;
	else
		complete_walk(p);
}

void
poller_restart_walk(struct poller *p)
{
	struct walk *w = poller_walk(p);

	walk_set_cursor(w, NULL);
	loop_reset(&poller_run(p)->loop);
	poller_mark(p);
}
