/*
 * What of a poller is durable, and when: lines, then the ids that stand for
 * them, then the position, and only then what the position has made needless
 * goes.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/walk/poller.h"

/* A start has to read back what came after the snapshot: keep that short. */
static void
save_ids(struct poller *p)
{
	if (seen_save(&p->seen, p->stream, p->env->ids_dirfd, p->ids_name,
	    &p->pos.ids) == 0)
		return;
	log_event(LOG_WARN, p->console, p->dataset->name,
	    "cannot save the snapshot of the ids: %s; the next start reads "
	    "them back from the spool", strerror(errno));
}

/* Lines go to another segment now: the one before is sealed. */
static void
note_end(struct poller *p)
{
	struct stream_pos end;

	stream_end(p->stream, &end);
	if (strcmp(end.segment, p->pos.end.segment) != 0) {
		p->counts.files++;
		memcpy(p->pos.sealed, p->pos.end.segment,
		    sizeof(p->pos.sealed));
	}
	p->pos.end = end;
}

/* The time from which on ids can be met again. */
static int64_t
oldest_needed(const struct poller *p)
{
	const struct walk *resend = &p->pos.walk[WALK_RESEND];
	int64_t keep = bounds_keep(&p->rule, &p->pos.coverage);

	/* Ids of re-sent lines have the start of their walk, in seconds. */
	if (resend->open && resend->window.upper < keep)
		keep = resend->window.upper / 1000 * 1000;
	return keep;
}

static void
put_position(struct poller *p)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	position_print(&text, &p->pos);
	journal_put(p->env->journal, p->key, buf_slice(&text));
	free(p->printed);
	p->printed = xstrdup(text.p);
	p->printed_needs = oldest_needed(p);
	buf_fini(&text);
}

/* Too much to read back: what is in the batch must not stand in the way. */
static int
make_room_for_snapshot(struct poller *p)
{
	if (p->seen.unsaved_bytes <= SEEN_READ_BACK_MAX || p->intake.hold)
		return 0;
	return intake_flush(&p->intake);
}

static bool
on_sync(void *cookie)
{
	struct poller *p = cookie;

	if (make_room_for_snapshot(p) != 0 || stream_sync(p->stream) != 0) {
		int error = errno;

		/* They may be on disk all the same, and are asked for
		 * again: the only way to a line that is there twice. */
		p->counts.maybe_doubled += p->seen.n_appended -
		    p->seen.n_notes;
		seen_forget_appended(&p->seen);
		poller_spool_failed(p, error);
		return false;
	}
	seen_sync(&p->seen);
	note_end(p);
	if (p->seen.unsaved_bytes > SEEN_READ_BACK_MAX &&
	    p->seen.n_fresh == 0)
		save_ids(p);
	put_position(p);
	return true;
}

static void
on_committed(void *cookie)
{
	struct poller *p = cookie;

	free(p->committed);
	p->committed = p->printed;
	p->printed = NULL;
	/* Not before the position that can do without them is durable. */
	if (p->printed_needs != TIME_NONE)
		idset_expire(p->seen.ids, p->printed_needs);
	if (p->state == POLLER_OPENING)
		poller_ask(p);
}

void
durable_init(struct poller *p)
{
	p->member = (struct commit_member){
		.sync = on_sync,
		.done = on_committed,
		.cookie = p,
	};
}

/* Everything that was read is in the segment and durable. */
static bool
is_settled(const struct poller *p)
{
	return !p->intake.begun && !stream_is_dirty(p->stream) &&
	    p->seen.n_fresh == 0;
}

/* All that is there is sealed: others may know, whether it is polled or not. */
static void
publish_sealed(struct poller *p)
{
	if (strcmp(p->pos.sealed, p->pos.end.segment) == 0)
		return;
	memcpy(p->pos.sealed, p->pos.end.segment, sizeof(p->pos.sealed));
	poller_mark(p);
}

bool
poller_seal(struct poller *p, bool now)
{
	if (!is_settled(p) || !stream_seal(p->stream, now))
		return false;
	publish_sealed(p);
	return true;
}

/*
 * A sealed segment is needed for as long as a start would read it back: there
 * is a new snapshot when a segment begins, and when the last one is sealed.
 */
bool
poller_save(struct poller *p)
{
	bool sealed = strcmp(p->pos.sealed, p->pos.end.segment) == 0;

	if (!is_settled(p) ||
	    (strcmp(p->pos.ids.segment, p->pos.end.segment) == 0 &&
	    (!sealed || p->pos.ids.offset == p->pos.end.offset)))
		return false;
	save_ids(p);
	poller_mark(p);
	return true;
}

/* What the spool has counts as seen, also behind the last position. */
int
durable_recover(struct poller *p, struct buf *err)
{
	const struct walk *w = &p->pos.walk[WALK_POLL];
	struct seen_clock clock = {
		.trust_at = p->source.clock.trust_at,
		.upper_ms = w->open ? w->window.upper :
				      p->pos.coverage.watermark,
	};
	bool rebuilt;

	if (clock.upper_ms == TIME_NONE)
		clock.upper_ms = clock_wall_us() / 1000;
	if (seen_recover(&p->seen, p->stream, p->env->ids_dirfd, p->ids_name,
	    &clock, &p->pos.ids, &rebuilt) != 0) {
		buf_addf(err, "%s/%s: cannot read back the spool: %s",
		    p->console, p->dataset->name, strerror(errno));
		return -1;
	}
	if (rebuilt && idset_count(p->seen.ids) > 0)
		log_event(LOG_INFO, p->console, p->dataset->name,
		    "%zu ids were read back from the spool",
		    idset_count(p->seen.ids));
	if (oldest_needed(p) != TIME_NONE)
		idset_expire(p->seen.ids, oldest_needed(p));
	stream_end(p->stream, &p->pos.end);
	publish_sealed(p);
	if (p->seen.unsaved_bytes > SEEN_READ_BACK_MAX)
		save_ids(p);
	return 0;
}
