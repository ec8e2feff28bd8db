#include "config.h"

#include "collector/walk/token_watch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/client/backoff.h"
#include "collector/client/token_details.h"
#include "collector/walk/tenant.h"

/* How often the file and the calendar are looked at. */
#define LOOK_MS (60 * 1000LL)
/* A console that answers with 401 here, though not everywhere. */
#define REFUSED_MS (3600 * 1000LL)
#define RECORD_MAX 1000

/* No data waits for the answer. */
static const struct backoff patience = { 60 * 1000, 3600 * 1000 };

/* The first that brings the end of the token's life is enough. */
static const struct {
	const char *path, *rate_class, *body;
	int (*read)(struct token_details *t, struct slice body);
} questions[] = {
	{ TOKEN_LIFE_PATH, TOKEN_LIFE_CLASS, TOKEN_LIFE_BODY,
	    token_details_life },
	{ TOKEN_USER_PATH, TOKEN_USER_CLASS, NULL, token_details_user },
};
#define N_QUESTIONS (sizeof(questions) / sizeof(questions[0]))

static void ask(struct token_watch *w);

static int64_t
now_of(const struct token_watch *w)
{
	int64_t now = tenant_clock(w->tenant);

	return now >= 0 ? now : clock_wall_us() / 1000;
}

static struct token_file
file_of(const struct token_watch *w)
{
	struct stat st = { 0 };

	stat(w->tenant->conf->api_token_file, &st);
	return token_file_of(&st);
}

static void
mark(struct token_watch *w)
{
	commit_mark(w->tenant->env->commit, &w->member);
}

static bool
sync_record(void *cookie)
{
	struct token_watch *w = cookie;
	struct buf text;

	buf_init(&text, RECORD_MAX);
	token_life_print(&text, &w->life);
	journal_put(w->tenant->env->journal, w->key, buf_slice(&text));
	buf_fini(&text);
	return true;
}

/* The journal keeps what it could not write; nothing waits for it here. */
static void
nothing(void *cookie)
{
	(void)cookie;
}

static void
warn(struct token_watch *w)
{
	const struct conf_console *conf = w->tenant->conf;
	int64_t days = token_life_warn(&w->life, now_of(w));
	char *text, at[ISO8601_LEN + 1];

	if (days == 0)
		return;
	mark(w);
	iso8601_bound(w->life.expires_ms, at);
	/* As "%s": each of these warnings is another one for the log. */
	text = xasprintf("the API token expires at %s, in less than %" PRId64
	    " day%s: put a new one into %s", at, days, days == 1 ? "" : "s",
	    conf->api_token_file);
	log_event(LOG_WARN, conf->name, NULL, "%s", text);
	free(text);
}

static void
tell_end(const struct token_watch *w)
{
	const char *console = w->tenant->conf->name;
	char at[ISO8601_LEN + 1];

	iso8601_bound(w->life.expires_ms, at);
	log_event(LOG_INFO, console, NULL, "the API token is valid until %s",
	    at);
}

static void
rest(struct token_watch *w, int64_t wait_ms)
{
	w->retry_ms = clock_mono_ms() + wait_ms;
	timer_set(&w->timer, LOOK_MS);
}

static void
told(struct token_watch *w, const struct token_details *d)
{
	w->failures = 0;
	if (token_life_told(&w->life, d->created_ms, d->expires_ms, &w->file,
	    now_of(w)) && d->expires_ms != 0)
		tell_end(w);
	mark(w);
	warn(w);
	rest(w, 0);
}

/* It is known what this token may ask: tomorrow again. */
static void
not_told(struct token_watch *w, const char *why)
{
	struct token_details none;

	if (!w->told_untold)
		log_event(LOG_INFO, w->tenant->conf->name, NULL,
		    "the console does not tell when its API token expires: %s",
		    why);
	w->told_untold = true;
	token_details_init(&none);
	/* What it told before of the same token is still true. */
	if (token_file_same(&w->file, &w->life.file)) {
		none.created_ms = w->life.created_ms;
		none.expires_ms = w->life.expires_ms;
	}
	told(w, &none);
}

static void
next_question(struct token_watch *w, const struct answer *answer,
    const char *why)
{
	if (++w->question < N_QUESTIONS) {
		ask(w);
		return;
	}
	/* A dead token is dealt with elsewhere. */
	if (answer->verdict == VERDICT_AUTH)
		rest(w, REFUSED_MS);
	else
		not_told(w, why);
}

static void
on_answer(struct token_watch *w, const struct answer *answer)
{
	struct token_details d;

	token_details_init(&d);
	if (questions[w->question].read(&d, buf_slice(&w->body)) != 0)
		next_question(w, answer, "its answer cannot be read");
	else if (d.expires_ms == 0)
		next_question(w, answer, "its answer has no \"expiresAt\"");
	else
		told(w, &d);
	token_details_fini(&d);
}

static void
on_failure(struct token_watch *w, const struct answer *answer)
{
	uint32_t bits = 0;

	if (answer->verdict == VERDICT_RETRY ||
	    answer->verdict == VERDICT_CONFIG) {
		(void)!getrandom(&bits, sizeof(bits), GRND_NONBLOCK);
		rest(w, backoff_delay(&patience, ++w->failures,
		    answer->retry_after_ms, bits));
		return;
	}
	if (answer->verdict == VERDICT_AUTH)
		tenant_ask(w->tenant);
	next_question(w, answer, answer->detail);
}

static void
on_done(void *cookie, const struct answer *answer)
{
	struct token_watch *w = cookie;

	w->request = NULL;
	if (answer->verdict == VERDICT_OK)
		on_answer(w, answer);
	else
		on_failure(w, answer);
}

static bool
on_body(void *cookie, struct slice piece)
{
	struct token_watch *w = cookie;

	return buf_add_slice(&w->body, piece) == 0;
}

static void
ask(struct token_watch *w)
{
	struct call call = {
		.path = questions[w->question].path,
		.rate_class = questions[w->question].rate_class,
		.body = questions[w->question].body,
		.body_has_token = true,
		.trace = w->tenant->trace,
		.on_body = on_body,
		.on_done = on_done,
		.cookie = w,
	};

	buf_reset(&w->body);
	w->request = request_start(tenant_console(w->tenant), &call);
}

static void
on_timer(void *cookie)
{
	struct token_watch *w = cookie;

	timer_set(&w->timer, LOOK_MS);
	w->file = file_of(w);
	/* Our own clock may be months from the console's. */
	if (w->life.asked_ms != 0 && tenant_clock(w->tenant) < 0 &&
	    token_file_same(&w->file, &w->life.file))
		return;
	warn(w);
	if (tenant_is_locked_out(w->tenant) || w->request != NULL ||
	    clock_mono_ms() < w->retry_ms ||
	    !token_life_is_due(&w->life, &w->file, now_of(w)))
		return;
	w->question = 0;
	ask(w);
}

void
token_watch_init(struct token_watch *w, struct tenant *t)
{
	struct slice text;

	*w = (struct token_watch){ .tenant = t };
	w->key = xasprintf("%s#token", t->conf->name);
	w->member = (struct commit_member){ .sync = sync_record,
		.done = nothing, .waits = nothing, .cookie = w };
	buf_init(&w->body, TOKEN_DETAILS_MAX);
	timer_init(&w->timer, on_timer, w);
	text = journal_get(t->env->journal, w->key);
	if (text.p != NULL)
		token_life_parse(&w->life, text);
}

void
token_watch_fini(struct token_watch *w)
{
	if (w->request != NULL)
		request_cancel(w->request);
	timer_cancel(&w->timer);
	if (w->tenant != NULL)
		commit_leave(w->tenant->env->commit, &w->member);
	buf_fini(&w->body);
	free(w->key);
}

void
token_watch_start(struct token_watch *w, int64_t delay_ms)
{
	if (w->timer.slot == 0)
		timer_set(&w->timer, delay_ms);
}

void
token_watch_look(struct token_watch *w)
{
	w->retry_ms = 0;
	if (w->timer.slot != 0)
		timer_set(&w->timer, 0);
}

void
token_watch_view(const struct token_watch *w, struct token_view *v)
{
	int64_t now = now_of(w);

	*v = (struct token_view){
		.state = token_life_state(&w->life, now),
		.created_ms = w->life.created_ms,
		.expires_ms = w->life.expires_ms,
		.asked_ms = w->life.asked_ms,
		.days_left = token_life_days(&w->life, now),
	};
	if (w->tenant->unusable)
		v->state = TOKEN_UNUSABLE;
	else if (tenant_is_locked_out(w->tenant) && v->state != TOKEN_EXPIRED)
		v->state = TOKEN_REFUSED;
}
