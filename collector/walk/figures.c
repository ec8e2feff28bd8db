#include "config.h"

#include "collector/walk/figures.h"

#include <stdlib.h>

#include "collector/base/clock.h"
#include "collector/base/xalloc.h"

static void
put_files(struct figures_stream *s, const struct usage_stream *u)
{
	if (u == NULL)
		return;
	s->spooled = (struct figures_files){ u->plain.files, u->plain.bytes };
	s->archived =
	    (struct figures_files){ u->archive.files, u->archive.bytes };
}

/* The cookie of take(). */
struct taking {
	struct figures *f;
	const struct engine *engine;
};

static void
take(void *cookie, struct poller *p)
{
	const struct taking *t = cookie;
	struct figures *f = t->f;
	struct figures_stream *s = &f->streams[f->n_streams++];

	figures_of(s, p, f->started_ms, f->at_ms);
	put_files(s, usage_find(&t->engine->budget.usage, s->console,
	    s->dataset));
}

static void
count(void *cookie, struct poller *p)
{
	size_t *n = cookie;

	(void)p;
	(*n)++;
}

static void
take_consoles(struct figures *f, const struct engine *e)
{
	f->consoles = xcalloc(e->n_tenants + 1, sizeof(*f->consoles));
	for (size_t i = 0; i < e->n_tenants; i++) {
		const struct tenant *t = e->tenant[i];

		f->consoles[f->n_consoles++] = (struct figures_console){
			.name = t->conf->name,
			.token_refused = tenant_is_locked_out(t),
			.unshipped = usage_of(&e->budget.usage, t->conf->name),
			.max_size = t->conf->max_size,
			.tenant = t,
		};
		token_watch_view(&t->watch,
		    &f->consoles[f->n_consoles - 1].token);
	}
}

void
figures_take(struct figures *f, struct engine *e)
{
	static const char *const limits[] = {
		[BUDGET_FULL] = "spool.max_size",
		[BUDGET_NO_DISK] = "spool.min_free",
	};
	const struct budget *b = &e->budget;
	struct taking t = { f, e };
	size_t n = 0;

	*f = (struct figures){
		.at_ms = clock_wall_us() / 1000,
		.started_ms = e->started_ms,
		.unshipped = b->usage.unshipped,
		.archived = b->usage.archived,
		.free = b->usage.free,
		.max_size = e->conf->spool.max_size,
		.min_free = e->conf->spool.min_free,
		.limit = limits[b->limit],
		.limit_since_ms = b->since_ms,
	};
	take_consoles(f, e);
	engine_each(e, count, &n);
	f->streams = xcalloc(n + 1, sizeof(*f->streams));
	engine_each(e, take, &t);
}

void
figures_fini(struct figures *f)
{
	free(f->consoles);
	free(f->streams);
	*f = (struct figures){ 0 };
}
