/*
 * What the collector is doing, as JSON for `s1spool status` and for people.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/walk/engine.h"

#define STATUS_FILE "status.json"
#define STATUS_MODE 0640
#define STATUS_SPARE 4096 /* bytes, and as much as there is already */

static void
put_text(struct json_object *o, const char *name, const char *s)
{
	if (s != NULL)
		json_object_object_add(o, name, json_object_new_string(s));
}

static void
put_count(struct json_object *o, const char *name, uint64_t n)
{
	json_object_object_add(o, name, json_object_new_uint64(n));
}

/* 0 stands for never. */
static void
put_time(struct json_object *o, const char *name, int64_t ms)
{
	char text[ISO8601_LEN];

	if (ms <= 0)
		return;
	iso8601_format(ms, text);
	json_object_object_add(o, name,
	    json_object_new_string_len(text, ISO8601_LEN));
}

/* How far the walk is that goes on. */
static void
put_progress(struct json_object *o, struct poller *p)
{
	const struct walk *w = poller_walk(p);

	if (!w->open)
		return;
	put_time(o, "walk_began", w->window.upper);
	put_count(o, "page", (uint64_t)w->page + 1);
	if (!chain_is_pending(p))
		return;
	put_count(o, "parents", p->work.n);
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
	names = json_object_new_object();
	for (size_t i = 1; i < u->n; i++)
		if (u->name[i].count > 0)
			put_count(names, mapper_dropped_name(in->mapper,
			    (unsigned)i), u->name[i].count);
	json_object_object_add(o, "unknown_members", names);
	if (u->name[0].count > 0)
		put_count(o, "unknown_others", u->name[0].count);
}

static void
put_stream(void *cookie, struct poller *p)
{
	const struct intake_counts *c = &p->intake.counts;
	struct json_object *o = json_object_new_object();

	put_text(o, "console", p->console);
	put_text(o, "dataset", p->dataset->name);
	put_text(o, "state", poller_state_name[p->state]);
	put_text(o, "reason", p->reason);
	put_time(o, "since", p->since_ms);
	put_time(o, "watermark", p->pos.coverage.watermark);
	put_time(o, "last_poll", p->counts.last_poll_ms);
	put_time(o, "last_record", c->last_at_ms);
	put_count(o, "polls", p->counts.walks);
	put_count(o, "requests", p->counts.requests);
	put_count(o, "errors", p->counts.errors);
	put_progress(o, p);
	put_count(o, "skipped", p->counts.skipped);
	put_count(o, "records", c->lines);
	put_count(o, "bytes", c->bytes);
	put_count(o, "seen", c->seen);
	put_count(o, "rejected", c->rejected);
	put_count(o, "shortened", c->shortened);
	put_count(o, "maybe_doubled", p->counts.maybe_doubled);
	put_unknown(o, &p->intake);
	put_count(o, "failed_conversions", c->failed_conversions);
	put_count(o, "ids", idset_count(p->seen.ids));
	put_text(o, "segment", p->pos.end.segment);
	put_text(o, "sealed", p->pos.sealed);
	json_object_array_add(cookie, o);
	p->changed = false;
}

static void
or_changed(void *cookie, struct poller *p)
{
	*(bool *)cookie |= p->changed;
}

static void
put_spool(struct json_object *o, const struct budget *b)
{
	static const char *const limits[] = {
		[BUDGET_FULL] = "spool.max_size",
		[BUDGET_NO_DISK] = "spool.min_free",
	};
	struct json_object *member = json_object_new_object();

	put_count(member, "unshipped", (uint64_t)b->usage.unshipped);
	put_count(member, "archived", (uint64_t)b->usage.archived);
	put_count(member, "free", (uint64_t)b->usage.free);
	put_text(member, "limit", limits[b->limit]);
	put_time(member, "since", b->since_ms);
	json_object_object_add(o, "spool", member);
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

void
engine_write_status(struct engine *e)
{
	struct json_object *o, *streams;
	struct slice text;
	bool changed = false;

	engine_each(e, or_changed, &changed);
	if (!changed)
		return;
	o = json_object_new_object();
	streams = json_object_new_array();
	json_object_object_add(o, "version", json_object_new_int(1));
	put_time(o, "written", clock_wall_us() / 1000);
	put_spool(o, &e->budget);
	engine_each(e, put_stream, streams);
	json_object_object_add(o, "streams", streams);
	text = slice_of(json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	write_file(e->env.state_dirfd, text);
	json_object_put(o);
}
