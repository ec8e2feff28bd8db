/*
 * Walks over parents and their children, merged or on their own.
 */
#include "config.h"

#include "tests/unit/parts_rig.h"
#include "tests/unit/unit.h"

static const struct map_row rows[] = {
	{ "updatedAt", MAP_DATE, "@timestamp", NULL, 0 },
	{ "id", MAP_AS_IS, "event.id", NULL, 0 },
	{ "part.no", MAP_AS_IS, "event.code", NULL, 0 },
	{ "part.toyId", MAP_AS_IS, "event.reference", NULL, 0 },
	{ "no", MAP_AS_IS, "event.code", NULL, 0 },
};

static const struct dataset parts = {
	.name = "part",
	.walk = {
		.list = RIG_LIST("/toys"),
		.child = RIG_CHILD,
		.child_mode = WALK_CHILD_RECORDS,
		.parent_key = { "id" },
		.bound = WALK_BOUND_ISO,
		.phase = { "updatedAt" },
		.time_path = "updatedAt",
	},
	.map = RIG_MAP(rows, "updatedAt", .parent = true, .field = { "no" }),
};

static const struct dataset merged = {
	.name = "merged",
	.walk = {
		.list = RIG_LIST("/toys"),
		.child = {
			.path = "/toys/{id}/parts",
			.query = "sortOrder=desc",
			.records = "data[]",
			.cursor = "next",
			.rate_class = "/toys/",
			.max_page = 2,
		},
		.child_mode = WALK_CHILD_MERGE,
		.merge_as = "part",
		.parent_id_as = "toyId",
		.parent_key = { "id" },
		.bound = WALK_BOUND_ISO,
		.phase = { "updatedAt" },
		.time_path = "updatedAt",
	},
	.map = RIG_MAP(rows, "updatedAt",
	    .field = { "id", "part.no", "updatedAt" }),
};

/* A toy has id % 4 parts. */
static void
init(struct rig *r, const struct dataset *d, int n_toys)
{
	rig_init(r, d);
	r->serve = parts_serve;
	rig_history(r, n_toys);
	for (int i = 0; i < PARTS_TOYS_MAX; i++)
		parts_of[i] = i % 4;
}

static void
check_parts(struct rig *r, int n_toys, bool alone)
{
	size_t lonely = alone ? (size_t)n_toys / 4 : 0;

	CU_ASSERT_EQUAL(parts_check(r, n_toys) + lonely, rig_lines(r, NULL));
}

static void
test_child_records(void)
{
	struct rig r;

	init(&r, &parts, 25);
	rig_open(&r);
	fake_run(20 * RIG_SECOND);
	check_parts(&r, 25, false);
	/* Three list pages; a second page for each toy with three parts. */
	CU_ASSERT_EQUAL(rig_asked(&r, "/toys?"), 3);
	CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), 25 + 6);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	rig_fini(&r);
}

static void
test_merged(void)
{
	struct rig r;

	init(&r, &merged, 25);
	rig_open(&r);
	fake_run(20 * RIG_SECOND);
	check_parts(&r, 25, true);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"reference\":\"000007\""), 3);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"reference\""), 37);
	rig_fini(&r);
}

/* Whatever the moment: nothing is lost, nothing is there twice, and children
 * that were done are not asked for again. */
static void
kill_at(const struct dataset *d, int64_t ms, bool alone)
{
	struct rig r;

	init(&r, d, 25);
	rig_open(&r);
	fake_run(ms);
	rig_kill(&r);
	rig_open(&r);
	fake_run(20 * RIG_SECOND);
	check_parts(&r, 25, alone);
	CU_ASSERT(rig_asked(&r, "/parts?") <= 25 + 6 + 15);
	CU_ASSERT(rig_asked(&r, "/toys?") <= 3 + 2);
	rig_fini(&r);
}

static void
test_killed_chains(void)
{
	for (int64_t ms = 190; ms < 1100; ms += 33) {
		kill_at(&parts, ms, false);
		kill_at(&merged, ms, true);
	}
}

static bool
some_children_fail(struct rig *r, const char *path, struct fake_reply *reply)
{
	(void)r;
	if (strstr(path, "/000003/") != NULL) {
		reply->verdict = VERDICT_GONE;
		reply->status = 404;
	} else if (strstr(path, "/000005/") != NULL) {
		reply->verdict = VERDICT_BAD;
		reply->status = 400;
	} else if (strstr(path, "/000007/") != NULL) {
		reply->verdict = VERDICT_RETRY;
		reply->status = 500;
	} else if (strstr(path, "/000009/") != NULL && r->n++ < 7) {
		reply->verdict = VERDICT_RETRY;
		reply->status = 429;
	}
	return reply->verdict != VERDICT_OK;
}

static void
test_failing_children(void)
{
	struct rig r;

	init(&r, &parts, 10);
	r.meddle = some_children_fail;
	rig_open(&r);
	fake_run(20 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 15 - 3 - 1 - 3);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"9-0\""), 1);
	CU_ASSERT(r.poller->counts.walks > 0);
	rig_fini(&r);

	/* Merged: those parents stand alone. */
	init(&r, &merged, 10);
	r.meddle = some_children_fail;
	rig_open(&r);
	fake_run(20 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 15 - 7 + 2 + 3);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"id\":\"000003\""), 1);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"id\":\"000005\""), 1);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"id\":\"000007\""), 1);
	rig_fini(&r);
}

/* Nothing is answered for a day; the first that fails is a child. */
static bool
all_fail(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (strstr(path, "/000005/") != NULL && r->n == 0)
		r->n = 1;
	if (r->n == 0 || fake_now_ms() > RIG_START + RIG_DAY)
		return false;
	reply->status = 503;
	reply->verdict = VERDICT_RETRY;
	return true;
}

/* An outage is not the fault of the child that it is met with. */
static void
test_outage(void)
{
	struct rig r;

	init(&r, &parts, 10);
	r.meddle = all_fail;
	rig_open(&r);
	fake_run(RIG_DAY + 10 * RIG_MINUTE);
	check_parts(&r, 10, false);
	CU_ASSERT_EQUAL(r.poller->counts.skipped, 0);
	rig_fini(&r);

	init(&r, &merged, 10);
	r.meddle = all_fail;
	rig_open(&r);
	fake_run(RIG_DAY + 10 * RIG_MINUTE);
	check_parts(&r, 10, true);
	rig_fini(&r);
}

static bool
children_denied(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (strstr(path, "/parts?") == NULL || r->n == 0)
		return false;
	reply->verdict = r->n == 1 ? VERDICT_DENIED :
	    r->n == 2 ? VERDICT_AUTH : VERDICT_UNSUPPORTED;
	return true;
}

static void
test_denied_children(void)
{
	for (int n = 1; n <= 3; n++) {
		struct rig r;

		init(&r, &parts, 10);
		r.meddle = children_denied;
		r.n = n;
		rig_open(&r);
		fake_run(RIG_MINUTE);
		CU_ASSERT_EQUAL(r.poller->state, POLLER_DISABLED);
		r.n = 0;
		fake_run(RIG_HOUR + RIG_MINUTE);
		check_parts(&r, 10, false);
		rig_fini(&r);

		init(&r, &merged, 10);
		r.meddle = children_denied;
		r.n = n;
		rig_open(&r);
		fake_run(RIG_MINUTE);
		CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
		CU_ASSERT_EQUAL(rig_lines(&r, NULL), 10);
		rig_fini(&r);
	}
}

static bool
no_such_records(struct rig *r, const char *path, struct fake_reply *reply)
{
	(void)r;
	if (!rig_is_list(path))
		return false;
	buf_adds(&reply->body, "{\"data\":[{\"id\":null},7,"
	    "{\"id\":\"1\",\"updatedAt\":\"2026-03-04T08:00:00Z\"},"
	    "{\"updatedAt\":\"2026-03-04T08:00:00Z\"}]}");
	return true;
}

static void
test_parents_without_id(void)
{
	struct rig r;

	init(&r, &merged, 0);
	r.meddle = no_such_records;
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 3);
	CU_ASSERT_EQUAL(r.poller->intake.counts.rejected, 1);
	CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), 1);
	rig_fini(&r);

	init(&r, &parts, 0);
	r.meddle = no_such_records;
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 1);
	CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), 1);
	rig_fini(&r);
}

static const struct unit_test tests[] = {
	{ "records of children", test_child_records },
	{ "children merged into parents", test_merged },
	{ "chains that are killed", test_killed_chains },
	{ "children that fail", test_failing_children },
	{ "outages", test_outage },
	{ "children that are denied", test_denied_children },
	{ "parents without an id", test_parents_without_id },
};

UNIT_MAIN("walk_chain", tests)
