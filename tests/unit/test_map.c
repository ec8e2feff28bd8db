/*
 * The mapping engine on small tables: one shape of table at a time.
 */
#include "config.h"

#include "collector/map/map.h"
#include "collector/map/record.h"
#include "tests/unit/toy_map.h"
#include "tests/unit/unit.h"

static void
test_plain_rows(void)
{
	static const struct map_row rows[] = {
		{ "a", MAP_AS_IS, "x.a", NULL, 0 },
		{ "b.c", MAP_AS_IS, "x.deep.c", "y x.copy z.z.z", 0 },
		{ "e", MAP_AS_IS, "x.e", NULL, MAP_EMPTY },
		{ "n", MAP_LONG, "x.n", "z.n", 0 },
	};
	struct toy t;

	TOY(&t, rows);
	TOY_IS(&t, "{}", "");
	TOY_IS(&t, "{\"a\":1.50}", "\"x\":{\"a\":1.50}");
	/* The order of the document is that of the targets. */
	TOY_IS(&t, "{\"n\":\"7\",\"b\":{\"c\":\"q\\u00e9\"},\"a\":true}",
	    "\"x\":{\"a\":true,\"copy\":\"q\\u00e9\",\"deep\":{\"c\":"
	    "\"q\\u00e9\"},\"n\":7},\"y\":\"q\\u00e9\",\"z\":{\"n\":7,"
	    "\"z\":{\"z\":\"q\\u00e9\"}}");
	/* What is empty is left out, at all depths. */
	TOY_IS(&t, "{\"a\":null,\"b\":{\"c\":\"\"},\"n\":\"\"}", "");
	TOY_IS(&t, "{\"a\":{\"b\":[null,\"\",{},[[]],{\"c\":null}],\"d\":0}}",
	    "\"x\":{\"a\":{\"d\":0}}");
	TOY_IS(&t, "{\"a\":[ {\"b\" : 1 , \"c\":\"\"},2 ,[ ] ]}",
	    "\"x\":{\"a\":[{\"b\":1},2]}");
	TOY_IS(&t, "{\"e\":\"\"}", "\"x\":{\"e\":\"\"}");
	TOY_IS(&t, "{\"e\":null}", "");
	/* A path through what is no object leads nowhere. */
	TOY_IS(&t, "{\"b\":[{\"c\":1}]}", "");
	TOY_IS(&t, "{\"b\":\"c\"}", "");
	TOY_FAILS(&t, "{\"n\":\"seven\",\"a\":1}", "\"x\":{\"a\":1}", 1);
	UNIT_TEXT(toy_map(&t, "[]"), "refused");
	UNIT_TEXT(mapper_error(t.mapper), "not a JSON object at byte 1");
	UNIT_TEXT(toy_map(&t, " {\"a\":1,}"), "refused");
	TOY_IS(&t, " {\"a\":1} \n", "\"x\":{\"a\":1}");
	toy_fini(&t);
}

/* Two rows for one target: the later member counts, unless its row fails. */
static void
test_shared_target(void)
{
	static const struct map_row rows[] = {
		{ "a", MAP_LONG, "x.n", NULL, 0 },
		{ "b", MAP_LONG, "x.n", NULL, 0 },
	};
	struct toy t;

	TOY(&t, rows);
	TOY_IS(&t, "{\"a\":1,\"b\":2}", "\"x\":{\"n\":2}");
	TOY_IS(&t, "{\"b\":2,\"a\":1}", "\"x\":{\"n\":1}");
	TOY_IS(&t, "{\"a\":1,\"b\":\"\"}", "\"x\":{\"n\":1}");
	TOY_FAILS(&t, "{\"a\":1,\"b\":\"two\"}", "\"x\":{\"n\":1}", 1);
	TOY_FAILS(&t, "{\"a\":\"one\",\"b\":2}", "\"x\":{\"n\":2}", 1);
	TOY_FAILS(&t, "{\"a\":\"one\",\"b\":\"two\"}", "", 2);
	toy_fini(&t);
}

static void
test_unknown_members(void)
{
	static const struct map_row rows[] = {
		{ "a", MAP_AS_IS, "x.a", NULL, 0 },
		{ "b.c", MAP_AS_IS, "x.c", NULL, 0 },
	};
	struct toy t;

	TOY(&t, rows);
	TOY_IS(&t, "{\"q\":1,\"a\":2,\"b\":{\"c\":3,\"d\":4},\"r\":{\"s\":1}}",
	    "\"x\":{\"a\":2,\"c\":3}");
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 3);
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->records, 1);
	toy_fini(&t);
}

static void
test_rest(void)
{
	static const struct map_row nested[] = {
		{ "data.a", MAP_AS_IS, "x.a", NULL, 0 },
		{ "data.b.c", MAP_AS_IS, "x.c", NULL, 0 },
		{ "data.s", MAP_DATE, "x.s", NULL, MAP_STAYS },
		{ "data", MAP_REST, "x.rest", NULL, 0 },
	};
	static const struct map_row root[] = {
		{ "a", MAP_AS_IS, "y.a", NULL, 0 },
		{ "", MAP_REST, "x", NULL, 0 },
	};
	struct toy t;

	TOY(&t, nested);
	TOY_IS(&t, "{\"data\":{\"a\":1,\"q\":{\"r\":[1,\"\"]},\"z\":null}}",
	    "\"x\":{\"a\":1,\"rest\":{\"q\":{\"r\":[1]}}}");
	TOY_IS(&t, "{\"data\":{\"a\":1}}", "\"x\":{\"a\":1}");
	/* The rows below b moved what there was to move. */
	TOY_IS(&t, "{\"data\":{\"b\":{\"c\":1,\"d\":2},\"e\":3}}",
	    "\"x\":{\"c\":1,\"rest\":{\"e\":3}}");
	/* A bad date that stays does so as it came. */
	TOY_FAILS(&t, "{\"data\":{\"s\":\"soon\"}}",
	    "\"x\":{\"rest\":{\"s\":\"soon\"}}", 1);
	TOY_IS(&t, "{\"data\":{\"s\":\"2025\"}}",
	    "\"x\":{\"rest\":{\"s\":\"2025\"},\"s\":"
	    "\"2025-01-01T00:00:00.000Z\"}");
	/* No object: all of it is the rest. */
	TOY_IS(&t, "{\"data\":[1,null]}", "\"x\":{\"rest\":[1]}");
	TOY_IS(&t, "{\"data\":\"\"}", "");
	/* A name may be written with escapes. */
	TOY_IS(&t, "{\"d\\u0061ta\":{\"\\u0061\":1,\"\\u0062b\":2}}",
	    "\"x\":{\"a\":1,\"rest\":{\"\\u0062b\":2}}");
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->repeated_members, 0);
	toy_fini(&t);

	TOY(&t, root);
	TOY_IS(&t, "{\"b\":{\"a\":1},\"a\":2,\"c\":[]}",
	    "\"x\":{\"b\":{\"a\":1}},\"y\":{\"a\":2}");
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 0);
	toy_fini(&t);
}

static size_t
count_of(const char *text, char c)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == c;
	return n;
}

static void
test_snake(void)
{
	static const struct map_row rows[] = {
		{ "", MAP_REST, "x", NULL, MAP_SNAKE },
	};
	struct toy t;
	struct buf many;

	TOY(&t, rows);
	TOY_IS(&t, "{\"agentUuid\":1,\"ipV4\":{\"userID\":[{\"fooBar\":2}]},"
	    "\"sha256\":3,\"purpleAiStatus\":4,\"full_name\":5,\"ID\":6,"
	    "\"a1B\":7,\"Abc\":8,\"_A\":9}",
	    "\"x\":{\"agent_uuid\":1,\"ip_v4\":{\"user_id\":[{\"foo_bar\":2}"
	    "]},\"sha256\":3,\"purple_ai_status\":4,\"full_name\":5,\"id\":6,"
	    "\"a1_b\":7,\"abc\":8,\"__a\":9}");
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 0);
	TOY_IS(&t, "{\"a@b\":1,\"@\":{\"c\":1},\"d\":2,\"e\":{\"f@\":1}}",
	    "\"x\":{\"d\":2}");
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 3);
	/* Two names that become one: the first wins. */
	TOY_IS(&t, "{\"id\":1,\"ID\":2,\"q\":{\"aB\":{\"c\":3},\"a_b\":4,"
	    "\"AB\":5}}",
	    "\"x\":{\"id\":1,\"q\":{\"a_b\":{\"c\":3},\"ab\":5}}");
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 5);
	/* ... even when it is empty. */
	TOY_IS(&t, "{\"id\":null,\"ID\":2,\"z\":1}", "\"x\":{\"z\":1}");
	/* Escapes mean what they stand for. */
	TOY_IS(&t, "{\"caf\\u00C9\":1,\"\\u0041gentId\":2,\"a\\u0040\":3,"
	    "\"t\\tB\":4}",
	    "\"x\":{\"caf\xc3\x89\":1,\"agent_id\":2,\"t\\t_b\":4}");
	TOY_IS(&t, "{\"aB\":1,\"a\\u005fb\":2}", "\"x\":{\"a_b\":1}");
	/* Not changed for letters that are not ASCII. */
	TOY_IS(&t, "{\"\xc3\x89t\xc3\xa9\":1}",
	    "\"x\":{\"\xc3\x89t\xc3\xa9\":1}");

	buf_init(&many, 1 << 20);
	for (int i = 0; i < 20000; i++)
		buf_addf(&many, "%c\"%s%d\":%d", i == 0 ? '{' : ',',
		    i % 2 == 0 ? "aB" : "a_b", i / 2, i);
	buf_addc(&many, '}');
	CU_ASSERT_EQUAL(count_of(toy_map(&t, many.p), ':'), 10001);
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 10008);
	buf_fini(&many);
	toy_fini(&t);
}

static void
test_in_place(void)
{
	static const struct map_row rows[] = {
		{ "createdAt", MAP_DATE, NULL, "event.created", 0 },
		{ "noteExists", MAP_BOOL, NULL, NULL, 0 },
		{ "slo.data.actionDue", MAP_LONG, NULL, NULL, 0 },
		{ "scope.site.id", MAP_AS_IS, NULL, "y.site", 0 },
		{ "", MAP_REST, "x", NULL, MAP_SNAKE },
	};
	struct toy t;

	TOY(&t, rows);
	TOY_IS(&t, "{\"noteExists\":\"TRUE\",\"q\":1}",
	    "\"x\":{\"note_exists\":true,\"q\":1}");
	TOY_FAILS(&t, "{\"noteExists\":\"maybe\",\"q\":1}",
	    "\"x\":{\"q\":1}", 1);
	TOY_IS(&t, "{\"noteExists\":\"\",\"q\":1}", "\"x\":{\"q\":1}");
	TOY_IS(&t, "{\"slo\":{\"data\":{\"actionDue\":\"-0x10\",\"aB\":1}}}",
	    "\"x\":{\"slo\":{\"data\":{\"action_due\":-16,\"a_b\":1}}}");
	/* Nothing of the object is left when its only value fails. */
	TOY_FAILS(&t, "{\"slo\":{\"data\":{\"actionDue\":1.5}}}", "", 1);
	TOY_IS(&t, "{\"slo\":[{\"aB\":1}],\"scope\":{\"site\":7}}",
	    "\"x\":{\"slo\":[{\"a_b\":1}],\"scope\":{\"site\":7}}");
	TOY_IS(&t, "{\"scope\":{\"q\":{\"r\":[]},\"site\":{\"id\":\"s\"}}}",
	    "\"x\":{\"scope\":{\"site\":{\"id\":\"s\"}}},\"y\":{\"site\":"
	    "\"s\"}");
	/* The converted value is what is copied. */
	UNIT_TEXT(toy_map(&t, "{\"createdAt\":\"2025-01-01\"}"),
	    "\"event\":{\"created\":\"2025-01-01T00:00:00.000Z\","
	    "\"dataset\":\"sentinel_one.toy\",\"module\":\"sentinel_one\"},"
	    "\"x\":{\"created_at\":\"2025-01-01T00:00:00.000Z\"}");
	toy_fini(&t);
}

/* The custom field goes, what ECS has stays; derive() sees both. */
static void
copy_hidden(struct map_record *r)
{
	map_copy(r, 1, 0);
}

static void
test_duplicate(void)
{
	static const struct map_row rows[] = {
		{ "a", MAP_AS_IS, "x.a", "y.a", MAP_DUPLICATE },
		{ "k.bC", MAP_LONG, NULL, "y.b", MAP_DUPLICATE },
		{ "k.list[].id", MAP_LONG, NULL, ".id", MAP_DUPLICATE },
		{ "k.list", MAP_OBJECTS, NULL, NULL, 0 },
		{ "k", MAP_REST, "x.k", NULL, MAP_SNAKE },
	};
	static const char *const slots[] = { "x.a", "z.a" };
	static const char record[] = "{\"a\":1,\"k\":{\"bC\":2,\"dE\":3,"
	    "\"list\":[{\"id\":4,\"fG\":5},{\"id\":6}]}}";
	struct toy t;

	TOY(&t, rows);
	t.table.slots = slots;
	t.table.n_slots = 2;
	t.table.derive = copy_hidden;
	TOY_IS(&t, record, "\"x\":{\"k\":{\"d_e\":3,\"list\":[{\"f_g\":5}]}}"
	    ",\"y\":{\"a\":1,\"b\":2},\"z\":{\"a\":1}");
	TOY_FAILS(&t, "{\"k\":{\"bC\":\"two\"}}", "", 1);
	toy_fini(&t);

	TOY(&t, rows);
	t.opt.preserve_duplicate_custom_fields = true;
	TOY_IS(&t, record, "\"tags\":[\"preserve_duplicate_custom_fields\"],"
	    "\"x\":{\"a\":1,\"k\":{\"b_c\":2,\"d_e\":3,\"list\":[{\"id\":4,"
	    "\"f_g\":5},{\"id\":6}]}},\"y\":{\"a\":1,\"b\":2}");
	toy_fini(&t);
}

/* An object whose members all go still keeps those without a row. */
static void
test_duplicate_below(void)
{
	static const struct map_row rows[] = {
		{ "s.g.id", MAP_AS_IS, NULL, "y.id", MAP_DUPLICATE },
		{ "", MAP_REST, "x", NULL, MAP_SNAKE },
	};

	TOY_ONE(rows, "{\"s\":{\"g\":{\"id\":1,\"q\":2}}}",
	    "\"x\":{\"s\":{\"g\":{\"q\":2}}},\"y\":{\"id\":1}", 0);
	TOY_ONE(rows, "{\"s\":{\"g\":{\"id\":1}}}", "\"y\":{\"id\":1}", 0);
}

static void
test_words(void)
{
	static const char *const words[] = { "log", "logged in", "gin", "added",
		"dad" };
	static const struct {
		const char *text;
		uint32_t found;
	} cases[] = {
		{ "", 0 },
		{ "lo", 0 },
		{ "log", 1 },
		{ "xLOG", 1 },
		{ "logged i", 1 },
		{ "Loglogged in", 1 | 2 },
		{ "logged  in", 1 },
		{ "logGIN", 1 | 4 },
		{ "dadded", 8 | 16 },
		/* The same in their lower five bits. */
		{ "l/g ,og aDDE$", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CU_ASSERT_EQUAL(map_words(slice_of(cases[i].text), words,
		    sizeof(words) / sizeof(words[0])), cases[i].found);
	CU_ASSERT_EQUAL(map_words((struct slice){ NULL, 0 }, words, 5), 0);
}

static const struct unit_test tests[] = {
	{ "rows, targets and what is empty", test_plain_rows },
	{ "two rows for one target", test_shared_target },
	{ "members without a row", test_unknown_members },
	{ "members that are kept", test_rest },
	{ "names in snake_case", test_snake },
	{ "values that are converted where they stay", test_in_place },
	{ "custom fields that ECS repeats", test_duplicate },
	{ "what stays beside them", test_duplicate_below },
	{ "words in a text", test_words },
};

UNIT_MAIN("map", tests)
