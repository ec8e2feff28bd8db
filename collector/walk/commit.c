#include "config.h"

#include "collector/walk/commit.h"

#include <errno.h>
#include <string.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"

#define RETRY_MAX_MS 60000

static void
on_timer(void *cookie)
{
	commit_now(cookie);
}

void
commit_init(struct commit *c, struct journal *j)
{
	*c = (struct commit){ .journal = j };
	timer_init(&c->timer, on_timer, c);
}

void
commit_fini(struct commit *c)
{
	timer_cancel(&c->timer);
}

int
commit_error(const struct commit *c)
{
	return c->error;
}

static void
enter(struct commit *c, struct commit_member *m)
{
	if (m->marked || m->synced)
		return;
	m->next = c->members;
	c->members = m;
}

void
commit_mark(struct commit *c, struct commit_member *m)
{
	int64_t wait = c->last_ms + COMMIT_PERIOD_MS - clock_mono_ms();

	enter(c, m);
	m->marked = true;
	if (c->timer.slot == 0)
		timer_set(&c->timer, wait > 0 ? wait : 0);
}

void
commit_leave(struct commit *c, struct commit_member *m)
{
	struct commit_member **at = &c->members;

	while (*at != NULL && *at != m)
		at = &(*at)->next;
	if (*at != NULL)
		*at = m->next;
	m->marked = m->synced = false;
}

/* A member whose sync failed leaves; one that waits for the journal since an
 * earlier try stays. */
static void
sync_members(struct commit *c)
{
	struct commit_member *list = c->members, *next;

	c->members = NULL;
	for (; list != NULL; list = next) {
		bool marked = list->marked, synced = list->synced;

		next = list->next;
		list->marked = list->synced = false;
		if (marked && !list->sync(list->cookie))
			continue;
		enter(c, list);
		list->synced = synced || marked;
	}
}

static void
tell_of_failure(struct commit *c)
{
	for (struct commit_member *m = c->members; m != NULL; m = m->next)
		if (m->synced)
			m->waits(m->cookie);
}

static int
journal_failed(struct commit *c)
{
	int64_t wait = 1000LL << (c->failures < 6 ? c->failures : 6);

	c->error = errno;
	if (c->failures++ == 0)
		log_error("cannot write the journal: %s; polling pauses until "
			  "it works again", strerror(c->error));
	timer_set(&c->timer, wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS);
	tell_of_failure(c);
	errno = c->error;
	return -1;
}

static void
tell_members(struct commit *c)
{
	struct commit_member *list = c->members, *next;

	c->members = NULL;
	for (; list != NULL; list = next) {
		bool synced = list->synced, marked = list->marked;

		next = list->next;
		list->synced = list->marked = false;
		if (marked)
			commit_mark(c, list);
		if (synced)
			list->done(list->cookie);
	}
}

int
commit_now(struct commit *c)
{
	timer_cancel(&c->timer);
	c->last_ms = clock_mono_ms();
	sync_members(c);
	if (journal_is_dirty(c->journal) && journal_commit(c->journal) != 0)
		return journal_failed(c);
	if (c->failures > 0)
		log_info("the journal can be written again");
	c->failures = 0;
	c->error = 0;
	tell_members(c);
	return 0;
}
