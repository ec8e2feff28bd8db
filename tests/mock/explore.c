#include "config.h"

#include "tests/mock/explore.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "tests/mock/gen.h"
#include "tests/mock/list.h"
#include "tests/mock/stamp.h"

static const struct param event_params[] = {
	{ "eventTypes", PARAM_IGNORED, 0 },
	{ "eventSubTypes", PARAM_IGNORED, 0 },
	{ NULL, PARAM_IGNORED, 0 },
};

static const struct list_kind timeline = { SET_TIMELINE,
	{ .sorts = 1u << KEY_CREATED | 1u << KEY_KIND,
	.default_sort = KEY_CREATED, .max_limit = 1000 }, "", false };
static const struct list_kind events = { SET_THREAT_EVENT,
	{ .params = event_params, .sorts = 1u << KEY_ID | 1u << KEY_CREATED,
	.default_sort = KEY_ID, .max_limit = 1000 }, "", true };

static struct row
step(const struct console *c, const struct row *threat, uint32_t n)
{
	int64_t created = threat->created + (int64_t)n * 37 * STAMP_SECOND +
	    12345;

	return (struct row){ .index = n, .created = created,
		.updated = created - 2000, .kind = 19 + n % 6,
		.agent = threat->agent, .threat = threat->index,
		.group = threat->group, .id = world_id(&c->world, created,
		SET_TIMELINE, threat->index) };
}

struct row
explore_event(const struct console *c, const struct row *threat, uint32_t n)
{
	/* They came before the threat was seen, those of an update after. */
	int64_t created = threat->created - STAMP_DAY / 24 +
	    (int64_t)n * 7 * STAMP_SECOND + 4321;

	return (struct row){ .index = n, .created = created,
		.updated = created, .agent = threat->agent,
		.threat = threat->index, .group = threat->group,
		.id = world_id(&c->world, created, SET_THREAT_EVENT,
		threat->index) };
}

static void
reply_below(struct exchange *x, const struct list_kind *kind,
    uint32_t (*count)(const struct world *w, const struct row *threat),
    struct row (*make)(const struct console *c, const struct row *threat,
    uint32_t n))
{
	const struct console *c = x->console;
	const struct row *threat = store_find(c->store, SET_THREAT, x->id);
	struct row *row;
	uint32_t n;

	if (threat == NULL) {
		reply_error(x, 404, 4040010, "Requested resource was not found",
		    NULL);
		return;
	}
	n = count(&c->world, threat);
	row = xcalloc(n + 1, sizeof(*row));
	for (uint32_t i = 0; i < n; i++)
		row[i] = make(c, threat, i);
	list_made(x, kind, row, n);
	free(row);
}

void
explore_timeline(struct exchange *x)
{
	reply_below(x, &timeline, gen_timeline_count, step);
}

void
explore_events(struct exchange *x)
{
	reply_below(x, &events, gen_threat_event_count, explore_event);
}
