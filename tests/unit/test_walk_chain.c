/*
 * The shapes of walks beside the plain list: parents and children, merged or
 * on their own, phases, bodies, errors in a 200, snapshots.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

#define LIST                                                                 \
	{                                                                    \
		.path = "/toys", .query = "sortBy=updatedAt",                \
		.records = "data[]", .cursor = "pagination.nextCursor",      \
		.rate_class = "/toys", .max_page = 1000,                     \
	}

static const struct map_row rows[] = {
	{ "updatedAt", MAP_DATE, "@timestamp", NULL, 0 },
	{ "id", MAP_AS_IS, "event.id", NULL, 0 },
	{ "part.no", MAP_AS_IS, "event.code", NULL, 0 },
	{ "part.toyId", MAP_AS_IS, "event.reference", NULL, 0 },
	{ "no", MAP_AS_IS, "event.code", NULL, 0 },
	{ "seen", MAP_AS_IS, "message", NULL, 0 },
};

static const struct map_constant constants[] = { { NULL, NULL } };

#define MAP(...)                                                             \
	{                                                                    \
		.rows = rows, .n_rows = sizeof(rows) / sizeof(rows[0]),      \
		.constants = constants, .at = "updatedAt",                   \
		.identity = { __VA_ARGS__ },                                 \
	}

static const struct dataset parts = {
	.name = "part",
	.walk = {
		.list = LIST,
		.child = {
			.path = "/toys/{id}/parts",
			.records = "data[]",
			.cursor = "next",
			.rate_class = "/toys/",
			.max_page = 2,
		},
		.child_mode = WALK_CHILD_RECORDS,
		.parent_key = { "id" },
		.bound = WALK_BOUND_ISO,
		.phase = { "updatedAt" },
		.time_path = "updatedAt",
	},
	.map = MAP(.parent = true, .field = { "no" }),
};

static const struct dataset merged = {
	.name = "merged",
	.walk = {
		.list = LIST,
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
	.map = MAP(.field = { "id", "part.no", "updatedAt" }),
};

/* A toy has id % 4 parts; part n of toy i is i * 10 + n. */
static bool
serve_parts(struct rig *r, const char *path, const char *body,
    struct fake_reply *reply)
{
	char text[64];
	int id, n = 0, first;

	(void)r;
	CU_ASSERT_PTR_NULL(body);
	if (sscanf(path, "/toys/%d/parts", &id) != 1)
		return false;
	CU_ASSERT_STRING_EQUAL(rig_param(path, "limit", text, sizeof(text)),
	    "2");
	rig_param(path, "cursor", text, sizeof(text));
	first = *text == '\0' ? 0 : (int)strtol(text, NULL, 10);
	buf_adds(&reply->body, "{\"data\":[");
	for (int i = first; i < id % 4 && n < 2; i++, n++)
		buf_addf(&reply->body, "%s{\"no\":\"P%d\"}",
		    n > 0 ? "," : "", id * 10 + i);
	if (first + n < id % 4)
		buf_addf(&reply->body, "],\"next\":\"%d\"}", first + n);
	else
		buf_adds(&reply->body, "],\"next\":null}");
	return true;
}

static void
init(struct rig *r, const struct dataset *d, int n_toys)
{
	rig_init(r, d);
	r->serve = serve_parts;
	for (int i = 1; i <= n_toys; i++)
		rig_add(r, i, RIG_START - (n_toys + 1 - i) * RIG_MINUTE, 0);
}

static size_t
parts_of(int n_toys)
{
	size_t n = 0;

	for (int i = 1; i <= n_toys; i++)
		n += (size_t)i % 4;
	return n;
}

static void
check_parts(struct rig *r, int n_toys, bool alone)
{
	char text[32];
	size_t lonely = 0;

	for (int i = 1; i <= n_toys; i++) {
		for (int k = 0; k < i % 4; k++) {
			snprintf(text, sizeof(text), "\"P%d\"", i * 10 + k);
			CU_ASSERT_EQUAL(rig_lines(r, text), 1);
		}
		lonely += i % 4 == 0;
	}
	CU_ASSERT_EQUAL(rig_lines(r, NULL), parts_of(n_toys) +
	    (alone ? lonely : 0));
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
	CU_ASSERT_EQUAL(rig_lines(&r, "\"reference\""), parts_of(25));
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
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), parts_of(10) - 3 - 1 - 3);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"P90\""), 1);
	CU_ASSERT(r.poller->counts.walks > 0);
	rig_fini(&r);

	/* Merged: those parents stand alone. */
	init(&r, &merged, 10);
	r.meddle = some_children_fail;
	rig_open(&r);
	fake_run(20 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), parts_of(10) - 7 + 2 + 3);
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
	if (strncmp(path, "/toys?", 6) != 0)
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

/* Two phases, a body, errors in a 200. */

static const struct dataset alerts = {
	.name = "query",
	.walk = {
		.list = {
			.path = "/graphql",
			.body = "{@AFTER@\"field\":\"@FIELD@\","
				"\"start\":@START@,\"end\":@END@,"
				"\"first\":@LIMIT@}",
			.records = "data.alerts.edges[].node",
			.cursor = "data.alerts.pageInfo.endCursor",
			.more = "data.alerts.pageInfo.hasNextPage",
			.errors = "errors",
			.rate_class = "/unifiedalerts",
			.max_page = 500,
		},
		.bound = WALK_BOUND_BODY_MS,
		.phase = { "seen", "updated" },
		.time_path = "updatedAt",
		.bearer = true,
	},
	.map = MAP(.field = { "id", "updatedAt" }),
};

/* 25 alerts, seen at minute -i, and updated an hour later when i is even. */
static bool
serve_query(struct rig *r, const char *path, const char *body,
    struct fake_reply *reply)
{
	int64_t start, end;
	char field[16];
	int limit, first = 0, i, n = 0;
	const char *after;

	if (strcmp(path, "/graphql") != 0)
		return false;
	after = strstr(body, "\"after\":\"");
	CU_ASSERT_EQUAL_FATAL(sscanf(strstr(body, "\"field\""),
	    "\"field\":\"%15[a-z]\",\"start\":%" SCNd64 ",\"end\":%" SCNd64
	    ",\"first\":%d", field, &start, &end, &limit), 4);
	if (after != NULL)
		first = (int)strtol(after + strlen("\"after\":\""), NULL, 10);
	buf_addf(&r->asked, "POST %s %d\n", field, first);

	buf_adds(&reply->body, "{\"data\":{\"alerts\":{\"edges\":[");
	for (i = first; i < 25; i++) {
		bool late = i % 2 == 0;
		int64_t seen = RIG_START - (25 - i) * RIG_MINUTE;
		int64_t updated = seen + (late ? RIG_HOUR : 0);
		int64_t at = *field == 's' ? seen : updated;

		if (at <= start || at >= end || seen > fake_now_ms() ||
		    (late && updated > fake_now_ms() && *field == 'u'))
			continue;
		if (n++ == limit)
			break;
		buf_addf(&reply->body, "%s{\"node\":{\"id\":\"A%02d\","
		    "\"updatedAt\":\"2026-03-04T%02d:00:00Z\"}}",
		    n > 1 ? "," : "", i,
		    late && updated <= fake_now_ms() ? 10 : 8);
	}
	buf_addf(&reply->body, "],\"pageInfo\":{\"endCursor\":\"%d\","
	    "\"hasNextPage\":%s}}}", i, i < 25 ? "true" : "false");
	if (r->n > 0 && --r->n % 2 == 0)
		buf_adds(&reply->body, ",\"errors\":[{\"message\":\"no\"}]");
	buf_adds(&reply->body, "}");
	return true;
}

static void
test_phases_and_errors(void)
{
	struct rig r;

	rig_init(&r, &alerts);
	r.serve = serve_query;
	r.n = 7;
	rig_open(&r);
	fake_run(10 * RIG_MINUTE);
	/* Each once, although both phases have it, and some pages failed. */
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 25);
	CU_ASSERT_EQUAL(r.n, 0);
	CU_ASSERT(rig_asked(&r, "POST seen 10") > 0);
	CU_ASSERT(rig_asked(&r, "POST updated 0") > 0);
	rig_kill(&r);
	rig_open(&r);
	/* The later updates come through the second phase. */
	fake_run(2 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 25 + 13);
	rig_fini(&r);
}

static void
test_page_with_errors_leaves_nothing(void)
{
	struct rig r;

	rig_init(&r, &alerts);
	r.serve = serve_query;
	r.n = 1;
	rig_open(&r);
	fake_run(210);
	CU_ASSERT_EQUAL(rig_asked(&r, "POST seen"), 1);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_BACKOFF);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 0);
	CU_ASSERT_EQUAL(idset_count(r.poller->seen.ids), 0);
	rig_fini(&r);
}

/* Snapshots. */

static const struct dataset snapshot = {
	.name = "snapshot",
	.walk = { .list = LIST, .bound = WALK_BOUND_NONE },
	.map = MAP(.record = true),
};

static void
test_snapshot(void)
{
	struct rig r;

	init(&r, &snapshot, 25);
	r.set->interval = RIG_HOUR;
	r.set->resend = RIG_DAY;
	rig_open(&r);
	fake_run(5 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 25);
	CU_ASSERT_EQUAL(rig_asked(&r, "updatedAt__"), 0);
	/* Within the period only what changed. */
	rig_add(&r, 7, RIG_START, 0);
	fake_run(10 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 26);
	rig_kill(&r);
	rig_open(&r);
	fake_run(2 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 26);
	/* It is another period from midnight on. */
	fake_run(6 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 52);
	fake_run(20 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 52);
	rig_fini(&r);
}

static bool
only_first_page(struct rig *r, const char *path, struct fake_reply *reply)
{
	(void)r;
	if (strstr(path, "cursor=") == NULL)
		return false;
	reply->status = 503;
	reply->verdict = VERDICT_RETRY;
	return true;
}

/* A sweep that another process made is not made again until it is due. */
static void
test_snapshot_restart(void)
{
	struct rig r;

	init(&r, &snapshot, 25);
	r.set->interval = RIG_DAY;
	r.set->resend = RIG_DAY;
	rig_open(&r);
	fake_run(5 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_asked(&r, "/toys?"), 3);
	rig_stop(&r);
	rig_open(&r);
	fake_run(23 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_asked(&r, "/toys?"), 3);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	fake_run(RIG_HOUR);
	CU_ASSERT_EQUAL(rig_asked(&r, "/toys?"), 6);
	rig_stop(&r);

	/* Unless that is what is asked for. */
	r.once = true;
	rig_open(&r);
	fake_run(5 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_asked(&r, "/toys?"), 9);
	CU_ASSERT(r.poller->finished && !r.poller->failed);
	rig_fini(&r);
}

/* One that was cut off after its first page goes on, while it is young. */
static void
test_snapshot_cut_off(void)
{
	static const struct {
		bool once;
		int64_t later;
		size_t requests;
	} cases[] = {
		{ false, RIG_HOUR, 1 + 2 },
		{ true, RIG_HOUR, 1 + 2 },
		{ false, 25 * RIG_HOUR, 1 + 3 },
		{ true, 25 * RIG_HOUR, 1 + 3 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig r;

		init(&r, &snapshot, 25);
		r.set->interval = RIG_DAY;
		r.set->resend = RIG_DAY;
		r.meddle = only_first_page;
		rig_open(&r);
		fake_run(RIG_MINUTE);
		CU_ASSERT_EQUAL(rig_lines(&r, NULL), 10);
		rig_kill(&r);
		r.meddle = NULL;
		rig_forget_asked(&r);
		fake_run(cases[i].later);
		r.once = cases[i].once;
		rig_open(&r);
		fake_run(5 * RIG_MINUTE);
		CU_ASSERT_EQUAL(1 + rig_asked(&r, "/toys?"),
		    cases[i].requests);
		CU_ASSERT_EQUAL(rig_lines(&r, NULL),
		    cases[i].later < RIG_DAY ? 25 : 10 + 25);
		rig_fini(&r);
	}
}

static const struct unit_test tests[] = {
	{ "records of children", test_child_records },
	{ "children merged into parents", test_merged },
	{ "chains that are killed", test_killed_chains },
	{ "children that fail", test_failing_children },
	{ "outages", test_outage },
	{ "children that are denied", test_denied_children },
	{ "parents without an id", test_parents_without_id },
	{ "phases, bodies, errors in a 200", test_phases_and_errors },
	{ "a page with errors leaves nothing",
	    test_page_with_errors_leaves_nothing },
	{ "snapshots", test_snapshot },
	{ "snapshots and restarts", test_snapshot_restart },
	{ "snapshots that were cut off", test_snapshot_cut_off },
};

UNIT_MAIN("walk chain", tests)
