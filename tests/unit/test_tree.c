#include "config.h"

#include "collector/json/tree.h"
#include "tests/unit/unit.h"

/* What is read prints as this; NULL: it is null, or no JSON. */
static const struct {
	const char *text;
	const char *print;
} texts[] = {
	{ "{}", "{}" },
	{ " [ ] ", "[]" },
	{ "{\"a\":[1,{\"b\":null},true,false]}",
	    "{\"a\":[1,{\"b\":null},true,false]}" },
	{ "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}" },
	{ "\"\\u00e9\\ud83d\\ude00\\/\\\"\\n\"",
	    "\"\xc3\xa9\xf0\x9f\x98\x80/\\\"\\n\"" },
	{ "{\"\\u0061\\\"\":\"\"}", "{\"a\\\"\":\"\"}" },
	{ "9223372036854775807", "9223372036854775807" },
	{ "-9223372036854775808", "-9223372036854775808" },
	{ "18446744073709551616", "18446744073709551616" },
	{ "[0,-1,1.0,1e400,0.1E-7]", "[0,-1,1.0,1e400,0.1E-7]" },
	{ "null", NULL },
	{ "", NULL },
	{ "{", NULL },
	{ "{} {}", NULL },
	{ "{'a':1}", NULL },
	{ "{\"a\":1,}", NULL },
	{ "[NaN]", NULL },
	{ "[01]", NULL },
	{ "[\"\xff\"]", NULL },
};

static void
test_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct json_object *o = tree_parse(slice_of(texts[i].text));

		CU_ASSERT_EQUAL(o == NULL, texts[i].print == NULL);
		if (o != NULL && texts[i].print != NULL)
			UNIT_TEXT(tree_print(o, TREE_PLAIN), texts[i].print);
		json_object_put(o);
	}
}

/* A slice ends where it ends. */
static void
test_slice(void)
{
	struct json_object *o = tree_parse((struct slice){ "123", 2 });

	CU_ASSERT_EQUAL(json_object_get_int64(o), 12);
	json_object_put(o);
	o = tree_slice((struct slice){ "a\0b", 3 });
	UNIT_TEXT(tree_print(o, TREE_PLAIN), "\"a\\u0000b\"");
	json_object_put(o);
}

static void
test_objects_only(void)
{
	CU_ASSERT_PTR_NULL(tree_parse_object(SLICE("[]")));
	CU_ASSERT_PTR_NULL(tree_parse_object(SLICE("\"a\"")));
	CU_ASSERT_PTR_NULL(tree_parse_object(SLICE("null")));
	json_object_put(tree_parse_object(SLICE("{\"a\":1}")));
}

/* As deep as the scanner goes, and one deeper. */
static void
test_deep(void)
{
	char text[2 * 65 + 1];
	struct json_object *o;

	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	text[sizeof(text) - 1] = '\0';
	CU_ASSERT_PTR_NULL(tree_parse((struct slice){ text, 130 }));
	o = tree_parse((struct slice){ text + 1, 128 });
	CU_ASSERT_TRUE(json_object_is_type(o, json_type_array));
	json_object_put(o);
}

static void
test_strings(void)
{
	struct json_object *o = tree_parse(SLICE("[\"a\\\"\",7,true,null]"));

	UNIT_TEXT(tree_string(json_object_array_get_idx(o, 0)), "a\"");
	UNIT_TEXT(tree_string(json_object_array_get_idx(o, 1)), "7");
	UNIT_TEXT(tree_string(json_object_array_get_idx(o, 2)), "true");
	CU_ASSERT_PTR_NULL(tree_string(json_object_array_get_idx(o, 3)));
	json_object_put(o);
}

static void
test_build(void)
{
	struct json_object *o = tree_object(), *list = tree_list();

	tree_put(o, "text", tree_text("a/b"));
	tree_put(o, "list", list);
	tree_push(list, tree_int(INT64_MIN));
	tree_push(list, NULL);
	tree_push(list, tree_flag(true));
	tree_put(o, "time", tree_time(0));
	UNIT_TEXT(tree_print(o, TREE_PLAIN),
	    "{\"text\":\"a/b\",\"list\":[-9223372036854775808,null,true],"
	    "\"time\":\"1970-01-01T00:00:00.000Z\"}");
	UNIT_TEXT(tree_print(list, TREE_PRETTY),
	    "[\n  -9223372036854775808,\n  null,\n  true\n]");
	json_object_put(o);
}

/* What is not to be told is left out. */
static void
test_members(void)
{
	struct json_object *o = tree_object();

	tree_put_text(o, "none", NULL);
	tree_put_time(o, "never", 0);
	tree_put_time(o, "before", -1);
	tree_put_text(o, "text", "a");
	tree_put_int(o, "int", 0);
	tree_put_time(o, "time", 1000);
	tree_put(o, "flag", tree_flag(true));
	UNIT_TEXT(tree_print(o, TREE_PLAIN), "{\"text\":\"a\",\"int\":0,"
	    "\"time\":\"1970-01-01T00:00:01.000Z\",\"flag\":true}");
	UNIT_TEXT(tree_get_text(o, "text", NULL), "a");
	CU_ASSERT_EQUAL(tree_get_int(o, "int", 7), 0);
	CU_ASSERT_EQUAL(tree_get_time(o, "time", 7), 1000);
	CU_ASSERT_TRUE(tree_get_flag(o, "flag"));
	/* Absent, of another type, of no object. */
	CU_ASSERT_PTR_NULL(tree_get_text(o, "none", NULL));
	UNIT_TEXT(tree_get_text(o, "int", "x"), "x");
	CU_ASSERT_EQUAL(tree_get_int(o, "text", 7), 7);
	CU_ASSERT_EQUAL(tree_get_time(o, "text", 7), 7);
	CU_ASSERT_FALSE(tree_get_flag(o, "int"));
	CU_ASSERT_EQUAL(tree_get_int(NULL, "int", 7), 7);
	CU_ASSERT_EQUAL(tree_get_int(tree_get(o, "int", json_type_int), "int",
	    7), 7);
	json_object_put(o);
}

static const struct unit_test tests[] = {
	{ "texts are read and printed", test_texts },
	{ "a text of a length", test_slice },
	{ "objects only", test_objects_only },
	{ "depth", test_deep },
	{ "strings of values", test_strings },
	{ "trees are made", test_build },
	{ "members", test_members },
};

UNIT_MAIN("tree", tests)
