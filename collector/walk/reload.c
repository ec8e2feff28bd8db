/*
 * Another configuration for an engine that runs, by difference: a console that
 * is the same goes on, with its requests that are out and the time of its next
 * poll; one that has changed begins again; others come or go.
 */
#include "config.h"

#include "collector/walk/engine.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/client/trace.h"
#include "collector/conf/conf_dataset.h"
#include "collector/walk/status.h"

#define NONE SIZE_MAX

enum fate { FATE_GOES, FATE_STAYS, FATE_RESTARTS };

struct reload {
	struct engine *engine;
	struct conf *conf; /* what is to count from now on */
	/* Of each tenant that there is. */
	enum fate *fate;
	const struct conf_console **former; /* what it has gone by */
	/* Of each console in conf. */
	size_t *was; /* the place of its tenant; NONE: it is new */
	struct tenant **opened; /* NULL: the one it has goes on */
};

/* Most consoles stand where they stood: the search goes round from there. */
static size_t
find(const struct engine *e, const char *name, size_t from)
{
	for (size_t n = 0; n < e->n_tenants; n++) {
		size_t i = (from + n) % e->n_tenants;

		if (strcmp(e->tenant[i]->conf->name, name) == 0)
			return i;
	}
	return NONE;
}

static void
init(struct reload *r, struct engine *e, struct conf *conf)
{
	size_t next = 0;

	*r = (struct reload){
		.engine = e,
		.conf = conf,
		.fate = xcalloc(e->n_tenants, sizeof(*r->fate)),
		.former = xcalloc(e->n_tenants, sizeof(*r->former)),
		.was = xcalloc(conf->n_consoles, sizeof(*r->was)),
		.opened = xcalloc(conf->n_consoles, sizeof(*r->opened)),
	};
	for (size_t i = 0; i < e->n_tenants; i++)
		r->former[i] = e->tenant[i]->conf;
	for (size_t i = 0; i < conf->n_consoles; i++) {
		size_t was = find(e, conf->console[i]->name, next);

		r->was[i] = was;
		if (was == NONE)
			continue;
		next = was + 1;
		r->fate[was] = conf_console_same(r->former[was],
		    conf->console[i]) ? FATE_STAYS : FATE_RESTARTS;
	}
}

static void
fini(struct reload *r)
{
	free(r->fate);
	free(r->former);
	free(r->was);
	free(r->opened);
}

static size_t
count(const struct reload *r, enum fate fate)
{
	size_t n = 0;

	for (size_t i = 0; i < r->engine->n_tenants; i++)
		n += r->fate[i] == fate;
	return n;
}

/* All of one fate at once: each commit waits for the disk. */
static void
end_tenants(struct reload *r, enum fate fate)
{
	struct engine *e = r->engine;
	struct tenant **t = xcalloc(count(r, fate), sizeof(*t));
	size_t n = 0;

	for (size_t i = 0; i < e->n_tenants; i++) {
		if (r->fate[i] != fate)
			continue;
		t[n++] = e->tenant[i];
		e->tenant[i] = NULL;
	}
	if (n > 0)
		engine_halt(e, t, n);
	for (size_t i = 0; i < n; i++)
		tenant_free(t[i]);
	free(t);
}

static bool
goes_on(const struct reload *r, size_t i)
{
	return r->was[i] != NONE && r->fate[r->was[i]] == FATE_STAYS;
}

static bool
open_tenants(struct reload *r, struct buf *err)
{
	for (size_t i = 0; i < r->conf->n_consoles; i++) {
		if (goes_on(r, i))
			continue;
		r->opened[i] = engine_open_tenant(r->engine,
		    r->conf->console[i], err);
		if (r->opened[i] == NULL)
			return false;
	}
	return true;
}

/* Those that were to begin again do so as they were. */
static void
take_back(struct reload *r, struct buf *err)
{
	struct engine *e = r->engine;
	size_t n = 0;

	for (size_t i = 0; i < r->conf->n_consoles; i++)
		tenant_free(r->opened[i]);
	for (size_t i = 0; i < e->n_tenants; i++) {
		struct tenant *t = e->tenant[i];

		if (t == NULL)
			t = engine_open_tenant(e, r->former[i], err);
		if (t != NULL)
			e->tenant[n++] = t;
	}
	e->n_tenants = n;
}

static void
set_max_line(void *cookie, struct poller *p)
{
	(void)cookie;
	p->intake.max_line = p->env->max_line;
}

static void
keep_directory(char **now, char **then, const char *what)
{
	char *kept = *then;

	if (strcmp(*now, kept) != 0)
		log_warn("%s.directory is %s until the next restart", what,
		    kept);
	*then = *now;
	*now = kept;
}

/* What goes for all consoles. */
static void
adopt_conf(struct engine *e, struct conf *conf)
{
	struct conf *old = e->conf;

	keep_directory(&conf->spool.directory, &old->spool.directory, "spool");
	keep_directory(&conf->state.directory, &old->state.directory, "state");
	e->conf = conf;
	engine_set_limits(e);
	engine_each(e, set_max_line, NULL);
	trace_tidy(e->env.state_dirfd, conf);
	conf_free(old);
}

static void
adopt_tenants(struct reload *r)
{
	struct engine *e = r->engine;
	struct conf *conf = r->conf;
	struct tenant **next = xcalloc(conf->n_consoles, sizeof(*next));

	for (size_t i = 0; i < conf->n_consoles; i++) {
		if (!goes_on(r, i)) {
			next[i] = r->opened[i];
			continue;
		}
		next[i] = e->tenant[r->was[i]];
		conf_take_console(conf, i, e->conf, next[i]->conf);
		tenant_try_now(next[i]);
	}
	free(e->tenant);
	e->tenant = next;
	e->n_tenants = conf->n_consoles;
}

static void
tell(const struct reload *r)
{
	size_t stay = count(r, FATE_STAYS), restart = count(r, FATE_RESTARTS);

	log_info("consoles: %zu go on, %zu begin again, %zu are new, %zu are "
		 "removed", stay, restart,
	    r->conf->n_consoles - stay - restart, count(r, FATE_GOES));
}

int
engine_reload(struct engine *e, struct conf *conf, struct buf *err)
{
	struct reload r;
	int rc = 0;

	engine_write_status(e);
	init(&r, e, conf);
	end_tenants(&r, FATE_RESTARTS);
	if (open_tenants(&r, err)) {
		end_tenants(&r, FATE_GOES);
		tell(&r);
		adopt_tenants(&r);
		adopt_conf(e, conf);
	} else {
		take_back(&r, err);
		conf_free(conf);
		rc = -1;
	}
	engine_resume_status(e);
	fini(&r);
	return rc;
}
