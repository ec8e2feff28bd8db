/*
 * The figures of a dataset, from its first poll on, in trouble and after it.
 */
#include "config.h"

#include "collector/walk/figures.h"
#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

/* On this machine's clock, which the console's goes with. */
static struct figures_stream
figures(struct rig *r)
{
	struct figures_stream s;

	figures_of(&s, r->poller, RIG_START, fake_now_ms());
	return s;
}

static void
test_well(void)
{
	struct figures_stream s;
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_add(&r, 1, RIG_START - RIG_HOUR, 0);
	rig_add(&r, 2, RIG_START - RIG_MINUTE, 0);
	rig_open(&r);
	s = figures(&r);
	CU_ASSERT_EQUAL(s.condition, FIGURES_OK);
	CU_ASSERT_EQUAL(s.watermark_ms, 0);
	CU_ASSERT_EQUAL(s.lag_ms, 0);
	fake_run(10 * RIG_SECOND);
	s = figures(&r);
	CU_ASSERT_EQUAL(s.condition, FIGURES_OK);
	UNIT_TEXT(s.state, "idle");
	UNIT_TEXT(s.console, "acme");
	UNIT_TEXT(s.dataset, "toy");
	CU_ASSERT_PTR_NULL(s.reason);
	CU_ASSERT_EQUAL(s.until_ms, 0);
	CU_ASSERT_EQUAL(s.interval_ms, r.set->interval);
	CU_ASSERT(s.lag_ms > 9 * RIG_SECOND && s.lag_ms < 12 * RIG_SECOND);
	CU_ASSERT_EQUAL(s.counts.walks, 1);
	CU_ASSERT_EQUAL(s.taken.lines, 2);
	CU_ASSERT_EQUAL(s.records_today, 2);
	CU_ASSERT_EQUAL(s.taken.last_at_ms, RIG_START - RIG_MINUTE);
	CU_ASSERT(s.taken.last_new_ms >= RIG_START &&
	    s.taken.last_new_ms < RIG_START + RIG_SECOND);
	CU_ASSERT_DOUBLE_EQUAL(s.rate_left, 4, 0);
	CU_ASSERT_DOUBLE_EQUAL(s.rate_most, 5, 0);
	rig_fini(&r);
}

/* The rig begins at nine o'clock. */
static void
test_midnight(void)
{
	struct figures_stream s;
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_add(&r, 1, RIG_START - RIG_HOUR, 0);
	rig_add(&r, 2, RIG_START + 14 * RIG_HOUR, 0);
	rig_add(&r, 3, RIG_START + 16 * RIG_HOUR, 0);
	rig_open(&r);
	fake_run(15 * RIG_HOUR - RIG_SECOND);
	CU_ASSERT_EQUAL(figures(&r).records_today, 2);
	fake_run(RIG_SECOND);
	CU_ASSERT_EQUAL(figures(&r).records_today, 0);
	fake_run(2 * RIG_HOUR);
	s = figures(&r);
	CU_ASSERT_EQUAL(s.records_today, 1);
	CU_ASSERT_EQUAL(s.taken.lines, 3);
	rig_fini(&r);
}

/* What the figures were while the last request was out. */
static struct {
	enum figures_condition condition;
	int64_t until_ms;
	bool has_reason;
} asking;

static bool
fail_some(struct rig *r, const char *path, struct fake_reply *reply)
{
	struct figures_stream s = figures(r);

	asking.condition = s.condition;
	asking.until_ms = s.until_ms;
	asking.has_reason = s.reason != NULL;
	if (r->n == 0 || !rig_is_list(path))
		return false;
	r->n--;
	reply->status = 503;
	reply->verdict = VERDICT_RETRY;
	reply->retry_after_ms = 40 * RIG_SECOND;
	reply->detail = "too busy";
	return true;
}

/* Trouble lasts, with its reason, until a page came. */
static void
test_backoff(void)
{
	struct figures_stream s;
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_add(&r, 1, RIG_START - RIG_HOUR, 0);
	rig_open(&r);
	r.meddle = fail_some;
	r.n = 2;
	fake_run(10 * RIG_SECOND);
	s = figures(&r);
	CU_ASSERT_EQUAL(s.condition, FIGURES_BACKOFF);
	UNIT_TEXT(s.reason, "too busy");
	CU_ASSERT(s.until_ms - fake_now_ms() >= 30 * RIG_SECOND &&
	    s.until_ms - fake_now_ms() <= 120 * RIG_SECOND);
	/* Nothing was ever completed: it counts from the start. */
	CU_ASSERT_EQUAL(s.lag_ms, 10 * RIG_SECOND);
	CU_ASSERT_EQUAL(s.counts.errors, 1);
	CU_ASSERT_EQUAL(asking.condition, FIGURES_OK);
	CU_ASSERT_FALSE(asking.has_reason);
	fake_run(s.until_ms - fake_now_ms() + RIG_SECOND);
	CU_ASSERT_EQUAL(r.n, 0);
	CU_ASSERT_EQUAL(asking.condition, FIGURES_BACKOFF);
	CU_ASSERT_TRUE(asking.has_reason);
	CU_ASSERT_EQUAL(asking.until_ms, 0);
	fake_run(10 * RIG_MINUTE);
	s = figures(&r);
	CU_ASSERT_EQUAL(s.condition, FIGURES_OK);
	CU_ASSERT_PTR_NULL(s.reason);
	CU_ASSERT_EQUAL(s.counts.errors, 2);
	rig_fini(&r);
}

/* What a backfill has still to read, of what polls have not. */
static void
test_history(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	CU_ASSERT_EQUAL(figures(&r).backfill_left_ms, 0);
	backfill_run_ask(r.poller, "a", (struct range){
	    RIG_START - 10 * RIG_DAY, RIG_START }, 0);
	CU_ASSERT_EQUAL(figures(&r).backfill_left_ms, 9 * RIG_DAY);
	fake_run(RIG_HOUR);
	CU_ASSERT_EQUAL(r.poller->backfill->n, 0);
	CU_ASSERT_EQUAL(figures(&r).backfill_left_ms, 0);
	rig_fini(&r);
}

static const struct unit_test tests[] = {
	{ "a dataset that is well", test_well },
	{ "a day ends", test_midnight },
	{ "a console that fails and recovers", test_backoff },
	{ "history that is to be fetched", test_history },
};

UNIT_MAIN("figures", tests)
