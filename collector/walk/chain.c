/*
 * Chained walks: a page of parents becomes the work list, and each parent's
 * child records are asked for in turn.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"
#include "collector/walk/poller.h"

static bool
merges(const struct poller *p)
{
	return p->row->child_mode == WALK_CHILD_MERGE;
}

/* Which page a work list is of; the list of any other page is of no use. */
static char *
page_name(const struct walk *w)
{
	return xasprintf("%" PRId64 " %d %s", w->window.upper, w->phase,
	    w->cursor != NULL ? w->cursor : "");
}

bool
chain_is_pending(const struct poller *p)
{
	if (!p->with_child || p->kind == WALK_RESEND)
		return false;
	return p->kind == WALK_BACKFILL ? p->backfill->walk.listed :
					  p->pos.walk[WALK_POLL].listed;
}

/*
 * The work list and the position are separate records, and either can be the
 * older one.  Records to merge into are never there after a start: their page
 * is asked for again, and the parents that were done are passed over.
 */
static void
load(struct poller *p, struct walk *w, struct walk_run *run)
{
	struct slice text = journal_get(p->env->journal, run->work_key);
	char *name = page_name(w);
	bool same;

	run->n_done = 0;
	run->child_any = false;
	if (run->work.of == NULL && text.p != NULL)
		work_parse(&run->work, text);
	same = w->open && p->with_child && run->work.of != NULL &&
	    strcmp(run->work.of, name) == 0 &&
	    w->child < (int64_t)run->work.n;
	free(name);
	if (same && (!merges(p) || run->work.records.len > 0)) {
		walk_set_child(w, w->child, merges(p) ? NULL :
		    w->child_cursor);
		return;
	}
	if (same)
		run->n_done = w->child;
	else
		work_reset(&run->work);
	w->listed = false;
	walk_set_child(w, 0, NULL);
}

void
chain_load(struct poller *p)
{
	load(p, &p->pos.walk[WALK_POLL], &p->run[WALK_POLL]);
	if (p->backfill != NULL)
		load(p, &p->backfill->walk, &p->run[WALK_BACKFILL]);
}

int
chain_take_parent(struct poller *p, struct slice record)
{
	if (work_add(&p->listing, record, p->row->parent_key, merges(p)) == 0)
		return 0;
	/* What is no record is rejected where all records are. */
	return errno == EINVAL ? intake_add(&p->intake, record, &p->source) :
				 -1;
}

/* What is sent again was not done before that. */
static int64_t
resend_number(const struct poller *p)
{
	return p->kind == WALK_BACKFILL ? p->backfill->item[0].resend : 0;
}

/*
 * A parent as it is now: false when it tells no time of change.  A parent that
 * was done is known by this key.
 */
static bool
version_of(struct poller *p, const struct work_parent *parent,
    struct idset_key *key, int64_t *at_ms)
{
	const char *at = parent->key[p->row->parent_time];
	struct buf text;

	if (p->row->parent_time == 0 || at == NULL ||
	    iso8601_parse(slice_of(at), at_ms) != 0)
		return false;
	buf_init(&text, strlen(parent->key[0]) + strlen(at) + 1);
	buf_addf(&text, "%s %s", parent->key[0], at);
	*key = idset_key(buf_slice(&text), resend_number(p));
	buf_fini(&text);
	return true;
}

static bool
is_done(struct poller *p, const struct work_parent *parent)
{
	struct idset_key key;
	int64_t at_ms;

	return version_of(p, parent, &key, &at_ms) && seen_has(&p->seen, key);
}

/* What changed a moment ago may have records that are not visible yet: the
 * next poll, which looks back to it, asks again. */
static void
note_done(struct poller *p)
{
	const struct work_parent *parent =
	    &poller_run(p)->work.parent[poller_walk(p)->child];
	const struct seen_clock *clock = &p->source.clock;
	struct idset_key key;
	int64_t at_ms;

	if (version_of(p, parent, &key, &at_ms) &&
	    at_ms < clock->upper_ms - p->rule.look_back_ms)
		seen_note(&p->seen, key, clock->fixed_ms != 0 ?
		    clock->fixed_ms : clock->upper_ms);
}

static int
take_alone(struct poller *p, int64_t i)
{
	struct slice record = work_record(&poller_run(p)->work, (size_t)i);

	return intake_add(&p->intake, record, &p->source);
}

/* Go to the next parent that has a child to ask for, or to the next page. */
static int
advance(struct poller *p)
{
	struct walk *w = poller_walk(p);
	struct walk_run *run = poller_run(p);
	char *next;

	for (; w->child < (int64_t)run->work.n; w->child++) {
		const struct work_parent *parent = &run->work.parent[w->child];

		if (parent->key[0] != NULL && is_done(p, parent))
			continue;
		if (parent->key[0] != NULL)
			return intake_flush(&p->intake);
		if (merges(p) && take_alone(p, w->child) != 0)
			return -1;
	}
	if (intake_flush(&p->intake) != 0)
		return -1;
	next = run->work.next;
	run->work.next = NULL;
	work_reset(&run->work);
	if (next == NULL)
		journal_remove(p->env->journal, run->work_key);
	poller_page_done(p, next);
	free(next);
	return 0;
}

static void
begin_child(struct poller *p)
{
	struct walk_run *run = poller_run(p);

	run->child_any = false;
	run->child_failures = run->child_refusals = 0;
	loop_reset(&run->child_loop);
}

int
chain_listed(struct poller *p, const char *next)
{
	struct walk *w = poller_walk(p);
	struct walk_run *run = poller_run(p);
	struct work done = run->work;
	struct buf text;

	run->work = p->listing;
	p->listing = done;
	work_drop_done(&run->work, &done, (size_t)run->n_done);
	run->n_done = 0;
	run->work.of = page_name(w);
	run->work.next = xstrdup(next);

	buf_init(&text, INTAKE_HELD_MAX);
	work_print(&text, &run->work);
	journal_put(p->env->journal, run->work_key, buf_slice(&text));
	buf_fini(&text);
	w->listed = true;
	begin_child(p);
	poller_mark(p);
	return advance(p);
}

static int
take_merged(struct poller *p, struct slice record)
{
	const struct work *work = &poller_run(p)->work;
	size_t child = (size_t)poller_walk(p)->child;
	const struct work_parent *parent = &work->parent[child];
	struct buf text;
	int rc;

	buf_init(&text, parent->len + record.len + 1024);
	rc = work_merge(&text, work_record(work, child), p->row->merge_as,
	    record, p->row->parent_id_as, parent->key[0]);
	/* What is no object is rejected as it is. */
	rc = intake_add(&p->intake, rc == 0 ? buf_slice(&text) : record,
	    &p->source);
	buf_fini(&text);
	return rc;
}

int
chain_take_child(struct poller *p, struct slice record)
{
	poller_run(p)->child_any = true;
	return merges(p) ? take_merged(p, record) :
			   intake_add(&p->intake, record, &p->source);
}

void
chain_list_again(struct poller *p)
{
	struct walk *w = poller_walk(p);

	w->listed = false;
	walk_set_child(w, 0, NULL);
	/* The page names the same next one as before. */
	loop_reset(&poller_run(p)->loop);
	poller_mark(p);
}

bool
chain_is_owed(struct poller *p)
{
	const struct coverage *c = &p->pos.coverage;
	struct idset_key key;
	int64_t at_ms;

	return p->kind == WALK_POLL && c->debt.oldest != 0 &&
	    version_of(p, &poller_run(p)->work.parent[poller_walk(p)->child],
	    &key, &at_ms) && at_ms < c->watermark;
}

const char *
chain_owe_child(struct poller *p)
{
	struct walk *w = poller_walk(p);
	struct idset_key key;
	int64_t at_ms;

	if (!version_of(p, &poller_run(p)->work.parent[w->child], &key,
	    &at_ms))
		return "";
	if (p->kind == WALK_BACKFILL) {
		backfill_skip(p->backfill, at_ms);
		return "; the same backfill, once more, asks again";
	}
	if (bounds_is_given_up(&p->pos.coverage, &w->window, at_ms))
		return "";
	if (w->owed == 0 || at_ms < w->owed)
		w->owed = at_ms;
	return "; asked again every hour";
}

/* Nothing more of this child: a parent that got nothing stands alone. */
int
chain_skip_child(struct poller *p)
{
	struct walk *w = poller_walk(p);

	if (merges(p) && !poller_run(p)->child_any &&
	    take_alone(p, w->child) != 0)
		return -1;
	walk_set_child(w, w->child + 1, NULL);
	begin_child(p);
	poller_mark(p);
	return advance(p);
}

int
chain_child_done(struct poller *p, const char *next)
{
	struct walk *w = poller_walk(p);

	poller_run(p)->child_failures = 0;
	if (next == NULL) {
		note_done(p);
		return chain_skip_child(p);
	}
	walk_set_child(w, w->child, next);
	poller_mark(p);
	return 0;
}
