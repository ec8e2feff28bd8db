#include "config.h"

#include "collector/walk/backfill_view.h"

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

const char *
backfill_view_state(const struct backfill_view *v)
{
	if (!v->busy)
		return v->figures.stopped_ms != 0 ? "stopped" : "done";
	return v->stuck ? "stuck" : v->waits ? "waiting" : "running";
}

struct json_object *
backfill_view_to_json(const struct backfill_view *v)
{
	struct json_object *o = tree_object();

	tree_put_text(o, "state", backfill_view_state(v));
	tree_put_text(o, "reason", v->reason);
	tree_put_text(o, "request", v->request);
	tree_put_time(o, "asked", v->figures.asked_ms);
	tree_put_time(o, "finished", v->figures.finished_ms);
	tree_put_time(o, "stopped", v->figures.stopped_ms);
	tree_put_time(o, "reached", v->reached_ms);
	tree_put_int(o, "done_ms", v->figures.done_ms);
	tree_put_int(o, "left_ms", v->left_ms);
	tree_put_int(o, "requests", v->figures.requests);
	tree_put_int(o, "records", v->figures.records);
	tree_put_int(o, "skipped", v->figures.skipped);
	return o;
}

int
backfill_per_cent(int64_t done_ms, int64_t left_ms)
{
	int64_t all = done_ms + left_ms;

	return all <= 0 ? 100 : (int)((double)done_ms * 100 / (double)all);
}

bool
backfill_view_from_json(struct json_object *stream, struct backfill_view *v)
{
	struct json_object *o;
	const char *state;

	*v = (struct backfill_view){
		.console = tree_get_text(stream, "console", NULL),
		.dataset = tree_get_text(stream, "dataset", NULL),
	};
	if (v->console == NULL || v->dataset == NULL ||
	    !json_object_object_get_ex(stream, "backfill", &o))
		return false;
	state = tree_get_text(o, "state", "done");
	v->busy = strcmp(state, "done") != 0 && strcmp(state, "stopped") != 0;
	v->stuck = strcmp(state, "stuck") == 0;
	v->waits = v->stuck || strcmp(state, "waiting") == 0;
	v->reason = tree_get_text(o, "reason", NULL);
	v->request = tree_get_text(o, "request", NULL);
	v->left_ms = tree_get_int(o, "left_ms", 0);
	v->reached_ms = tree_get_time(o, "reached", 0);
	v->figures = (struct backfill_figures){
		.asked_ms = tree_get_time(o, "asked", 0),
		.finished_ms = tree_get_time(o, "finished", 0),
		.stopped_ms = tree_get_time(o, "stopped", 0),
		.done_ms = tree_get_int(o, "done_ms", 0),
		.requests = tree_get_int(o, "requests", 0),
		.records = tree_get_int(o, "records", 0),
		.skipped = tree_get_int(o, "skipped", 0),
	};
	return v->request != NULL;
}
