#include "config.h"

#include "collector/walk/position.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "spool/version.h"

#define POSITION_VERSION 1

static const char *const kind_name[WALK_BACKFILL] = {
	[WALK_POLL] = "poll",
	[WALK_RESEND] = "resend",
};

void
position_init(struct position *p)
{
	*p = (struct position){ .resent = TIME_NONE };
	coverage_init(&p->coverage);
}

void
position_fini(struct position *p)
{
	for (int i = 0; i < WALK_BACKFILL; i++)
		walk_close(&p->walk[i]);
	position_init(p);
}

void
walk_close(struct walk *w)
{
	free(w->cursor);
	free(w->child_cursor);
	memset(w, 0, sizeof(*w));
}

void
walk_set_child(struct walk *w, int64_t child, const char *cursor)
{
	char *copy = xstrdup(cursor);

	free(w->child_cursor);
	w->child_cursor = copy;
	w->child = child;
}

void
walk_set_cursor(struct walk *w, const char *cursor)
{
	char *copy = xstrdup(cursor);

	free(w->cursor);
	w->cursor = copy;
	w->listed = false;
	walk_set_child(w, 0, NULL);
}

/* Writing: what is at its default is left out. */

static void
put_time(struct json_object *o, const char *name, int64_t ms)
{
	if (ms != TIME_NONE)
		tree_put(o, name, tree_int(ms));
}

static void
put_count(struct json_object *o, const char *name, int64_t n)
{
	if (n != 0)
		tree_put(o, name, tree_int(n));
}

static void
put_text(struct json_object *o, const char *name, const char *s)
{
	if (s != NULL && *s != '\0')
		tree_put(o, name, tree_text(s));
}

static void
put_flag(struct json_object *o, const char *name, bool set)
{
	if (set)
		tree_put(o, name, tree_flag(1));
}

static void
put_pos(struct json_object *o, const char *name, const struct stream_pos *pos)
{
	struct json_object *member;

	if (pos->segment[0] == '\0')
		return;
	member = tree_object();
	put_text(member, "segment", pos->segment);
	tree_put(member, "offset", tree_int(pos->offset));
	tree_put(o, name, member);
}

struct json_object *
walk_to_json(const struct walk *w)
{
	struct json_object *member;

	if (!w->open)
		return NULL;
	member = tree_object();
	put_time(member, "lower", w->window.lower);
	put_time(member, "upper", w->window.upper);
	put_count(member, "passes", w->window.passes);
	put_flag(member, "everything", w->everything);
	put_count(member, "phase", w->phase);
	tree_put_text(member, "cursor", w->cursor);
	put_count(member, "page", w->page);
	put_count(member, "restarts", w->restarts);
	put_flag(member, "listed", w->listed);
	put_count(member, "child", w->child);
	put_text(member, "child_cursor", w->child_cursor);
	put_count(member, "owed", w->owed);
	return member;
}

static void
put_walk(struct json_object *o, const char *name, const struct walk *w)
{
	if (w->open)
		tree_put(o, name, walk_to_json(w));
}

static void
put_debt(struct json_object *o, const struct debt *d)
{
	struct json_object *member;

	if (d->oldest == 0)
		return;
	member = tree_object();
	put_count(member, "oldest", d->oldest);
	put_count(member, "since", d->since);
	put_count(member, "asked", d->asked);
	tree_put(o, "debt", member);
}

static void
put_passes(struct json_object *o, const struct coverage *c)
{
	struct json_object *list = tree_list();

	for (size_t i = 0; i < PASS_MAX; i++)
		tree_push(list, c->pass_upper[i] == TIME_NONE ?
			NULL :
			tree_int(c->pass_upper[i]));
	tree_put(o, "passes", list);
}

int
position_print(struct buf *b, const struct position *p)
{
	struct json_object *o = tree_object();
	int failed;

	put_count(o, "version", POSITION_VERSION);
	put_time(o, "watermark", p->coverage.watermark);
	put_time(o, "floor", p->coverage.floor);
	put_time(o, "since", p->coverage.since);
	put_count(o, "own", p->coverage.own_ms);
	put_passes(o, &p->coverage);
	put_debt(o, &p->coverage.debt);
	put_time(o, "resent", p->resent);
	for (int i = 0; i < WALK_BACKFILL; i++)
		put_walk(o, kind_name[i], &p->walk[i]);
	put_pos(o, "end", &p->end);
	put_text(o, "sealed", p->sealed);
	put_pos(o, "ids", &p->ids);
	failed = buf_adds(b, tree_print(o, TREE_PLAIN));
	json_object_put(o);
	return failed;
}

/* Reading: what is absent or of another type has its default. */

/* A name that does not fit is none: recovery then reads more, not less. */
static void
get_name(struct json_object *o, const char *name, char out[STREAM_NAME_MAX])
{
	const char *s = tree_get_text(o, name, NULL);

	if (s != NULL && strlen(s) < STREAM_NAME_MAX)
		memcpy(out, s, strlen(s) + 1);
}

static void
get_pos(struct json_object *o, const char *name, struct stream_pos *pos)
{
	struct json_object *member;

	if (!json_object_object_get_ex(o, name, &member))
		return;
	get_name(member, "segment", pos->segment);
	if (pos->segment[0] != '\0')
		pos->offset = tree_get_int(member, "offset", 0);
}

void
walk_from_json(struct walk *w, struct json_object *member)
{
	walk_close(w);
	if (!json_object_is_type(member, json_type_object))
		return;
	w->open = true;
	w->window.lower = tree_get_int(member, "lower", TIME_NONE);
	w->window.upper = tree_get_int(member, "upper", TIME_NONE);
	w->window.passes = (unsigned)tree_get_int(member, "passes", 0);
	w->everything = tree_get_flag(member, "everything");
	w->phase = (int)tree_get_int(member, "phase", 0);
	w->page = tree_get_int(member, "page", 0);
	w->restarts = (int)tree_get_int(member, "restarts", 0);
	walk_set_cursor(w, tree_get_text(member, "cursor", NULL));
	w->listed = tree_get_flag(member, "listed");
	walk_set_child(w, tree_get_int(member, "child", 0),
	    tree_get_text(member, "child_cursor", NULL));
	w->owed = tree_get_int(member, "owed", 0);
}

static void
get_walk(struct json_object *o, const char *name, struct walk *w)
{
	struct json_object *member = tree_get(o, name, json_type_object);

	if (member != NULL)
		walk_from_json(w, member);
}

static void
get_debt(struct json_object *o, struct debt *d)
{
	struct json_object *member = tree_get(o, "debt", json_type_object);

	d->oldest = tree_get_int(member, "oldest", 0);
	d->since = tree_get_int(member, "since", 0);
	d->asked = tree_get_int(member, "asked", 0);
}

static void
get_passes(struct json_object *o, struct coverage *c)
{
	struct json_object *list, *item;

	if (!json_object_object_get_ex(o, "passes", &list) ||
	    !json_object_is_type(list, json_type_array))
		return;
	for (size_t i = 0; i < PASS_MAX; i++) {
		item = json_object_array_get_idx(list, i);
		if (json_object_is_type(item, json_type_int))
			c->pass_upper[i] = json_object_get_int64(item);
	}
}

static void
get_position(struct json_object *o, struct position *p)
{
	p->coverage.watermark = tree_get_int(o, "watermark", TIME_NONE);
	p->coverage.floor = tree_get_int(o, "floor", TIME_NONE);
	p->coverage.since = tree_get_int(o, "since", TIME_NONE);
	p->coverage.own_ms = tree_get_int(o, "own", 0);
	get_passes(o, &p->coverage);
	get_debt(o, &p->coverage.debt);
	p->resent = tree_get_int(o, "resent", TIME_NONE);
	for (int i = 0; i < WALK_BACKFILL; i++)
		get_walk(o, kind_name[i], &p->walk[i]);
	get_pos(o, "end", &p->end);
	get_name(o, "sealed", p->sealed);
	get_pos(o, "ids", &p->ids);
}

int
position_parse(struct position *p, struct slice text)
{
	struct json_object *o = tree_parse_object(text);
	enum version_verdict version = VERSION_NONE;

	position_fini(p);
	if (o != NULL)
		version = version_check(tree_get_int(o, "version", 0),
		    POSITION_VERSION);
	if (version == VERSION_KNOWN)
		get_position(o, p);
	json_object_put(o);
	errno = version == VERSION_LATER ? EPROTONOSUPPORT : EBADMSG;
	return version == VERSION_KNOWN ? 0 : -1;
}
