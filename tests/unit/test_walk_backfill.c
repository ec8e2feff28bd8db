/*
 * Backfills: what is older than all that polls read is there once, whatever
 * dies and whenever, and polls do not wait for it.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

#define BEGIN (RIG_START - 60 * RIG_DAY)

/* n rows over the time before the polls' first, and n more of the last day. */
static void
add_history(struct rig *r, int n)
{
	for (int i = 1; i <= n; i++) {
		rig_add(r, i, BEGIN + (int64_t)i * 59 * RIG_DAY / (n + 1), 0);
		rig_add(r, n + i, RIG_START - RIG_DAY +
		    (int64_t)i * RIG_DAY / (n + 1), 0);
	}
}

static void
ask(struct rig *r, const char *request, int64_t from, int64_t to,
    int64_t resend)
{
	backfill_run_ask(r->poller, request, (struct range){ from, to },
	    resend);
}

static bool
is_done(const struct rig *r)
{
	return r->poller->backfill != NULL && r->poller->backfill->n == 0;
}

/* Until the backfill is done; how long that took. */
static int64_t
finish(struct rig *r)
{
	int64_t start = fake_now_ms();

	while (!is_done(r) && fake_now_ms() - start < 30 * RIG_DAY)
		fake_run(10 * RIG_SECOND);
	CU_ASSERT_TRUE(is_done(r));
	fake_run(RIG_SECOND);
	return fake_now_ms() - start;
}

static void
test_only_what_is_not_covered(void)
{
	struct poller other;
	struct rig r;

	rig_init(&r, &rig_toy);
	add_history(&r, 300);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	rig_check(&r, RIG_START - RIG_DAY, INT64_MAX);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 300);

	/* The newest come first, and up to where polls began. */
	ask(&r, "a", RIG_START - 10 * RIG_DAY, RIG_START, 0);
	finish(&r);
	rig_check(&r, RIG_START - 10 * RIG_DAY, INT64_MAX);
	CU_ASSERT_EQUAL(r.poller->backfill->covered.n, 1);
	CU_ASSERT_EQUAL(r.poller->backfill->covered.range[0].from,
	    RIG_START - 10 * RIG_DAY);
	CU_ASSERT_EQUAL(r.poller->backfill->covered.range[0].to,
	    RIG_START - RIG_DAY);
	CU_ASSERT_EQUAL((int64_t)rig_lines(&r, "\"backfill\":true"),
	    r.poller->backfill->figures.records);
	ask(&r, "b", BEGIN, RIG_START + 9 * RIG_DAY, 0);
	finish(&r);
	rig_check(&r, 0, INT64_MAX);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 600);

	/* All of it is covered now: nothing is asked for. */
	fake_run(RIG_MINUTE);
	rig_forget_asked(&r);
	/* Which needs no turn: another dataset has it. */
	r.tenant->backfills = &other;
	ask(&r, "c", BEGIN, RIG_START, 0);
	fake_run(10 * RIG_SECOND);
	CU_ASSERT_TRUE(is_done(&r));
	r.tenant->backfills = NULL;
	CU_ASSERT(rig_asked(&r, "\n") <= 1);
	CU_ASSERT_EQUAL(r.poller->backfill->figures.requests, 0);
	/* The set of ids is that of the polls. */
	fake_run(RIG_HOUR);
	CU_ASSERT(idset_count(r.poller->seen.ids) < 10);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

/* Once more with a number, however often, and not more than that. */
static void
test_again(void)
{
	char text[64];
	struct rig r;

	rig_init(&r, &rig_toy);
	add_history(&r, 50);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	ask(&r, "a", BEGIN, RIG_START, 0);
	finish(&r);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 100);
	ask(&r, "b", BEGIN, RIG_START, 77);
	ask(&r, "c", RIG_START - RIG_DAY, RIG_START, 77);
	/* Asked for by a request that was taken already. */
	ask(&r, "c", RIG_START - RIG_DAY, RIG_START, 77);
	finish(&r);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 100 + 100 + 50);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"resend\":77}"), 100);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"resend\":78}"), 50);
	for (int i = 1; i <= 100; i++) {
		snprintf(text, sizeof(text), "\"id\":\"%06d\"", i);
		CU_ASSERT_EQUAL(rig_lines(&r, text), i <= 50 ? 2 : 3);
	}
	/* Polls still know what they have. */
	fake_run(RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 250);
	rig_fini(&r);
}

/* Killed every so often, with rows that come meanwhile. */
static void
test_killed(void)
{
	uint32_t seed = 11;

	for (int round = 0; round < 12; round++) {
		struct rig r;
		int id = 10000;

		rig_init(&r, &rig_toy);
		r.segment_max_bytes = 64 << 10;
		add_history(&r, 400);
		rig_open(&r);
		fake_run(round % 3 * RIG_SECOND);
		ask(&r, "a", BEGIN, RIG_START, 0);
		for (int i = 0; i < 40; i++) {
			rig_add(&r, id++, fake_now_ms(), i % 7 * RIG_SECOND);
			seed = seed * 1664525 + 1013904223;
			fake_run(10 + (seed >> 16) % (round < 6 ? 700 : 9000));
			rig_kill(&r);
			rig_open(&r);
			/* It was not durable yet: the request still stands. */
			ask(&r, "a", BEGIN, RIG_START, 0);
		}
		finish(&r);
		fake_run(RIG_HOUR);
		rig_check(&r, 0, fake_now_ms() - RIG_MINUTE);
		rig_fini(&r);
	}
}

/* Stopped in order at any time: what is fetched is not fetched again. */
static void
test_restarted(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	add_history(&r, 300);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	ask(&r, "a", BEGIN, RIG_START, 0);
	for (int i = 0; !is_done(&r) && i < 1000; i++) {
		fake_run(i % 13 * 300);
		rig_stop(&r);
		rig_open(&r);
	}
	CU_ASSERT_TRUE(is_done(&r));
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

static bool
fail_old(struct rig *r, const char *path, struct fake_reply *reply)
{
	char lower[64];

	rig_param(path, "updatedAt__gte", lower, sizeof(lower));
	if (r->n == 0 || strncmp(lower, "2026-01", 7) > 0)
		return false;
	reply->status = r->n;
	reply->verdict = r->n == 400 ? VERDICT_BAD : VERDICT_RETRY;
	reply->detail = "too old";
	return true;
}

/* The console fails on old rows, in each way: polls go on as ever. */
static void
test_troubles_are_its_own(void)
{
	static const int status[] = { 500, 429, 400 };

	for (int i = 0; i < 3; i++) {
		int64_t polls;
		struct rig r;

		rig_init(&r, &rig_toy);
		r.meddle = fail_old;
		r.n = status[i];
		add_history(&r, 100);
		rig_open(&r);
		fake_run(RIG_MINUTE);
		ask(&r, "a", BEGIN, RIG_START, 0);
		polls = (int64_t)r.poller->counts.walks;
		fake_run(RIG_HOUR);
		CU_ASSERT((int64_t)r.poller->counts.walks - polls >= 119);
		CU_ASSERT_FALSE(is_done(&r));
		CU_ASSERT_PTR_NOT_NULL_FATAL(r.poller->backfilling.trouble);
		UNIT_TEXT(r.poller->backfilling.trouble, "too old");
		CU_ASSERT(r.poller->trouble == POLLER_STOPPED);
		/* It does not hammer either. */
		CU_ASSERT(rig_asked(&r, "gte=2025") < 60);
		r.n = 0;
		finish(&r);
		CU_ASSERT_PTR_NULL(r.poller->backfilling.trouble);
		rig_check(&r, 0, INT64_MAX);
		rig_fini(&r);
	}
}

/* Each poll is at most a request late, and the backfill keeps to its share. */
static void
test_polls_go_first(void)
{
	int64_t start, polls, asked;
	struct rig r;
	int id = 0;

	rig_init(&r, &rig_toy);
	r.set->interval = RIG_SECOND;
	for (int i = 0; i < 3000; i++)
		rig_add(&r, id++, RIG_START - 20 * RIG_DAY +
		    i * 5 * RIG_MINUTE, 0);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	ask(&r, "a", BEGIN, RIG_START, 0);
	rig_forget_asked(&r);
	start = fake_now_ms();
	polls = (int64_t)r.poller->counts.walks;
	for (int i = 0; i < 200; i++) {
		rig_add(&r, id++, fake_now_ms(), 0);
		fake_run(RIG_SECOND);
		/* The console tells whole seconds, a poll begins each. */
		CU_ASSERT(i < 3 || fake_now_ms() -
		    r.poller->intake.counts.last_at_ms < 4 * RIG_SECOND);
	}
	CU_ASSERT_FALSE(is_done(&r));
	CU_ASSERT((int64_t)r.poller->counts.walks - polls > 190);
	asked = r.poller->backfill->figures.requests;
	/* A quarter of five a second. */
	CU_ASSERT(asked <= (fake_now_ms() - start) / 800 + 2);
	CU_ASSERT(asked > (fake_now_ms() - start) / 1000);
	rig_fini(&r);
}

/* Polls that are due all the time do not stop it. */
static void
test_polls_that_never_rest(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	r.set->interval = 100;
	r.set->page_size = 1;
	add_history(&r, 60);
	for (int i = 0; i < 40; i++)
		rig_add(&r, 1000 + i, RIG_START - i * RIG_SECOND, 0);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	CU_ASSERT(r.poller->poll_due_ms <= clock_mono_ms() + 100);
	ask(&r, "a", BEGIN, RIG_START, 0);
	CU_ASSERT(finish(&r) < 20 * RIG_MINUTE);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

/* Rows near where polls begin become visible late: none is passed over. */
static void
test_late_rows_at_the_border(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	r.set->start_time = RIG_START;
	for (int i = 0; i < 120; i++)
		rig_add(&r, i, RIG_START - RIG_HOUR + i * RIG_MINUTE,
		    i % 9 * RIG_MINUTE);
	rig_open(&r);
	fake_run(RIG_SECOND);
	ask(&r, "a", BEGIN, RIG_START + RIG_HOUR, 0);
	CU_ASSERT(finish(&r) < 11 * RIG_MINUTE);
	fake_run(2 * RIG_HOUR);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

/* Nothing was ever polled: what the first poll will read is left to it. */
static void
test_before_the_first_poll(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	add_history(&r, 100);
	rig_open(&r);
	poller_stop(r.poller);
	r.env.only_backfill = true;
	poller_start(r.poller, 0);
	ask(&r, "a", BEGIN, RIG_START, 0);
	finish(&r);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 100);
	fake_run(5 * RIG_DAY);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 100);
	rig_stop(&r);
	rig_open(&r);
	fake_run(RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 200);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

/* An inventory has everything. */
static void
test_inventory_covers_all(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	r.set->inventory = true;
	add_history(&r, 50);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	ask(&r, "a", BEGIN, RIG_START, 0);
	finish(&r);
	CU_ASSERT_EQUAL(r.poller->backfill->figures.requests, 0);
	ask(&r, "b", BEGIN, RIG_START, 5);
	finish(&r);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"resend\":5}"), 100);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 200);
	rig_fini(&r);
}

/* Stopped in a slice, and asked for once more. */
static void
test_stopped(void)
{
	size_t n;

	for (int i = 1; i < 40; i++) {
		struct rig r;

		rig_init(&r, &rig_toy);
		add_history(&r, 300);
		rig_open(&r);
		fake_run(RIG_MINUTE);
		ask(&r, "a", BEGIN, RIG_START, 0);
		fake_run(i * 500);
		backfill_run_stop(r.poller, "s");
		finish(&r);
		n = rig_lines(&r, NULL);
		fake_run(RIG_HOUR);
		CU_ASSERT_EQUAL(rig_lines(&r, NULL), n);
		CU_ASSERT(n < 600);
		ask(&r, "b", BEGIN, RIG_START, 0);
		finish(&r);
		rig_check(&r, 0, INT64_MAX);
		rig_fini(&r);
	}
}

/* The position is lost: old lines do not pass for new ones. */
static void
test_lost_position(void)
{
	struct rig r;
	char lower[64];

	rig_init(&r, &rig_toy);
	add_history(&r, 200);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	ask(&r, "a", BEGIN, RIG_START, 0);
	finish(&r);
	rig_stop(&r);
	CU_ASSERT_EQUAL(unlink(scratch_path(r.dir, "state/journal")), 0);
	rig_forget_asked(&r);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	rig_param(r.asked.p, "updatedAt__gte", lower, sizeof(lower));
	CU_ASSERT(strcmp(lower, "2026-03-04T08:00:00Z") > 0);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

static const struct unit_test tests[] = {
	{ "only what is not covered", test_only_what_is_not_covered },
	{ "again", test_again },
	{ "killed", test_killed },
	{ "restarted", test_restarted },
	{ "troubles are its own", test_troubles_are_its_own },
	{ "polls go first", test_polls_go_first },
	{ "polls that never rest", test_polls_that_never_rest },
	{ "late rows at the border", test_late_rows_at_the_border },
	{ "before the first poll", test_before_the_first_poll },
	{ "an inventory covers all", test_inventory_covers_all },
	{ "stopped", test_stopped },
	{ "a lost position", test_lost_position },
};

UNIT_MAIN("walk/backfill", tests)
