#include "config.h"

#include "collector/walk/health.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/walk/budget.h"
#include "collector/walk/position.h"

#define BATCH_MAX (1 << 20)
#define ID_MAX 64

struct health {
	const struct poller_env *env;
	const char *console; /* the configuration's */
	char *key; /* in the journal */
	struct stream *stream;
	struct position pos; /* how far it is, for prune */
	struct commit_member member;
	struct buf lines; /* of one moment */
	size_t n;
};

static void
warn(const struct health *h, const char *what)
{
	log_event(LOG_WARN, h->console, HEALTH_DATASET,
	    "cannot %s the health of the collector: %s", what,
	    strerror(errno));
}

/* True when the position says something new. */
static bool
note_position(struct health *h)
{
	const char *sealed = stream_sealed(h->stream);
	struct stream_pos end;
	bool changed;

	stream_end(h->stream, &end);
	changed = strcmp(h->pos.sealed, sealed) != 0 ||
	    strcmp(h->pos.end.segment, end.segment) != 0 ||
	    h->pos.end.offset != end.offset;
	memcpy(h->pos.sealed, sealed, strlen(sealed) + 1);
	h->pos.end = end;
	/* No start reads anything back. */
	h->pos.ids = end;
	return changed;
}

static bool
on_sync(void *cookie)
{
	struct health *h = cookie;
	struct buf text;

	if (stream_sync(h->stream) != 0) {
		warn(h, "write");
		return false;
	}
	note_position(h);
	buf_init(&text, BATCH_MAX);
	position_print(&text, &h->pos);
	journal_put(h->env->journal, h->key, buf_slice(&text));
	buf_fini(&text);
	return true;
}

static void
nothing(void *cookie)
{
	(void)cookie;
}

struct health *
health_open(const struct poller_env *env, const char *console)
{
	struct health *h = xcalloc(1, sizeof(*h));
	struct buf err;

	buf_init(&err, BATCH_MAX);
	h->env = env;
	h->console = console;
	h->key = xasprintf("%s/" HEALTH_DATASET, console);
	h->member = (struct commit_member){ on_sync, nothing, nothing, h,
		NULL, false, false };
	position_init(&h->pos);
	buf_init(&h->lines, BATCH_MAX);
	h->stream = stream_open(env->spool, console, HEALTH_DATASET, &err);
	if (h->stream == NULL) {
		log_event(LOG_WARN, console, HEALTH_DATASET, "%s", err.p);
		health_free(h);
		h = NULL;
	} else if (note_position(h)) {
		commit_mark(env->commit, &h->member);
	}
	buf_fini(&err);
	return h;
}

void
health_free(struct health *h)
{
	if (h == NULL)
		return;
	commit_leave(h->env->commit, &h->member);
	stream_close(h->stream);
	position_fini(&h->pos);
	buf_fini(&h->lines);
	free(h->key);
	free(h);
}

bool
health_seal(struct health *h, bool now)
{
	bool done;

	if (h == NULL)
		return true;
	if (stream_is_dirty(h->stream))
		return false;
	done = stream_seal(h->stream, now);
	if (note_position(h))
		commit_mark(h->env->commit, &h->member);
	return done;
}

/* Whatever is told at that time by that name has that id. */
static void
make_id(const struct health *h, const char *name, struct slice at,
    char id[ID_MAX])
{
	char *text = xasprintf("%s %s %.*s", h->console, name, (int)at.len,
	    at.p);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(text, strlen(text), digest, &n, EVP_sha1(), NULL) != 1)
		abort();
	EVP_EncodeBlock((unsigned char *)id, digest, (int)n);
	free(text);
}

bool
health_begin(struct health *h)
{
	buf_reset(&h->lines);
	h->n = 0;
	if (stream_begin(h->stream, BATCH_MAX) == 0)
		return true;
	warn(h, "write");
	return false;
}

void
health_add(struct health *h, const char *name, int64_t at_ms,
    const char *json)
{
	char id[ID_MAX], text[ISO8601_LEN];
	struct slice at = { text, sizeof(text) };
	size_t before = h->lines.len;

	iso8601_format(at_ms, text);
	make_id(h, name, at, id);
	if (stream_prefix(h->stream, &h->lines, slice_of(id), at, 0) != 0)
		return;
	/* The head has the object's brace. */
	if (buf_adds(&h->lines, json + 1) == 0 &&
	    buf_addc(&h->lines, '\n') == 0) {
		h->n++;
		return;
	}
	buf_cut(&h->lines, before);
	stream_unprefix(h->stream);
}

void
health_end(struct health *h)
{
	size_t kept = h->n;

	if (stream_append(h->stream, buf_slice(&h->lines), h->n, &kept) != 0)
		warn(h, "write");
	if (kept == 0)
		return;
	if (h->env->budget != NULL)
		budget_note(h->env->budget, h->console, HEALTH_DATASET,
		    (int64_t)h->lines.len);
	commit_mark(h->env->commit, &h->member);
	buf_fini(&h->lines);
}
