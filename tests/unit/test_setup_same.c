#include "config.h"

#include "collector/setup/elastic.h"
#include "tests/unit/unit.h"

struct pair {
	const char *wanted;
	const char *got;
	bool same;
};

static void
test_pairs(void)
{
	static const struct pair pairs[] = {
		{ "{}", "{}", true },
		{ "{\"a\":1}", "{\"a\":1}", true },
		{ "{\"a\":1}", "{\"a\":2}", false },
		{ "{\"a\":1}", "{}", false },
		{ "{}", "{\"a\":1}", false },
		{ "{\"a\":null}", "{\"a\":1}", false },
		{ "{\"a\":[1,2]}", "{\"a\":[2,1]}", false },
		{ "{\"a\":[1]}", "{\"a\":[1,2]}", false },
		{ "{\"a\":{}}", "{\"a\":[]}", false },
		/* Settings come back as text, and in any nesting. */
		{ "{\"settings\":{\"index\":{\"a\":{\"b\":false}}}}",
		    "{\"settings\":{\"index\":{\"a\":{\"b\":\"false\"}}}}",
		    true },
		{ "{\"settings\":{\"index.a.b\":1}}",
		    "{\"settings\":{\"index\":{\"a\":{\"b\":\"1\"}}}}", true },
		{ "{\"settings\":{\"a.b\":1}}",
		    "{\"settings\":{\"index\":{\"a\":{\"b\":\"1\"}}}}", true },
		{ "{\"settings\":{\"index\":{\"a\":1}}}",
		    "{\"settings\":{\"index\":{\"a\":\"1\",\"b\":\"1\"}}}",
		    false },
		{ "{\"settings\":{\"index\":{\"a\":1}}}",
		    "{\"settings\":{\"index\":{\"a\":\"2\"}}}", false },
		{ "{\"settings\":{\"index\":{\"a\":1}}}",
		    "{\"settings\":[]}", false },
		{ "{\"settings\":{\"index\":{\"a\":1}}}",
		    "{\"settings\":{\"index\":{\"a\":null}}}", false },
		/* Defaults and dates are added. */
		{ "{\"data_stream\":{}}", "{\"data_stream\":{\"hidden\":false,"
		    "\"allow_custom_routing\":false},\"created_date\":\"x\","
		    "\"template\":{}}", true },
		{ "{\"data_stream\":{}}", "{\"priority\":1,"
		    "\"data_stream\":{}}", false },
		/* But not to mappings, where these are names of fields. */
		{ "{\"mappings\":{\"properties\":{\"a\":{}}}}",
		    "{\"mappings\":{\"properties\":{\"a\":{},"
		    "\"version\":{}}}}", false },
		{ "{\"mappings\":{\"properties\":{\"settings\":{\"x\":1}}}}",
		    "{\"mappings\":{\"properties\":{\"settings\":"
		    "{\"index.x\":1}}}}", false },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct json_object *wanted =
		    json_tokener_parse(pairs[i].wanted);
		struct json_object *got = json_tokener_parse(pairs[i].got);
		bool same = elastic_same(wanted, got);

		CU_ASSERT_EQUAL(same, pairs[i].same);
		if (same != pairs[i].same)
			fprintf(stderr, "%s and %s\n", pairs[i].wanted,
			    pairs[i].got);
		json_object_put(wanted);
		json_object_put(got);
	}
}

static const struct unit_test tests[] = {
	{ "what is wanted and what there is", test_pairs },
};

UNIT_MAIN("setup_same", tests)
