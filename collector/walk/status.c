/*
 * What the collector is doing, as JSON for `s1spool status` and for people.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/json/tree.h"
#include "collector/walk/backfill_view.h"
#include "collector/walk/figures.h"
#include "collector/walk/status.h"

#define STATUS_MODE 0640
#define STATUS_SPARE 4096 /* bytes, and as much as there is already */

static void
put_count(struct json_object *o, const char *name, uint64_t n)
{
	tree_put(o, name, tree_int((int64_t)n));
}

/* Of what there cannot be less than nothing, whatever clocks do. */
static void
put_amount(struct json_object *o, const char *name, int64_t n)
{
	put_count(o, name, n > 0 ? (uint64_t)n : 0);
}

/* How far the walk is that goes on. */
static void
put_progress(struct json_object *o, struct poller *p)
{
	const struct walk *w = poller_walk(p);

	if (!w->open || p->kind == WALK_BACKFILL)
		return;
	tree_put_time(o, "walk_began", w->window.upper);
	put_count(o, "page", (uint64_t)w->page + 1);
	if (!chain_is_pending(p))
		return;
	put_count(o, "parents", poller_run(p)->work.n);
	put_count(o, "parents_done", (uint64_t)w->child);
}

/* Members of records that have no field: how many, of which names. */
static void
put_unknown(struct json_object *o, const struct intake *in)
{
	const struct unknown *u = &in->unknown;
	struct json_object *names;

	put_count(o, "unknown", in->counts.unknown);
	if (u->n == 0)
		return;
	names = tree_object();
	for (size_t i = 1; i < u->n; i++)
		if (u->name[i].count > 0)
			put_count(names, mapper_dropped_name(in->mapper,
			    (unsigned)i), u->name[i].count);
	tree_put(o, "unknown_members", names);
	if (u->name[0].count > 0)
		put_count(o, "unknown_others", u->name[0].count);
}

static void
put_files(struct json_object *o, const char *name, struct figures_files files)
{
	struct json_object *member = tree_object();

	put_amount(member, "segments", files.segments);
	put_amount(member, "bytes", files.bytes);
	tree_put(o, name, member);
}

static void
put_rate(struct json_object *o, double left, double most)
{
	struct json_object *member;

	if (most <= 0)
		return;
	member = tree_object();
	put_count(member, "left", (uint64_t)left);
	put_count(member, "most", (uint64_t)most);
	tree_put(o, "rate", member);
}

/* How it fares. */
static void
put_state(struct json_object *o, const struct figures_stream *s)
{
	tree_put_text(o, "console", s->console);
	tree_put_text(o, "dataset", s->dataset);
	tree_put_text(o, "condition", figures_condition_name[s->condition]);
	tree_put_text(o, "state", s->state);
	tree_put_text(o, "reason", s->reason);
	tree_put_time(o, "since", s->since_ms);
	tree_put_time(o, "until", s->until_ms);
	tree_put_time(o, "watermark", s->watermark_ms);
	put_amount(o, "lag_ms", s->lag_ms);
	put_amount(o, "interval_ms", s->interval_ms);
	tree_put_time(o, "last_poll", s->counts.last_poll_ms);
	tree_put_time(o, "last_record", s->taken.last_at_ms);
	tree_put_time(o, "last_new", s->taken.last_new_ms);
}

/* What it has done. */
static void
put_counts(struct json_object *o, const struct figures_stream *s)
{
	put_count(o, "polls", s->counts.walks);
	put_count(o, "requests", s->counts.requests);
	put_count(o, "errors", s->counts.errors);
	put_progress(o, s->poller);
	put_count(o, "skipped", s->counts.skipped);
	put_count(o, "records", s->taken.lines);
	put_count(o, "records_today", s->records_today);
	put_count(o, "bytes", s->taken.bytes);
	put_count(o, "seen", s->taken.seen);
	put_count(o, "rejected", s->taken.rejected);
	put_count(o, "shortened", s->taken.shortened);
	put_count(o, "maybe_doubled", s->counts.maybe_doubled);
	put_unknown(o, &s->poller->intake);
	put_count(o, "failed_conversions", s->taken.failed_conversions);
}

/* What is fetched of the past. */
static void
put_backfill(struct json_object *o, const struct poller *p)
{
	struct backfill_view v;

	if (backfill_view_of(p, &v))
		tree_put(o, "backfill", backfill_view_to_json(&v));
}

/* What it has left. */
static void
put_kept(struct json_object *o, const struct figures_stream *s)
{
	const struct poller *p = s->poller;

	put_count(o, "ids", idset_count(p->seen.ids));
	tree_put_text(o, "segment", p->pos.end.segment);
	tree_put_text(o, "sealed", p->pos.sealed);
	put_files(o, "spooled", s->spooled);
	put_files(o, "archived", s->archived);
	put_rate(o, s->rate_left, s->rate_most);
	put_backfill(o, p);
}

/* One object at a time is a tree: there may be thousands.  Adopts it. */
static void
add_object(struct buf *text, struct json_object *o)
{
	buf_adds(text, tree_print(o, TREE_PLAIN));
	json_object_put(o);
}

static void
add_spool(struct buf *text, const struct figures *f)
{
	struct json_object *o = tree_object();

	put_amount(o, "unshipped", f->unshipped);
	put_amount(o, "archived", f->archived);
	put_amount(o, "free", f->free);
	put_amount(o, "max_size", f->max_size);
	put_amount(o, "min_free", f->min_free);
	tree_put_text(o, "limit", f->limit);
	tree_put_time(o, "since", f->limit_since_ms);
	add_object(text, o);
}

static void
put_token(struct json_object *o, const struct token_view *v)
{
	struct json_object *token = tree_object();

	tree_put_text(token, "state", token_state_name[v->state]);
	tree_put_time(token, "created", v->created_ms);
	tree_put_time(token, "expires", v->expires_ms);
	if (v->expires_ms > 0)
		tree_put(token, "days_left", tree_int(v->days_left));
	tree_put_time(token, "asked", v->asked_ms);
	tree_put(o, "token", token);
}

static void
add_console(struct buf *text, const struct figures_console *c)
{
	struct json_object *o = tree_object();

	tree_put_text(o, "console", c->name);
	tree_put(o, "token_refused", tree_flag(c->token_refused));
	put_token(o, &c->token);
	put_amount(o, "unshipped", c->unshipped);
	if (c->max_size > 0)
		put_amount(o, "max_size", c->max_size);
	add_object(text, o);
}

static void
add_stream(struct buf *text, const struct figures_stream *s)
{
	struct json_object *o = tree_object();

	put_state(o, s);
	put_counts(o, s);
	put_kept(o, s);
	add_object(text, o);
	s->poller->changed = false;
}

static void
add_time(struct buf *text, const char *name, int64_t ms)
{
	char when[ISO8601_LEN];

	iso8601_format(ms, when);
	buf_addf(text, "\"%s\":\"%.*s\",\n", name, ISO8601_LEN, when);
}

/* A line each for those of whom there can be many. */
static void
build(struct buf *text, const struct figures *f)
{
	buf_addf(text, "{\"version\":%d,\n", STATUS_VERSION);
	add_time(text, "written", f->at_ms);
	add_time(text, "started", f->started_ms);
	buf_adds(text, "\"spool\":");
	add_spool(text, f);
	buf_adds(text, ",\n\"consoles\":[");
	for (size_t i = 0; i < f->n_consoles; i++) {
		buf_adds(text, i == 0 ? "\n" : ",\n");
		add_console(text, &f->consoles[i]);
	}
	buf_adds(text, "\n],\n\"streams\":[");
	for (size_t i = 0; i < f->n_streams; i++) {
		buf_adds(text, i == 0 ? "\n" : ",\n");
		add_stream(text, &f->streams[i]);
	}
	buf_adds(text, "\n]}\n");
}

static void
or_changed(void *cookie, struct poller *p)
{
	*(bool *)cookie |= p->changed;
}

/*
 * A new file takes the place of the old one.  It keeps some room, for a full
 * disk has none for a new one, and that is what is to be told then.
 */
static int
replace_file(int dirfd, struct slice text)
{
	int fd = fs_replace_begin(dirfd, STATUS_FILE, STATUS_MODE);

	if (fd < 0)
		return -1;
	(void)!fallocate(fd, FALLOC_FL_KEEP_SIZE, 0,
	    2 * (off_t)text.len + STATUS_SPARE);
	if (fs_write_full(fd, text.p, text.len) < text.len ||
	    fs_replace_end(dirfd, STATUS_FILE, fd) != 0) {
		fs_replace_cancel(dirfd, STATUS_FILE, fd);
		return -1;
	}
	close(fd);
	return 0;
}

/* Over the old file, with blanks behind what is shorter: to cut it would give
 * its room away. */
static int
write_over(int dirfd, struct slice text)
{
	int fd = openat(dirfd, STATUS_FILE, O_WRONLY | O_CLOEXEC);
	struct stat sb;
	struct buf b;
	int r = -1;

	if (fd < 0)
		return -1;
	buf_init(&b, SIZE_MAX);
	buf_add(&b, text.p, text.len);
	if (fstat(fd, &sb) == 0) {
		while (b.len < (size_t)sb.st_size)
			buf_addc(&b, '\n');
		r = fs_write_full(fd, b.p, b.len) == b.len ? 0 : -1;
	}
	buf_fini(&b);
	close(fd);
	return r;
}

static void
write_file(int dirfd, struct slice text)
{
	if (replace_file(dirfd, text) == 0 ||
	    (fs_is_full(errno) && write_over(dirfd, text) == 0))
		return;
	log_warn("cannot write " STATUS_FILE ": %s", strerror(errno));
}

/* Also without a change now and then: whoever reads it is to see that the
 * process goes on. */
static bool
is_due(struct engine *e)
{
	bool changed = clock_mono_ms() - e->status_ms >= STATUS_AT_LEAST_MS;

	engine_each(e, or_changed, &changed);
	return changed;
}

void
engine_write_status(struct engine *e)
{
	struct figures f;
	struct buf text;

	if (!is_due(e))
		return;
	e->status_ms = clock_mono_ms();
	buf_init(&text, SIZE_MAX);
	figures_take(&f, e);
	build(&text, &f);
	write_file(e->env.state_dirfd, buf_slice(&text));
	figures_fini(&f);
	buf_fini(&text);
}
