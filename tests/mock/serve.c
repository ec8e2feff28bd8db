#include "config.h"

#include "tests/mock/serve.h"

#include <string.h>

#include "collector/base/clock.h"
#include "tests/mock/bucket.h"
#include "tests/mock/control.h"
#include "tests/mock/endpoint.h"
#include "tests/mock/fault.h"
#include "tests/mock/produce.h"
#include "tests/mock/reqlog.h"
#include "tests/mock/respond.h"

static void
serve_console(struct exchange *x)
{
	struct console *c = x->console;
	const struct endpoint *e = endpoint_find(x);
	const char *path = x->path;

	if (strncmp(path, ENDPOINT_ROOT, strlen(ENDPOINT_ROOT)) == 0)
		path += strlen(ENDPOINT_ROOT);
	if (!faults_meet(c->faults, x, path, e == NULL ? NULL : e->dataset)) {
		if (c->buckets != NULL &&
		    !buckets_take(c->buckets, path, clock_mono_ms()))
			fault_reply(x, "429");
		else
			endpoint_serve(e, x);
	}
	reqlog_add(c->log, x, e == NULL ? "other" : e->path, console_now(c));
	x->logged = true;
}

void
serve_request(struct exchange *x)
{
	struct console *c = x->console;

	pthread_mutex_lock(&c->lock);
	producer_run(c->producer, console_now(c));
	respond_run(c);
	store_advance(c->store, console_now(c));
	if (control_is(x->path))
		control_serve(x);
	else
		serve_console(x);
	pthread_mutex_unlock(&c->lock);
}

void
serve_done(struct exchange *x)
{
	if (!x->logged)
		return;
	pthread_mutex_lock(&x->console->lock);
	reqlog_sent(x->console->log);
	pthread_mutex_unlock(&x->console->lock);
}
