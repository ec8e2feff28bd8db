/*
 * Pages of a console that means harm, and clocks that make no sense: nothing
 * grows without bound, nothing is frozen or lost once it means well again.
 */
#include "config.h"

#include <stdlib.h>

#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

#define YEAR (365 * RIG_DAY)

/* The poller backs off because of this, and all is collected in the end. */
static void
check_passing(struct rig *r, const char *why)
{
	CU_ASSERT_EQUAL(r->poller->state, POLLER_BACKOFF);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r->poller->reason);
	CU_ASSERT_PTR_NOT_NULL(strstr(r->poller->reason, why));
	r->meddle = NULL;
	fake_run(10 * RIG_MINUTE);
	CU_ASSERT_EQUAL(r->poller->state, POLLER_IDLE);
	rig_check(r, 0, INT64_MAX);
}

static bool
too_many(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (!rig_is_list(path))
		return false;
	buf_adds(&reply->body, "{\"data\":[");
	for (int i = 0; i < 200000; i++)
		buf_addf(&reply->body, "%s%d", i > 0 ? "," : "", ++r->n);
	buf_adds(&reply->body, "]}");
	return true;
}

static void
test_too_many_records(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_history(&r, 25);
	r.meddle = too_many;
	rig_open(&r);
	for (int i = 0; i < 1000 && r.n == 0; i++)
		fake_run(1);
	CU_ASSERT_EQUAL(r.n, 200000);
	CU_ASSERT_EQUAL(r.poller->intake.counts.rejected, 10000);
	check_passing(&r, "far more records");
	rig_fini(&r);
}

/* Each page leads to another one. */
static bool
no_end(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (!rig_is_list(path))
		return false;
	buf_addf(&reply->body, "{\"data\":[],\"pagination\":{\"nextCursor\":"
	    "\"%d\"}}", ++r->n);
	return true;
}

static void
test_empty_pages_without_end(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_history(&r, 25);
	r.meddle = no_end;
	rig_open(&r);
	fake_run(RIG_HOUR);
	CU_ASSERT(r.n > 100 && r.n < 200);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_BACKOFF);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.poller->reason, "without a record"));
	rig_fini(&r);

	/* One poll does not take for ever. */
	rig_init(&r, &rig_toy);
	r.meddle = no_end;
	r.once = true;
	rig_open(&r);
	fake_run(RIG_HOUR);
	CU_ASSERT_TRUE(r.poller->finished);
	CU_ASSERT_TRUE(r.poller->failed);
	rig_fini(&r);
}

static const char *odd_cursor;
static size_t odd_times;

static bool
odd(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (!rig_is_list(path))
		return false;
	r->n++;
	buf_adds(&reply->body, "{\"data\":[],\"pagination\":{\"nextCursor\":"
	    "\"");
	for (size_t i = 0; i < odd_times; i++)
		buf_adds(&reply->body, odd_cursor);
	buf_adds(&reply->body, "\"}}");
	return true;
}

/* None that could never be sent gets into the position. */
static void
test_odd_cursors(void)
{
	static const struct {
		const char *text;
		size_t times;
		const char *why;
	} cursors[] = {
		{ "/", 20000, "a cursor that is too long" },
		{ "/", 1 << 20, "a cursor that is too long" },
		{ "\\u0000a", 1, "a cursor with a NUL in it" },
	};

	for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		struct rig r;

		odd_cursor = cursors[i].text;
		odd_times = cursors[i].times;
		rig_init(&r, &rig_toy);
		rig_history(&r, 25);
		r.meddle = odd;
		rig_open(&r);
		fake_run(RIG_HOUR);
		CU_ASSERT(r.n > 5 && r.n < 100);
		rig_kill(&r);
		rig_open(&r);
		fake_run(RIG_SECOND);
		check_passing(&r, cursors[i].why);
		rig_fini(&r);
	}
}

static bool
echo(struct rig *r, const char *path, struct fake_reply *reply)
{
	(void)r;
	if (!rig_is_list(path))
		return false;
	reply->token = "the-token-itself";
	buf_adds(&reply->body, "{\"errors\":[{\"title\":\"no the-token-itself "
	    "\n\x1b[2J\"}]}");
	return true;
}

/* What the console says of errors is told without the token. */
static void
test_errors_are_redacted(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_history(&r, 25);
	r.meddle = echo;
	rig_open(&r);
	fake_run(RIG_SECOND);
	CU_ASSERT_PTR_NULL(strchr(r.poller->reason, '\n'));
	CU_ASSERT_PTR_NULL(strchr(r.poller->reason, '\x1b'));
	CU_ASSERT_PTR_NULL(strstr(r.poller->reason, "the-token-itself"));
	check_passing(&r, "no [secret]");
	rig_fini(&r);
}

static bool
large(struct rig *r, const char *path, struct fake_reply *reply)
{
	char text[64];

	if (!rig_is_list(path) ||
	    strtol(rig_param(path, "limit", text, sizeof(text)), NULL, 10) <= 3)
		return false;
	r->n++;
	reply->verdict = VERDICT_RETRY;
	reply->too_large = true;
	return true;
}

/* Smaller pages are asked for, but not at once. */
static void
test_large_answers(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_history(&r, 25);
	r.meddle = large;
	rig_open(&r);
	for (int i = 0; i < 1000 && r.n == 0; i++)
		fake_run(1);
	CU_ASSERT_EQUAL(r.n, 1);
	CU_ASSERT_EQUAL(r.poller->limit, 5);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_BACKOFF);
	fake_run(5 * RIG_MINUTE);
	CU_ASSERT_EQUAL(r.poller->limit, 3);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

static bool
old_row(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (!rig_is_list(path))
		return false;
	r->n++;
	buf_adds(&reply->body, "{\"data\":[{\"id\":\"1\",\"updatedAt\":"
	    "\"2020-01-01T00:00:00Z\"}]}");
	return true;
}

/* A console that passes over the time filter: a row is spooled once. */
static void
test_rows_out_of_bounds(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	r.meddle = old_row;
	rig_open(&r);
	fake_run(2 * RIG_HOUR);
	CU_ASSERT(r.n > 100);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 1);
	rig_fini(&r);
}

/* Years ahead for some polls, then right again. */
static void
check_leap(int64_t offset_ms)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	r.set->resend = RIG_DAY;
	rig_history(&r, 5);
	rig_open(&r);
	fake_run(5 * RIG_MINUTE);
	fake_set_offset(offset_ms);
	rig_add(&r, 100, RIG_START + 5 * RIG_MINUTE, 0);
	fake_run(5 * RIG_MINUTE);
	rig_stop(&r);
	/* Nothing is polled, and the console's clock is right again. */
	rig_add(&r, 101, RIG_START + 11 * RIG_MINUTE, 0);
	rig_add(&r, 102, RIG_START + 3 * RIG_HOUR, 0);
	fake_run(4 * RIG_HOUR);
	fake_set_offset(0);
	rig_open(&r);
	fake_run(5 * RIG_MINUTE);
	CU_ASSERT(rig_lines(&r, "000100") >= 1);
	CU_ASSERT(rig_lines(&r, "000101") >= 1);
	CU_ASSERT(rig_lines(&r, "000102") >= 1);
	rig_add(&r, 103, RIG_START + 4 * RIG_HOUR + 12 * RIG_MINUTE, 0);
	fake_run(10 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, "000103"), 1);
	CU_ASSERT(r.poller->pos.resent <= fake_now_ms());
	rig_fini(&r);
}

static void
test_clock_leaps(void)
{
	check_leap(50 * YEAR);
	check_leap(2 * RIG_DAY);
	check_leap(-5 * YEAR);
}

static const struct unit_test tests[] = {
	{ "far too many records", test_too_many_records },
	{ "empty pages without end", test_empty_pages_without_end },
	{ "odd cursors", test_odd_cursors },
	{ "errors are redacted", test_errors_are_redacted },
	{ "answers that are too large", test_large_answers },
	{ "rows out of bounds", test_rows_out_of_bounds },
	{ "a clock that leaps", test_clock_leaps },
};

UNIT_MAIN("walk hostile", tests)
