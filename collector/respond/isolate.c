#include "config.h"

#include <string.h>

#include "collector/json/tree.h"
#include "collector/respond/action.h"

/* Isolation from the network and its end are the same in both directions. */
struct direction {
	const char *what; /* in messages */
	const char *order; /* what people confirm */
	const char *path;
	const char *target; /* networkStatus when it is done */
	const char *types; /* of activities that tell the end */
	const char *done, *failed; /* of them; failed NULL: none */
	const char *already;
};

static const struct direction directions[] = {
	{
		.what = "isolation",
		.order = "cut it off from the network, but for the console",
		.path = "/agents/actions/disconnect",
		.target = "disconnected",
		.types = "1001,2010",
		.done = "1001",
		.failed = "2010",
		.already = "is isolated already",
	},
	{
		.what = "release",
		.order = "let it back into the network",
		.path = "/agents/actions/connect",
		.target = "connected",
		.types = "1002",
		.done = "1002",
		.already = "is not isolated",
	},
};

static bool
is_type(struct json_object *activity, const char *type)
{
	return type != NULL &&
	    strcmp(host_text(activity, "activityType"), type) == 0;
}

/* The activity says more than the status: that it failed, and since when. */
static int
judge_activity(struct respond *r, const struct direction *d,
    struct json_object *activity)
{
	if (activity == NULL)
		return RESPOND_GO;
	respond_fact(r, "activity_id", tree_text(host_text(activity, "id")));
	if (is_type(activity, d->done))
		return RESPOND_DONE;
	if (!is_type(activity, d->failed))
		return RESPOND_GO;
	respond_say(r, "the %s of %s failed: %s", d->what, r->host.name,
	    host_text(activity, "primaryDescription"));
	return RESPOND_FAILED;
}

/* The status first: once it is as wanted, the activity is there, too. */
static int
look(struct respond *r, void *cookie, struct buf *state)
{
	const struct direction *d = *(const struct direction **)cookie;
	struct json_object *activity;
	struct buf why;
	int code;

	buf_init(&why, 64 << 10);
	if (host_again(r->ask, &r->host, 1, &why) == RESPOND_GO)
		buf_adds(state, r->host.network);
	else
		buf_addf(state, "%.*s", (int)strcspn(why.p, "\n"), why.p);
	respond_activity(r, d->types, &activity, &why);
	code = judge_activity(r, d, activity);
	json_object_put(activity);
	buf_fini(&why);
	if (code == RESPOND_GO && strcmp(r->host.network, d->target) == 0)
		code = RESPOND_DONE;
	if (code == RESPOND_DONE)
		respond_say(r, "%s is %s", r->host.name, d->target);
	return code;
}

/* What can be told without a change.  RESPOND_GO: it is needed. */
static int
check_state(struct respond *r, const struct direction *d)
{
	const char *now = r->host.network;

	if (strcmp(now, d->target) == 0) {
		respond_say(r, "%s %s: no change", r->host.name, d->already);
		return RESPOND_DONE;
	}
	if (strcmp(now, "connecting") != 0 &&
	    strcmp(now, "disconnecting") != 0)
		return RESPOND_GO;
	respond_say(r, "%s is %s: another change is under way, wait for its "
	    "end", r->host.name, now);
	return RESPOND_REFUSED;
}

static int
run(struct respond *r, const struct direction *d)
{
	struct order order = {
		.path = d->path,
		.counts = true,
		.types = d->types,
	};
	int code = check_state(r, d);

	if (code == RESPOND_GO)
		code = respond_permit(r, d->order);
	if (code == RESPOND_GO) {
		order.body = respond_filter(r);
		code = respond_send(r, &order, NULL);
		json_object_put(order.body);
	}
	if (code == RESPOND_GO)
		code = respond_follow(r, d->what, look, &d);
	return code;
}

static int
run_isolate(struct respond *r)
{
	return run(r, &directions[0]);
}

static int
run_release(struct respond *r)
{
	return run(r, &directions[1]);
}

static const char *const isolate_rights[] = {
	"Endpoints.view", "Endpoints.disconnectFromNetwork", "Activity Page.view",
	NULL
};
static const char *const release_rights[] = {
	"Endpoints.view", "Endpoints.reconnectToNetwork", "Activity Page.view",
	NULL
};

const struct action action_isolate = {
	.about = { "isolate", "HOST", "cut a host off from the network",
	    1, 1, ACTION_CHANGES, true },
	.asks_console = true,
	.has_host = true,
	.category = "host",
	.rights = isolate_rights,
	.run = run_isolate,
};

const struct action action_release = {
	.about = { "release", "HOST", "let it back into the network",
	    1, 1, ACTION_CHANGES, true },
	.asks_console = true,
	.has_host = true,
	.category = "host",
	.rights = release_rights,
	.run = run_release,
};
