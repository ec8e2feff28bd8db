/*
 * What a poller does about an answer that is no page, by its verdict.  Nothing
 * here moves the position forward; only a child that is given up is passed by.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>

#include "collector/base/log.h"
#include "collector/walk/poller.h"
#include "collector/walk/tenant.h"

/* A walk may begin again so often because its cursor was refused. */
#define RESTARTS_MAX 3
/* So often a child is asked for when the console fails on it, or refuses it,
 * for the first time. */
#define CHILD_TRIES 5
#define CHILD_REFUSALS 3

/* A list request that failed. */

static void
list_retry(struct poller *p, const struct answer *answer)
{
	if (answer->too_large && p->limit > 1)
		poller_ask_for_less(p, answer->detail);
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
	poller_disable(p, "the token may not read this", answer->detail);
}

static void
list_gone(struct poller *p, const struct answer *answer)
{
	poller_disable(p, "this console does not have it", answer->detail);
}

/* The console names the limit: smaller pages are asked for. */
static bool
asks_for_less(struct poller *p, const struct answer *answer)
{
	if (answer->status != 400 || p->limit <= 1 ||
	    strstr(answer->detail, "limit") == NULL)
		return false;
	poller_ask_for_less(p, answer->detail);
	poller_next(p);
	return true;
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

	if (asks_for_less(p, answer))
		return;
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
		backfill_run_retry(p, POLLER_REFUSED_MS, answer->detail);
		return;
	}
	walk_close(w);
	poller_mark(p);
	poller_refuse(p, "the console refuses the request", answer->detail);
}

static void
any_config(struct poller *p, const struct answer *answer)
{
	if (answer->no_token) {
		tenant_no_token(p->tenant, answer->detail);
		poller_lock_out(p);
		return;
	}
	poller_refuse(p, "the connection needs mending", answer->detail);
}

/* A child request that failed. */

/* On behind a child that is given up. */
static void
pass_child(struct poller *p)
{
	if (chain_skip_child(p) != 0)
		poller_intake_failed(p, errno);
	else
		poller_next(p);
}

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
	pass_child(p);
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
	if (answer->status == 429 ||
	    may_ask_again(p, ++poller_run(p)->child_failures, CHILD_TRIES)) {
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
	pass_child(p);
}

static void
child_bad(struct poller *p, const struct answer *answer)
{
	struct walk *w = poller_walk(p);

	if (asks_for_less(p, answer))
		return;
	if (!may_ask_again(p, ++poller_run(p)->child_refusals,
	    CHILD_REFUSALS)) {
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

static react *const on_info[VERDICT_COUNT] = {
	[VERDICT_RETRY] = list_retry,
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
