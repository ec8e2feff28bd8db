#include "config.h"

#include <stdio.h>
#include <string.h>

#include "collector/client/ratelimit.h"
#include "tests/unit/unit.h"

/* The row that a class falls into, by its prefix. */
static const char *
prefix_of(const char *rate_class)
{
	return rate_table[rate_find(rate_class)].prefix;
}

static void
test_rows_are_sorted_and_sane(void)
{
	UNIT_TEXT(rate_table[0].prefix, "");
	for (size_t i = 0; i < rate_table_len; i++) {
		CU_ASSERT(rate_table[i].per_second > 0);
		CU_ASSERT(rate_table[i].burst >= 1);
		if (i > 0)
			CU_ASSERT(strcmp(rate_table[i - 1].prefix,
			    rate_table[i].prefix) < 0);
	}
}

static void
test_longest_prefix_at_a_segment(void)
{
	UNIT_TEXT(prefix_of("/threats"), "/threats");
	UNIT_TEXT(prefix_of("/threats?limit=10"), "/threats");
	UNIT_TEXT(prefix_of("/threats/"), "/threats/");
	UNIT_TEXT(prefix_of("/threats/{id}/timeline"), "/threats/");
	UNIT_TEXT(prefix_of("/threats-x"), "");
	UNIT_TEXT(prefix_of("/threat-intelligence/iocs"),
	    "/threat-intelligence");
	UNIT_TEXT(prefix_of("/user"), "/user");
	UNIT_TEXT(prefix_of("/users/api-token-details"), "/users");
	UNIT_TEXT(prefix_of("/users/login"), "/users/login");
	UNIT_TEXT(prefix_of("/application-management/inventory/endpoints"),
	    "/application-management/inventory");
	UNIT_TEXT(prefix_of("/system/info"), "");
	UNIT_TEXT(prefix_of(""), "");
	UNIT_TEXT(prefix_of(NULL), "");
}

/* Requests that a bucket lets through in ms milliseconds, asking each one. */
static int
let_through(const struct rate_row *row, double share, int64_t ms)
{
	struct rate_bucket b;
	int n = 0;

	rate_fill(&b, row, share, 0);
	for (int64_t now = 0; now < ms; now++)
		while (rate_take(&b, row, share, now) == 0)
			n++;
	return n;
}

static void
test_burst_then_pace(void)
{
	static const struct rate_row row = { "/x", 10, 30 };

	CU_ASSERT_EQUAL(let_through(&row, 1, 1), 30);
	CU_ASSERT_EQUAL(let_through(&row, 1, 10001), 130);
	CU_ASSERT_EQUAL(let_through(&row, 0.5, 1), 15);
	CU_ASSERT_EQUAL(let_through(&row, 0.5, 10001), 65);
	/* A share never starves: one request is always there. */
	CU_ASSERT_EQUAL(let_through(&row, 0.01, 1), 1);
	CU_ASSERT_EQUAL(let_through(&row, 0.01, 60100), 7);
}

static void
test_wait_is_long_enough(void)
{
	static const struct rate_row row = { "/x", 3, 1 };
	struct rate_bucket b;
	int64_t now = 1000, wait;

	rate_fill(&b, &row, 1, now);
	for (int i = 0; i < 50; i++) {
		CU_ASSERT_EQUAL(rate_take(&b, &row, 1, now), 0);
		wait = rate_take(&b, &row, 1, now);
		CU_ASSERT(wait >= 333 && wait <= 335);
		CU_ASSERT(rate_take(&b, &row, 1, now + wait - 2) > 0);
		now += wait;
	}
}

static void
test_slow_rows_wait_for_hours(void)
{
	const struct rate_row *row = &rate_table[rate_find(
	    "/application-management/scan")];
	struct rate_bucket b;
	int64_t wait;

	rate_fill(&b, row, 1, 0);
	CU_ASSERT_EQUAL(rate_take(&b, row, 1, 0), 0);
	wait = rate_take(&b, row, 1, 0);
	CU_ASSERT(wait >= 8 * 3600000 && wait <= 8 * 3600000 + 2);
	CU_ASSERT_EQUAL(rate_take(&b, row, 1, wait), 0);
}

static void
test_hold_empties_and_waits(void)
{
	static const struct rate_row row = { "/x", 10, 30 };
	struct rate_bucket b;

	rate_fill(&b, &row, 1, 0);
	rate_hold(&b, &row, 1, 0, 5000);
	CU_ASSERT_EQUAL(rate_take(&b, &row, 1, 0), 5000);
	/* A shorter hold does not shorten the first. */
	rate_hold(&b, &row, 1, 1000, 0);
	CU_ASSERT_EQUAL(rate_take(&b, &row, 1, 1000), 4000);
	CU_ASSERT(rate_take(&b, &row, 1, 5000) > 0);
	CU_ASSERT_EQUAL(rate_take(&b, &row, 1, 5101), 0);
	/* Without a Retry-After: the burst is gone, the pace goes on. */
	rate_fill(&b, &row, 1, 0);
	rate_hold(&b, &row, 1, 0, 0);
	CU_ASSERT(rate_take(&b, &row, 1, 0) > 0);
	CU_ASSERT_EQUAL(rate_take(&b, &row, 1, 101), 0);
}

static void
test_left(void)
{
	static const struct rate_row row = { "/x", 10, 30 };
	struct rate_bucket b;
	double most;

	rate_fill(&b, &row, 0.5, 0);
	CU_ASSERT_DOUBLE_EQUAL(rate_left(&b, &row, 0.5, 0, &most), 15, 0);
	CU_ASSERT_DOUBLE_EQUAL(most, 15, 0);
	for (int i = 0; i < 15; i++)
		CU_ASSERT_EQUAL(rate_take(&b, &row, 0.5, 0), 0);
	CU_ASSERT_DOUBLE_EQUAL(rate_left(&b, &row, 0.5, 0, &most), 0, 0);
	CU_ASSERT_DOUBLE_EQUAL(rate_left(&b, &row, 0.5, 1000, &most), 5, 0);
	/* To look takes nothing. */
	CU_ASSERT_DOUBLE_EQUAL(rate_left(&b, &row, 0.5, 1000, &most), 5, 0);
	CU_ASSERT_DOUBLE_EQUAL(rate_left(&b, &row, 0.5, 9000, &most), 15, 0);
	/* What is held has nothing, whatever it had. */
	rate_fill(&b, &row, 0.5, 0);
	rate_hold(&b, &row, 0.5, 0, 2000);
	CU_ASSERT_DOUBLE_EQUAL(rate_left(&b, &row, 0.5, 1999, &most), 0, 0);
	CU_ASSERT_DOUBLE_EQUAL(rate_left(&b, &row, 0.5, 3000, &most), 5, 0);
}

static const struct unit_test tests[] = {
	{ "rows are sorted and sane", test_rows_are_sorted_and_sane },
	{ "the longest prefix that ends at a segment",
	    test_longest_prefix_at_a_segment },
	{ "first the burst, then the pace", test_burst_then_pace },
	{ "the wait is long enough and not longer", test_wait_is_long_enough },
	{ "one in eight hours", test_slow_rows_wait_for_hours },
	{ "a hold empties the bucket and waits", test_hold_empties_and_waits },
	{ "what is left is told and stays", test_left },
};

UNIT_MAIN("ratelimit", tests)
