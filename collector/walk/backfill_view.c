#include "config.h"

#include "collector/walk/backfill_view.h"

#include "collector/base/iso8601.h"
#include "collector/json/tree.h"
#include "collector/walk/poller.h"

bool
backfill_view_of(const struct poller *p, struct backfill_view *v)
{
	const struct backfill *b = p->backfill;
	const struct backfill_run *run = &p->backfilling;
	int64_t since = p->pos.coverage.since;

	if (b == NULL || b->figures.asked_ms == 0)
		return false;
	*v = (struct backfill_view){
		.console = p->console,
		.dataset = p->dataset->name,
		.request = b->request,
		.busy = b->n > 0,
		.figures = b->figures,
	};
	if (!v->busy)
		return true;
	v->left_ms = backfill_left(b, since == TIME_NONE ? INT64_MAX : since);
	if (b->walk.open)
		v->reached_ms = b->walk.window.upper;
	v->waits = run->waits_for != NULL || p->state >= POLLER_BACKOFF;
	v->stuck = p->state == POLLER_REFUSED || p->state == POLLER_DISABLED ||
	    p->state == POLLER_NO_TOKEN;
	v->reason = run->trouble != NULL ? run->trouble : run->waits_for;
	if (v->reason == NULL && p->state >= POLLER_BACKOFF)
		v->reason = p->reason;
	return true;
}

static void
put_text(struct json_object *o, const char *name, const char *s)
{
	if (s != NULL)
		tree_put(o, name, tree_text(s));
}

static void
put_int(struct json_object *o, const char *name, int64_t n)
{
	tree_put(o, name, tree_int(n));
}

static void
put_time(struct json_object *o, const char *name, int64_t ms)
{
	if (ms > 0)
		tree_put(o, name, tree_time(ms));
}

static const char *
state_of(const struct backfill_view *v)
{
	if (!v->busy)
		return "done";
	return v->stuck ? "stuck" : v->waits ? "waiting" : "running";
}

struct json_object *
backfill_view_to_json(const struct backfill_view *v)
{
	struct json_object *o = tree_object();

	put_text(o, "state", state_of(v));
	put_text(o, "reason", v->reason);
	put_text(o, "request", v->request);
	put_time(o, "asked", v->figures.asked_ms);
	put_time(o, "finished", v->figures.finished_ms);
	put_time(o, "reached", v->reached_ms);
	put_int(o, "done_ms", v->figures.done_ms);
	put_int(o, "left_ms", v->left_ms);
	put_int(o, "requests", v->figures.requests);
	put_int(o, "records", v->figures.records);
	put_int(o, "skipped", v->figures.skipped);
	return o;
}

static const char *
get_text(struct json_object *o, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(o, name, &member) ?
	    json_object_get_string(member) : NULL;
}

static int64_t
get_int(struct json_object *o, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(o, name, &member) ?
	    json_object_get_int64(member) : 0;
}

static int64_t
get_time(struct json_object *o, const char *name)
{
	const char *text = get_text(o, name);
	int64_t ms;

	return text != NULL && iso8601_parse(slice_of(text), &ms) == 0 ? ms :
									 0;
}

bool
backfill_view_from_json(struct json_object *stream, struct backfill_view *v)
{
	struct json_object *o;
	const char *state;

	*v = (struct backfill_view){
		.console = get_text(stream, "console"),
		.dataset = get_text(stream, "dataset"),
	};
	if (v->console == NULL || v->dataset == NULL ||
	    !json_object_object_get_ex(stream, "backfill", &o))
		return false;
	state = get_text(o, "state");
	v->busy = state != NULL && strcmp(state, "done") != 0;
	v->stuck = state != NULL && strcmp(state, "stuck") == 0;
	v->waits = v->stuck ||
	    (state != NULL && strcmp(state, "waiting") == 0);
	v->reason = get_text(o, "reason");
	v->request = get_text(o, "request");
	v->left_ms = get_int(o, "left_ms");
	v->reached_ms = get_time(o, "reached");
	v->figures = (struct backfill_figures){
		.asked_ms = get_time(o, "asked"),
		.finished_ms = get_time(o, "finished"),
		.done_ms = get_int(o, "done_ms"),
		.requests = get_int(o, "requests"),
		.records = get_int(o, "records"),
		.skipped = get_int(o, "skipped"),
	};
	return v->request != NULL;
}
