#include "config.h"

#include "collector/walk/health_doc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/walk/health.h"

#define MINUTE_MS INT64_C(60000)
/* A dataset is behind after so many polls that brought it no further, and
 * so much time for those that poll often. */
#define BEHIND_POLLS 3
#define BEHIND_MS (15 * MINUTE_MS)

/* Put a value at a path with points, through objects that are made. */
static void
put(struct json_object *o, const char *path, struct json_object *value)
{
	const char *point = strchr(path, '.');
	struct json_object *inner;
	char *name;

	if (point == NULL) {
		tree_put(o, path, value);
		return;
	}
	name = xstrndup(path, (size_t)(point - path));
	if (!json_object_object_get_ex(o, name, &inner)) {
		inner = tree_object();
		tree_put(o, name, inner);
	}
	free(name);
	put(inner, point + 1, value);
}

static void
put_text(struct json_object *o, const char *path, const char *text)
{
	if (text != NULL)
		put(o, path, tree_text(text));
}

static void
put_int(struct json_object *o, const char *path, int64_t n)
{
	put(o, path, tree_int(n));
}

/* 0 stands for never. */
static void
put_time(struct json_object *o, const char *path, int64_t ms)
{
	if (ms > 0)
		put(o, path, tree_time(ms));
}

/* What all have.  error: what is wrong; NULL when all is well. */
static struct json_object *
begin(const struct health_teller *t, const char *action, const char *console,
    const char *error)
{
	struct json_object *o = tree_object();

	put_time(o, "@timestamp", t->at_ms);
	put_text(o, "data_stream.dataset", "s1spool." HEALTH_DATASET);
	put_text(o, "data_stream.namespace", t->namespace);
	put_text(o, "data_stream.type", "logs");
	put_text(o, "ecs.version", "8.17.0");
	put_text(o, "error.message", error);
	put_text(o, "event.action", action);
	put_text(o, "event.dataset", "s1spool." HEALTH_DATASET);
	put_text(o, "event.kind", "state");
	put_text(o, "event.module", "s1spool");
	put_text(o, "event.outcome", error == NULL ? "success" : "failure");
	put_text(o, "observer.hostname", t->hostname);
	put_text(o, "s1spool.health.console", console);
	return o;
}

/* What is wrong with a console; NULL for nothing, else to be freed. */
static char *
console_error(const struct figures *f, const struct figures_console *c)
{
	if (c->token_refused)
		return xstrdup(tenant_why(c->tenant));
	if (f->limit != NULL)
		return xasprintf("polling pauses: %s is reached", f->limit);
	return NULL;
}

static char *
console_message(const struct figures_console *c, const char *error)
{
	const struct token_view *t = &c->token;

	if (error != NULL)
		return xasprintf("%s: %s", c->name, error);
	if (t->expires_ms == 0)
		return xasprintf("%s: when the API token expires is not known",
		    c->name);
	return xasprintf("%s: the API token is %s, %" PRId64 " days are left",
	    c->name, token_state_name[t->state], t->days_left);
}

static void
put_token(struct json_object *o, const struct token_view *t)
{
	put_text(o, "s1spool.health.token.state", token_state_name[t->state]);
	put_time(o, "s1spool.health.token.created", t->created_ms);
	put_time(o, "s1spool.health.token.expires", t->expires_ms);
	if (t->expires_ms > 0)
		put_int(o, "s1spool.health.token.days_left", t->days_left);
}

struct json_object *
health_doc_console(const struct health_teller *t, const struct figures *f,
    const struct figures_console *c)
{
	char *error = console_error(f, c), *message = console_message(c, error);
	struct json_object *o = begin(t, "console-state", c->name, error);

	put_text(o, "message", message);
	put_token(o, &c->token);
	put_int(o, "s1spool.health.unshipped_bytes", c->unshipped);
	put_int(o, "s1spool.health.free_bytes", f->free);
	put_time(o, "s1spool.health.started", f->started_ms);
	free(error);
	free(message);
	return o;
}

static bool
is_behind(const struct figures_stream *s)
{
	return s->lag_ms > BEHIND_POLLS * s->interval_ms + BEHIND_MS;
}

static char *
stream_error(const struct figures_stream *s)
{
	if (s->condition != FIGURES_OK)
		return xstrdup(s->reason != NULL ? s->reason :
		    figures_condition_name[s->condition]);
	if (is_behind(s))
		return xasprintf("%" PRId64 " minutes behind the console",
		    s->lag_ms / MINUTE_MS);
	return NULL;
}

static char *
stream_message(const struct figures_stream *s, const char *error)
{
	if (error != NULL)
		return xasprintf("%s/%s: %s", s->console, s->dataset, error);
	return xasprintf("%s/%s: well, %" PRId64 " s behind the console, "
	    "%" PRIu64 " records today", s->console, s->dataset,
	    s->lag_ms / 1000, s->records_today);
}

static void
put_counts(struct json_object *o, const struct figures_stream *s)
{
	const struct {
		const char *path;
		uint64_t n;
	} counts[] = {
		{ "s1spool.health.polls", s->counts.walks },
		{ "s1spool.health.requests", s->counts.requests },
		{ "s1spool.health.errors", s->counts.errors },
		{ "s1spool.health.skipped", s->counts.skipped },
		{ "s1spool.health.records", s->taken.lines },
		{ "s1spool.health.records_today", s->records_today },
		{ "s1spool.health.rejected", s->taken.rejected },
		{ "s1spool.health.unknown", s->taken.unknown },
		{ "s1spool.health.failed_conversions",
		    s->taken.failed_conversions },
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		put_int(o, counts[i].path, (int64_t)counts[i].n);
}

struct json_object *
health_doc_stream(const struct health_teller *t,
    const struct figures_stream *s)
{
	char *error = stream_error(s), *message = stream_message(s, error);
	struct json_object *o = begin(t, "dataset-state", s->console, error);

	put_text(o, "message", message);
	put_text(o, "s1spool.health.dataset", s->dataset);
	put_text(o, "s1spool.health.condition",
	    figures_condition_name[s->condition]);
	put_time(o, "s1spool.health.since", s->since_ms);
	put_int(o, "s1spool.health.interval_ms", s->interval_ms);
	put_int(o, "s1spool.health.lag_ms", s->lag_ms);
	put_time(o, "s1spool.health.last_poll", s->counts.last_poll_ms);
	put_time(o, "s1spool.health.last_record", s->taken.last_at_ms);
	put_counts(o, s);
	put_int(o, "s1spool.health.spooled_bytes", s->spooled.bytes);
	free(error);
	free(message);
	return o;
}
