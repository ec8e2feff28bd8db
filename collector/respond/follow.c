#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/base/num.h"
#include "collector/respond/action.h"

#define STATE_MAX 4096
/* Where people see no line that is drawn over itself. */
#define LINE_MS 30000

struct progress {
	bool terminal;
	int64_t start_ms, shown_ms;
};

static void
show(struct progress *p, const struct respond *r, const char *what,
    const char *state)
{
	int64_t now = clock_mono_ms();

	if (!p->terminal && now - p->shown_ms < LINE_MS)
		return;
	p->shown_ms = now;
	fprintf(stderr, "%s%s of %s: %s, %" PRId64 " s%s",
	    p->terminal ? "\r\033[K" : "", what, r->host.name, state,
	    (now - p->start_ms) / 1000, p->terminal ? "" : "\n");
	fflush(stderr);
}

static void
wipe(const struct progress *p)
{
	if (p->terminal)
		fputs("\r\033[K", stderr);
}

/* What goes on without us. */
static int
leave(struct respond *r, const char *what, const char *state)
{
	char after[NUM_TEXT];

	num_duration_text(r->wait_ms, after);
	if (ask_is_interrupted(r->ask))
		respond_say(r, "interrupted: the console has accepted the %s "
		    "of %s and goes on with it (%s); it cannot be cancelled, "
		    "see s1spool respond status %s", what, r->host.name, state,
		    r->host.id);
	else if (r->wait_ms == 0)
		respond_say(r, "the console has accepted the %s of %s; see "
		    "s1spool respond status %s", what, r->host.name,
		    r->host.id);
	else
		respond_say(r, "the console has accepted the %s of %s, which "
		    "is not completed after %s (%s) and goes on; see s1spool "
		    "respond status %s", what, r->host.name, after, state,
		    r->host.id);
	return RESPOND_UNFINISHED;
}

int
respond_follow(struct respond *r, const char *what, respond_look_fn *look,
    void *cookie)
{
	struct progress p = {
		.terminal = isatty(STDERR_FILENO),
		.start_ms = clock_mono_ms(),
	};
	int64_t end = p.start_ms + r->wait_ms, left;
	int code = RESPOND_GO;
	struct buf state;

	buf_init(&state, STATE_MAX);
	while (code == RESPOND_GO && !ask_is_interrupted(r->ask) &&
	    (left = end - clock_mono_ms()) > 0) {
		buf_reset(&state);
		code = look(r, cookie, &state);
		if (code != RESPOND_GO)
			break;
		show(&p, r, what, state.p);
		ask_pause(r->ask, left < r->conf->respond.poll_interval ? left :
		    r->conf->respond.poll_interval);
	}
	wipe(&p);
	if (code == RESPOND_GO)
		code = leave(r, what, state.p);
	buf_fini(&state);
	return code;
}

/* The first of a list, unless it was there before the order. */
static struct json_object *
newest(const struct respond *r, struct json_object *body)
{
	struct json_object *list, *first;

	if (!json_object_object_get_ex(body, "data", &list) ||
	    !json_object_is_type(list, json_type_array))
		return NULL;
	first = json_object_array_get_idx(list, 0);
	if (r->before != NULL &&
	    strcmp(host_text(first, "id"), r->before) == 0)
		return NULL;
	return first;
}

int
respond_activity(struct respond *r, const char *types,
    struct json_object **activity, struct buf *why)
{
	struct ask_reply reply;
	char since[ISO8601_LEN + 1];
	struct buf path;
	int code = RESPOND_GO;

	*activity = NULL;
	buf_init(&path, 4096);
	buf_addf(&path, "/activities?agentIds=%s&activityTypes=%s&sortBy="
	    "createdAt&sortOrder=desc&limit=1", r->host.id, types);
	if (r->sent_ms >= 0) {
		iso8601_bound(r->sent_ms, since);
		buf_addf(&path, "&createdAt__gte=%s", since);
	}
	ask_get(r->ask, path.p, 1, &reply);
	if (reply.verdict == VERDICT_OK) {
		*activity = json_object_get(newest(r, reply.body));
	} else {
		buf_adds(why, reply.detail.p);
		code = ask_exit(&reply);
	}
	ask_reply_fini(&reply);
	buf_fini(&path);
	return code;
}
