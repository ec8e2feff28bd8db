#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/walk/bounds.h"
#include "tests/unit/unit.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define START 1700000000000LL

static const struct bounds_rule plain = {
	.initial_ms = 24 * HOUR,
	.look_back_ms = MINUTE,
	.pass = { { 10 * MINUTE, 10 * MINUTE } },
	.n_passes = 1,
};

static struct window
walk(const struct bounds_rule *rule, struct coverage *c, int64_t now)
{
	struct window w;

	bounds_begin(rule, c, now, &w);
	bounds_complete(rule, c, &w, 0);
	return w;
}

static void
test_first_walk(void)
{
	struct coverage c;
	struct window w;

	coverage_init(&c);
	bounds_begin(&plain, &c, START, &w);
	CU_ASSERT_EQUAL(w.lower, START - 24 * HOUR);
	CU_ASSERT_EQUAL(w.upper, START);
	CU_ASSERT_EQUAL(c.floor, START - 24 * HOUR);
	CU_ASSERT_EQUAL(bounds_keep(&plain, &c), START - 24 * HOUR);

	/* It failed: the bound does not slide. */
	bounds_begin(&plain, &c, START + HOUR, &w);
	CU_ASSERT_EQUAL(w.lower, START - 24 * HOUR);
	CU_ASSERT_EQUAL(w.upper, START + HOUR);

	/* Nor does what polls stand for, whatever they forget. */
	for (int i = 1; i < 100; i++)
		walk(&plain, &c, START + i * HOUR);
	CU_ASSERT_EQUAL(c.since, START - 24 * HOUR);
	CU_ASSERT(c.floor > c.since);
	/* A position that does not tell yet. */
	c.since = TIME_NONE;
	bounds_settle(&plain, &c, START + 200 * HOUR);
	CU_ASSERT_EQUAL(c.since, c.floor);
}

static void
test_look_back_and_overlap(void)
{
	struct coverage c;
	struct window w;

	coverage_init(&c);
	walk(&plain, &c, START);
	w = walk(&plain, &c, START + 30 * SECOND);
	CU_ASSERT_EQUAL(w.lower, START - MINUTE);
	CU_ASSERT_EQUAL(w.upper, START + 30 * SECOND);
	CU_ASSERT_EQUAL(w.passes, 0);

	w = walk(&plain, &c, START + 10 * MINUTE);
	CU_ASSERT_EQUAL(w.lower, START - 10 * MINUTE);
	CU_ASSERT_EQUAL(w.passes, 1);
	w = walk(&plain, &c, START + 11 * MINUTE);
	CU_ASSERT_EQUAL(w.lower, START + 9 * MINUTE);
}

static void
test_two_passes(void)
{
	struct bounds_rule rule = plain;
	struct coverage c;
	struct window w;

	rule.pass[rule.n_passes++] = (struct pass){ HOUR, 7 * 24 * HOUR };
	rule.initial_ms = 30 * 24 * HOUR;
	coverage_init(&c);
	walk(&rule, &c, START);
	w = walk(&rule, &c, START + 20 * MINUTE);
	CU_ASSERT_EQUAL(w.lower, START - 10 * MINUTE);
	CU_ASSERT_EQUAL(w.passes, 1);
	CU_ASSERT_EQUAL(bounds_keep(&rule, &c), START - 7 * 24 * HOUR);
	w = walk(&rule, &c, START + HOUR);
	CU_ASSERT_EQUAL(w.lower, START - 7 * 24 * HOUR);
	CU_ASSERT_EQUAL(w.passes, 3);
}

static void
test_start_time(void)
{
	struct bounds_rule rule = plain;
	struct coverage c;
	struct window w;

	rule.start_ms = START - 3 * HOUR;
	coverage_init(&c);
	bounds_begin(&rule, &c, START, &w);
	CU_ASSERT_EQUAL(w.lower, START - 3 * HOUR);
	bounds_complete(&rule, &c, &w, 0);
	/* Only the first walk asks for it. */
	w = walk(&rule, &c, START + 30 * SECOND);
	CU_ASSERT_EQUAL(w.lower, START - MINUTE);

	/* Not before the console has got there. */
	rule.start_ms = START + HOUR;
	coverage_init(&c);
	bounds_begin(&rule, &c, START, &w);
	CU_ASSERT_EQUAL(w.lower, START);
}

static void
test_inventory_has_no_lower_bound(void)
{
	struct bounds_rule rule = plain;
	struct coverage c;
	struct window w;

	rule.inventory = true;
	coverage_init(&c);
	bounds_begin(&rule, &c, START, &w);
	CU_ASSERT_EQUAL(w.lower, TIME_NONE);
	CU_ASSERT_EQUAL(c.since, 0);
	CU_ASSERT_EQUAL(bounds_keep(&rule, &c), TIME_NONE);
	bounds_complete(&rule, &c, &w, 0);
	w = walk(&rule, &c, START + 30 * SECOND);
	CU_ASSERT_EQUAL(w.lower, START - MINUTE);
}

static void
test_snapshot_has_no_bounds(void)
{
	struct bounds_rule rule = { .snapshot = true, .remember_ms = HOUR };
	struct coverage c;
	struct window w;

	coverage_init(&c);
	w = walk(&rule, &c, START);
	CU_ASSERT_EQUAL(w.lower, TIME_NONE);
	w = walk(&rule, &c, START + HOUR);
	CU_ASSERT_EQUAL(w.lower, TIME_NONE);
	CU_ASSERT_EQUAL(bounds_keep(&rule, &c), START);
}

/* The console's clock is set back: rows with times that it had before come
 * again, and ids that were dropped must not be needed for them. */
static void
test_clock_set_back(void)
{
	struct coverage c;
	struct window w;
	int64_t keep;

	coverage_init(&c);
	walk(&plain, &c, START);
	walk(&plain, &c, START + HOUR);
	keep = bounds_keep(&plain, &c);
	w = walk(&plain, &c, START + 58 * MINUTE);
	CU_ASSERT_EQUAL(w.lower, keep);
	CU_ASSERT_EQUAL(w.upper, START + 58 * MINUTE);
	CU_ASSERT_EQUAL(c.watermark, START + 58 * MINUTE);
	w = walk(&plain, &c, START + 59 * MINUTE);
	CU_ASSERT_EQUAL(w.lower, START + 57 * MINUTE);
}

/* It was years ahead: what was covered then is counted back from now. */
static void
test_clock_was_ahead(void)
{
	struct coverage c;
	struct window w;

	coverage_init(&c);
	walk(&plain, &c, START);
	bounds_heed(&plain, &c, START + HOUR, 10 * HOUR);
	CU_ASSERT_EQUAL(c.watermark, START);
	walk(&plain, &c, START + 10000 * HOUR);
	c.own_ms = HOUR;
	bounds_heed(&plain, &c, START + 6 * HOUR, 5 * HOUR);
	w = walk(&plain, &c, START + 6 * HOUR);
	CU_ASSERT_EQUAL(w.lower, START + 2 * HOUR - MINUTE);
	CU_ASSERT_EQUAL(w.upper, START + 6 * HOUR);
	w = walk(&plain, &c, START + 6 * HOUR + MINUTE);
	CU_ASSERT_EQUAL(w.lower, START + 6 * HOUR - MINUTE);
	/* When is not known. */
	walk(&plain, &c, START + 10000 * HOUR);
	c.own_ms = 0;
	bounds_heed(&plain, &c, START + 7 * HOUR, 6 * HOUR);
	w = walk(&plain, &c, START + 7 * HOUR);
	CU_ASSERT_EQUAL(w.lower, START - 17 * HOUR - MINUTE);
}

/* What is owed is read again every hour, for a week. */
static void
test_debt(void)
{
	struct coverage c;
	struct window w;
	int64_t now = START;

	coverage_init(&c);
	bounds_begin(&plain, &c, now, &w);
	bounds_complete(&plain, &c, &w, START - 5 * HOUR);
	w = walk(&plain, &c, now += 30 * MINUTE);
	CU_ASSERT_EQUAL(w.lower, START - 10 * MINUTE);
	CU_ASSERT_EQUAL(bounds_keep(&plain, &c), START - 5 * HOUR);
	/* A newer row does not put the older one off. */
	bounds_begin(&plain, &c, now += 10 * MINUTE, &w);
	bounds_complete(&plain, &c, &w, START);
	for (int i = 0; i < 7 * 24 - 1; i++) {
		bounds_begin(&plain, &c, START + (i + 1) * HOUR, &w);
		CU_ASSERT_EQUAL(w.lower, START - 5 * HOUR);
		CU_ASSERT_FALSE(bounds_is_given_up(&c, &w, START));
		bounds_complete(&plain, &c, &w, START - 5 * HOUR);
	}
	/* Time is up, but not for a row that is new. */
	now = START + 7 * 24 * HOUR;
	bounds_begin(&plain, &c, now, &w);
	CU_ASSERT_EQUAL(w.lower, START - 5 * HOUR);
	CU_ASSERT_TRUE(bounds_is_given_up(&c, &w, START - 5 * HOUR));
	CU_ASSERT_FALSE(bounds_is_given_up(&c, &w, now - MINUTE));
	bounds_complete(&plain, &c, &w, now - MINUTE);
	bounds_begin(&plain, &c, now + HOUR, &w);
	CU_ASSERT_EQUAL(w.lower, now - 10 * MINUTE);
	CU_ASSERT_FALSE(bounds_is_given_up(&c, &w, now - MINUTE));
	bounds_complete(&plain, &c, &w, 0);
	CU_ASSERT_EQUAL(c.debt.oldest, 0);
	CU_ASSERT_EQUAL(c.debt.since, 0);
}

/*
 * Polls at random moments, some failing, against rows that become visible up
 * to the overlap late: each is read within an overlap (and one poll) after it
 * became visible, and no walk reads below what is remembered.
 */
#define ROWS 2000
#define POLL_MAX (2 * MINUTE)

static void
check_late_rows(unsigned seed)
{
	static int64_t at[ROWS], visible[ROWS], found[ROWS];
	const int64_t overlap = plain.pass[0].depth_ms;
	struct coverage c;
	struct window w;
	int64_t now = START, keep;

	srandom(seed);
	for (int i = 0; i < ROWS; i++) {
		at[i] = START + random() % (6 * HOUR);
		visible[i] = at[i] + random() % overlap;
		found[i] = 0;
	}
	coverage_init(&c);
	while (now < START + 7 * HOUR) {
		keep = bounds_keep(&plain, &c);
		bounds_begin(&plain, &c, now, &w);
		CU_ASSERT(keep == TIME_NONE || w.lower >= keep);
		for (int i = 0; i < ROWS; i++)
			if (found[i] == 0 && visible[i] <= now &&
			    at[i] >= w.lower && at[i] < w.upper)
				found[i] = now;
		bounds_complete(&plain, &c, &w, 0);
		now += 1 + random() % POLL_MAX;
	}
	for (int i = 0; i < ROWS; i++) {
		CU_ASSERT(found[i] != 0);
		CU_ASSERT(found[i] - visible[i] <= overlap + 2 * POLL_MAX);
	}
}

static void
test_late_rows_are_found(void)
{
	for (unsigned seed = 1; seed <= 20; seed++)
		check_late_rows(seed);
}

static const struct unit_test tests[] = {
	{ "the first walk's floor is fixed", test_first_walk },
	{ "polls look back, passes read further", test_look_back_and_overlap },
	{ "each pass has its own period and depth", test_two_passes },
	{ "a start time", test_start_time },
	{ "an inventory begins without a lower bound",
	    test_inventory_has_no_lower_bound },
	{ "a snapshot has no bounds", test_snapshot_has_no_bounds },
	{ "a clock that was set back", test_clock_set_back },
	{ "a clock that was years ahead", test_clock_was_ahead },
	{ "what is owed", test_debt },
	{ "late rows are found in time", test_late_rows_are_found },
};

UNIT_MAIN("walk bounds", tests)
