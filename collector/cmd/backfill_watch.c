#include "config.h"

#include "collector/cmd/backfill_watch.h"

#include <json-c/json.h>
#include <stdint.h>
#include <string.h>

#include "collector/base/fsutil.h"
#include "collector/json/tree.h"
#include "collector/walk/status.h"

struct visit {
	const struct backfill_watch *watch;
	backfill_watch_fn *fn;
	void *cookie;
};

static void
offer(const struct visit *c, const struct backfill_view *v)
{
	if (choice_has(&c->watch->rq->choice, v->console, v->dataset))
		c->fn(c->cookie, v);
}

static void
of_poller(void *cookie, struct poller *p)
{
	struct backfill_view v;

	if (backfill_view_of(p, &v))
		offer(cookie, &v);
}

static bool
of_status(const struct visit *c, struct slice text)
{
	struct json_object *o = tree_parse_object(text), *streams;
	struct backfill_view v;
	size_t n = 0;
	bool found;

	found = json_object_object_get_ex(o, "streams", &streams) &&
	    json_object_is_type(streams, json_type_array);
	if (found)
		n = json_object_array_length(streams);
	for (size_t i = 0; i < n; i++)
		if (backfill_view_from_json(
		    json_object_array_get_idx(streams, i), &v))
			offer(c, &v);
	json_object_put(o);
	return found;
}

bool
backfill_watch_each(const struct backfill_watch *w, backfill_watch_fn *fn,
    void *cookie)
{
	struct visit c = { w, fn, cookie };
	struct buf text;
	bool found;

	if (w->engine != NULL) {
		engine_each(w->engine, of_poller, &c);
		return true;
	}
	buf_init(&text, SIZE_MAX);
	found = fs_read_file(w->state_dirfd, STATUS_FILE, &text) == 0 &&
	    of_status(&c, buf_slice(&text));
	buf_fini(&text);
	return found;
}

static void
add(void *cookie, const struct backfill_view *v)
{
	backfill_sum_add(cookie, v);
}

bool
backfill_watch_sum(const struct backfill_watch *w, struct backfill_sum *sum)
{
	*sum = (struct backfill_sum){ 0 };
	return backfill_watch_each(w, add, sum);
}

struct search {
	const char *request;
	bool found;
};

static void
compare(void *cookie, const struct backfill_view *v)
{
	struct search *s = cookie;

	s->found |= strcmp(v->request, s->request) == 0;
}

bool
backfill_watch_began(const struct backfill_watch *w)
{
	struct search s = { w->rq->id, false };

	backfill_watch_each(w, compare, &s);
	return s.found;
}
