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
#include "collector/walk/chores.h"
#include "collector/walk/health_write.h"
#include "collector/walk/status.h"

/* A start is spread over so much per poller, at most over its interval. */
#define SPREAD_MS 100

static bool
is_wanted(void *cookie, enum dataset_id id)
{
	const struct engine *e = cookie;

	return choice_has_dataset(e->choice, dataset_table[id]->name);
}

/* Such as one that is for s1spool respond alone. */
static void
warn_of_nothing(const struct conf_console *conf)
{
	for (int i = 0; i < DATASET_COUNT; i++)
		if (conf->dataset[i].enabled)
			return;
	log_event(LOG_WARN, conf->name, NULL, "nothing is polled: no dataset is "
	    "enabled");
}

struct tenant *
engine_open_tenant(struct engine *e, const struct conf_console *c,
    struct buf *err)
{
	warn_of_nothing(c);
	return tenant_new(&e->env, e->client, c, is_wanted, e, err);
}

/* 0, or -1 with errno when not all can be opened. */
static int
open_tenants(struct engine *e, struct buf *err)
{
	const struct conf *c = e->conf;
	int rc = 0, saved = 0;

	trace_tidy(e->env.state_dirfd, c);
	e->tenant = xcalloc(c->n_consoles, sizeof(struct tenant *));
	for (size_t i = 0; i < c->n_consoles; i++) {
		struct tenant *t;

		if (!choice_has_console(e->choice, c->console[i]->name))
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
	static const struct choice everything;
	struct engine *e = xcalloc(1, sizeof(*e));

	e->conf = conf;
	e->started_ms = clock_wall_us() / 1000;
	e->choice = opt->choice != NULL ? opt->choice : &everything;
	e->env.once = opt->once;
	e->env.only_backfill = opt->only_backfill;
	e->env.n_backfilling = &e->n_backfilling;
	e->env.max_line = (size_t)conf->spool.max_line;
	e->env.commit = &e->commit;
	e->env.mappers = &e->mappers;
	e->env.ids_dirfd = -1;
	e->runtime_dirfd = -1;
	chores_init(e);
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
	if (open_tenants(e, err) != 0) {
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
	chores_stop(e);
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

	chores_start(e);
	engine_each(e, count, &s);
	engine_each(e, start, &s);
	watch_tokens(e);
	metrics_start(&e->metrics);
}

void
engine_poll(struct engine *e, int timeout_ms, int wake_fd)
{
	client_poll(e->client, timeout_ms, wake_fd);
}

void
engine_stop(struct engine *e)
{
	chores_stop(e);
	if (e->env.once && e->conf->health.period > 0)
		health_write(e);
	engine_halt(e, e->tenant, e->n_tenants);
	engine_write_status(e);
	metrics_stop(&e->metrics);
}
