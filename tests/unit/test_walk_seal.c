/*
 * What the journal tells of sealed segments: others archive by it, so it must
 * not say too much, and in the end it has to say everything.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

/* The names of the segments, separated by spaces; to be freed. */
static char *
segments(const struct rig *r)
{
	return scratch_list(r->dir, "spool/acme/toy");
}

/* What is durable of the position. */
static void
published(const struct rig *r, struct position *pos)
{
	position_init(pos);
	CU_ASSERT_EQUAL_FATAL(position_parse(pos,
	    journal_get(r->journal, "acme/toy")), 0);
}

static void
check_sealed(const struct rig *r, const char *want)
{
	struct position pos;

	published(r, &pos);
	UNIT_TEXT(pos.sealed, want);
	position_fini(&pos);
}

/* All that was written is sealed, and no start needs it. */
static void
check_free(const struct rig *r)
{
	struct position pos;

	published(r, &pos);
	UNIT_TEXT(pos.sealed, pos.end.segment);
	UNIT_TEXT(pos.ids.segment, pos.end.segment);
	CU_ASSERT_EQUAL(pos.ids.offset, pos.end.offset);
	CU_ASSERT_TRUE(pos.end.offset > 0);
	position_fini(&pos);
}

static void
begin(struct rig *r)
{
	rig_init(r, &rig_toy);
	rig_add(r, 1, RIG_START - RIG_MINUTE, 0);
	rig_open(r);
	/* Not when a poll is due, which tells everything by itself. */
	fake_run(RIG_MINUTE + 5 * RIG_SECOND);
	check_sealed(r, "");
}

static void
test_idle(void)
{
	struct rig r;

	begin(&r);
	CU_ASSERT_FALSE(poller_seal(r.poller, false));
	fake_run(3 * RIG_MINUTE);
	CU_ASSERT_FALSE(poller_seal(r.poller, false));
	/* A line that comes makes it wait again. */
	rig_add(&r, 2, fake_now_ms(), 0);
	fake_run(4 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 2);
	CU_ASSERT_FALSE(poller_seal(r.poller, false));
	fake_run(2 * RIG_MINUTE);
	CU_ASSERT_TRUE(poller_seal(r.poller, false));
	CU_ASSERT_TRUE(poller_save(r.poller));
	fake_run(RIG_SECOND);
	check_free(&r);
	/* Once is enough. */
	CU_ASSERT_TRUE(poller_seal(r.poller, false));
	CU_ASSERT_FALSE(poller_save(r.poller));
	rig_fini(&r);
}

static void
test_on_request(void)
{
	char *first;
	struct rig r;

	begin(&r);
	first = segments(&r);
	CU_ASSERT_TRUE(poller_seal(r.poller, true));
	fake_run(RIG_SECOND);
	check_sealed(&r, first);
	/* Lines go on in another one, which is open. */
	rig_add(&r, 2, fake_now_ms(), 0);
	fake_run(RIG_MINUTE);
	check_sealed(&r, first);
	CU_ASSERT_TRUE(poller_seal(r.poller, true));
	poller_save(r.poller);
	fake_run(RIG_SECOND);
	check_free(&r);
	rig_check(&r, 0, INT64_MAX);
	free(first);
	rig_fini(&r);
}

/* What is not durable yet is not sealed. */
static void
test_dirty(void)
{
	struct rig r;

	begin(&r);
	rig_add(&r, 2, fake_now_ms() - 5 * RIG_SECOND, 0);
	while (!stream_is_dirty(r.poller->stream) &&
	    fake_now_ms() < RIG_START + RIG_HOUR)
		fake_run(10);
	CU_ASSERT_TRUE(stream_is_dirty(r.poller->stream));
	CU_ASSERT_FALSE(poller_seal(r.poller, true));
	fake_run(RIG_SECOND);
	CU_ASSERT_TRUE(poller_seal(r.poller, true));
	rig_fini(&r);
}

/* A commit may come with many segments: all but the last are sealed, also when
 * it is the first there is. */
static void
test_many_at_once(void)
{
	struct position pos;
	char *names, *last;
	struct rig r;

	rig_init(&r, &rig_toy);
	for (int i = 1; i <= 35; i++)
		rig_add(&r, i, RIG_START - i * RIG_MINUTE, 0);
	r.segment_max_bytes = 4096; /* a page is announced as more */
	rig_open(&r);
	fake_run(RIG_MINUTE);
	names = segments(&r);
	last = strrchr(names, ' ');
	CU_ASSERT_PTR_NOT_NULL_FATAL(last);
	*last++ = '\0';
	published(&r, &pos);
	UNIT_TEXT(pos.end.segment, last);
	CU_ASSERT_PTR_NOT_NULL_FATAL(strrchr(names, ' '));
	UNIT_TEXT(pos.sealed, strrchr(names, ' ') + 1);
	position_fini(&pos);
	free(names);
	rig_fini(&r);
}

/* The old segment was closed for a batch of which nothing came. */
static void
test_nothing_came(void)
{
	struct rig r;

	begin(&r);
	fake_run(2 * RIG_HOUR);
	r.poller->intake.max_line = 1;
	rig_add(&r, 2, fake_now_ms(), 0);
	fake_run(RIG_MINUTE);
	CU_ASSERT_EQUAL(r.poller->intake.counts.rejected, 1);
	CU_ASSERT_TRUE(poller_seal(r.poller, true));
	poller_save(r.poller);
	fake_run(RIG_SECOND);
	check_free(&r);
	rig_fini(&r);
}

static bool
refuse(struct rig *r, const char *path, struct fake_reply *reply)
{
	(void)r;
	(void)path;
	reply->status = 503;
	reply->verdict = VERDICT_RETRY;
	return true;
}

/* The first page breaks off behind its first record, the others do not come. */
static bool
break_off(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (!rig_is_list(path))
		return false;
	if (r->n++ > 0)
		return refuse(r, path, reply);
	reply->cut = sizeof("{\"data\":[") + 80;
	return false;
}

/* Lines of a page that broke off are made durable, and sealed when idle, though
 * the console does not come back. */
static void
test_broken_page(void)
{
	struct rig r;

	begin(&r);
	rig_add(&r, 2, fake_now_ms() - 4 * RIG_SECOND, 0);
	rig_add(&r, 3, fake_now_ms() - 3 * RIG_SECOND, 0);
	rig_add(&r, 4, fake_now_ms() - 2 * RIG_SECOND, 0);
	r.meddle = break_off;
	fake_run(RIG_MINUTE);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_BACKOFF);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 2);
	CU_ASSERT_FALSE(stream_is_dirty(r.poller->stream));
	fake_run(6 * RIG_MINUTE);
	CU_ASSERT_TRUE(poller_seal(r.poller, false));
	poller_save(r.poller);
	fake_run(RIG_SECOND);
	check_free(&r);
	r.meddle = NULL;
	fake_run(RIG_HOUR);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

/* A start seals what was open, and tells it also when no poll succeeds: the
 * room that takes may be what polling waits for. */
static void
test_start_without_poll(void)
{
	struct rig r;

	begin(&r);
	/* The ids are saved, and the position dies with the process. */
	poller_seal(r.poller, true);
	CU_ASSERT_TRUE(poller_save(r.poller));
	rig_kill(&r);
	r.meddle = refuse;
	fake_set_no_date(true);
	rig_open(&r);
	check_sealed(&r, "");
	fake_run(RIG_MINUTE);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_BACKOFF);
	poller_seal(r.poller, false);
	poller_save(r.poller);
	fake_run(RIG_SECOND);
	check_free(&r);
	rig_fini(&r);
}

static const struct unit_test tests[] = {
	{ "idle", test_idle },
	{ "on request", test_on_request },
	{ "not durable yet", test_dirty },
	{ "many at once", test_many_at_once },
	{ "closed for nothing", test_nothing_came },
	{ "a page that breaks off", test_broken_page },
	{ "a start without a poll", test_start_without_poll },
};

UNIT_MAIN("sealing", tests)
