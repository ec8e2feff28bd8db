/*
 * What goes wrong in a poller, and what then.  Nothing here moves the
 * position forward; only a child that is given up is passed by.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/client/backoff.h"
#include "collector/walk/poller.h"
#include "collector/walk/tenant.h"

#define DISABLED_MS (3600 * 1000LL)
#define REFUSED_MS (300 * 1000LL)
#define PAUSE_MIN_MS 1000LL
#define PAUSE_MAX_MS 60000LL
/* `once` gives up after so many failures in a row. */
#define ONCE_TRIES 5
/* A walk may begin again so often because its cursor was refused. */
#define RESTARTS_MAX 3
/* So often a child is asked for when the console fails on it, or refuses it,
 * for the first time. */
#define CHILD_TRIES 5
#define CHILD_REFUSALS 3

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
		    "the console does not answer: %s", p->reason);
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

static void
disable(struct poller *p, const char *what, const struct answer *answer)
{
	poller_set_state(p, POLLER_DISABLED,
	    "%s (%s); the dataset is off and asked for again every hour", what,
	    answer->detail);
	tell(p);
	wait_or_finish(p, DISABLED_MS);
}

static void
refuse(struct poller *p, const char *what, const char *detail)
{
	poller_set_state(p, POLLER_REFUSED, "%s: %s", what, detail);
	tell(p);
	wait_or_finish(p, REFUSED_MS);
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

void
poller_roll_back(struct poller *p)
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
	poller_roll_back(p);
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

static void
ask_for_less(struct poller *p, const char *why)
{
	p->limit = (p->limit + 1) / 2;
	log_event(LOG_WARN, p->console, p->dataset->name,
	    "%s: asking for %" PRId64 " records a page", why, p->limit);
}

static void
halve_limit(struct poller *p, const char *why)
{
	ask_for_less(p, why);
	poller_next(p);
}

void
poller_intake_failed(struct poller *p, int error)
{
	if (error != EMSGSIZE)
		poller_spool_failed(p, error);
	else if (p->limit > 1)
		halve_limit(p, "a page does not fit in memory");
	else
		refuse(p, "a page does not fit in memory",
		    "a single record is too large");
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

/* A list request that failed. */

static void
list_retry(struct poller *p, const struct answer *answer)
{
	if (answer->too_large && p->limit > 1)
		ask_for_less(p, answer->detail);
	poller_retry(p, answer->retry_after_ms, answer->detail);
}

static void
list_auth(struct poller *p, const struct answer *answer)
{
	p->blames_child = false;
	poller_set_state(p, POLLER_CHECKING, "%s", answer->detail);
	tenant_ask(p->tenant);
}

static void
list_denied(struct poller *p, const struct answer *answer)
{
	disable(p, "the token may not read this", answer);
}

static void
list_gone(struct poller *p, const struct answer *answer)
{
	disable(p, "this console does not have it", answer);
}

static bool
names_limit(const struct poller *p, const struct answer *answer)
{
	return answer->status == 400 && p->limit > 1 &&
	    strstr(answer->detail, "limit") != NULL;
}

/*
 * Nobody says how long a cursor lives: a 400 for a request with one is taken
 * for its end.  A few times, that is: what is refused again and again has
 * another reason, and the walk is given up.
 */
static void
list_bad(struct poller *p, const struct answer *answer)
{
	struct walk *w = poller_walk(p);

	if (names_limit(p, answer)) {
		halve_limit(p, answer->detail);
		return;
	}
	if (answer->status == 400 && w->cursor != NULL &&
	    w->restarts < RESTARTS_MAX) {
		w->restarts++;
		log_event(LOG_WARN, p->console, p->dataset->name,
		    "the cursor of page %" PRId64 " was refused (%s): the "
		    "walk begins again at its lower bound", w->page + 1,
		    answer->detail);
		poller_restart_walk(p);
		poller_next(p);
		return;
	}
	if (p->kind == WALK_BACKFILL) {
		poller_restart_walk(p);
		backfill_run_retry(p, REFUSED_MS, answer->detail);
		return;
	}
	walk_close(w);
	poller_mark(p);
	refuse(p, "the console refuses the request", answer->detail);
}

static void
any_config(struct poller *p, const struct answer *answer)
{
	if (answer->no_token) {
		tenant_no_token(p->tenant, answer->detail);
		poller_lock_out(p);
		return;
	}
	refuse(p, "the connection needs mending", answer->detail);
}

/* A child request that failed. */

static void
child_skip(struct poller *p, const char *why, const char *detail)
{
	const struct work_parent *parent =
	    &poller_run(p)->work.parent[poller_walk(p)->child];
	const char *then = chain_owe_child(p);

	log_event(LOG_WARN, p->console, p->dataset->name, "%s %s%s: %s", why,
	    parent->key[0], then, detail);
	p->counts.skipped++;
	if (p->kind == WALK_BACKFILL)
		p->backfill->figures.skipped++;
	if (chain_skip_child(p) != 0)
		poller_intake_failed(p, errno);
	else
		poller_next(p);
}

static bool
may_ask_again(struct poller *p, unsigned failures, unsigned max)
{
	return failures < (chain_is_owed(p) ? 1 : max);
}

/* Too many requests, and an outage, are not this child's fault. */
static void
child_retry(struct poller *p, const struct answer *answer)
{
	if (answer->status == 429 || may_ask_again(p, ++poller_run(p)->child_failures,
	    CHILD_TRIES)) {
		list_retry(p, answer);
		return;
	}
	p->blames_child = true;
	poller_set_state(p, POLLER_CHECKING, "%s", answer->detail);
	tenant_ask(p->tenant);
}

/*
 * Parents that children are merged into can do without.  Else the dataset is
 * off: unless the parent has left what the token may see meanwhile, which the
 * list tells the next time.
 */
static void
child_denied(struct poller *p, const struct answer *answer)
{
	if (p->row->child_mode == WALK_CHILD_MERGE) {
		child_skip(p, "the token may not read the child records of",
		    answer->detail);
		return;
	}
	chain_list_again(p);
	list_denied(p, answer);
}

static void
child_unsupported(struct poller *p, const struct answer *answer)
{
	if (p->row->child_mode == WALK_CHILD_MERGE)
		child_skip(p, "this console has no child records, as of",
		    answer->detail);
	else
		list_gone(p, answer);
}

static void
child_gone(struct poller *p, const struct answer *answer)
{
	const struct work_parent *parent =
	    &poller_run(p)->work.parent[poller_walk(p)->child];

	log_event(LOG_INFO, p->console, p->dataset->name,
	    "%s is gone (%s)", parent->key[0], answer->detail);
	if (chain_skip_child(p) != 0)
		poller_intake_failed(p, errno);
	else
		poller_next(p);
}

static void
child_bad(struct poller *p, const struct answer *answer)
{
	struct walk *w = poller_walk(p);

	if (names_limit(p, answer)) {
		halve_limit(p, answer->detail);
		return;
	}
	if (!may_ask_again(p, ++poller_run(p)->child_refusals, CHILD_REFUSALS)) {
		child_skip(p, "the console refuses the child records of",
		    answer->detail);
		return;
	}
	walk_set_child(w, w->child, NULL);
	loop_reset(&poller_run(p)->child_loop);
	poller_retry(p, -1, answer->detail);
}

typedef void react(struct poller *p, const struct answer *answer);

static react *const on_list[VERDICT_COUNT] = {
	[VERDICT_RETRY] = list_retry,
	[VERDICT_AUTH] = list_auth,
	[VERDICT_DENIED] = list_denied,
	[VERDICT_UNSUPPORTED] = list_gone,
	[VERDICT_GONE] = list_gone,
	[VERDICT_BAD] = list_bad,
	[VERDICT_CONFIG] = any_config,
};

static react *const on_child[VERDICT_COUNT] = {
	[VERDICT_RETRY] = child_retry,
	[VERDICT_AUTH] = list_auth,
	[VERDICT_DENIED] = child_denied,
	[VERDICT_UNSUPPORTED] = child_unsupported,
	[VERDICT_GONE] = child_gone,
	[VERDICT_BAD] = child_bad,
	[VERDICT_CONFIG] = any_config,
};

void
poller_trouble(struct poller *p, const struct answer *answer)
{
	(p->asks_child ? on_child : on_list)[answer->verdict](p, answer);
}

/* Answers to /system/info, by what this poller waited for. */

static void
info_for_clock(struct poller *p, const struct answer *answer)
{
	/* Refused or not: the answer's header had the time in it. */
	static react *const on_info[VERDICT_COUNT] = {
		[VERDICT_RETRY] = list_retry,
		[VERDICT_CONFIG] = any_config,
	};

	if (on_info[answer->verdict] != NULL)
		on_info[answer->verdict](p, answer);
	else
		poller_next(p);
}

static void
info_for_token(struct poller *p, const struct answer *answer)
{
	static const struct answer refused = {
		.verdict = VERDICT_DENIED,
		.status = 401,
		.detail = "401, but the token is valid",
	};

	if (answer->verdict == VERDICT_AUTH)
		poller_lock_out(p);
	else if (answer->verdict == VERDICT_RETRY ||
	    answer->verdict == VERDICT_CONFIG)
		list_retry(p, answer);
	else
		poller_trouble(p, &refused);
}

/* The console answers elsewhere: it is the child that fails. */
static void
info_for_child(struct poller *p, const struct answer *answer)
{
	static react *const on_info[VERDICT_COUNT] = {
		[VERDICT_RETRY] = list_retry,
		[VERDICT_CONFIG] = any_config,
	};

	if (answer->verdict == VERDICT_AUTH)
		poller_lock_out(p);
	else if (on_info[answer->verdict] != NULL)
		on_info[answer->verdict](p, answer);
	else
		child_skip(p, "the console fails on the child records of",
		    p->reason);
}

void
poller_on_info(struct poller *p, const struct answer *answer)
{
	if (p->state == POLLER_CLOCK)
		info_for_clock(p, answer);
	else if (p->state == POLLER_CHECKING && p->blames_child)
		info_for_child(p, answer);
	else if (p->state == POLLER_CHECKING)
		info_for_token(p, answer);
	else if (p->state == POLLER_NO_TOKEN)
		poller_next(p);
}
