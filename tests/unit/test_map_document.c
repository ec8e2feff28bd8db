/*
 * What surrounds the mapped fields: tags, event.original, the raw form, caps,
 * counters, repeated members; and that mapping allocates nothing.
 */
#include "config.h"

#include "collector/base/xalloc.h"
#include "collector/map/map.h"
#include "tests/unit/toy_map.h"
#include "tests/unit/unit.h"

#define STREAM "\"data_stream\":{\"dataset\":\"sentinel_one.toy\","          \
	       "\"namespace\":\"default\",\"type\":\"logs\"}"
#define COLLECTED "2025-03-04T05:06:07.890Z"

static const struct map_row rows[] = {
	{ "a", MAP_LONG, "x.a", NULL, 0 },
	{ "b", MAP_AS_IS, "x.b", NULL, 0 },
	{ "data.c", MAP_AS_IS, "x.c", NULL, 0 },
	{ "data.n", MAP_LONG, NULL, NULL, 0 },
	{ "data", MAP_REST, "x.rest", NULL, 0 },
	{ "l[].d", MAP_STRING_JAVA, "x.l[].d", NULL, 0 },
	{ "l", MAP_OBJECTS, "x.l", NULL, 0 },
	{ "j", MAP_JOIN, "x.j", NULL, 0 },
};

static char *const tags[] = { (char[]){ "one" }, (char[]){ "t\"o" }, NULL };

static const char *
whole(const struct toy *t)
{
	return t->out.p;
}

static void
test_whole_document(void)
{
	static const struct map_constant constants[] = {
		{ "ecs.version", "\"9.3.0\"" },
		{ "event.category", "[\"host\"]" },
		{ "event.kind", "\"event\"" },
		{ NULL, NULL },
	};
	static const struct map_row timed[] = {
		{ "at", MAP_DATE, "@timestamp", NULL, 0 },
		{ "cat", MAP_AS_IS, "event.category", NULL, 0 },
		{ "zz", MAP_AS_IS, "event.zz", NULL, 0 },
	};
	struct toy t;

	TOY(&t, timed);
	t.table.constants = constants;
	t.table.event_created = true;
	t.opt.tags = tags;
	toy_map(&t, "{\"at\":\"2025-01-02T03:04:05+01:00\",\"zz\":0}");
	UNIT_TEXT(whole(&t), "\"@timestamp\":\"2025-01-02T02:04:05.000Z\","
	    STREAM ",\"ecs\":{\"version\":\"9.3.0\"},\"event\":{\"category\":"
	    "[\"host\"],\"created\":\"" COLLECTED "\",\"dataset\":"
	    "\"sentinel_one.toy\",\"kind\":\"event\",\"module\":"
	    "\"sentinel_one\",\"zz\":0},\"tags\":[\"one\",\"t\\\"o\"]}");
	/* A row wins over a constant; without a time it is that of
	 * collection. */
	toy_map(&t, "{\"cat\":\"dog\"}");
	UNIT_TEXT(whole(&t), "\"@timestamp\":\"" COLLECTED "\"," STREAM
	    ",\"ecs\":{\"version\":\"9.3.0\"},\"event\":{\"category\":"
	    "\"dog\",\"created\":\"" COLLECTED "\",\"dataset\":"
	    "\"sentinel_one.toy\",\"kind\":\"event\",\"module\":"
	    "\"sentinel_one\"},\"tags\":[\"one\",\"t\\\"o\"]}");
	toy_fini(&t);
}

static void
test_errors(void)
{
	struct toy t;

	TOY(&t, rows);
	TOY_FAILS(&t, "{\"a\":\"x\\\"y\",\"data\":{\"n\":[]}}", "", 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(whole(&t), "\"error\":{\"message\":[\""
	    "Processor convert with tag a in pipeline toy failed with message:"
	    " unable to convert [x\\\"y] to long\"]}"));
	TOY_FAILS(&t, "{\"data\":{\"n\":\"\\u00e9\"}}", "", 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(whole(&t), "with tag data.n in"));
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->failed_conversions, 2);
	toy_fini(&t);
}

/* With error_fails a document with errors is marked, and keeps the record. */
static void
test_error_fails(void)
{
	static const struct map_constant kind[] = {
		{ "event.kind", "\"event\"" },
		{ NULL, NULL },
	};
	static const char head[] = "\"event\":{\"dataset\":"
	    "\"sentinel_one.toy\",\"kind\":";
	struct toy t;

	for (int preserve = 0; preserve < 2; preserve++) {
		char want[400];

		TOY(&t, rows);
		t.table.constants = kind;
		t.table.error_fails = true;
		t.opt.tags = tags;
		t.opt.preserve_original_event = preserve;
		toy_map(&t, " {\"a\":1 }\n");
		snprintf(want, sizeof(want), "%s\"event\",\"module\":"
		    "\"sentinel_one\"%s},\"tags\":[%s\"one\",\"t\\\"o\"],"
		    "\"x\":{\"a\":1}", head,
		    preserve ? ",\"original\":\"{\\\"a\\\":1 }\"" : "",
		    preserve ? "\"preserve_original_event\"," : "");
		UNIT_TEXT(t.text, want);
		toy_map(&t, "{\"a\":\"\\n\"}");
		snprintf(want, sizeof(want), "%s\"pipeline_error\",\"module\":"
		    "\"sentinel_one\",\"original\":\"{\\\"a\\\":\\\"\\\\n\\\"}\"},"
		    "\"tags\":[%s]", head, preserve ?
		    "\"preserve_original_event\",\"one\",\"t\\\"o\"" :
		    "\"one\",\"t\\\"o\",\"preserve_original_event\"");
		UNIT_TEXT(t.text, want);
		CU_ASSERT_EQUAL(t.errors, 1);
		toy_fini(&t);
	}
}

static const char *
emit(struct toy *t, bool original)
{
	buf_reset(&t->out);
	return mapper_emit(t->mapper, &t->out, original) < 0 ? "full" :
							       t->out.p;
}

static void
test_original(void)
{
	static const char record[] = "{\"b\" : \"q\\\\\\u0007\x7f\",\n\t\"z\":1}";
	struct toy t;

	TOY(&t, rows);
	t.opt.preserve_original_event = true;
	toy_map(&t, record);
	UNIT_TEXT(t.text, "\"event\":{\"dataset\":\"sentinel_one.toy\",\"module\":"
	    "\"sentinel_one\",\"original\":\"{\\\"b\\\" : \\\"q\\\\\\\\\\\\u0007\x7f"
	    "\\\",\\n\\t\\\"z\\\":1}\"},\"tags\":[\"preserve_original_event\"],"
	    "\"x\":{\"b\":\"q\\\\\\u0007\x7f\"}");
	/* The same record once more, too long with its original. */
	CU_ASSERT_PTR_NULL(strstr(emit(&t, false), "\"original\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(t.out.p,
	    "\"tags\":[\"event_original_dropped\"]"));
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->records, 2);
	toy_fini(&t);

	TOY(&t, rows);
	toy_map(&t, record);
	CU_ASSERT_PTR_NULL(strstr(emit(&t, false), "tags"));
	toy_fini(&t);
}

/* The tag alone does what the option does. */
static void
test_original_by_tag(void)
{
	char *marked[] = { (char[]){ "one" },
		(char[]){ "preserve_original_event" }, NULL };
	struct toy t;

	TOY(&t, rows);
	t.table.error_fails = true;
	t.opt.tags = marked;
	toy_map(&t, "{\"a\":1}");
	CU_ASSERT_PTR_NOT_NULL(strstr(t.text, "\"original\":"));
	CU_ASSERT_PTR_NOT_NULL(strstr(t.text,
	    "\"tags\":[\"one\",\"preserve_original_event\"]"));
	toy_map(&t, "{\"a\":\"x\"}");
	CU_ASSERT_PTR_NOT_NULL(strstr(t.text,
	    "\"tags\":[\"one\",\"preserve_original_event\"]"));
	CU_ASSERT_PTR_NOT_NULL(strstr(emit(&t, false),
	    "\"tags\":[\"one\",\"event_original_dropped\"]"));
	toy_fini(&t);
}

static void
test_raw_form(void)
{
	struct toy t;

	TOY(&t, rows);
	t.opt.raw = true;
	t.opt.tags = tags;
	t.opt.namespace = "pro\"d";
	toy_map(&t, " {\"a\" :\r\n\"x\\n\",\"b\":\"\xc3\xa9\"}");
	UNIT_TEXT(whole(&t), "\"data_stream\":{\"dataset\":"
	    "\"sentinel_one.toy\",\"namespace\":\"pro\\\"d\",\"type\":\"logs\"},"
	    "\"event\":{\"dataset\":\"sentinel_one.toy\",\"module\":"
	    "\"sentinel_one\"},\"message\":\"{\\\"a\\\" :\\\"x\\\\n\\\",\\\"b\\\":"
	    "\\\"\xc3\xa9\\\"}\",\"tags\":[\"one\",\"t\\\"o\"]}");
	UNIT_TEXT(emit(&t, false), whole(&t));
	toy_fini(&t);

	TOY(&t, rows);
	t.opt.raw = true;
	t.table.event_created = true;
	toy_map(&t, "{}");
	UNIT_TEXT(whole(&t), STREAM ",\"event\":{\"created\":\"" COLLECTED
	    "\",\"dataset\":\"sentinel_one.toy\",\"module\":\"sentinel_one\"},"
	    "\"message\":\"{}\"}");
	toy_fini(&t);
}

#define BUSY_RECORD                                                          \
	"{\"a\":\"?\",\"b\":{\"p\":[1,{\"q\":null,\"r\":\"\\\"\"}]},\"c\":1,"        \
	"\"b\":{\"s\":[2,3]},\"data\":{\"c\":\"\\u00e9\",\"n\":7,\"k\":\"v\","       \
	"\"k\":\"w\"},\"l\":[{\"d\":\"\\\\\"},{\"d\":{\"e\":[1,2]},\"f\":1}]}"

/* What is reserved beyond what is written, at most. */
#define SLACK 128

/* Every cap below the length is "full", and out stays as it was. */
static void
test_caps(void)
{
	struct toy t;
	size_t len;

	for (int raw = 0; raw < 2; raw++) {
		TOY(&t, rows);
		t.opt.raw = raw != 0;
		t.opt.preserve_original_event = true;
		toy_map(&t, BUSY_RECORD);
		len = t.out.len;
		for (size_t cap = 3; cap <= len + 3 + SLACK; cap++) {
			struct buf out;
			int r;

			buf_init(&out, cap);
			buf_adds(&out, "abc");
			r = mapper_emit(t.mapper, &out, true);
			CU_ASSERT_TRUE(r < 0 ? cap < len + 3 + SLACK :
					       cap >= len + 3);
			if (r < 0)
				CU_ASSERT_EQUAL(out.len, 3);
			CU_ASSERT_EQUAL(memcmp(out.p, "abc", 3), 0);
			if (r == 0)
				UNIT_TEXT(out.p + 3, t.out.p);
			buf_fini(&out);
		}
		toy_fini(&t);
	}
}

/* Values of all lengths, at the very end of what may be read, too: in memory of
 * their own, behind which a sanitizer watches. */
static void
test_lengths(void)
{
	static const struct map_row kept[] = {
		{ "", MAP_REST, "x", NULL, 0 },
	};
	static const struct map_row moved[] = {
		{ "a", MAP_AS_IS, "x.a", NULL, 0 },
		{ "b[]", MAP_TEXT, "x.b", NULL, 0 },
	};
	char value[200];

	memset(value, 'v', sizeof(value));
	for (int n = 0; n < (int)sizeof(value); n++) {
		char *record = xasprintf("{\"a\":\"%.*s\",\"b\":[\"%.*s\","
		    "\"w\"]}", n + 1, value, n + 1, value);
		char *want = xasprintf("\"x\":%s", record);

		TOY_ONE(kept, record, want, 0);
		TOY_ONE(moved, record, want, 0);
		free(want);
		free(record);
	}
}

/* What a document that did not fit has counted is taken back. */
static void
test_counts(void)
{
	const struct map_counts *n;
	struct buf small;
	struct toy t;

	TOY(&t, rows);
	t.opt.preserve_original_event = true;
	toy_map(&t, BUSY_RECORD);
	n = mapper_counts(t.mapper);
	CU_ASSERT_EQUAL(n->records, 1);
	CU_ASSERT_EQUAL(n->failed_conversions, 1);
	CU_ASSERT_EQUAL(n->unknown_members, 1);
	CU_ASSERT_EQUAL(n->repeated_members, 2);
	buf_init(&small, 600);
	CU_ASSERT_EQUAL(mapper_emit(t.mapper, &small, true), -1);
	CU_ASSERT_EQUAL(mapper_emit(t.mapper, &small, false), 0);
	CU_ASSERT_EQUAL(n->records, 2);
	CU_ASSERT_EQUAL(n->failed_conversions, 2);
	CU_ASSERT_EQUAL(n->unknown_members, 2);
	CU_ASSERT_EQUAL(n->repeated_members, 4);
	buf_fini(&small);
	toy_fini(&t);
}

/* The last member of a name counts, wherever it stands. */
static void
test_repeated(void)
{
	static const struct {
		const char *record;
		const char *want;
		unsigned n;
	} cases[] = {
		{ "{\"a\":1,\"a\":2,\"a\":3}", "\"x\":{\"a\":3}", 2 },
		{ "{\"a\":\"?\",\"a\":3}", "\"x\":{\"a\":3}", 1 },
		{ "{\"a\":1,\"\\u0061\":null}", "", 1 },
		{ "{\"\\u0061\":1,\"a\":2}", "\"x\":{\"a\":2}", 1 },
		{ "{\"b\":{\"q\":1,\"r\":[{\"s\":2,\"s\":3}]}}",
		    "\"x\":{\"b\":{\"q\":1,\"r\":[{\"s\":3}]}}", 1 },
		{ "{\"b\":{\"q\":1,\"\\u0071\":2}}", "\"x\":{\"b\":{\"\\u0071\":2}}",
		    1 },
		{ "{\"data\":{\"k\":1,\"c\":2,\"k\":3,\"c\":4}}",
		    "\"x\":{\"c\":4,\"rest\":{\"k\":3}}", 2 },
		{ "{\"data\":{\"k\":{\"m\":1,\"m\":2}},\"data\":{\"k\":{\"o\":1,"
		  "\"o\":\"\"}}}", "", 3 },
		{ "{\"l\":[{\"d\":1,\"e\":1,\"d\":2,\"e\":3}]}",
		    "\"x\":{\"l\":[{\"d\":\"2\",\"e\":3}]}", 2 },
		{ "{\"l\":[{\"d\":{\"k\":1,\"k\":2}}]}",
		    "\"x\":{\"l\":[{\"d\":\"{k=2}\"}]}", 1 },
		{ "{\"a\":{\"k\":1,\"k\":null},\"b\":[{\"k\":1,\"k\":\"\"}]}",
		    "", 2 },
		{ "{\"l\":[],\"l\":[{\"e\":1}],\"l\":[{\"e\":2}]}",
		    "\"x\":{\"l\":[{\"e\":2}]}", 2 },
	};
	uint64_t before = 0;
	struct toy t;

	TOY(&t, rows);
	t.table.prune_first = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t n;

		TOY_IS(&t, cases[i].record, cases[i].want);
		n = mapper_counts(t.mapper)->repeated_members;
		CU_ASSERT_EQUAL(n - before, cases[i].n);
		/* Again, from the tokens that are marked by now. */
		CU_ASSERT_EQUAL(strcmp(emit(&t, true), t.out.p), 0);
		CU_ASSERT_PTR_NOT_NULL(strstr(t.out.p, cases[i].want));
		before = mapper_counts(t.mapper)->repeated_members;
		CU_ASSERT_EQUAL(before - n, cases[i].n);
	}
	toy_fini(&t);
}

static const struct unit_test tests[] = {
	{ "a whole document", test_whole_document },
	{ "error.message", test_errors },
	{ "errors that mark the document", test_error_fails },
	{ "event.original", test_original },
	{ "the original by its tag", test_original_by_tag },
	{ "the raw form", test_raw_form },
	{ "texts of all lengths", test_lengths },
	{ "documents that do not fit", test_caps },
	{ "counters", test_counts },
	{ "repeated members", test_repeated },
};

UNIT_MAIN("map_document", tests)
