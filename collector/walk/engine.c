#include "config.h"

#include "collector/walk/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sysexits.h>
#include <sys/random.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/client/trace.h"
#include "collector/walk/backfill_request.h"
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
/* A start is spread over so much per poller, at most over its interval. */
#define SPREAD_MS 100

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

/* Snapshots only save a later start some reading: they get a share of the
 * time, and with thousands of streams some wait for a later turn. */
struct saving {
	int64_t until_ms; /* monotonic */
};

static void
seal_old(void *cookie, struct poller *p)
{
	(void)cookie;
	p->sealed_on_request = false;
	poller_seal(p, false);
}

/* A stream that is in the middle of a batch has its turn at the next look. */
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

/* Whoever wants all segments sealed makes the file; it goes when it is done. */
static void
seal_segments(struct engine *e)
{
	bool left = false;

	if (faccessat(e->runtime_dirfd, SEAL_REQUEST, F_OK, 0) != 0) {
		engine_each(e, seal_old, NULL);
		seal_health(e->tenant, e->n_tenants, false);
		return;
	}
	engine_each(e, seal_on_request, &left);
	left |= !seal_health(e->tenant, e->n_tenants, true);
	if (left)
		return;
	if (unlinkat(e->runtime_dirfd, SEAL_REQUEST, 0) != 0) {
		log_warn("all segments were sealed on request, but the "
			 "request cannot be removed: %s", strerror(errno));
		return;
	}
	log_info("all segments were sealed on request");
	engine_each(e, seal_old, NULL);
}

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

static void
on_seal(void *cookie)
{
	struct engine *e = cookie;

	seal_segments(e);
	save_for(e->tenant, e->n_tenants, SAVE_MS);
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

static bool
is_wanted(void *cookie, enum dataset_id id)
{
	const struct engine *e = cookie;

	return e->only_dataset == NULL ||
	    strcmp(dataset_table[id]->name, e->only_dataset) == 0;
}

struct tenant *
engine_open_tenant(struct engine *e, const struct conf_console *c,
    struct buf *err)
{
	return tenant_new(&e->env, e->client, c, is_wanted, e, err);
}

/* 0, or -1 with errno when not all can be opened. */
static int
open_tenants(struct engine *e, const char *only_console, struct buf *err)
{
	const struct conf *c = e->conf;
	int rc = 0, saved = 0;

	trace_tidy(e->env.state_dirfd, c);
	e->tenant = xcalloc(c->n_consoles, sizeof(struct tenant *));
	for (size_t i = 0; i < c->n_consoles; i++) {
		struct tenant *t;

		if (only_console != NULL &&
		    strcmp(c->console[i]->name, only_console) != 0)
			continue;
		t = engine_open_tenant(e, c->console[i], err);
		if (t == NULL) {
			rc = -1;
			saved = errno;
		} else {
			e->tenant[e->n_tenants++] = t;
		}
	}
	errno = saved;
	return rc;
}

static void
free_tenants(struct engine *e)
{
	for (size_t i = 0; i < e->n_tenants; i++)
		tenant_free(e->tenant[i]);
	free(e->tenant);
	e->tenant = NULL;
	e->n_tenants = 0;
}

/* A lock that another process holds passes by, and so may a disk's trouble; a
 * wrong configuration, and state of a later version, do not. */
static int
cannot_open(void)
{
	if (errno == EPROTONOSUPPORT || errno == EINVAL)
		return EX_CONFIG;
	return errno == EWOULDBLOCK ? EX_TEMPFAIL : EX_CANTCREAT;
}

static int
open_state(struct engine *e, struct buf *err, int *code)
{
	bool damaged;

	e->journal = journal_open(e->conf->state.directory, &damaged, err);
	if (e->journal == NULL) {
		*code = cannot_open();
		return -1;
	}
	if (damaged)
		log_error("the journal in %s is damaged: a copy is kept as "
			  "journal.damaged-..., what can be read of it counts, "
			  "and the rest is made anew from the spool",
		    e->conf->state.directory);
	e->env.journal = e->journal;
	e->env.state_dirfd = journal_dirfd(e->journal);
	e->env.ids_dirfd = -1;
	if (fs_mkdirs(e->env.state_dirfd, "ids", 0750) == 0)
		e->env.ids_dirfd = fs_open_dir(e->env.state_dirfd, "ids");
	if (e->env.ids_dirfd >= 0)
		return 0;
	buf_addf(err, "cannot make %s/ids: %s", e->conf->state.directory,
	    strerror(errno));
	*code = EX_CANTCREAT;
	return -1;
}

/*
 * Where requests are left: the folder that systemd makes (of several the
 * first), else the state directory.
 */
static int
open_runtime(struct engine *e, struct buf *err, int *code)
{
	const char *env = getenv("RUNTIME_DIRECTORY");
	char *dir = env == NULL || env[0] == '\0' ?
	    xstrdup(e->conf->state.directory) :
	    xstrndup(env, strcspn(env, ":"));

	e->runtime_dirfd = fs_open_dir(AT_FDCWD, dir);
	if (e->runtime_dirfd < 0) {
		buf_addf(err, "cannot open the runtime directory %s: %s", dir,
		    strerror(errno));
		*code = EX_CANTCREAT;
	}
	free(dir);
	return e->runtime_dirfd < 0 ? -1 : 0;
}

static struct spool_options
spool_options_of(const struct conf *c)
{
	return (struct spool_options){
		.directory = c->spool.directory,
		.segment_max_bytes = c->spool.segment_max_size,
		.segment_max_age_ms = c->spool.segment_max_age,
		.segment_idle_ms = c->spool.segment_idle,
	};
}

void
engine_set_limits(struct engine *e)
{
	struct spool_options opt = spool_options_of(e->conf);

	spool_set_options(e->spool, &opt);
	e->env.max_line = (size_t)e->conf->spool.max_line;
	e->budget.conf = e->conf;
}

static int
open_spool(struct engine *e, struct buf *err, int *code)
{
	struct spool_options opt = spool_options_of(e->conf);

	e->spool = spool_open(&opt, err);
	e->env.spool = e->spool;
	if (e->spool != NULL)
		return 0;
	*code = cannot_open();
	return -1;
}

struct engine *
engine_new(struct conf *conf, const struct engine_options *opt,
    struct buf *err, int *code)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->conf = conf;
	e->started_ms = clock_wall_us() / 1000;
	e->only_dataset = opt->dataset;
	e->env.once = opt->once;
	e->env.only_backfill = opt->only_backfill;
	e->env.n_backfilling = &e->n_backfilling;
	e->env.max_line = (size_t)conf->spool.max_line;
	e->env.commit = &e->commit;
	e->env.mappers = &e->mappers;
	e->env.ids_dirfd = -1;
	e->runtime_dirfd = -1;
	timer_init(&e->seal_timer, on_seal, e);
	timer_init(&e->status_timer, on_status, e);
	timer_init(&e->budget_timer, on_budget, e);
	timer_init(&e->health_timer, on_health, e);
	budget_init(&e->budget, conf);
	e->env.budget = &e->budget;
	metrics_init(&e->metrics, e);
	e->client = client_new(err);
	if (e->client == NULL) {
		*code = EX_SOFTWARE;
		goto err;
	}
	if (open_spool(e, err, code) != 0 || open_state(e, err, code) != 0 ||
	    open_runtime(e, err, code) != 0)
		goto err;
	commit_init(&e->commit, e->journal);
	if (open_tenants(e, opt->console, err) != 0) {
		*code = cannot_open();
		goto err;
	}
	engine_resume_status(e);
	return e;

err:
	engine_free(e);
	return NULL;
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	timer_cancel(&e->seal_timer);
	timer_cancel(&e->status_timer);
	timer_cancel(&e->budget_timer);
	timer_cancel(&e->health_timer);
	metrics_fini(&e->metrics);
	budget_fini(&e->budget);
	free_tenants(e);
	mappers_fini(&e->mappers);
	if (e->journal != NULL)
		commit_fini(&e->commit);
	client_free(e->client);
	if (e->env.ids_dirfd >= 0)
		close(e->env.ids_dirfd);
	if (e->runtime_dirfd >= 0)
		close(e->runtime_dirfd);
	if (e->journal != NULL)
		journal_close(e->journal);
	spool_close(e->spool);
	conf_free(e->conf);
	free(e);
}

/*
 * Thousands of datasets must not fire together, and a handful should not wait.
 */
struct spread {
	size_t n;
};

static void
count(void *cookie, struct poller *p)
{
	struct spread *s = cookie;

	s->n += p->state == POLLER_STOPPED;
}

static void
start(void *cookie, struct poller *p)
{
	const struct spread *s = cookie;
	int64_t over = (int64_t)(s->n - 1) * SPREAD_MS;
	uint32_t bits = 0;

	if (p->state != POLLER_STOPPED)
		return;
	if (over > p->conf->interval)
		over = p->conf->interval;
	(void)!getrandom(&bits, sizeof(bits), GRND_NONBLOCK);
	poller_start(p, p->env->once || over <= 0 ? 0 : bits % over);
}

static void
watch_tokens(struct engine *e)
{
	uint32_t over = (uint32_t)e->n_tenants * SPREAD_MS, bits = 0;

	for (size_t i = 0; i < e->n_tenants; i++) {
		(void)!getrandom(&bits, sizeof(bits), GRND_NONBLOCK);
		token_watch_start(&e->tenant[i]->watch,
		    e->env.once || e->n_tenants == 1 ? 0 : bits % over);
	}
}

void
engine_start(struct engine *e)
{
	struct spread s = { 0 };

	on_budget(e);
	engine_each(e, count, &s);
	engine_each(e, start, &s);
	watch_tokens(e);
	start_health(e);
	timer_set(&e->seal_timer, SEAL_PERIOD_MS);
	timer_set(&e->status_timer, 0);
	metrics_start(&e->metrics);
}

void
engine_poll(struct engine *e, int timeout_ms, int wake_fd)
{
	client_poll(e->client, timeout_ms, wake_fd);
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

void
engine_stop(struct engine *e)
{
	timer_cancel(&e->seal_timer);
	timer_cancel(&e->status_timer);
	timer_cancel(&e->budget_timer);
	timer_cancel(&e->health_timer);
	if (e->env.once && e->conf->health.period > 0)
		health_write(e);
	engine_halt(e, e->tenant, e->n_tenants);
	engine_write_status(e);
	metrics_stop(&e->metrics);
}
