/*
 * Backfills of walks beside the plain list: children of parents that change,
 * children that are merged into their parents, and walks by two times.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/base/iso8601.h"
#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

#define BEGIN (RIG_START - 40 * RIG_DAY)
#define TOYS_MAX 400

static const struct map_row rows[] = {
	{ "updatedAt", MAP_DATE, "@timestamp", NULL, 0 },
	{ "no", MAP_AS_IS, "event.id", NULL, 0 },
	{ "part.no", MAP_AS_IS, "event.id", NULL, 0 },
	{ "id", MAP_AS_IS, "event.code", NULL, 0 },
};

static const struct dataset parts = {
	.name = "part",
	.walk = {
		.list = RIG_LIST("/toys"),
		.child = RIG_CHILD,
		.child_mode = WALK_CHILD_RECORDS,
		.parent_key = { "id", "updatedAt" },
		.parent_time = 1,
		.bound = WALK_BOUND_ISO,
		.phase = { "updatedAt" },
		.time_path = "updatedAt",
		.remember = 365 * RIG_DAY,
	},
	.map = RIG_MAP(rows, "at", .field = { "no" }, .parent = true),
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

/* Toy i has three parts, "i-0" to "i-2". */
static bool
serve_parts(struct rig *r, const char *path, const char *body,
    struct fake_reply *reply)
{
	char cursor[64];
	int id;

	(void)body;
	if (sscanf(path, "/toys/%d/parts", &id) != 1)
		return false;
	if (id == r->n) {
		reply->status = 500;
		reply->verdict = VERDICT_RETRY;
		return true;
	}
	if (*rig_param(path, "cursor", cursor, sizeof(cursor)) == '\0')
		buf_addf(&reply->body, "{\"data\":[{\"no\":\"%d-0\"},"
		    "{\"no\":\"%d-1\"}],\"next\":\"x\"}", id, id);
	else
		buf_addf(&reply->body, "{\"data\":[{\"no\":\"%d-2\"}],"
		    "\"next\":null}", id);
	return true;
}

/* Of these the first 60 are older than what polls read. */
static void
add_toys(struct rig *r)
{
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

static void
touch(struct rig *r, int id)
{
	for (size_t i = 0; i < r->n_toys; i++)
		if (r->toy[i].id == id)
			r->toy[i].updated_ms = r->toy[i].visible_ms =
			    fake_now_ms() - 1;
}

/* Each part is there once, with this mark in its line's head or any. */
static void
check_parts(struct rig *r, const char *mark)
{
	char text[96];

	for (int i = 1; i <= 70; i++)
		for (int k = 0; k < 3; k++) {
			snprintf(text, sizeof(text),
			    "\"event\":{\"dataset\":\"sentinel_one.part\","
			    "\"id\":\"%d-%d\"", i, k);
			CU_ASSERT_EQUAL(rig_lines(r, text), 1);
		}
	CU_ASSERT_EQUAL(rig_lines(r, mark), 210);
}

static void
test_children(void)
{
	struct rig r;

	rig_init(&r, &parts);
	r.serve = serve_parts;
	add_toys(&r);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	ask(&r, "a", 0);
	finish(&r);
	check_parts(&r, NULL);
	CU_ASSERT_EQUAL(r.poller->backfill->figures.records, 180);
	/* They are known when their parent changes later. */
	touch(&r, 5);
	fake_run(RIG_DAY);
	touch(&r, 50);
	rig_stop(&r);
	rig_open(&r);
	fake_run(RIG_DAY);
	check_parts(&r, NULL);
	rig_fini(&r);
}

static void
test_children_again(void)
{
	struct rig r;

	rig_init(&r, &parts);
	r.serve = serve_parts;
	add_toys(&r);
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

/* Killed, while parents change and polls walk over others. */
static void
test_children_killed(void)
{
	uint32_t seed = 5;

	for (int round = 0; round < 6; round++) {
		struct rig r;

		rig_init(&r, &parts);
		r.serve = serve_parts;
		add_toys(&r);
		rig_open(&r);
		fake_run(RIG_SECOND);
		ask(&r, "a", 0);
		for (int i = 0; i < 30; i++) {
			seed = seed * 1664525 + 1013904223;
			fake_run(5 + (seed >> 16) % (400 << round));
			touch(&r, 1 + i * 7 % 70);
			rig_kill(&r);
			rig_open(&r);
			ask(&r, "a", 0);
		}
		finish(&r);
		fake_run(RIG_HOUR);
		check_parts(&r, NULL);
		rig_fini(&r);
	}
}

/* One that cannot be had holds nothing up, and is what is left. */
static void
test_child_that_fails(void)
{
	struct rig r;

	rig_init(&r, &parts);
	r.serve = serve_parts;
	add_toys(&r);
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
	check_parts(&r, NULL);
	CU_ASSERT_EQUAL(rig_asked(&r, "/toys/000033/"), 2);
	CU_ASSERT_EQUAL(rig_asked(&r, "/parts?"), 2);
	CU_ASSERT_EQUAL(r.poller->backfill->covered.n, 1);
	rig_fini(&r);
}

static void
test_merged_killed(void)
{
	uint32_t seed = 5;

	for (int round = 0; round < 6; round++) {
		struct rig r;
		char text[64];

		rig_init(&r, &merged);
		r.serve = serve_parts;
		add_toys(&r);
		rig_open(&r);
		fake_run(RIG_SECOND);
		ask(&r, "a", 0);
		for (int i = 0; i < 30; i++) {
			seed = seed * 1664525 + 1013904223;
			fake_run(5 + (seed >> 16) % (400 << round));
			rig_kill(&r);
			rig_open(&r);
			ask(&r, "a", 0);
		}
		finish(&r);
		for (int i = 1; i <= 70; i++) {
			snprintf(text, sizeof(text), "\"%d-1\"", i);
			CU_ASSERT_EQUAL(rig_lines(&r, text), 1);
		}
		CU_ASSERT_EQUAL(rig_lines(&r, NULL), 210);
		rig_fini(&r);
	}
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

static int64_t
bound_of(const char *path, const char *name)
{
	char text[64];
	int64_t ms = -1;

	iso8601_parse(slice_of(rig_param(path, name, text, sizeof(text))),
	    &ms);
	return ms;
}

static void
print_two(struct buf *b, int i)
{
	char seen[ISO8601_LEN + 1] = "", updated[ISO8601_LEN + 1] = "";

	iso8601_format(two[i].seen_ms, seen);
	buf_addf(b, "{\"id\":\"%04d\",\"seenAt\":\"%s\"", i, seen);
	if (two[i].updated_ms != 0) {
		iso8601_format(two[i].updated_ms, updated);
		buf_addf(b, ",\"updatedAt\":\"%s\"", updated);
	}
	buf_addc(b, '}');
}

/* In the order of their numbers, which the cursor is. */
static bool
serve_twos(struct rig *r, const char *path, const char *body,
    struct fake_reply *reply)
{
	bool updated = strstr(path, "updatedAt__gte") != NULL;
	int64_t lower = bound_of(path, updated ? "updatedAt__gte" :
						 "seenAt__gte");
	int64_t upper = bound_of(path, updated ? "updatedAt__lt" :
						 "seenAt__lt");
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
	{ "children, killed", test_children_killed },
	{ "a child that fails", test_child_that_fails },
	{ "merged children, killed", test_merged_killed },
	{ "two times", test_two_times },
};

UNIT_MAIN("walk/backfill_shapes", tests)
