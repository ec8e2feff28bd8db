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
page_name(struct poller *p)
{
	const struct walk *w = &p->pos.walk[WALK_POLL];

	return xasprintf("%" PRId64 " %d %s", w->window.upper, w->phase,
	    w->cursor != NULL ? w->cursor : "");
}

bool
chain_is_pending(const struct poller *p)
{
	return p->kind == WALK_POLL && p->with_child &&
	    p->pos.walk[WALK_POLL].listed;
}

/*
 * The work list and the position are separate records, and either can be the
 * older one.  Records to merge into are never there after a start: their page
 * is asked for again, and the parents that were done are passed over.
 */
void
chain_load(struct poller *p)
{
	struct walk *w = &p->pos.walk[WALK_POLL];
	struct slice text = journal_get(p->env->journal, p->work_key);
	char *name = page_name(p);
	bool same;

	p->n_done = 0;
	p->child_any = false;
	if (p->work.of == NULL && text.p != NULL)
		work_parse(&p->work, text);
	same = w->open && p->with_child && p->work.of != NULL &&
	    strcmp(p->work.of, name) == 0 && w->child < (int64_t)p->work.n;
	free(name);
	if (same && (!merges(p) || p->work.records.len > 0)) {
		walk_set_child(w, w->child, merges(p) ? NULL :
		    w->child_cursor);
		return;
	}
	if (same)
		p->n_done = w->child;
	else
		work_reset(&p->work);
	w->listed = false;
	walk_set_child(w, 0, NULL);
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

/*
 * A parent as it is now: false when it tells no time of change.  A parent that
 * was done is known by this key.
 */
static bool
version_of(const struct poller *p, const struct work_parent *parent,
    struct idset_key *key, int64_t *at_ms)
{
	const char *at = parent->key[p->row->parent_time];
	struct buf text;

	if (p->row->parent_time == 0 || at == NULL ||
	    iso8601_parse(slice_of(at), at_ms) != 0)
		return false;
	buf_init(&text, strlen(parent->key[0]) + strlen(at) + 1);
	buf_addf(&text, "%s %s", parent->key[0], at);
	*key = idset_key(buf_slice(&text), 0);
	buf_fini(&text);
	return true;
}

static bool
is_done(const struct poller *p, const struct work_parent *parent)
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
	const struct walk *w = poller_walk(p);
	struct idset_key key;
	int64_t at_ms;

	if (version_of(p, &p->work.parent[w->child], &key, &at_ms) &&
	    at_ms < w->window.upper - p->rule.look_back_ms)
		seen_note(&p->seen, key, w->window.upper);
}

static int
take_alone(struct poller *p, int64_t i)
{
	return intake_add(&p->intake, work_record(&p->work, (size_t)i),
	    &p->source);
}

/* Go to the next parent that has a child to ask for, or to the next page. */
static int
advance(struct poller *p)
{
	struct walk *w = poller_walk(p);
	char *next;

	for (; w->child < (int64_t)p->work.n; w->child++) {
		const struct work_parent *parent = &p->work.parent[w->child];

		if (parent->key[0] != NULL && is_done(p, parent))
			continue;
		if (parent->key[0] != NULL)
			return intake_flush(&p->intake);
		if (merges(p) && take_alone(p, w->child) != 0)
			return -1;
	}
	if (intake_flush(&p->intake) != 0)
		return -1;
	next = p->work.next;
	p->work.next = NULL;
	work_reset(&p->work);
	if (next == NULL)
		journal_remove(p->env->journal, p->work_key);
	poller_page_done(p, next);
	free(next);
	return 0;
}

static void
begin_child(struct poller *p)
{
	p->child_any = false;
	p->child_failures = p->child_refusals = 0;
	loop_reset(&p->child_loop);
}

int
chain_listed(struct poller *p, const char *next)
{
	struct walk *w = poller_walk(p);
	struct work done = p->work;
	struct buf text;

	p->work = p->listing;
	p->listing = done;
	work_drop_done(&p->work, &done, (size_t)p->n_done);
	p->n_done = 0;
	p->work.of = page_name(p);
	p->work.next = xstrdup(next);

	buf_init(&text, INTAKE_HELD_MAX);
	work_print(&text, &p->work);
	journal_put(p->env->journal, p->work_key, buf_slice(&text));
	buf_fini(&text);
	w->listed = true;
	begin_child(p);
	poller_mark(p);
	return advance(p);
}

static int
take_merged(struct poller *p, struct slice record)
{
	const struct work_parent *parent =
	    &p->work.parent[poller_walk(p)->child];
	struct buf text;
	int rc;

	buf_init(&text, parent->len + record.len + 1024);
	rc = work_merge(&text, work_record(&p->work,
	    (size_t)poller_walk(p)->child), p->row->merge_as, record,
	    p->row->parent_id_as, parent->key[0]);
	/* What is no object is rejected as it is. */
	rc = intake_add(&p->intake, rc == 0 ? buf_slice(&text) : record,
	    &p->source);
	buf_fini(&text);
	return rc;
}

int
chain_take_child(struct poller *p, struct slice record)
{
	p->child_any = true;
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
	loop_reset(&p->loop);
	poller_mark(p);
}

bool
chain_is_owed(const struct poller *p)
{
	const struct coverage *c = &p->pos.coverage;
	const struct walk *w = &p->pos.walk[WALK_POLL];
	struct idset_key key;
	int64_t at_ms;

	return c->debt.oldest != 0 &&
	    version_of(p, &p->work.parent[w->child], &key, &at_ms) &&
	    at_ms < c->watermark;
}

bool
chain_owe_child(struct poller *p)
{
	struct walk *w = poller_walk(p);
	struct idset_key key;
	int64_t at_ms;

	if (!version_of(p, &p->work.parent[w->child], &key, &at_ms) ||
	    bounds_is_given_up(&p->pos.coverage, &w->window, at_ms))
		return false;
	if (w->owed == 0 || at_ms < w->owed)
		w->owed = at_ms;
	return true;
}

/* Nothing more of this child: a parent that got nothing stands alone. */
int
chain_skip_child(struct poller *p)
{
	struct walk *w = poller_walk(p);

	if (merges(p) && !p->child_any && take_alone(p, w->child) != 0)
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

	p->child_failures = 0;
	if (next == NULL) {
		note_done(p);
		return chain_skip_child(p);
	}
	walk_set_child(w, w->child, next);
	poller_mark(p);
	return 0;
}
