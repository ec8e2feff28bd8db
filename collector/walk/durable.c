/*
 * What of a poller is durable, and when: lines, then the ids that stand for
 * them, then the position, and only then what the position has made needless
 * goes.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/walk/poller.h"
#include "collector/walk/rebuild.h"
#include "spool/version.h"

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

/* False when the position says so already. */
static bool
note_sealed(struct poller *p)
{
	const char *sealed = stream_sealed(p->stream);

	if (strcmp(p->pos.sealed, sealed) == 0)
		return false;
	memcpy(p->pos.sealed, sealed, sizeof(p->pos.sealed));
	return true;
}

static void
note_end(struct poller *p)
{
	struct stream_pos end;

	stream_end(p->stream, &end);
	p->counts.files += strcmp(end.segment, p->pos.end.segment) != 0;
	p->pos.end = end;
	note_sealed(p);
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

/* After a sync that failed they may be on disk all the same, and are asked for
 * again: the only way to a line that is there twice. */
static void
doubt_appended(struct poller *p)
{
	p->counts.maybe_doubled += p->seen.n_appended - p->seen.n_notes;
	seen_forget_appended(&p->seen);
}

static bool
on_sync(void *cookie)
{
	struct poller *p = cookie;

	if (make_room_for_snapshot(p) != 0 || stream_sync(p->stream) != 0) {
		int error = errno;

		if (!stream_is_dirty(p->stream))
			doubt_appended(p);
		poller_spool_failed(p, error);
		return false;
	}
	seen_sync(&p->seen);
	note_end(p);
	if (p->seen.unsaved_bytes > SEEN_READ_BACK_MAX &&
	    p->seen.n_fresh == 0)
		save_ids(p);
	put_position(p);
	backfill_run_put(p);
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
	backfill_run_committed(p);
	if (p->state == POLLER_OPENING)
		poller_ask(p);
}

/* It shows as what it is, and not as a walk that is about to be opened. */
static void
on_waiting(void *cookie)
{
	struct poller *p = cookie;

	if (p->state == POLLER_OPENING)
		poller_next(p);
}

void
durable_init(struct poller *p)
{
	p->member = (struct commit_member){
		.sync = on_sync,
		.done = on_committed,
		.waits = on_waiting,
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

/* What is sealed others may know, whether it is polled or not. */
static void
publish_sealed(struct poller *p)
{
	if (note_sealed(p))
		poller_mark(p);
}

bool
poller_seal(struct poller *p, bool now)
{
	bool done;

	if (!is_settled(p))
		return false;
	done = stream_seal(p->stream, now);
	publish_sealed(p);
	return done;
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

/* 0, or -1 with a message when it must not be replaced by ours.  *lost says
 * why there is none. */
static int
load_position(struct poller *p, const char **lost, struct buf *err)
{
	struct slice text = journal_get(p->env->journal, p->key);
	char *what;

	*lost = NULL;
	if (text.p == NULL) {
		*lost = "the journal has none";
	} else if (position_parse(&p->pos, text) == 0) {
		p->committed = xstrndup(text.p, text.len);
	} else if (errno != EPROTONOSUPPORT) {
		*lost = "the journal's cannot be read";
	} else {
		what = xasprintf("the position of %s in the journal", p->key);
		version_explain(err, what);
		free(what);
		return -1;
	}
	return 0;
}

/* All polls go by the time in the heads of the lines, the oldest first. */
static bool
lines_suffice(const struct poller *p)
{
	bool by_id = p->rule.inventory && p->row->resend_query != NULL;

	return !p->rule.snapshot && p->source.clock.trust_at && !by_id;
}

/* Where a walk begins that knows nothing. */
static const char *
beginning(const struct bounds_rule *rule)
{
	if (rule->snapshot)
		return "a new sweep over everything";
	if (rule->inventory)
		return "everything there is";
	return rule->start_ms != 0 ? "start_time" : "initial_interval";
}

/* A stream without a line has nothing to lose. */
static void
rebuild_position(struct poller *p, const struct rebuild *r, const char *lost)
{
	bool complete = stream_is_complete(p->stream);
	const char *more = complete ? "" : "; what was in files that are "
	    "removed can come again, with equal ids";
	char from[ISO8601_LEN + 1];

	if (p->pos.end.segment[0] == '\0')
		return;
	p->pos.resent = r->resent;
	if (lines_suffice(p) &&
	    rebuild_coverage(r, complete, &p->pos.coverage)) {
		iso8601_bound(r->newest, from);
		log_event(LOG_WARN, p->console, p->dataset->name,
		    "the position is lost (%s) and made anew from the lines "
		    "in the spool, which reach to %s%s", lost, from, more);
		return;
	}
	log_event(LOG_WARN, p->console, p->dataset->name,
	    "the position is lost (%s), and the lines in the spool do not "
	    "tell it: it begins again with %s; what is in the spool is not "
	    "written twice%s", lost, beginning(&p->rule), more);
}

/* How the ids were found, where that was not as it should be. */
static void
tell_found(const struct poller *p, const struct seen_found *found)
{
	if (found->error == EBADMSG)
		log_event(LOG_WARN, p->console, p->dataset->name,
		    "the snapshot of the ids is damaged");
	if (found->error != 0 && idset_count(p->seen.ids) > 0)
		log_event(LOG_INFO, p->console, p->dataset->name,
		    "%zu ids were read back from the spool",
		    idset_count(p->seen.ids));
	if (found->damaged > 0)
		log_event(LOG_WARN, p->console, p->dataset->name,
		    "%zu lines or archives of the spool cannot be read: "
		    "their records can come again, with equal ids",
		    found->damaged);
}

static int
recover_ids(struct poller *p, struct rebuild *r, struct seen_found *found,
    struct buf *err)
{
	const struct walk *w = &p->pos.walk[WALK_POLL];
	struct seen_clock clock = {
		.trust_at = p->source.clock.trust_at,
		.lower_ms = TIME_NONE,
		.upper_ms = w->open ? w->window.upper :
				      p->pos.coverage.watermark,
	};

	struct seen_backfill backfill;

	backfill_run_find(p, &backfill);
	if (clock.upper_ms == TIME_NONE)
		clock.upper_ms = clock_wall_us() / 1000;
	if (seen_recover(&p->seen, p->stream, p->env->ids_dirfd, p->ids_name,
	    &clock, &backfill, r, &p->pos.ids, found) == 0) {
		if (!backfill.open)
			idset_drop_from(p->seen.ids, SEEN_HELD);
		return 0;
	}
	if (errno == EPROTONOSUPPORT) {
		char *what = xasprintf("the snapshot ids/%s", p->ids_name);

		version_explain(err, what);
		free(what);
	} else {
		buf_addf(err, "%s: cannot read back the spool: %s", p->key,
		    strerror(errno));
	}
	return -1;
}

/* What the spool has counts as seen, also behind the last position. */
int
durable_recover(struct poller *p, struct buf *err)
{
	struct seen_found found;
	struct rebuild r;
	const char *lost;

	rebuild_init(&r, &p->rule);
	if (load_position(p, &lost, err) != 0 ||
	    backfill_run_load(p, err) != 0 ||
	    recover_ids(p, &r, &found, err) != 0)
		return -1;
	stream_end(p->stream, &p->pos.end);
	publish_sealed(p);
	tell_found(p, &found);
	if (lost != NULL)
		rebuild_position(p, &r, lost);
	if (oldest_needed(p) != TIME_NONE)
		idset_expire(p->seen.ids, oldest_needed(p));
	/* Reading everything back once is enough.  A first snapshot can wait for
	 * poller_save(): there may be thousands to write, with a sync each. */
	if (p->seen.unsaved_bytes > SEEN_READ_BACK_MAX ||
	    (found.error != 0 && found.error != ENOENT &&
	    p->pos.end.segment[0] != '\0'))
		save_ids(p);
	return 0;
}
