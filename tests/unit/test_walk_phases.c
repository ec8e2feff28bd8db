/*
 * Walks in two phases, with a body, whose errors come in a 200; and snapshots.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

static const struct map_row rows[] = {
	{ "updatedAt", MAP_DATE, "@timestamp", NULL, 0 },
	{ "id", MAP_AS_IS, "event.id", NULL, 0 },
	{ "seen", MAP_AS_IS, "message", NULL, 0 },
};

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
	.map = RIG_MAP(rows, "updatedAt", .field = { "id", "updatedAt" }),
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
	.walk = { .list = RIG_LIST("/toys"), .bound = WALK_BOUND_NONE },
	.map = RIG_MAP(rows, "updatedAt", .record = true),
};

#define SNAPSHOT_TOYS 25

static void
init_snapshot(struct rig *r)
{
	rig_init(r, &snapshot);
	rig_history(r, SNAPSHOT_TOYS);
}

static void
test_snapshot(void)
{
	struct rig r;

	init_snapshot(&r);
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

	init_snapshot(&r);
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

		init_snapshot(&r);
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
	{ "phases, bodies, errors in a 200", test_phases_and_errors },
	{ "a page with errors leaves nothing",
	    test_page_with_errors_leaves_nothing },
	{ "snapshots", test_snapshot },
	{ "snapshots and restarts", test_snapshot_restart },
	{ "snapshots that were cut off", test_snapshot_cut_off },
};

UNIT_MAIN("walk_phases", tests)
