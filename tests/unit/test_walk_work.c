#include "config.h"

#include <errno.h>
#include <string.h>

#include "collector/walk/work.h"
#include "tests/unit/unit.h"

static const char *const paths[WORK_KEYS] = { "id", "info.at", NULL };

static void
test_keys(void)
{
	struct work w;

	work_init(&w, 1000);
	CU_ASSERT_EQUAL(work_add(&w, SLICE("{\"id\":\"a\",\"info\":"
					   "{\"at\":7}}"), paths, true), 0);
	CU_ASSERT_EQUAL(work_add(&w, SLICE("{\"info\":{\"at\":{}}}"), paths,
	    true), 0);
	CU_ASSERT_EQUAL(work_add(&w, SLICE("{\"id\":null,\"info\":[]}"),
	    paths, false), 0);
	CU_ASSERT_EQUAL_FATAL(w.n, 3);
	UNIT_TEXT(w.parent[0].key[0], "a");
	UNIT_TEXT(w.parent[0].key[1], "7");
	CU_ASSERT_PTR_NULL(w.parent[0].key[2]);
	CU_ASSERT_PTR_NULL(w.parent[1].key[0]);
	CU_ASSERT_PTR_NULL(w.parent[1].key[1]);
	CU_ASSERT_PTR_NULL(w.parent[2].key[0]);
	CU_ASSERT_TRUE(slice_is(work_record(&w, 1), "{\"info\":{\"at\":{}}}"));
	CU_ASSERT_EQUAL(work_record(&w, 2).len, 0);
	work_reset(&w);
	CU_ASSERT_PTR_NULL(w.parent);
	CU_ASSERT_EQUAL(w.cap + w.records.cap, 0);
	CU_ASSERT_EQUAL(work_add(&w, SLICE("{\"id\":1}"), paths, true), 0);
	work_reset(&w);
}

static void
test_refused(void)
{
	struct work w;

	work_init(&w, 10);
	CU_ASSERT_EQUAL(work_add(&w, SLICE("[1]"), paths, true), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_EQUAL(work_add(&w, SLICE("{\"id\":1"), paths, true), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_EQUAL(work_add(&w, SLICE("{\"id\":\"12345\"}"), paths,
	    true), -1);
	CU_ASSERT_EQUAL(errno, EMSGSIZE);
	CU_ASSERT_EQUAL(w.n, 0);
	work_reset(&w);
}

static void
add_ids(struct work *w, const char *ids)
{
	char record[] = "{\"id\":\"x\"}";

	for (; *ids != '\0'; ids++) {
		record[7] = *ids;
		CU_ASSERT_EQUAL(work_add(w, slice_of(record), paths, true), 0);
	}
}

static void
test_there_and_back(void)
{
	struct work w, again;
	struct buf text;

	work_init(&w, 1000);
	work_init(&again, 1000);
	add_ids(&w, "ab");
	w.of = strdup("page \"1\"");
	w.next = strdup("c%3D");
	buf_init(&text, 1000);
	CU_ASSERT_EQUAL(work_print(&text, &w), 0);
	UNIT_TEXT(text.p, "{\"version\":1,\"of\":\"page \\\"1\\\"\","
			  "\"next\":\"c%3D\",\"parents\":[[\"a\",null,null],"
			  "[\"b\",null,null]]}");
	add_ids(&again, "zzz");
	CU_ASSERT_EQUAL(work_parse(&again, buf_slice(&text)), 0);
	CU_ASSERT_EQUAL_FATAL(again.n, 2);
	UNIT_TEXT(again.parent[1].key[0], "b");
	UNIT_TEXT(again.of, "page \"1\"");
	UNIT_TEXT(again.next, "c%3D");
	CU_ASSERT_EQUAL(work_parse(&again, SLICE("{\"version\":9}")), -1);
	CU_ASSERT_EQUAL(again.n, 0);
	CU_ASSERT_PTR_NULL(again.next);
	buf_fini(&text);
	work_reset(&w);
	work_reset(&again);
}

static void
test_done_are_dropped(void)
{
	struct work w, old;

	work_init(&w, 1000);
	work_init(&old, 1000);
	add_ids(&old, "abcd");
	add_ids(&w, "xcbda");
	work_drop_done(&w, &old, 3);
	CU_ASSERT_EQUAL_FATAL(w.n, 2);
	UNIT_TEXT(w.parent[0].key[0], "x");
	UNIT_TEXT(w.parent[1].key[0], "d");
	CU_ASSERT_TRUE(slice_is(work_record(&w, 1), "{\"id\":\"d\"}"));
	work_reset(&w);
	work_reset(&old);
}

static void
check_merge(const char *parent, const char *child, const char *want)
{
	struct buf b;

	buf_init(&b, 1000);
	CU_ASSERT_EQUAL(work_merge(&b, slice_of(parent), "t", slice_of(child),
	    "pid", "4\"2"), 0);
	UNIT_TEXT(b.p, want);
	buf_fini(&b);
}

static void
test_merge(void)
{
	struct buf b;

	check_merge("{\"a\":{}}", "{\"b\":1}",
	    "{\"a\":{},\"t\":{\"pid\":\"4\\\"2\",\"b\":1}}");
	check_merge(" { } ", "{}", "{\"t\":{\"pid\":\"4\\\"2\"}}");
	check_merge("{\"a\":1 }\n", "{\"pid\":null}",
	    "{\"a\":1,\"t\":{\"pid\":null}}");
	buf_init(&b, 1000);
	CU_ASSERT_EQUAL(work_merge(&b, SLICE("{}"), "t", SLICE("[1]"), NULL,
	    NULL), -1);
	CU_ASSERT_EQUAL(work_merge(&b, SLICE("null"), "t", SLICE("{}"), NULL,
	    NULL), -1);
	CU_ASSERT_EQUAL(work_merge(&b, SLICE("{}"), "t", SLICE("{}"), NULL,
	    NULL), 0);
	UNIT_TEXT(b.p, "{\"t\":{}}");
	buf_fini(&b);
}

static const struct unit_test tests[] = {
	{ "keys of parents", test_keys },
	{ "what is refused", test_refused },
	{ "there and back", test_there_and_back },
	{ "what was done is dropped", test_done_are_dropped },
	{ "merging", test_merge },
};

UNIT_MAIN("walk work", tests)
