#include "config.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mock/gen.h"
#include "tests/mock/history.h"
#include "tests/mock/respond.h"
#include "tests/mock/respond_filter.h"
#include "tests/mock/stamp.h"

/* What an action leads through and to. */
static const struct change {
	uint32_t during, after, type;
} disconnect = { NETWORK_DISCONNECTING, NETWORK_DISCONNECTED,
    ACTIVITY_DISCONNECTED },
    refused = { NETWORK_DISCONNECTING, NETWORK_CONNECTED,
    ACTIVITY_DISCONNECT_FAILED },
    connect = { NETWORK_CONNECTING, NETWORK_CONNECTED, ACTIVITY_CONNECTED };

/* A new version of the agent's record, to be seen at once. */
static void
set_network(struct console *c, struct row *agent, uint32_t state)
{
	int64_t now = console_now(c);

	agent->state = state;
	store_forget(c->store, agent);
	store_publish(c->store, SET_AGENT, agent,
	    now > agent->updated ? now : agent->updated + 1, now);
	store_advance(c->store, now);
}

static void
finish(struct console *c, size_t n, const struct change *change)
{
	struct row *agent = store_row(c->store, SET_AGENT, (uint32_t)n);
	int64_t now = console_now(c);
	struct row *activity;

	/* Another action came in between. */
	if (agent->state != change->during)
		return;
	set_network(c, agent, change->after);
	activity = history_add_about(c->store, &c->world, now, change->type,
	    agent);
	store_publish(c->store, SET_ACTIVITY, activity, activity->updated, now);
	store_advance(c->store, now);
}

static void
finish_disconnect(struct console *c, size_t n)
{
	finish(c, n, &disconnect);
}

static void
finish_refused(struct console *c, size_t n)
{
	finish(c, n, &refused);
}

static void
finish_connect(struct console *c, size_t n)
{
	finish(c, n, &connect);
}

/* An agent that is away does it when it is back. */
static void
begin(struct console *c, struct row *agent, const struct change *change,
    void (*fire)(struct console *c, size_t n))
{
	set_network(c, agent, change->during);
	if ((agent->kind & AGENT_INACTIVE) == 0 &&
	    strcmp(respond_text(c, "network"), "stuck") != 0)
		respond_after(c, respond_number(c, "network_seconds"), fire,
		    agent->index);
}

static void
serve(struct exchange *x, const struct change *change,
    void (*fire)(struct console *c, size_t n))
{
	struct console *c = x->console;
	int told = (int)respond_number(c, "affected");
	struct filtered f;

	if (filter_read(x, &f) != 0)
		return;
	for (size_t i = 0; i < f.n; i++)
		begin(c, f.agent[i], change, fire);
	reply_begin(x, 200, "application/json");
	buf_addf(&x->out, "{\"data\":{\"affected\":%d},\"errors\":[]}",
	    told < 0 ? (int)f.n : told);
	filter_fini(&f);
}

void
respond_disconnect(struct exchange *x)
{
	if (strcmp(respond_text(x->console, "network"), "fail") == 0)
		serve(x, &refused, finish_refused);
	else
		serve(x, &disconnect, finish_disconnect);
}

void
respond_connect(struct exchange *x)
{
	serve(x, &connect, finish_connect);
}
