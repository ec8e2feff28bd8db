/*
 * What is still to be done of a backfill, slice by slice, and its record.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "collector/walk/backfill.h"
#include "tests/unit/unit.h"

#define MINUTE (60 * 1000LL)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define NOW 1700000000000LL

/* Version 1, with all it can have. */
static const char full[] =
    "{\"version\":1,\"covered\":[[1690000000000,1691000000000],"
    "[1692000000000,1693000000000]],"
    "\"todo\":[{\"range\":[1600000000000,1695000000000]},"
    "{\"range\":[1610000000000,1611000000000],\"resend\":1699999999}],"
    "\"request\":\"00ff00ff00ff00ff\",\"resent\":1699999999,"
    "\"slice\":7200000,"
    "\"walk\":{\"lower\":1694992800000,\"upper\":1695000000000,"
    "\"phase\":1,\"cursor\":\"c=\",\"page\":2,\"listed\":true,\"child\":3},"
    "\"began\":1700000000000,\"skipped\":[[1694993000000,1694993000001]],"
    "\"figures\":{\"asked_ms\":1699990000000,\"done_ms\":3600000,"
    "\"requests\":12,\"records\":345,\"skipped\":1}}";

static const struct backfill_now at = {
	.now = NOW, .since = NOW - DAY, .late_ms = 10 * MINUTE,
	.wall_ms = NOW + HOUR,
};

static void
check_text(const struct backfill *b, const char *want)
{
	struct buf text;

	buf_init(&text, 4096);
	CU_ASSERT_EQUAL(backfill_print(&text, b), 0);
	UNIT_TEXT(text.p, want);
	buf_fini(&text);
}

static void
test_there_and_back(void)
{
	struct backfill b;

	backfill_init(&b);
	CU_ASSERT_EQUAL_FATAL(backfill_parse(&b, slice_of(full)), 0);
	CU_ASSERT_EQUAL(b.covered.n, 2);
	CU_ASSERT_EQUAL(b.n, 2);
	CU_ASSERT_EQUAL(b.item[1].resend, 1699999999);
	CU_ASSERT_TRUE(b.walk.open && b.walk.listed);
	UNIT_TEXT(b.walk.cursor, "c=");
	CU_ASSERT_EQUAL(b.skipped.n, 1);
	CU_ASSERT_EQUAL(b.figures.records, 345);
	check_text(&b, full);
	backfill_fini(&b);
	check_text(&b, "{\"version\":1,\"slice\":3600000,\"figures\":{}}");
}

static void
test_strange_texts(void)
{
	static const char *const bad[] = { "", "[]", "{", "{}",
		"{\"version\":0}" };
	static const char odd[] = "{\"version\":1,\"covered\":[[5],7,[9,8],"
	    "[1,2]],\"todo\":7,\"walk\":{\"lower\":1,\"upper\":2},"
	    "\"figures\":3,\"new\":{}}";
	struct backfill b;

	backfill_init(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CU_ASSERT_EQUAL(backfill_parse(&b, slice_of(bad[i])), -1);
		CU_ASSERT_EQUAL(errno, EBADMSG);
	}
	CU_ASSERT_EQUAL(backfill_parse(&b, SLICE("{\"version\":2}")), -1);
	CU_ASSERT_EQUAL(errno, EPROTONOSUPPORT);
	CU_ASSERT_EQUAL(backfill_parse(&b, slice_of(odd)), 0);
	CU_ASSERT_EQUAL(b.covered.n, 1);
	/* A slice of no request. */
	CU_ASSERT_FALSE(b.walk.open);
	backfill_fini(&b);
}

static void
ask(struct backfill *b, const char *name, int64_t from, int64_t to,
    int64_t resend)
{
	backfill_add(b, name, (struct range){ from, to }, resend, NOW);
}

/* Open the next slice; its length, 0 when there is none. */
static int64_t
open(struct backfill *b)
{
	int64_t wait;

	return backfill_open(b, &at, &wait) ?
	    b->walk.window.upper - b->walk.window.lower : 0;
}

static void
test_slices_grow_and_shrink(void)
{
	int64_t to = NOW - DAY, pages = 1;
	struct backfill b;

	backfill_init(&b);
	ask(&b, "a", 0, NOW, 0);
	for (int64_t want = HOUR; want < 40 * DAY; want *= 2) {
		int64_t length = want < 30 * DAY ? want : 30 * DAY;

		CU_ASSERT_EQUAL(open(&b), length);
		CU_ASSERT_EQUAL(b.walk.window.upper, to);
		b.walk.page = pages;
		backfill_complete(&b);
		to -= length;
	}
	for (int i = 0; i < 30; i++) {
		CU_ASSERT(open(&b) >= MINUTE);
		b.walk.page = 100;
		backfill_complete(&b);
	}
	CU_ASSERT_EQUAL(b.slice_ms, MINUTE);
	CU_ASSERT_EQUAL(b.covered.n, 1);
	CU_ASSERT_EQUAL(b.covered.range[0].to, NOW - DAY);
	backfill_fini(&b);
}

static void
test_only_gaps_are_opened(void)
{
	struct backfill b;

	backfill_init(&b);
	b.slice_ms = 10 * DAY;
	ranges_add(&b.covered, (struct range){ NOW - 9 * DAY, NOW - 5 * DAY });
	ask(&b, "a", NOW - 20 * DAY, NOW, 0);
	CU_ASSERT_EQUAL(backfill_left(&b, at.since), 15 * DAY);
	CU_ASSERT_EQUAL(open(&b), 4 * DAY);
	CU_ASSERT_EQUAL(b.walk.window.upper, NOW - DAY);
	backfill_skip(&b, NOW - 3 * DAY);
	backfill_complete(&b);
	CU_ASSERT_EQUAL(b.covered.n, 2);
	CU_ASSERT_EQUAL(open(&b), 11 * DAY);
	backfill_complete(&b);
	CU_ASSERT_EQUAL(open(&b), 0);
	CU_ASSERT_EQUAL(b.n, 0);
	CU_ASSERT_EQUAL(b.figures.finished_ms, NOW + HOUR);

	/* What was skipped is what is left. */
	ask(&b, "b", NOW - 20 * DAY, NOW, 0);
	CU_ASSERT_EQUAL(open(&b), 1);
	CU_ASSERT_EQUAL(b.walk.window.lower, NOW - 3 * DAY);
	backfill_complete(&b);
	CU_ASSERT_EQUAL(open(&b), 0);
	CU_ASSERT_EQUAL(b.covered.n, 1);
	backfill_fini(&b);
}

static void
test_numbers_and_names(void)
{
	struct backfill b;

	backfill_init(&b);
	ask(&b, "a", 0, DAY, 100);
	ask(&b, "a", 0, DAY, 100);
	CU_ASSERT_EQUAL(b.n, 1);
	ask(&b, "b", 0, DAY, 99);
	ask(&b, "c", DAY, DAY, 500);
	CU_ASSERT_EQUAL_FATAL(b.n, 2);
	CU_ASSERT_EQUAL(b.item[0].resend, 100);
	CU_ASSERT_EQUAL(b.item[1].resend, 101);
	backfill_fini(&b);
}

static void
test_stop_finishes_the_slice(void)
{
	struct backfill b;

	backfill_init(&b);
	ask(&b, "a", 0, NOW, 0);
	ask(&b, "b", 0, NOW, 8);
	backfill_stop(&b, "s", NOW);
	CU_ASSERT_EQUAL(b.n, 0);
	CU_ASSERT_EQUAL(b.figures.stopped_ms, NOW);
	ask(&b, "c", 0, NOW, 0);
	ask(&b, "d", 0, NOW, 9);
	CU_ASSERT_EQUAL(open(&b), HOUR);
	backfill_stop(&b, "t", NOW);
	CU_ASSERT_TRUE(b.walk.open);
	CU_ASSERT_EQUAL(b.n, 1);
	backfill_complete(&b);
	CU_ASSERT_EQUAL(open(&b), 0);
	CU_ASSERT_EQUAL(b.n, 0);
	CU_ASSERT_NOT_EQUAL(b.figures.stopped_ms, 0);
	/* In its last slice: nothing is given up. */
	ask(&b, "e", DAY, DAY + MINUTE, 0);
	CU_ASSERT_EQUAL(b.figures.stopped_ms, 0);
	CU_ASSERT_EQUAL(open(&b), MINUTE);
	backfill_stop(&b, "u", NOW);
	CU_ASSERT_EQUAL(b.figures.stopped_ms, 0);
	backfill_fini(&b);
}

/* Where polls began a moment ago, rows may still be late. */
static void
test_late_rows(void)
{
	struct backfill_now soon = at;
	struct backfill b;
	int64_t wait;

	soon.since = NOW - MINUTE;
	backfill_init(&b);
	ask(&b, "a", NOW - 30 * MINUTE, NOW, 0);
	CU_ASSERT_TRUE(backfill_open(&b, &soon, &wait));
	CU_ASSERT_EQUAL(b.walk.window.upper, NOW - 10 * MINUTE);
	backfill_complete(&b);
	CU_ASSERT_FALSE(backfill_open(&b, &soon, &wait));
	CU_ASSERT_EQUAL(wait, 9 * MINUTE);
	soon.now += wait;
	CU_ASSERT_TRUE(backfill_open(&b, &soon, &wait));
	CU_ASSERT_EQUAL(b.walk.window.upper, NOW - MINUTE);
	backfill_complete(&b);
	CU_ASSERT_FALSE(backfill_open(&b, &soon, &wait));
	CU_ASSERT_EQUAL(wait, 0);
	backfill_fini(&b);
}

static const struct unit_test tests[] = {
	{ "there and back", test_there_and_back },
	{ "strange texts", test_strange_texts },
	{ "slices grow and shrink", test_slices_grow_and_shrink },
	{ "only gaps are opened", test_only_gaps_are_opened },
	{ "numbers and names", test_numbers_and_names },
	{ "a stop finishes the slice", test_stop_finishes_the_slice },
	{ "late rows", test_late_rows },
};

UNIT_MAIN("walk/backfill_record", tests)
