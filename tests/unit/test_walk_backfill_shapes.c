/*
 * Backfills of walks beside the plain list: children of parents that change,
 * children that are merged into their parents, and walks by two times.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/parts_rig.h"
#include "tests/unit/unit.h"

#define BEGIN (RIG_START - 40 * RIG_DAY)
#define TOYS_MAX 400

static const struct map_row rows[] = {
	{ "updatedAt", MAP_DATE, "@timestamp", NULL, 0 },
	{ "part.no", MAP_AS_IS, "event.id", NULL, 0 },
	{ "id", MAP_AS_IS, "event.code", NULL, 0 },
};

static const struct dataset merged = {
	.name = "merged",
	.walk = {
		.list = RIG_LIST("/toys"),
		.child = RIG_CHILD,
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

static const struct dataset twos = {
	.name = "two",
	.walk = {
		.list = RIG_LIST("/twos"),
		.bound = WALK_BOUND_ISO,
		.phase = { "seenAt", "updatedAt" },
		.time_path = "updatedAt",
	},
	.map = RIG_MAP(rows, "updatedAt", .field = { "id", "updatedAt" }),
};

/* One that cannot be had, by its id. */
static bool
one_fails(struct rig *r, const char *path, struct fake_reply *reply)
{
	int id;

	if (sscanf(path, "/toys/%d/parts", &id) != 1 || id != r->n)
		return false;
	reply->status = 500;
	reply->verdict = VERDICT_RETRY;
	return true;
}

/* 70 toys of three parts; the first 60 are older than what polls read. */
static void
init(struct rig *r, const struct dataset *dataset)
{
	rig_init(r, dataset);
	r->serve = parts_serve;
	for (int i = 1; i <= 70; i++)
		parts_of[i] = 3;
	for (int i = 1; i <= 60; i++)
		rig_add(r, i, BEGIN + i * 14 * RIG_HOUR, 0);
	for (int i = 61; i <= 70; i++)
		rig_add(r, i, RIG_START - (71 - i) * RIG_HOUR, 0);
}

static void
ask(struct rig *r, const char *request, int64_t resend)
{
	backfill_run_ask(r->poller, request,
	    (struct range){ BEGIN, RIG_START }, resend);
}

static void
finish(struct rig *r)
{
	for (int i = 0; i < 20000 && r->poller->backfill->n > 0; i++)
		fake_run(5 * RIG_SECOND);
	CU_ASSERT_EQUAL(r->poller->backfill->n, 0);
	fake_run(RIG_SECOND);
}

/* Each part is there once, and nothing else. */
static void
check(struct rig *r)
{
	CU_ASSERT_EQUAL(parts_check(r, 70), 210);
	CU_ASSERT_EQUAL(rig_lines(r, NULL), 210);
}

static void
test_children(void)
{
	struct rig r;

	init(&r, &parts_events);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	ask(&r, "a", 0);
	finish(&r);
	check(&r);
	CU_ASSERT_EQUAL(r.poller->backfill->figures.records, 180);
	/* They are known when their parent changes later. */
	rig_touch(&r, 5);
	fake_run(RIG_DAY);
	rig_touch(&r, 50);
	rig_stop(&r);
	rig_open(&r);
	fake_run(RIG_DAY);
	check(&r);
	rig_fini(&r);
}

static void
test_children_again(void)
{
	struct rig r;

	init(&r, &parts_events);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	ask(&r, "a", 0);
	finish(&r);
	ask(&r, "b", 9);
	for (int i = 0; i < 20; i++) {
		fake_run(i * 200);
		rig_kill(&r);
		rig_open(&r);
	}
	finish(&r);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"resend\":9}"), 210);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 420);
	rig_fini(&r);
}

/* Killed, while polls walk over others, and parents may change. */
static void
check_killed(const struct dataset *dataset, bool may_change)
{
	uint32_t seed = 5;

	for (int round = 0; round < 6; round++) {
		struct rig r;

		init(&r, dataset);
		rig_open(&r);
		fake_run(RIG_SECOND);
		ask(&r, "a", 0);
		for (int i = 0; i < 30; i++) {
			seed = seed * 1664525 + 1013904223;
			fake_run(5 + (seed >> 16) % (400 << round));
			if (may_change)
				rig_touch(&r, 1 + i * 7 % 70);
			rig_kill(&r);
			rig_open(&r);
			ask(&r, "a", 0);
		}
		finish(&r);
		fake_run(RIG_HOUR);
		check(&r);
		rig_fini(&r);
	}
}

static void
test_killed(void)
{
	check_killed(&parts_events, true);
	check_killed(&merged, false);
}

/* One that cannot be had holds nothing up, and is what is left. */
static void
test_child_that_fails(void)
{
	struct rig r;

	init(&r, &parts_events);
	r.meddle = one_fails;
	r.n = 33;
	rig_open(&r);
	fake_run(RIG_MINUTE);
	ask(&r, "a", 0);
	finish(&r);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 210 - 3);
	CU_ASSERT_EQUAL(r.poller->backfill->figures.skipped, 1);
	CU_ASSERT_EQUAL(r.poller->backfill->covered.n, 2);
	r.n = 0;
	rig_forget_asked(&r);
	ask(&r, "b", 0);
	finish(&r);
	check(&r);
	CU_ASSERT_EQUAL(rig_asked(&r, "/toys/000033/"), 2);
	CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), 2);
	CU_ASSERT_EQUAL(r.poller->backfill->covered.n, 1);
	rig_fini(&r);
}

/* A row with two times: seen, and changed later or never. */
struct two {
	int64_t seen_ms, updated_ms; /* 0: never */
};
static struct two two[TOYS_MAX];
static int n_twos;

static int64_t
two_time(int i, bool updated)
{
	return updated ? two[i].updated_ms : two[i].seen_ms;
}

static void
print_two(struct buf *b, int i)
{
	buf_addf(b, "{\"id\":\"%04d\",\"seenAt\":\"%s\"", i,
	    rig_stamp(two[i].seen_ms));
	if (two[i].updated_ms != 0)
		buf_addf(b, ",\"updatedAt\":\"%s\"",
		    rig_stamp(two[i].updated_ms));
	buf_addc(b, '}');
}

/* In the order of their numbers, which the cursor is. */
static bool
serve_twos(struct rig *r, const char *path, const char *body,
    struct fake_reply *reply)
{
	bool updated = strstr(path, "updatedAt__gte") != NULL;
	int64_t lower = rig_time(path, updated ? "updatedAt__gte" :
						 "seenAt__gte", -1);
	int64_t upper = rig_time(path, updated ? "updatedAt__lt" :
						 "seenAt__lt", -1);
	char cursor[64];
	int i, n = 0;

	(void)r;
	(void)body;
	if (strncmp(path, "/twos?", 6) != 0)
		return false;
	rig_param(path, "cursor", cursor, sizeof(cursor));
	buf_adds(&reply->body, "{\"data\":[");
	for (i = (int)strtol(cursor, NULL, 10); i < n_twos && n < 5; i++) {
		int64_t ms = two_time(i, updated);

		if (ms == 0 || ms < lower || ms >= upper)
			continue;
		buf_adds(&reply->body, n++ > 0 ? "," : "");
		print_two(&reply->body, i);
	}
	buf_adds(&reply->body, "],\"pagination\":{\"nextCursor\":");
	if (i < n_twos)
		buf_addf(&reply->body, "\"%d\"}}", i);
	else
		buf_adds(&reply->body, "null}}");
	return true;
}

/*
 * Rows that are seen in one slice and changed in another, or in what polls
 * read: each is of one of them only.
 */
static void
test_two_times(void)
{
	for (int round = 0; round < 5; round++) {
		struct rig r;
		char text[64];

		rig_init(&r, &twos);
		r.serve = serve_twos;
		n_twos = 0;
		for (int i = 0; i < 200; i++) {
			struct two *t = &two[n_twos++];

			t->seen_ms = BEGIN + i * 4 * RIG_HOUR;
			t->updated_ms = i % 5 == 0 ? 0 :
			    t->seen_ms + i % 5 * i * RIG_HOUR;
			if (t->updated_ms > RIG_START)
				t->updated_ms = RIG_START - i * RIG_MINUTE;
		}
		rig_open(&r);
		fake_run(RIG_MINUTE);
		ask(&r, "a", 0);
		for (int i = 0; i < round * 8; i++) {
			fake_run(77 * i);
			rig_kill(&r);
			rig_open(&r);
			ask(&r, "a", 0);
		}
		finish(&r);
		for (int i = 0; i < n_twos; i++) {
			snprintf(text, sizeof(text), "\"code\":\"%04d\"", i);
			CU_ASSERT_EQUAL(rig_lines(&r, text), 1);
		}
		CU_ASSERT_EQUAL(rig_lines(&r, NULL), (size_t)n_twos);
		rig_fini(&r);
	}
}

static const struct unit_test tests[] = {
	{ "children", test_children },
	{ "children, again", test_children_again },
	{ "children, killed", test_killed },
	{ "a child that fails", test_child_that_fails },
	{ "two times", test_two_times },
};

UNIT_MAIN("walk/backfill_shapes", tests)
