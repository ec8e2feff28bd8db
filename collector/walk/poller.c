#include "config.h"

#include "collector/walk/poller.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/client/trace.h"
#include "collector/conf/conf_dataset.h"

/* Identities remembered by one stream; past that the oldest go. */
#define IDS_MAX (4u << 20)
/* Snapshots that are never sent again: beyond any pause between sweeps. */
#define REMEMBER_MS (365 * 24 * 3600 * 1000LL)
#define REASON_MAX 8192

const char *const poller_state_name[POLLER_STATE_COUNT] = {
	[POLLER_STOPPED] = "stopped",
	[POLLER_IDLE] = "idle",
	[POLLER_CLOCK] = "clock",
	[POLLER_OPENING] = "opening",
	[POLLER_ASKING] = "asking",
	[POLLER_CHECKING] = "checking",
	[POLLER_BACKOFF] = "backoff",
	[POLLER_REFUSED] = "refused",
	[POLLER_DISABLED] = "disabled",
	[POLLER_NO_TOKEN] = "no_token",
	[POLLER_PAUSED] = "paused",
};

void
poller_set_state(struct poller *p, enum poller_state state, const char *fmt,
    ...)
{
	va_list ap;
	struct buf reason;

	timer_cancel(&p->timer);
	if (fmt != NULL || p->trouble == POLLER_STOPPED) {
		free(p->reason);
		p->reason = NULL;
	}
	if (fmt != NULL) {
		buf_init(&reason, REASON_MAX);
		va_start(ap, fmt);
		buf_vaddf(&reason, fmt, ap);
		va_end(ap);
		p->reason = xstrdup(reason.p);
		buf_fini(&reason);
		p->changed = true;
	}
	if (p->state == state)
		return;
	log_event(LOG_DEBUG, p->console, p->dataset->name, "%s -> %s",
	    poller_state_name[p->state], poller_state_name[state]);
	p->state = state;
	if (state >= POLLER_BACKOFF || state == POLLER_STOPPED)
		backfill_run_yield(p);
	p->since_ms = clock_wall_us() / 1000;
	p->changed = true;
}

void
poller_mark(struct poller *p)
{
	p->changed = true;
	commit_mark(p->env->commit, &p->member);
}

static void
on_timer(void *cookie)
{
	poller_next(cookie);
}

void
poller_start(struct poller *p, int64_t delay_ms)
{
	p->poll_start_ms = p->poll_due_ms = clock_mono_ms() + delay_ms;
	poller_set_state(p, POLLER_IDLE, NULL);
	timer_set(&p->timer, delay_ms);
}

void
poller_stop(struct poller *p)
{
	poller_abort_page(p);
	backfill_run_yield(p);
	/* What `once` came to is still to be told. */
	if (!p->finished)
		poller_set_state(p, POLLER_STOPPED, NULL);
}

/* How the dataset is covered, from its configuration. */
static void
set_rule(struct poller *p)
{
	const struct conf_dataset *c = p->conf;
	struct bounds_rule *rule = &p->rule;

	*rule = (struct bounds_rule){
		.snapshot = p->row->bound == WALK_BOUND_NONE,
		.inventory = c->inventory && c->start_time == 0,
		.initial_ms = c->initial_interval,
		.start_ms = c->start_time,
		.look_back_ms = c->look_back,
		.remember_ms = p->row->remember,
	};
	if (rule->snapshot)
		rule->remember_ms = c->resend > 0 ? c->resend : REMEMBER_MS;
	if (c->overlap > 0)
		rule->pass[rule->n_passes++] =
		    (struct pass){ c->overlap, c->overlap };
	if (c->trailing_window > 0)
		rule->pass[rule->n_passes++] = (struct pass){
		    p->row->trailing_every, c->trailing_window };
}

static void
set_up(struct poller *p)
{
	const struct walk_row *row = p->row;

	p->with_child = row->child_mode != WALK_CHILD_NONE &&
	    (row->child_option == NULL ||
	        conf_dataset_switch(p->conf, row->child_option));
	p->limit = p->conf->page_size;
	if (p->limit > row->list.max_page)
		p->limit = row->list.max_page;
	set_rule(p);
	position_init(&p->pos);
	p->key = xasprintf("%s/%s", p->console, p->dataset->name);
	p->run[WALK_POLL].work_key = xasprintf("%s#work", p->key);
	p->run[WALK_BACKFILL].work_key = xasprintf("%s#backfill-work",
	    p->key);
	p->backfilling.key = xasprintf("%s#backfill", p->key);
	p->backfilling.wait_ms = INT64_MAX;
	p->ids_name = xasprintf("%s.%s", p->console, p->dataset->name);
	durable_init(p);
	timer_init(&p->timer, on_timer, p);
	for (int i = 0; i < WALK_KIND_COUNT; i++)
		work_init(&p->run[i].work, INTAKE_HELD_MAX);
	work_init(&p->listing, INTAKE_HELD_MAX);
}

static struct mapper *
find_mapper(const struct poller *p, const struct conf_console *console)
{
	struct map_options options = {
		.name = p->dataset->name,
		.namespace = console->namespace,
		.tags = p->conf->tags,
		.preserve_original_event = p->conf->preserve_original_event,
		.preserve_duplicate_custom_fields =
		    p->conf->preserve_duplicate_custom_fields,
		.raw = p->conf->output == OUTPUT_RAW,
		.resend_period_ms = p->conf->resend,
	};
	const char *const *name = p->dataset->map.switches;

	for (unsigned i = 0; name[i] != NULL; i++)
		if (conf_dataset_switch(p->conf, name[i]))
			options.switches |= 1u << i;
	return mappers_get(p->env->mappers, p->dataset, &options);
}

struct poller *
poller_new(const struct poller_env *env, struct tenant *tenant,
    const struct conf_console *console, const struct dataset *dataset,
    const struct conf_dataset *conf, struct buf *err)
{
	struct poller *p = xcalloc(1, sizeof(*p));
	int saved;

	p->env = env;
	p->tenant = tenant;
	p->console = console->name;
	p->conf = conf;
	p->dataset = dataset;
	p->row = &dataset->walk;
	seen_init(&p->seen, IDS_MAX);
	set_up(p);
	/* With two time fields, or a child's, an id belongs to the walk. */
	p->source.clock.trust_at = p->row->phase[0] != NULL &&
	    p->row->phase[1] == NULL &&
	    p->row->child_mode != WALK_CHILD_RECORDS;
	if (conf->enable_request_tracer)
		p->trace = trace_new(env->state_dirfd, p->console,
		    dataset->name);
	p->stream = stream_open(env->spool, p->console, p->dataset->name, err);
	if (p->stream == NULL || durable_recover(p, err) != 0)
		goto err;
	p->intake = (struct intake){
		.stream = p->stream,
		.mapper = find_mapper(p, console),
		.seen = &p->seen,
		.console = p->console,
		.dataset = p->dataset->name,
		.state_dirfd = env->state_dirfd,
		.max_line = env->max_line,
		.hold = p->row->list.errors != NULL ||
		    (p->with_child && p->row->child.errors != NULL),
	};
	intake_init(&p->intake);
	chain_load(p);
	return p;

err:
	saved = errno;
	poller_free(p);
	errno = saved;
	return NULL;
}

void
poller_free(struct poller *p)
{
	if (p == NULL)
		return;
	timer_cancel(&p->timer);
	commit_leave(p->env->commit, &p->member);
	intake_forget(&p->intake);
	mappers_put(p->env->mappers, p->intake.mapper);
	stream_close(p->stream);
	seen_fini(&p->seen);
	for (int i = 0; i < WALK_KIND_COUNT; i++) {
		work_reset(&p->run[i].work);
		free(p->run[i].work_key);
	}
	work_reset(&p->listing);
	backfill_run_free(p);
	position_fini(&p->pos);
	splitter_free(p->splitter);
	trace_free(p->trace);
	free(p->reason);
	free(p->committed);
	free(p->printed);
	free(p->key);
	free(p->ids_name);
	free(p);
}
