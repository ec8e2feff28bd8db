/*
 * Children of parents that change: threats and their events.  A parent is
 * asked for again when it changes and not before, nothing of it is written
 * twice, and one that cannot be had holds up no other.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "tests/faults/fault.h"
#include "tests/unit/parts_rig.h"
#include "tests/unit/unit.h"

/* Toys 1..n of three parts, one a minute, the newest five minutes old. */
static void
init(struct rig *r, int n)
{
	rig_init(r, &parts_events);
	r->serve = parts_serve;
	for (int i = 1; i <= n; i++) {
		rig_add(r, i, RIG_START - (n + 5 - i) * RIG_MINUTE, 0);
		parts_of[i] = 3;
	}
}

/* Each part of toys 1..n is there once, and nothing else. */
static void
check(struct rig *r, int n)
{
	CU_ASSERT_EQUAL(parts_check(r, n), rig_lines(r, NULL));
}

static size_t
asked_of(const struct rig *r, int id)
{
	char text[32];

	snprintf(text, sizeof(text), "/toys/%06d/", id);
	return rig_asked(r, text);
}

static void
test_unchanged_are_not_asked_again(void)
{
	struct rig r;

	init(&r, 25);
	rig_open(&r);
	fake_run(2 * RIG_HOUR);
	check(&r, 25);
	/* Listed again by the overlap, but two pages each are all. */
	CU_ASSERT(rig_asked(&r, "/toys?") > 200);
	CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), 50);
	rig_fini(&r);
}

/* What changed while it was asked for may not be complete yet. */
static void
test_fresh_are_asked_again(void)
{
	struct rig r;

	init(&r, 3);
	rig_open(&r);
	fake_run(20 * RIG_MINUTE);
	rig_forget_asked(&r);
	rig_touch(&r, 2);
	fake_run(40 * RIG_SECOND);
	CU_ASSERT(asked_of(&r, 2) > 0);
	parts_of[2] = 4;
	fake_run(RIG_MINUTE);
	check(&r, 3);
	rig_forget_asked(&r);
	fake_run(RIG_HOUR);
	CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), 0);
	rig_fini(&r);
}

static void
test_change_brings_what_is_new(void)
{
	struct rig r;

	init(&r, 25);
	r.set->interval = RIG_DAY;
	rig_open(&r);
	fake_run(RIG_MINUTE);
	rig_touch(&r, 7);
	parts_of[7] = 5;
	rig_touch(&r, 9);
	rig_forget_asked(&r);
	fake_run(RIG_DAY);
	check(&r, 25);
	CU_ASSERT_EQUAL(asked_of(&r, 7), 3);
	CU_ASSERT_EQUAL(asked_of(&r, 9), 2);
	CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), 5);
	CU_ASSERT_EQUAL(r.poller->intake.counts.seen, 6);

	/* After a restart, in order or not. */
	for (int i = 0; i < 2; i++) {
		if (i == 0)
			rig_stop(&r);
		else
			rig_kill(&r);
		rig_touch(&r, 7);
		parts_of[7]++;
		rig_open(&r);
		fake_run(RIG_DAY + RIG_HOUR);
		check(&r, 25);
	}

	/* After three hundred sweeps. */
	fake_run(300 * RIG_DAY);
	rig_touch(&r, 3);
	rig_touch(&r, 7);
	rig_kill(&r);
	rig_open(&r);
	parts_of[7]++;
	rig_forget_asked(&r);
	fake_run(2 * RIG_DAY);
	CU_ASSERT(asked_of(&r, 3) > 0);
	check(&r, 25);
	rig_fini(&r);
}

/* Also with a snapshot of the ids that knows who was done. */
static void
kill_at(int64_t ms)
{
	struct rig r;
	bool open;

	init(&r, 25);
	parts_of[4] = 21;
	rig_open(&r);
	fake_run(ms);
	open = r.poller->pos.walk[WALK_POLL].open;
	if (ms % 2 == 0) {
		commit_now(&r.commit);
		poller_save(r.poller);
	}
	rig_kill(&r);
	rig_open(&r);
	fake_run(20 * RIG_SECOND);
	check(&r, 25);
	/* What a commit waits for, at most 200 ms, is asked for again. */
	CU_ASSERT(rig_asked(&r, "/parts?") <= 24 * 2 + 11 + 12);
	CU_ASSERT(rig_asked(&r, "/toys?") <= 3 + 2);
	/* It is the same walk. */
	CU_ASSERT(!open || rig_asked(&r, "/toys?") == rig_asked(&r,
	    "updatedAt__gte=2026-03-03T09%3A00%3A00Z"
	    "&updatedAt__lt=2026-03-04T09%3A00%3A00Z"));
	rig_fini(&r);
}

static void
test_killed(void)
{
	for (int64_t ms = 190; ms < 1800; ms += 67)
		kill_at(ms);
}

/* There is no number of requests at which a walk ends. */
static void
test_many(void)
{
	struct rig r;

	init(&r, PARTS_TOYS_MAX - 1);
	for (int i = 0; i < PARTS_TOYS_MAX; i++)
		parts_of[i] = 1;
	r.set->initial_interval = 10 * RIG_DAY;
	r.set->page_size = 100;
	rig_open(&r);
	fake_run(2 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), PARTS_TOYS_MAX - 1);
	CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), PARTS_TOYS_MAX - 1);
	rig_fini(&r);
}

/* A parent that was done counts as done only as long as its lines do: what may
 * be lost is written again. */
static void
test_lost_lines(void)
{
	static const struct fault faults[] = {
		{ "fdatasync", "/spool/", 1, 1, EIO, 0 },
		{ "fdatasync", "/spool/", 3, 1, EIO, 0 },
		{ "write", "/spool/", 3, 1, ENOSPC, 10 },
		{ "fdatasync", "journal", 2, 1, EIO, 0 },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct rig r;

		init(&r, 25);
		rig_open(&r);
		fault_set(&faults[i]);
		fake_run(5 * RIG_MINUTE);
		CU_ASSERT_EQUAL(fault_hits(), 1);
		fault_set(NULL);
		CU_ASSERT_EQUAL(rig_lines(&r, NULL),
		    75 + r.poller->counts.maybe_doubled);
		CU_ASSERT_EQUAL(r.poller->counts.maybe_doubled > 0, i < 2);
		for (int id = 1; id <= 25; id++) {
			char text[32];

			snprintf(text, sizeof(text), "\"id\":\"%d-2\"", id);
			CU_ASSERT(rig_lines(&r, text) >= 1);
		}
		rig_fini(&r);
	}
}

static int bad_toy, bad_status;
static const char *bad_from; /* text of the first request that is bad */

static bool
one_is_bad(struct rig *r, const char *path, struct fake_reply *reply)
{
	char text[32];

	(void)r;
	snprintf(text, sizeof(text), "/toys/%06d/", bad_toy);
	if (strstr(path, text) == NULL || strstr(path, bad_from) == NULL)
		return false;
	reply->status = bad_status;
	reply->verdict = bad_status == 404 ? VERDICT_GONE :
	    bad_status == 403 ? VERDICT_DENIED :
	    bad_status == 400 ? VERDICT_BAD : VERDICT_RETRY;
	return true;
}

static void
init_bad(struct rig *r, int id, int status, const char *from)
{
	init(r, 25);
	bad_toy = id;
	bad_status = status;
	bad_from = from;
	r->meddle = one_is_bad;
}

/* Deleted before or while it is asked for: what came of it stays. */
static void
test_deleted(void)
{
	struct rig r;

	init_bad(&r, 5, 404, "");
	rig_open(&r);
	fake_run(20 * RIG_SECOND);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	CU_ASSERT_EQUAL(asked_of(&r, 5), 1);
	parts_of[5] = 0;
	check(&r, 25);
	rig_fini(&r);

	init_bad(&r, 5, 404, "cursor=");
	rig_open(&r);
	fake_run(20 * RIG_SECOND);
	CU_ASSERT_EQUAL(asked_of(&r, 5), 2);
	parts_of[5] = 2;
	check(&r, 25);
	rig_fini(&r);
}

/* It left what the token may see, and is not listed any more: the dataset is
 * off for an hour, and not for ever. */
static void
test_out_of_scope(void)
{
	struct rig r;

	init_bad(&r, 5, 403, "");
	rig_open(&r);
	fake_run(RIG_MINUTE);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_DISABLED);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 4 * 3);
	for (size_t i = 0; i < r.n_toys; i++)
		if (r.toy[i].id == 5)
			r.toy[i].visible_ms = INT64_MAX;
	rig_forget_asked(&r);
	fake_run(RIG_HOUR);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	CU_ASSERT_EQUAL(asked_of(&r, 5), 0);
	CU_ASSERT_EQUAL(asked_of(&r, 4), 0);
	parts_of[5] = 0;
	check(&r, 25);
	rig_fini(&r);
}

/* The page that is listed again goes on as it did the first time. */
static void
test_right_is_given(void)
{
	struct rig r;

	init_bad(&r, 5, 403, "");
	r.set->page_size = 10;
	rig_open(&r);
	fake_run(RIG_MINUTE);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_DISABLED);
	r.meddle = NULL;
	fake_run(RIG_HOUR);
	check(&r, 25);
	rig_fini(&r);
}

/* 500 for one: the others go on, and it is asked for again every hour. */
static void
test_failing(void)
{
	static const int statuses[] = { 500, 504, 0, 400 };

	for (size_t i = 0; i < 4; i++) {
		struct rig r;
		size_t tries;

		init_bad(&r, 5, statuses[i], "");
		r.set->interval = RIG_DAY;
		rig_open(&r);
		fake_run(10 * RIG_MINUTE);
		CU_ASSERT_EQUAL(rig_lines(&r, NULL), 24 * 3);
		tries = asked_of(&r, 5);
		CU_ASSERT(tries >= 3 && tries <= 5);
		CU_ASSERT_EQUAL(r.poller->counts.walks, 1);
		rig_kill(&r);
		rig_open(&r);
		fake_run(3 * RIG_HOUR);
		CU_ASSERT_EQUAL(asked_of(&r, 5), tries + 2);
		bad_toy = 0;
		fake_run(RIG_HOUR);
		check(&r, 25);
		rig_forget_asked(&r);
		fake_run(RIG_DAY);
		CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), 0);
		CU_ASSERT_EQUAL(rig_asked(&r, "/toys?"), 1);
		rig_fini(&r);
	}
}

/* After a week it is not wanted any more, until it changes. */
static void
test_failing_for_ever(void)
{
	struct rig r;

	init_bad(&r, 5, 500, "");
	rig_open(&r);
	fake_run(8 * RIG_DAY);
	CU_ASSERT(asked_of(&r, 5) >= 7 * 24);
	CU_ASSERT(asked_of(&r, 5) <= 7 * 24 + 10);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 24 * 3);
	rig_forget_asked(&r);
	bad_toy = 0;
	fake_run(2 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), 0);
	rig_touch(&r, 5);
	fake_run(RIG_HOUR);
	check(&r, 25);
	rig_fini(&r);
}

static bool
all_are_bad(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (r->n == 0 || strstr(path, "/parts?") == NULL)
		return false;
	reply->status = 503;
	reply->verdict = VERDICT_RETRY;
	return true;
}

/* An outage costs nothing but time, however long it lasts. */
static void
test_outage(void)
{
	struct rig r;

	init(&r, 25);
	r.set->initial_interval = 30 * RIG_DAY;
	for (int i = 0; i < 25; i++)
		r.toy[i].updated_ms -= 20 * RIG_DAY;
	r.meddle = all_are_bad;
	r.n = 1;
	rig_open(&r);
	fake_run(6 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 0);
	r.n = 0;
	fake_run(2 * RIG_HOUR);
	check(&r, 25);
	rig_fini(&r);
}

/* The cursor of a child's second page is refused, always. */
static void
test_child_cursor_refused(void)
{
	struct rig r;

	init_bad(&r, 5, 400, "cursor=");
	rig_open(&r);
	fake_run(10 * RIG_MINUTE);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	CU_ASSERT(asked_of(&r, 5) <= 2 * 3 + 2);
	parts_of[5] = 2;
	check(&r, 25);
	rig_fini(&r);
}

/* Pages that are asked for again name the same next page: no circle. */
static void
test_each_write_fails(void)
{
	struct fault fault = { "write", "/spool/", 1, 1, ENOSPC, 0 };

	for (int hits = 1; hits == 1; fault.nth++) {
		struct rig r;

		init(&r, 25);
		rig_open(&r);
		fault_set(&fault);
		fake_run(2 * RIG_MINUTE);
		hits = fault_hits();
		fault_set(NULL);
		check(&r, 25);
		rig_fini(&r);
	}
	CU_ASSERT(fault.nth > 50);
}

static const struct unit_test tests[] = {
	{ "the unchanged are not asked for again",
	    test_unchanged_are_not_asked_again },
	{ "the fresh are asked for again", test_fresh_are_asked_again },
	{ "a change brings what is new", test_change_brings_what_is_new },
	{ "killed", test_killed },
	{ "many", test_many },
	{ "lost lines", test_lost_lines },
	{ "each write fails", test_each_write_fails },
	{ "deleted parents", test_deleted },
	{ "a parent out of scope", test_out_of_scope },
	{ "the right is given later", test_right_is_given },
	{ "a parent that fails", test_failing },
	{ "a parent that fails for ever", test_failing_for_ever },
	{ "an outage", test_outage },
	{ "a child's cursor is refused", test_child_cursor_refused },
};

UNIT_MAIN("walk events", tests)
