/*
 * The backfill of a poller: when it may ask, what of it is durable, and what
 * happens when the console fails it.  Polls never wait for more than one of its
 * requests: it has a share of the rate of its own, one request at a time per
 * console, and its troubles are not theirs.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/client/backoff.h"
#include "collector/client/ratelimit.h"
#include "collector/walk/poller.h"
#include "collector/walk/tenant.h"
#include "spool/version.h"

/* So many datasets at once, of all consoles: the client has 64 transfers. */
#define AT_ONCE_MAX 16
/* Polls that are always due let it ask so often. */
#define STARVED_MS 5000
/* How often those that wait look whether it is their turn. */
#define TURN_MS 1000
/* Of the console's share of the rate, where nothing else is configured. */
#define SHARE 0.25

static struct backfill *
make(struct poller *p)
{
	if (p->backfill == NULL) {
		p->backfill = xcalloc(1, sizeof(*p->backfill));
		backfill_init(p->backfill);
	}
	return p->backfill;
}

static void
mark(struct poller *p)
{
	p->backfilling.changed = true;
	poller_mark(p);
}

/* The record. */

int
backfill_run_load(struct poller *p, struct buf *err)
{
	struct backfill_run *run = &p->backfilling;
	struct slice text = journal_get(p->env->journal, run->key);

	if (text.p == NULL)
		return 0;
	if (backfill_parse(make(p), text) == 0) {
		run->committed = xstrndup(text.p, text.len);
		return 0;
	}
	if (errno == EPROTONOSUPPORT) {
		version_explain(err, run->key);
		return -1;
	}
	log_event(LOG_WARN, p->console, p->dataset->name,
	    "what was backfilled is lost (the journal's record cannot be "
	    "read): another backfill can fetch it again, with equal ids");
	return 0;
}

/* Ids of a changed threat's events are needed for long: backfilled ones, too. */
static bool
is_lasting(const struct poller *p)
{
	return p->row->remember > 0;
}

void
backfill_run_find(const struct poller *p, struct seen_backfill *out)
{
	const struct backfill *b = p->backfill;

	*out = (struct seen_backfill){ .lasting = is_lasting(p) };
	if (b == NULL || !b->walk.open)
		return;
	out->open = true;
	out->lower = b->walk.window.lower;
	out->upper = b->walk.window.upper;
	out->resend = b->item[0].resend;
}

void
backfill_run_put(struct poller *p)
{
	struct backfill_run *run = &p->backfilling;
	struct buf text;

	if (p->backfill == NULL || !run->changed)
		return;
	buf_init(&text, 1 << 20);
	backfill_print(&text, p->backfill);
	journal_put(p->env->journal, run->key, buf_slice(&text));
	free(run->printed);
	run->printed = xstrdup(text.p);
	run->printed_clean = !p->backfill->walk.open || run->untouched;
	run->changed = false;
	buf_fini(&text);
}

void
backfill_run_committed(struct poller *p)
{
	struct backfill_run *run = &p->backfilling;

	if (run->printed == NULL)
		return;
	free(run->committed);
	run->committed = run->printed;
	run->printed = NULL;
	/* Not before the end of their slice is durable. */
	if (run->printed_clean)
		idset_drop_from(p->seen.ids, SEEN_HELD);
}

void
backfill_run_roll_back(struct poller *p)
{
	struct backfill_run *run = &p->backfilling;

	if (p->backfill == NULL)
		return;
	if (run->committed == NULL ||
	    backfill_parse(p->backfill, slice_of(run->committed)) != 0)
		backfill_fini(p->backfill);
	run->untouched = false;
	run->asking = false;
}

void
backfill_run_free(struct poller *p)
{
	struct backfill_run *run = &p->backfilling;

	backfill_run_yield(p);
	if (p->backfill != NULL)
		backfill_fini(p->backfill);
	free(p->backfill);
	free(run->key);
	free(run->committed);
	free(run->printed);
	free(run->trouble);
}

/* When it may ask. */

static bool
take_turn(struct poller *p)
{
	struct tenant *t = p->tenant;
	size_t *n = p->env->n_backfilling;

	if (t->backfills == p)
		return true;
	if (t->backfills != NULL || (n != NULL && *n >= AT_ONCE_MAX))
		return false;
	t->backfills = p;
	if (n != NULL)
		++*n;
	return true;
}

void
backfill_run_yield(struct poller *p)
{
	if (p->tenant->backfills != p)
		return;
	p->tenant->backfills = NULL;
	if (p->env->n_backfilling != NULL)
		--*p->env->n_backfilling;
}

static double
share_of(const struct conf_console *c)
{
	double all = c->rate_share > 0 ? c->rate_share : 1;

	return all * (c->backfill_rate_share > 0 ? c->backfill_rate_share :
						   SHARE);
}

/* Milliseconds until the rate allows the next request; 0: it is taken. */
static int64_t
take_rate(struct poller *p)
{
	struct tenant *t = p->tenant;
	const struct walk_row *row = p->row;
	size_t i = rate_find(p->backfill->walk.listed ? row->child.rate_class :
							row->list.rate_class);
	double share = share_of(t->conf);
	int64_t now = clock_mono_ms();

	if (t->backfill_rate == NULL) {
		t->backfill_rate = xcalloc(rate_table_len,
		    sizeof(*t->backfill_rate));
		for (size_t k = 0; k < rate_table_len; k++)
			rate_fill(&t->backfill_rate[k], &rate_table[k], share,
			    now);
	}
	return rate_take(&t->backfill_rate[i], &rate_table[i], share, now);
}

static bool
wait_for(struct poller *p, const char *what, int64_t ms)
{
	struct backfill_run *run = &p->backfilling;

	if (run->waits_for != what)
		p->changed = true;
	run->waits_for = what;
	run->wait_ms = ms;
	return ms == 0;
}

/* All of it is covered: there is nothing to ask. */
static bool
is_needless(const struct poller *p)
{
	int64_t since = p->pos.coverage.since;

	return !p->backfill->walk.open && since != TIME_NONE &&
	    backfill_left(p->backfill, since) == 0;
}

bool
backfill_run_is_due(struct poller *p)
{
	struct backfill_run *run = &p->backfilling;
	int64_t wait = run->not_before_ms - clock_mono_ms();

	if (p->backfill == NULL || p->backfill->n == 0 || p->env->once)
		return wait_for(p, NULL, INT64_MAX);
	if (wait > 0)
		return wait_for(p, run->waits_for, wait);
	if (is_needless(p))
		return wait_for(p, NULL, 0);
	if (p->env->budget != NULL &&
	    !budget_has_spare(p->env->budget, p->tenant->conf)) {
		backfill_run_yield(p);
		return wait_for(p, "the spool has half of what it may hold",
		    BUDGET_PERIOD_MS);
	}
	if (!take_turn(p))
		return wait_for(p, "other datasets are backfilled",
		    TURN_MS);
	return wait_for(p, NULL, take_rate(p));
}

bool
backfill_run_is_starved(const struct poller *p)
{
	return p->backfill != NULL && p->backfill->n > 0 &&
	    clock_mono_ms() - p->backfilling.asked_ms >= STARVED_MS;
}

/* Slices. */

static void
tell_done(const struct poller *p)
{
	const struct backfill_figures *f = &p->backfill->figures;

	log_event(LOG_INFO, p->console, p->dataset->name,
	    "the backfill is done: %" PRId64 " records with %" PRId64
	    " requests, %" PRId64 " skipped", f->records, f->requests,
	    f->skipped);
}

bool
backfill_run_open(struct poller *p, int64_t now)
{
	struct backfill_run *run = &p->backfilling;
	struct coverage *c = &p->pos.coverage;
	struct backfill_now at = {
		.now = now,
		.late_ms = p->conf->overlap > p->conf->look_back ?
		    p->conf->overlap : p->conf->look_back,
		.wall_ms = clock_wall_us() / 1000,
	};
	int64_t wait;

	bounds_settle(&p->rule, c, now);
	at.since = c->since;
	mark(p);
	if (backfill_open(p->backfill, &at, &wait)) {
		run->untouched = true;
		return true;
	}
	backfill_run_yield(p);
	if (wait > 0) {
		run->not_before_ms = clock_mono_ms() + wait;
		run->waits_for = "its newest rows may still be late";
	} else {
		tell_done(p);
	}
	return false;
}

void
backfill_run_asks(struct poller *p)
{
	const struct backfill *b = p->backfill;
	struct backfill_run *run = &p->backfilling;
	struct intake_source *s = &p->source;
	bool lasting = is_lasting(p) && b->item[0].resend == 0;

	s->backfill = true;
	s->resend = b->item[0].resend;
	s->clock.upper_ms = b->began;
	s->clock.fixed_ms = lasting ? 0 : SEEN_HELD;
	/* A record with two times is of the slice of its second one. */
	if (p->row->phase[1] != NULL)
		s->only = (struct range){ b->walk.window.lower,
			b->walk.window.upper };
	p->backfill->figures.requests++;
	run->lines = p->intake.counts.lines;
	run->untouched = false;
	run->asking = true;
	run->asked_ms = clock_mono_ms();
}

void
backfill_run_answered(struct poller *p)
{
	struct backfill_run *run = &p->backfilling;

	if (!run->asking)
		return;
	run->asking = false;
	p->backfill->figures.records +=
	    (int64_t)(p->intake.counts.lines - run->lines);
	run->failures = 0;
	mark(p);
	if (run->trouble == NULL)
		return;
	free(run->trouble);
	run->trouble = NULL;
	log_event(LOG_INFO, p->console, p->dataset->name,
	    "the backfill goes on");
}

void
backfill_run_complete(struct poller *p)
{
	backfill_complete(p->backfill);
	mark(p);
}

void
backfill_run_retry(struct poller *p, int64_t wait_ms, const char *why)
{
	struct backfill_run *run = &p->backfilling;
	uint32_t bits = 0;

	(void)!getrandom(&bits, sizeof(bits), GRND_NONBLOCK);
	run->asking = false;
	run->not_before_ms = clock_mono_ms() + backoff_delay(&backoff_default,
	    ++run->failures, wait_ms, bits);
	run->waits_for = "the console fails";
	if (run->trouble == NULL)
		log_event(LOG_WARN, p->console, p->dataset->name,
		    "the backfill waits: %s", why);
	free(run->trouble);
	run->trouble = xstrdup(why);
	p->changed = true;
	backfill_run_yield(p);
	poller_next(p);
}

/* Requests. */

/* A walk that is under way sees it when it has the turn. */
static void
changed(struct poller *p)
{
	p->backfilling.not_before_ms = 0;
	mark(p);
	if (p->state == POLLER_IDLE)
		timer_set(&p->timer, 0);
}

/* Lines of the re-send walk have numbers of their own. */
static int64_t
free_number(const struct poller *p, int64_t resend)
{
	const struct walk *w = &p->pos.walk[WALK_RESEND];

	while (resend != 0 && (resend == p->pos.resent / 1000 ||
	    (w->open && resend == w->window.upper / 1000)))
		resend++;
	return resend;
}

void
backfill_run_ask(struct poller *p, const char *request, struct range range,
    int64_t resend)
{
	backfill_add(make(p), request, range, free_number(p, resend),
	    clock_wall_us() / 1000);
	changed(p);
}

void
backfill_run_stop(struct poller *p, const char *request)
{
	if (p->backfill == NULL)
		return;
	backfill_stop(p->backfill, request, clock_wall_us() / 1000);
	changed(p);
}

bool
backfill_run_has_number(const struct poller *p, int64_t resend)
{
	return p->backfill != NULL && p->backfill->resent == resend;
}
