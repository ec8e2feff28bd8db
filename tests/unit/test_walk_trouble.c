/*
 * What a console answers when it does not answer, and what a poller does then.
 */
#include "config.h"

#include <stdlib.h>

#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

static bool
refuse_some(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (r->n == 0 || !rig_is_list(path))
		return false;
	if (r->n > 0)
		r->n--;
	switch (r->set->resend) { /* free in these tests */
	case -1:
		reply->status = 503;
		reply->verdict = VERDICT_RETRY;
		return true;
	case -2:
		buf_adds(&reply->body, "<html>maintenance</html>");
		return true;
	case -3:
		buf_adds(&reply->body, "{\"data\":[{\"id\":\"000001\",");
		return true;
	case -4:
		reply->cut = 70;
		return false;
	case -5:
		reply->status = 429;
		reply->verdict = VERDICT_RETRY;
		reply->retry_after_ms = 7000;
		return true;
	case -6:
		buf_adds(&reply->body, "{\"data\":null,\"errors\":[{\"code\":"
		    "5000010,\"title\":\"Internal server error\"}]}");
		return true;
	}
	return false;
}

static void
test_passing_trouble(void)
{
	for (int kind = -6; kind < 0; kind++) {
		struct rig r;

		rig_init(&r, &rig_toy);
		r.set->resend = kind;
		r.meddle = refuse_some;
		r.n = 4;
		rig_history(&r, 25);
		rig_open(&r);
		fake_run(RIG_SECOND);
		CU_ASSERT_EQUAL(r.poller->state, POLLER_BACKOFF);
		fake_run(4 * RIG_MINUTE);
		CU_ASSERT_EQUAL(r.n, 0);
		rig_check(&r, 0, INT64_MAX);
		CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
		CU_ASSERT_EQUAL(r.poller->trouble, POLLER_STOPPED);
		rig_fini(&r);
	}
}

static bool
retry_after(struct rig *r, const char *path, struct fake_reply *reply)
{
	(void)path;
	if (r->n-- <= 0)
		return false;
	reply->status = 429;
	reply->verdict = VERDICT_RETRY;
	reply->retry_after_ms = 40000;
	return true;
}

static void
test_retry_after_is_kept(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_history(&r, 3);
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	r.meddle = retry_after;
	r.n = 1;
	rig_forget_asked(&r);
	fake_run(60 * RIG_SECOND);
	CU_ASSERT_EQUAL(rig_asked(&r, "\n"), 1);
	fake_run(20 * RIG_SECOND);
	CU_ASSERT(rig_asked(&r, "\n") >= 2);
	rig_fini(&r);
}

static enum verdict toys_verdict, info_verdict;

static bool
fixed_verdicts(struct rig *r, const char *path, struct fake_reply *reply)
{
	(void)r;
	reply->verdict = strstr(path, "/system/info") != NULL ? info_verdict :
								toys_verdict;
	reply->status = 4 * 100;
	return reply->verdict != VERDICT_OK;
}

static void
check_lasting(enum verdict toys, enum verdict info, enum poller_state state,
    int64_t asked_again_ms)
{
	struct rig r;

	toys_verdict = toys;
	info_verdict = info;
	rig_init(&r, &rig_toy);
	rig_history(&r, 25);
	r.meddle = fixed_verdicts;
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	CU_ASSERT_EQUAL(r.poller->state, state);
	toys_verdict = info_verdict = VERDICT_OK;
	fake_run(asked_again_ms - 10 * RIG_SECOND);
	CU_ASSERT_EQUAL(r.poller->state, state);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 0);
	fake_run(30 * RIG_SECOND);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

static void
test_lasting_trouble(void)
{
	check_lasting(VERDICT_DENIED, VERDICT_OK, POLLER_DISABLED, RIG_HOUR);
	check_lasting(VERDICT_UNSUPPORTED, VERDICT_OK, POLLER_DISABLED,
	    RIG_HOUR);
	check_lasting(VERDICT_GONE, VERDICT_OK, POLLER_DISABLED, RIG_HOUR);
	check_lasting(VERDICT_AUTH, VERDICT_OK, POLLER_DISABLED, RIG_HOUR);
	check_lasting(VERDICT_AUTH, VERDICT_AUTH, POLLER_NO_TOKEN,
	    RIG_MINUTE);
	check_lasting(VERDICT_BAD, VERDICT_OK, POLLER_REFUSED,
	    5 * RIG_MINUTE);
	check_lasting(VERDICT_CONFIG, VERDICT_OK, POLLER_REFUSED,
	    5 * RIG_MINUTE);
}

static bool
small_pages_only(struct rig *r, const char *path, struct fake_reply *reply)
{
	char text[64];

	(void)r;
	if (strtol(rig_param(path, "limit", text, sizeof(text)), NULL, 10) <= 3)
		return false;
	if (strstr(path, "/toys?") == NULL)
		return false;
	reply->verdict = VERDICT_BAD;
	reply->status = 400;
	reply->detail = "limit: Must be between 1 and 3";
	return true;
}

static void
test_limit_is_halved(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_history(&r, 10);
	r.meddle = small_pages_only;
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	rig_check(&r, 0, INT64_MAX);
	CU_ASSERT_EQUAL(r.poller->limit, 3);
	rig_fini(&r);
}

static bool
cursors_expire(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (r->n == 0 || strstr(path, "cursor=") == NULL)
		return false;
	r->n--;
	if (r->n % 2 == 0) /* the second page works, the third does not */
		return false;
	reply->verdict = VERDICT_BAD;
	reply->status = 400;
	reply->detail = "cursor: Invalid";
	return true;
}

static void
test_expired_cursor(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_history(&r, 45);
	r.meddle = cursors_expire;
	r.n = 5;
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	rig_check(&r, 0, INT64_MAX);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	CU_ASSERT(r.poller->intake.counts.seen > 0);
	rig_fini(&r);

	/* Always: the walk is given up, the bounds stay. */
	rig_init(&r, &rig_toy);
	rig_history(&r, 45);
	r.meddle = cursors_expire;
	r.n = -1;
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_REFUSED);
	r.n = 0;
	fake_run(6 * RIG_MINUTE);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

static bool
same_cursor(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (!rig_is_list(path))
		return false;
	r->n++;
	buf_adds(&reply->body, "{\"pagination\":{\"nextCursor\":\"same\"},"
			       "\"data\":[]}");
	return true;
}

static void
test_repeated_cursor(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	r.meddle = same_cursor;
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	CU_ASSERT_EQUAL(r.n, 2);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	rig_fini(&r);
}

static bool
odd_pages(struct rig *r, const char *path, struct fake_reply *reply)
{
	static const char *const page[] = {
		"{\"data\":[],\"pagination\":{\"nextCursor\":\"a\"}}",
		("{\"pagination\":{\"nextCursor\":\"b\",\"totalItems\":0},"
		 "\"data\":[{\"id\":\"1\"}]}"),
		"{\"data\":[{\"id\":\"2\",\"updatedAt\":null}]}",
	};

	if (!rig_is_list(path))
		return false;
	buf_adds(&reply->body, r->n < 3 ? page[r->n] : "{}");
	r->n++;
	return true;
}

/* An empty page with a cursor goes on; no pagination ends; rows without a
 * time are taken once. */
static void
test_odd_pages(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	r.meddle = odd_pages;
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	CU_ASSERT_EQUAL(r.n, 3);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 2);
	r.n = 0;
	fake_run(60 * RIG_SECOND);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 2);
	rig_kill(&r);
	rig_open(&r);
	r.n = 0;
	fake_run(30 * RIG_SECOND);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 2);
	rig_fini(&r);
}

static void
test_once(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	r.once = true;
	rig_history(&r, 25);
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	CU_ASSERT_TRUE(r.poller->finished);
	CU_ASSERT_FALSE(r.poller->failed);
	rig_check(&r, 0, INT64_MAX);
	rig_stop(&r);

	toys_verdict = VERDICT_RETRY;
	info_verdict = VERDICT_OK;
	r.meddle = fixed_verdicts;
	rig_open(&r);
	fake_run(10 * RIG_MINUTE);
	CU_ASSERT_TRUE(r.poller->finished);
	CU_ASSERT_TRUE(r.poller->failed);
	rig_fini(&r);
}

static const struct unit_test tests[] = {
	{ "trouble that passes", test_passing_trouble },
	{ "Retry-After is kept", test_retry_after_is_kept },
	{ "trouble that lasts", test_lasting_trouble },
	{ "a refused limit is halved", test_limit_is_halved },
	{ "an expired cursor", test_expired_cursor },
	{ "a repeated cursor", test_repeated_cursor },
	{ "odd pages", test_odd_pages },
	{ "once", test_once },
};

UNIT_MAIN("walk trouble", tests)
