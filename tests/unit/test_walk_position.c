#include "config.h"

#include <stdio.h>
#include <string.h>

#include "collector/walk/loop.h"
#include "collector/walk/position.h"
#include "tests/unit/unit.h"

static const char full[] =
    "{\"version\":1,\"watermark\":1700000000000,\"floor\":1699999400000,"
    "\"since\":1699900000000,"
    "\"passes\":[1699999990000,null,null,null],"
    "\"debt\":{\"oldest\":1699999000000,\"since\":1699999990000,"
    "\"asked\":1699999999000},\"resent\":1699990000000,"
    "\"poll\":{\"lower\":1699999940000,\"upper\":1700000030000,\"passes\":1,"
    "\"phase\":1,\"cursor\":\"eyJ%3D\\\"\",\"page\":7,\"restarts\":2,"
    "\"listed\":true,\"child\":3,\"child_cursor\":\"c/3\","
    "\"owed\":1699999950000},"
    "\"resend\":{\"upper\":1700000010000,\"everything\":true,\"cursor\":\"x\","
    "\"page\":1},"
    "\"end\":{\"segment\":\"threat-a-2.ndjson\",\"offset\":4711},"
    "\"sealed\":\"threat-a-1.ndjson\","
    "\"ids\":{\"segment\":\"threat-a-1.ndjson\",\"offset\":12}}";

static void
print(const struct position *p, char *out, size_t size)
{
	struct buf b;

	buf_init(&b, size - 1);
	CU_ASSERT_EQUAL(position_print(&b, p), 0);
	memcpy(out, b.p, b.len + 1);
	buf_fini(&b);
}

static void
test_there_and_back(void)
{
	struct position p;
	char text[4096];

	position_init(&p);
	CU_ASSERT_EQUAL_FATAL(position_parse(&p, slice_of(full)), 0);
	CU_ASSERT_EQUAL(p.coverage.watermark, 1700000000000);
	CU_ASSERT_EQUAL(p.coverage.pass_upper[0], 1699999990000);
	CU_ASSERT_EQUAL(p.coverage.pass_upper[1], TIME_NONE);
	CU_ASSERT_EQUAL(p.coverage.debt.since, 1699999990000);
	CU_ASSERT_TRUE(p.walk[WALK_POLL].open);
	UNIT_TEXT(p.walk[WALK_POLL].cursor, "eyJ%3D\"");
	CU_ASSERT_EQUAL(p.walk[WALK_POLL].child, 3);
	CU_ASSERT_EQUAL(p.walk[WALK_RESEND].window.lower, TIME_NONE);
	CU_ASSERT_EQUAL(p.end.offset, 4711);
	print(&p, text, sizeof(text));
	UNIT_TEXT(text, full);
	position_fini(&p);
}

static void
test_nothing_yet(void)
{
	struct position p;
	char text[4096];

	position_init(&p);
	print(&p, text, sizeof(text));
	UNIT_TEXT(text, "{\"version\":1,\"passes\":[null,null,null,null]}");
	CU_ASSERT_EQUAL(position_parse(&p, slice_of(text)), 0);
	CU_ASSERT_EQUAL(p.coverage.watermark, TIME_NONE);
	CU_ASSERT_EQUAL(p.coverage.floor, TIME_NONE);
	CU_ASSERT_EQUAL(p.resent, TIME_NONE);
	CU_ASSERT_FALSE(p.walk[WALK_POLL].open);
	position_fini(&p);
}

static void
test_strange_texts(void)
{
	static const char *const bad[] = { "", "[]", "{", "{\"version\":2}",
		"{}", "{\"version\":\"1\"}" };
	static const char odd[] =
	    "{\"version\":1,\"watermark\":\"x\",\"passes\":7,\"poll\":[],"
	    "\"end\":{\"segment\":5},\"later\":{\"member\":1}}";
	struct position p;

	position_init(&p);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		position_parse(&p, slice_of(full));
		CU_ASSERT_EQUAL(position_parse(&p, slice_of(bad[i])), -1);
		CU_ASSERT_EQUAL(p.coverage.watermark, TIME_NONE);
		CU_ASSERT_FALSE(p.walk[WALK_POLL].open);
	}
	CU_ASSERT_EQUAL(position_parse(&p, slice_of(odd)), 0);
	CU_ASSERT_EQUAL(p.coverage.watermark, TIME_NONE);
	CU_ASSERT_FALSE(p.walk[WALK_POLL].open);
	UNIT_TEXT(p.end.segment, "");
	position_fini(&p);
}

static void
test_cursor_moves_forget_children(void)
{
	struct position p;
	struct walk *w = &p.walk[WALK_POLL];

	position_init(&p);
	position_parse(&p, slice_of(full));
	walk_set_cursor(w, w->cursor); /* its own text is fine */
	UNIT_TEXT(w->cursor, "eyJ%3D\"");
	CU_ASSERT_FALSE(w->listed);
	CU_ASSERT_EQUAL(w->child, 0);
	CU_ASSERT_PTR_NULL(w->child_cursor);
	walk_close(w);
	CU_ASSERT_FALSE(w->open);
	position_fini(&p);
}

/* Cursors c0, c1, ... that from `start` on repeat with a period. */
static size_t
steps_until_loop(size_t start, size_t period, size_t max)
{
	struct loop l;
	char cursor[32];

	loop_reset(&l);
	for (size_t i = 0; i < max; i++) {
		size_t n = i < start ? i : start + (i - start) % period;

		snprintf(cursor, sizeof(cursor), "c%zu", n);
		if (loop_step(&l, cursor))
			return i;
	}
	return max;
}

static void
test_circles_are_found(void)
{
	CU_ASSERT_EQUAL(steps_until_loop(0, 1, 100), 1);
	for (size_t start = 0; start < 40; start += 3)
		for (size_t period = 1; period < 40; period += 2) {
			size_t n = steps_until_loop(start, period, 1000);

			CU_ASSERT(n > start);
			CU_ASSERT(n < 3 * (start + period) + 4);
		}
	CU_ASSERT_EQUAL(steps_until_loop(100000, 1, 100000), 100000);
}

static const struct unit_test tests[] = {
	{ "there and back", test_there_and_back },
	{ "nothing yet", test_nothing_yet },
	{ "strange texts", test_strange_texts },
	{ "a move of the cursor forgets the children",
	    test_cursor_moves_forget_children },
	{ "circles of cursors are found", test_circles_are_found },
};

UNIT_MAIN("walk position", tests)
