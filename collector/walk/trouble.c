/*
 * What goes wrong in a poller: the states of trouble, how they are told, and
 * when they are tried to end.  Nothing here moves the position forward.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/random.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/client/backoff.h"
#include "collector/walk/poller.h"
#include "collector/walk/tenant.h"

#define DISABLED_MS (3600 * 1000LL)
#define PAUSE_MIN_MS 1000LL
#define PAUSE_MAX_MS 60000LL
/* `once` gives up after so many failures in a row. */
#define ONCE_TRIES 5

/* The trouble that a state is is told once, and so is its end.  The log tells
 * repeats apart by the format, so each kind has its own. */
static void
tell(struct poller *p)
{
	const char *console = p->console, *dataset = p->dataset->name;

	if (p->trouble == p->state)
		return;
	p->trouble = p->state;
	if (p->state == POLLER_BACKOFF)
		log_event(LOG_WARN, console, dataset,
		    "asking the console fails: %s", p->reason);
	else if (p->state == POLLER_PAUSED)
		log_event(LOG_ERROR, console, dataset, "polling pauses: %s",
		    p->reason);
	else
		log_event(LOG_ERROR, console, dataset, "%s", p->reason);
}

static void
wait_or_finish(struct poller *p, int64_t wait_ms)
{
	if (!p->env->once) {
		timer_set(&p->timer, wait_ms);
		return;
	}
	p->finished = p->failed = true;
	p->finished_ms = clock_mono_ms();
}

static uint32_t
random_bits(void)
{
	uint32_t bits = 0;

	/* Without entropy all wait alike, which is no harm. */
	(void)!getrandom(&bits, sizeof(bits), GRND_NONBLOCK);
	return bits;
}

void
poller_retry(struct poller *p, int64_t retry_after_ms, const char *why)
{
	int64_t wait;

	if (p->kind == WALK_BACKFILL) {
		backfill_run_retry(p, retry_after_ms, why);
		return;
	}
	wait = backoff_delay(&backoff_default, ++p->failures,
	    retry_after_ms, random_bits());
	poller_set_state(p, POLLER_BACKOFF, "%s", why);
	tell(p);
	if (p->env->once && p->failures >= ONCE_TRIES)
		wait_or_finish(p, 0);
	else
		timer_set(&p->timer, wait);
}

void
poller_disable(struct poller *p, const char *what, const char *detail)
{
	poller_set_state(p, POLLER_DISABLED,
	    "%s (%s); the dataset is off and asked for again every hour", what,
	    detail);
	tell(p);
	wait_or_finish(p, DISABLED_MS);
}

void
poller_refuse(struct poller *p, const char *what, const char *detail)
{
	poller_set_state(p, POLLER_REFUSED, "%s: %s", what, detail);
	tell(p);
	wait_or_finish(p, POLLER_REFUSED_MS);
}

void
poller_lock_out(struct poller *p)
{
	/* The tenant has told it for all its datasets. */
	poller_set_state(p, POLLER_NO_TOKEN, "%s", tenant_why(p->tenant));
	p->changed = true;
	if (p->env->once)
		wait_or_finish(p, 0);
}

static void
roll_back(struct poller *p)
{
	const char *text = p->committed;

	intake_drop(&p->intake);
	poller_abort_page(p);
	if (text == NULL || position_parse(&p->pos, slice_of(text)) != 0) {
		position_fini(&p->pos);
		position_init(&p->pos);
	}
	backfill_run_roll_back(p);
	/* Pages that come once more name the same next ones. */
	for (int i = 0; i < WALK_KIND_COUNT; i++) {
		loop_reset(&p->run[i].loop);
		loop_reset(&p->run[i].child_loop);
	}
	chain_load(p);
}

/*
 * The disk is full, broken or read-only.  The console keeps its rows, so
 * waiting loses nothing: back to the last position that is durable.
 */
void
poller_spool_failed(struct poller *p, int error)
{
	unsigned doublings = p->spool_failures < 6 ? p->spool_failures : 6;
	int64_t wait = PAUSE_MIN_MS << doublings;

	p->spool_failures++;
	roll_back(p);
	poller_set_state(p, POLLER_PAUSED,
	    "cannot write to the spool: %s", strerror(error));
	tell(p);
	p->failed_errno = error;
	/* What was kept of the batch is still to be synced. */
	poller_mark(p);
	wait_or_finish(p, wait < PAUSE_MAX_MS ? wait : PAUSE_MAX_MS);
}

void
poller_note_bytes(struct poller *p)
{
	budget_note(p->env->budget, p->console, p->dataset->name,
	    (int64_t)(p->intake.counts.bytes - p->counts.budgeted));
	p->counts.budgeted = p->intake.counts.bytes;
}

/* A limit for all is told by the budget. */
void
poller_no_room(struct poller *p, const char *why)
{
	poller_set_state(p, POLLER_PAUSED, "%s", why);
	if (p->env->budget->limit == BUDGET_ROOM)
		tell(p);
	p->failed_errno = ENOSPC;
	wait_or_finish(p, BUDGET_PERIOD_MS);
}

/* The journal's failure was told, and will be when it ends. */
void
poller_no_journal(struct poller *p)
{
	p->failed_errno = commit_error(p->env->commit);
	poller_set_state(p, POLLER_PAUSED, "the journal cannot be written: %s",
	    strerror(p->failed_errno));
	wait_or_finish(p, PAUSE_MIN_MS);
}

void
poller_ask_for_less(struct poller *p, const char *why)
{
	p->limit = (p->limit + 1) / 2;
	log_event(LOG_WARN, p->console, p->dataset->name,
	    "%s: asking for %" PRId64 " records a page", why, p->limit);
}

void
poller_intake_failed(struct poller *p, int error)
{
	static const char why[] = "a page does not fit in memory";

	if (error != EMSGSIZE) {
		poller_spool_failed(p, error);
	} else if (p->limit > 1) {
		poller_ask_for_less(p, why);
		poller_next(p);
	} else {
		poller_refuse(p, why, "a single record is too large");
	}
}

void
poller_recovered(struct poller *p)
{
	p->failures = 0;
	p->spool_failures = 0;
	if (p->trouble == POLLER_STOPPED)
		return;
	p->trouble = POLLER_STOPPED;
	log_event(LOG_INFO, p->console, p->dataset->name,
	    "the dataset is collected again");
}
