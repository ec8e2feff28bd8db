/*
 * The whole collector: the spool, the journal, the client and a tenant per
 * console.  One event loop drives it: engine_poll().
 */
#ifndef S1SPOOL_ENGINE_H
#define S1SPOOL_ENGINE_H

#include <stdbool.h>

#include "collector/base/buf.h"
#include "collector/conf/conf.h"
#include "collector/walk/budget.h"
#include "collector/walk/choice.h"
#include "collector/walk/metrics.h"
#include "collector/walk/tenant.h"

struct engine {
	struct conf *conf; /* owned */
	struct client *client;
	struct spool *spool;
	struct journal *journal;
	struct commit commit;
	struct mappers mappers;
	struct poller_env env;
	const struct choice *choice; /* borrowed */
	struct tenant **tenant;
	size_t n_tenants;
	int runtime_dirfd; /* where requests are left */
	struct timer seal_timer;
	struct timer status_timer;
	struct timer budget_timer;
	struct timer health_timer;
	struct budget budget;
	size_t n_backfilling; /* datasets whose turn it is */
	struct metrics metrics;
	int64_t started_ms; /* wall clock */
	int64_t status_ms; /* monotonic, when the status was written */
};

struct engine_options {
	bool once;
	bool only_backfill; /* no polls */
	const struct choice *choice; /* borrowed; NULL: everything */
};

/*
 * Take the locks and recover.  `conf` is adopted, also on failure.  NULL with
 * a message in err and the exit code for it in *code.
 */
struct engine *engine_new(struct conf *conf, const struct engine_options *opt,
    struct buf *err, int *code);

/* Begin to poll what is not polled yet, all datasets at moments spread over
 * their interval. */
void engine_start(struct engine *e);

/* Run what is to be done for up to timeout_ms, or until wake_fd is readable. */
void engine_poll(struct engine *e, int timeout_ms, int wake_fd);

/* Stop polling: commit, seal, save.  Nothing is out or dirty afterwards. */
void engine_stop(struct engine *e);

/*
 * Go on with another configuration (adopted, also on failure), while it polls:
 * a console of which nothing has changed does not notice.  The others are
 * stopped, and begin at the next engine_start() where they stopped.  0, or -1
 * with a message in err: a console cannot be opened, and all goes on by the
 * former configuration, after engine_start().
 */
int engine_reload(struct engine *e, struct conf *conf, struct buf *err);

/* Stopped; NULL is fine. */
void engine_free(struct engine *e);

/* For reload.c: open a console; NULL with a message in err and errno. */
struct tenant *engine_open_tenant(struct engine *e,
    const struct conf_console *c, struct buf *err);
/* Stop to poll these n: commit, seal, save.  chores.c. */
void engine_halt(struct engine *e, struct tenant *const *t, size_t n);
/* Go by what e->conf says for all consoles. */
void engine_set_limits(struct engine *e);

/* Call fn for each poller.  chores.c. */
void engine_each(struct engine *e, void (*fn)(void *cookie, struct poller *p),
    void *cookie);

#endif
