#include "config.h"

#include <json-c/json.h>
#include <malloc.h>

#include "collector/base/xalloc.h"
#include "collector/json/weight.h"
#include "tests/unit/unit.h"

static void
test_texts(void)
{
	CU_ASSERT_EQUAL(json_weight(SLICE("")), 0);
	CU_ASSERT_EQUAL(json_weight(SLICE("null")), 4);
	/* Text is text, whatever stands in it. */
	CU_ASSERT_EQUAL(json_weight(SLICE("\"[{,:\\\"{\\\\\"")), 11);
	CU_ASSERT_TRUE(json_weight(SLICE("\"\\\\\"{")) > 800);
	/* What is no JSON is weighed, too. */
	CU_ASSERT_TRUE(json_weight(SLICE("\"\\")) < 10);
	CU_ASSERT_TRUE(json_weight(SLICE("{{{")) > 2400);
}

static size_t
heap(void)
{
	return mallinfo2().uordblks;
}

/* What json-c takes is not more, and not a small part of it either. */
static void
test_trees(void)
{
	static const char *const parts[] = { "{},", "[],", "1,", "\"\",",
		"{\"a\":1},", "[[[[]]]],", "{\"a\":[1,2,3],\"b\":\"text\"}," };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct json_object *o;
		struct buf text;
		size_t before, took;

		buf_init(&text, 1 << 20);
		buf_addc(&text, '[');
		for (int n = 0; n < 10000; n++)
			buf_adds(&text, parts[i]);
		buf_adds(&text, "0]");
		before = heap();
		o = xcheck(json_tokener_parse(text.p));
		took = heap() - before;
		if (took > 0) /* a sanitizer's heap tells nothing */
			CU_ASSERT_TRUE(json_weight(buf_slice(&text)) >= took &&
			    json_weight(buf_slice(&text)) < 4 * took);
		json_object_put(o);
		buf_fini(&text);
	}
}

static const struct unit_test tests[] = {
	{ "texts", test_texts },
	{ "json-c's trees", test_trees },
};

UNIT_MAIN("weight", tests)
