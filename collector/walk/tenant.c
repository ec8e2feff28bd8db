#include "config.h"

#include "collector/walk/tenant.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/client/trace.h"
#include "collector/walk/health.h"

#define INFO_PATH "/web/api/v2.1/system/info"
/* An older Date header, and the time passed since, is no clock any more. */
#define CLOCK_AGE_MS (300 * 1000)
/* A dead token is tried again so often; its file is looked at each second. */
#define LOCKED_OUT_MS (60 * 1000)
#define LOOK_MS 1000

struct console *
tenant_console(struct tenant *t)
{
	return t->console;
}

bool
tenant_is_locked_out(const struct tenant *t)
{
	return t->locked_out;
}

int64_t
tenant_clock(const struct tenant *t)
{
	int64_t now;

	if (t->console == NULL)
		return -1;
	now = console_clock(t->console, NULL);
	/* A console without Date headers: our own clock is what is left. */
	if (now < 0 && t->without_clock)
		now = clock_wall_us() / 1000;
	return now;
}

bool
tenant_now(struct tenant *t, int64_t *now_ms)
{
	int64_t age = 0, now = console_clock(t->console, &age);
	bool just_asked = t->asked &&
	    clock_mono_ms() - t->asked_ms < CLOCK_AGE_MS;

	if (!just_asked && (now < 0 || age > CLOCK_AGE_MS)) {
		tenant_ask(t);
		return false;
	}
	if (now < 0 && !t->without_clock) {
		t->without_clock = true;
		log_event(LOG_WARN, t->conf->name, NULL, "the console sends "
		    "no Date header that makes sense: walks go by the clock of "
		    "this machine");
	}
	*now_ms = tenant_clock(t);
	return true;
}

const char *
tenant_why(const struct tenant *t)
{
	return t->why;
}

static struct token_file
look_at_token(const struct tenant *t)
{
	struct stat st = { 0 };

	stat(t->conf->api_token_file, &st);
	return token_file_of(&st);
}

/* The console refuses the token: what is known of its life tells why. */
static char *
why_refused(const struct tenant *t)
{
	struct token_view v;
	char at[ISO8601_LEN + 1];

	token_watch_view(&t->watch, &v);
	if (v.expires_ms == 0)
		return xstrdup("the console refuses the API token");
	iso8601_bound(v.expires_ms, at);
	if (v.state == TOKEN_EXPIRED)
		return xasprintf("the API token expired at %s", at);
	return xasprintf("the console refuses the API token, though it was to "
	    "be valid until %s: it was revoked or replaced", at);
}

/* As "%s", for another reason is no repeat for the log. */
static void
tell(const struct tenant *t, const char *why)
{
	char *text = xasprintf("%s; nothing is collected until %s works", why,
	    t->conf->api_token_file);

	log_event(LOG_ERROR, t->conf->name, NULL, "%s", text);
	free(text);
}

/* why is adopted; told once for each of the two kinds. */
static void
lock_out(struct tenant *t, char *why, bool unusable)
{
	why[strcspn(why, "\n")] = '\0';
	if (!t->locked_out || unusable != t->unusable)
		tell(t, why);
	free(t->why);
	t->why = why;
	t->locked_out = true;
	t->unusable = unusable;
	t->refused = look_at_token(t);
	t->retry_ms = clock_mono_ms() + LOCKED_OUT_MS;
	if (!t->env->once)
		timer_set(&t->timer, LOOK_MS);
}

static void
let_in(struct tenant *t)
{
	if (!t->locked_out)
		return;
	t->locked_out = false;
	t->unusable = false;
	timer_cancel(&t->timer);
	log_event(LOG_INFO, t->conf->name, NULL, "the token works again");
	token_watch_look(&t->watch);
}

static void
tell_pollers(struct tenant *t, const struct answer *answer)
{
	for (int i = 0; i < DATASET_COUNT; i++)
		if (t->poller[i] != NULL)
			poller_on_info(t->poller[i], answer);
}

static void
on_info(void *cookie, const struct answer *answer)
{
	struct tenant *t = cookie;

	t->info = NULL;
	if (answer->verdict != VERDICT_RETRY &&
	    answer->verdict != VERDICT_CONFIG) {
		t->asked = true;
		t->asked_ms = clock_mono_ms();
	}
	if (answer->no_token)
		tenant_no_token(t, answer->detail);
	else if (answer->verdict == VERDICT_AUTH)
		lock_out(t, why_refused(t), false);
	else if (answer->verdict == VERDICT_OK)
		let_in(t);
	tell_pollers(t, answer);
}

void
tenant_no_token(struct tenant *t, const char *why)
{
	lock_out(t, xstrdup(why), true);
}

void
tenant_ask(struct tenant *t)
{
	struct call call = {
		.path = INFO_PATH,
		.rate_class = "/system/info",
		.trace = t->trace,
		.on_done = on_info,
		.cookie = t,
	};

	if (t->info == NULL && t->console != NULL)
		t->info = request_start(t->console, &call);
}

static bool
open_console(struct tenant *t, struct buf *err)
{
	if (t->console == NULL)
		t->console = console_new(t->client, t->conf, err);
	return t->console != NULL;
}

static bool
token_changed(const struct tenant *t)
{
	struct token_file now = look_at_token(t);

	return !token_file_same(&now, &t->refused);
}

/* The files of a console that could not be opened may be right now. */
static void
open_later(struct tenant *t)
{
	struct buf err;

	buf_init(&err, 4096);
	if (!open_console(t, &err)) {
		lock_out(t, xstrdup(err.p), true);
	} else {
		let_in(t);
		tell_pollers(t, &(struct answer){ .verdict = VERDICT_OK });
	}
	buf_fini(&err);
}

static void
on_timer(void *cookie)
{
	struct tenant *t = cookie;

	timer_set(&t->timer, LOOK_MS);
	if (clock_mono_ms() < t->retry_ms && !token_changed(t))
		return;
	t->refused = look_at_token(t);
	t->retry_ms = clock_mono_ms() + LOCKED_OUT_MS;
	if (t->console == NULL)
		open_later(t);
	else
		tenant_ask(t);
}

void
tenant_try_now(struct tenant *t)
{
	if (t->locked_out) {
		t->retry_ms = clock_mono_ms();
		timer_set(&t->timer, 0);
	}
	for (int i = 0; i < DATASET_COUNT; i++)
		if (t->poller[i] != NULL && (t->poller[i]->state ==
		    POLLER_REFUSED || t->poller[i]->state == POLLER_DISABLED))
			timer_set(&t->poller[i]->timer, 0);
}

static bool
open_pollers(struct tenant *t, tenant_filter *filter, void *cookie,
    struct buf *err)
{
	for (int i = 0; i < DATASET_COUNT; i++) {
		if (!t->conf->dataset[i].enabled ||
		    (filter != NULL && !filter(cookie, (enum dataset_id)i)))
			continue;
		t->poller[i] = poller_new(t->env, t, t->conf, dataset_table[i],
		    &t->conf->dataset[i], err);
		if (t->poller[i] == NULL)
			return false;
	}
	return true;
}

/* They hold all that the console knows but its secrets. */
static void
warn_of_traces(const struct conf_console *c)
{
	bool any = c->enable_request_tracer;

	for (int id = 0; id < DATASET_COUNT; id++)
		any |= c->dataset[id].enabled &&
		    c->dataset[id].enable_request_tracer;
	if (any)
		log_event(LOG_WARN, c->name, NULL, "requests and answers are "
		    "written to files (enable_request_tracer or "
		    "--trace-requests): for debugging "
		    "only");
}

struct tenant *
tenant_new(const struct poller_env *env, struct client *client,
    const struct conf_console *conf, tenant_filter *filter, void *cookie,
    struct buf *err)
{
	struct tenant *t = xcalloc(1, sizeof(*t));
	size_t before = err->len;
	int saved;

	t->conf = conf;
	t->client = client;
	t->env = env;
	timer_init(&t->timer, on_timer, t);
	token_watch_init(&t->watch, t);
	warn_of_traces(conf);
	if (conf->enable_request_tracer)
		t->trace = trace_new(env->state_dirfd, conf->name,
		    TRACE_CONSOLE);
	if (!open_console(t, err)) {
		if (env->once) {
			errno = EINVAL;
			goto err;
		}
		lock_out(t, xstrdup(err->p + before), true);
		buf_cut(err, before);
	}
	if (open_pollers(t, filter, cookie, err))
		return t;

err:
	saved = errno;
	tenant_free(t);
	errno = saved;
	return NULL;
}

void
tenant_free(struct tenant *t)
{
	if (t == NULL)
		return;
	timer_cancel(&t->timer);
	for (int i = 0; i < DATASET_COUNT; i++)
		poller_free(t->poller[i]);
	token_watch_fini(&t->watch);
	free(t->backfill_rate);
	health_free(t->health);
	console_free(t->console);
	trace_free(t->trace);
	free(t->why);
	free(t);
}
