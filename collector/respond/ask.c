#include "config.h"

#include "collector/respond/ask.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/json/weight.h"
#include "collector/respond/exit.h"

/* The longest answer is a thousand agents, of 5 KiB each. */
#define BODY_MAX ((size_t)16 << 20)
#define DETAIL_CAP 4096
#define FIRST_PAUSE_MS 1000
#define PAUSE_MAX_MS 15000 /* longer nobody sits in front of it */
#define DOWNLOAD_TIMEOUT_MS 600000 /* one that stands still ends before */

struct ask {
	const char *name; /* the console's, borrowed */
	struct client *client;
	struct console *console;
	int signals; /* -1: not caught */
	bool interrupted;
	/* The call that runs. */
	struct ask_reply *reply;
	bool (*on_piece)(void *cookie, struct slice piece);
	void *cookie; /* of on_piece */
	int64_t retry_after_ms;
	bool done;
	bool in_vain; /* the same would come again */
};

struct ask *
ask_new(const struct conf_console *conf, struct buf *err)
{
	struct client *client = client_new(err);
	struct console *console;
	struct ask *a;

	if (client == NULL)
		return NULL;
	console = console_new(client, conf, err);
	if (console == NULL) {
		client_free(client);
		return NULL;
	}
	a = xcalloc(1, sizeof(*a));
	a->name = conf->name;
	a->client = client;
	a->console = console;
	a->signals = -1;
	return a;
}

void
ask_free(struct ask *a)
{
	if (a == NULL)
		return;
	console_free(a->console);
	client_free(a->client);
	if (a->signals >= 0)
		close(a->signals);
	free(a);
}

int64_t
ask_clock(const struct ask *a)
{
	return console_clock(a->console, NULL);
}

/* interruption */

void
ask_catch(struct ask *a)
{
	sigset_t set;

	if (a->signals >= 0)
		return;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return;
	a->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (a->signals < 0)
		pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

bool
ask_is_interrupted(const struct ask *a)
{
	return a->interrupted;
}

/* One round of the loop, at most so long. */
static void
turn(struct ask *a, int64_t ms)
{
	struct signalfd_siginfo info;

	client_poll(a->client, (int)ms, a->signals);
	if (a->signals >= 0 &&
	    read(a->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		a->interrupted = true;
}

void
ask_pause(struct ask *a, int64_t ms)
{
	int64_t end = clock_mono_ms() + ms, left;

	while (!a->interrupted && (left = end - clock_mono_ms()) > 0)
		turn(a, left < 1000 ? left : 1000);
}

/* a call */

static bool
on_body(void *cookie, struct slice piece)
{
	struct ask *a = cookie;

	return a->on_piece(a->cookie, piece);
}

static void
on_done(void *cookie, const struct answer *answer)
{
	struct ask *a = cookie;

	a->done = true;
	a->retry_after_ms = answer->retry_after_ms;
	a->reply->verdict = answer->verdict;
	a->reply->status = answer->status;
	buf_adds(&a->reply->detail, answer->detail);
}

/* Fill reply; what arrives goes to on_piece. */
static void
perform(struct ask *a, struct call call,
    bool (*on_piece)(void *cookie, struct slice piece), void *cookie,
    struct ask_reply *reply)
{
	struct request *request;

	*reply = (struct ask_reply){ .verdict = VERDICT_RETRY };
	buf_init(&reply->detail, DETAIL_CAP);
	a->reply = reply;
	a->on_piece = on_piece;
	a->cookie = cookie;
	a->done = false;
	a->retry_after_ms = -1;
	call.on_body = on_body;
	call.on_done = on_done;
	call.cookie = a;
	request = request_start(a->console, &call);
	while (!a->done && !a->interrupted)
		turn(a, 1000);
	if (a->done)
		return;
	request_cancel(request);
	buf_adds(&reply->detail, "interrupted before the console's answer was "
	    "there");
}

struct text {
	struct buf buf;
	bool is_full;
};

static bool
keep(void *cookie, struct slice piece)
{
	struct text *text = cookie;

	text->is_full = buf_add_slice(&text->buf, piece) != 0;
	return !text->is_full;
}

/* It came with 200, and is none all the same. */
static void
refuse(const struct ask *a, struct ask_reply *reply, const char *why)
{
	reply->verdict = VERDICT_RETRY;
	buf_reset(&reply->detail);
	buf_addf(&reply->detail, "%s: the console's answer %s", a->name, why);
}

static void
parse(const struct ask *a, struct ask_reply *reply, struct slice text)
{
	reply->body = tree_parse_object(text);
	if (reply->body == NULL)
		refuse(a, reply, "is no whole JSON object");
}

static void
ask_once(struct ask *a, const char *path, const char *body,
    struct ask_reply *reply)
{
	char *full = xasprintf("%s%s", ASK_ROOT, path);
	struct text text = { .is_full = false };
	struct slice all;

	buf_init(&text.buf, BODY_MAX);
	perform(a, (struct call){ .path = full, .body = body,
	    .once = body != NULL }, keep, &text, reply);
	all = buf_slice(&text.buf);
	a->in_vain = text.is_full || json_weight(all) > JSON_WEIGHT_MAX;
	if (a->in_vain)
		refuse(a, reply, text.is_full ? "is too large to be one" :
		    "has too many values to be one");
	else if (reply->verdict == VERDICT_OK)
		parse(a, reply, all);
	buf_fini(&text.buf);
	free(full);
}

/* When to ask again; -1: not while somebody waits for it. */
static int64_t
pause_before(const struct ask *a, int64_t pause, struct ask_reply *reply)
{
	char span[NUM_TEXT];

	if (a->retry_after_ms <= pause)
		return pause;
	if (a->retry_after_ms <= PAUSE_MAX_MS)
		return a->retry_after_ms;
	num_duration_text(a->retry_after_ms, span);
	buf_addf(&reply->detail, "; it asks to come back in %s", span);
	return -1;
}

void
ask_get(struct ask *a, const char *path, int tries, struct ask_reply *reply)
{
	int64_t least = FIRST_PAUSE_MS, pause;

	for (;; least *= 2) {
		ask_once(a, path, NULL, reply);
		if (reply->verdict != VERDICT_RETRY || --tries <= 0 ||
		    a->interrupted || a->in_vain)
			return;
		pause = pause_before(a, least, reply);
		if (pause < 0)
			return;
		ask_reply_fini(reply);
		ask_pause(a, pause);
	}
}

void
ask_post(struct ask *a, const char *path, const char *body,
    struct ask_reply *reply)
{
	ask_once(a, path, body, reply);
}

void
ask_download(struct ask *a, const char *full, bool anonymous,
    bool (*on_piece)(void *cookie, struct slice piece), void *cookie,
    struct ask_reply *reply)
{
	perform(a, (struct call){
		.path = full,
		.any_body = true,
		.anonymous = anonymous,
		.timeout_ms = DOWNLOAD_TIMEOUT_MS,
	}, on_piece, cookie, reply);
}

void
ask_reply_fini(struct ask_reply *reply)
{
	json_object_put(reply->body);
	reply->body = NULL;
	buf_fini(&reply->detail);
}

int
ask_exit(const struct ask_reply *reply)
{
	switch (reply->verdict) {
	case VERDICT_AUTH:
	case VERDICT_DENIED:
		return RESPOND_DENIED;
	case VERDICT_GONE:
	case VERDICT_BAD:
		return RESPOND_REJECTED;
	default:
		/* Too many requests, and so refused before it was done. */
		return reply->status == 429 ? RESPOND_REJECTED :
		    RESPOND_UNKNOWN;
	}
}
