/*
 * What has no place in the document: noted by name, counted for each console.
 */
#include "config.h"

#include "collector/map/map.h"
#include "collector/map/unknown.h"
#include "tests/unit/toy_map.h"
#include "tests/unit/unit.h"

static const struct map_row rows[] = {
	{ "a", MAP_AS_IS, "x.a", NULL, 0 },
	{ "b.c", MAP_AS_IS, "x.c", NULL, 0 },
	{ "b.l[].d", MAP_AS_IS, "x.d", NULL, MAP_APPEND },
	{ "z", MAP_AS_IS, "x.z", NULL, 0 },
};

/* Name after name of the record's dropped members, each with a blank behind. */
static const char *
dropped(struct toy *t, const char *record)
{
	static char text[8192];
	const uint16_t *number;
	size_t n, len = 0;

	toy_map(t, record);
	number = mapper_dropped(t->mapper, &n);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s ",
		    number[i] == 0 ? "?" :
		    mapper_dropped_name(t->mapper, number[i]));
	return text;
}

static void
test_names(void)
{
	static const char record[] = "{\"q\":1,\"a\":2,\"b\":{\"c\":3,\"q\":{"
	    "\"in\":4},\"l\":[{\"d\":5,\"e\":6},{\"e\":7},{\"d\":8}],\"r\":[]},"
	    "\"s\":null,\"z\":9}";
	struct toy t;

	TOY(&t, rows);
	/* The second time they are known. */
	for (int i = 0; i < 3; i++) {
		UNIT_TEXT(dropped(&t, record),
		    "q b.q b.l[].e b.l[].e b.r s ");
		UNIT_TEXT(t.text,
		    "\"x\":{\"a\":2,\"c\":3,\"d\":[5,8],\"z\":9}");
	}
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 18);
	/* In another order, next to other members, written with escapes. */
	UNIT_TEXT(dropped(&t, "{\"z\":1,\"s\":2,\"n\":3,\"\\u0071\":4,\"b\":{"
	    "\"r\":5,\"\\u0063\":6,\"l\":{\"e\":7,\"d\":8}}}"),
	    "s n q b.r b.l[].e ");
	UNIT_TEXT(t.text, "\"x\":{\"c\":6,\"d\":[8],\"z\":1}");
	UNIT_TEXT(dropped(&t, "{\"a\":1}"), "");
	toy_fini(&t);
}

/* A name may hold any character, NUL among them. */
static void
test_nul(void)
{
	struct toy t;

	TOY(&t, rows);
	for (int i = 0; i < 3; i++)
		UNIT_TEXT(dropped(&t, "{\"name\\u0000s\":1,\"names\\u0000\":2,"
		    "\"names\":3}"), "name\\u0000s names\\u0000 names ");
	toy_fini(&t);
}

/* Of two with one name the later one counts, as of all others. */
static void
test_repeated(void)
{
	struct toy t;

	TOY(&t, rows);
	for (uint64_t i = 1; i <= 2; i++) {
		UNIT_TEXT(dropped(&t, "{\"q\":1,\"a\":1,\"q\":2,\"r\":3}"),
		    "q r ");
		CU_ASSERT_EQUAL(mapper_counts(t.mapper)->repeated_members, i);
		CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members,
		    2 * i);
	}
	toy_fini(&t);
}

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define E_ACUTE "\xc3\xa9"

/* Long names end at a character; those alike so far are one. */
static void
test_long_names(void)
{
	static const char record[] = "{\"" HUNDRED TEN TEN "12345678\":1,\""
	    HUNDRED TEN TEN "123456789\":2,\"" HUNDRED TEN TEN "1234567890\":3,"
	    "\"" HUNDRED TEN TEN "1234567" E_ACUTE "\":4,\"" HUNDRED TEN TEN
	    "123456" E_ACUTE "\":5,\"b\":{\"" HUNDRED TEN TEN "123456\":6,\""
	    HUNDRED TEN TEN "1234567\":7,\"" HUNDRED TEN TEN "1234568\":8}}";
	struct toy t;

	TOY(&t, rows);
	for (int i = 0; i < 2; i++)
		UNIT_TEXT(dropped(&t, record),
		    HUNDRED TEN TEN "12345678 "
		    HUNDRED TEN TEN "12345678... "
		    HUNDRED TEN TEN "12345678... "
		    HUNDRED TEN TEN "1234567... "
		    HUNDRED TEN TEN "123456" E_ACUTE " "
		    "b." HUNDRED TEN TEN "123456 "
		    "b." HUNDRED TEN TEN "123456... "
		    "b." HUNDRED TEN TEN "123456... ");
	toy_fini(&t);
}

/* Nothing in a name reaches a terminal as a command. */
static void
test_control_characters(void)
{
	struct toy t;

	TOY(&t, rows);
	UNIT_TEXT(dropped(&t, "{\"\\u001b[2J\":1,\"n\\nl\\u0000\":2,\"d\x7f\":3,"
	    "\"c\xc2\x9b" "m\":4,\"\xc2\xa0\xe2\x9b\x9b\xf0\x9f\x98\x80\":5,"
	    "\"\\\"\\\\\":6,\"\":7}"),
	    "\\u001b[2J n\\u000al\\u0000 d\\u007f c\\u009bm "
	    "\xc2\xa0\xe2\x9b\x9b\xf0\x9f\x98\x80 \"\\  ");
	/* A NUL ends no name, not even of one that is met again. */
	for (int i = 0; i < 2; i++)
		UNIT_TEXT(dropped(&t, "{\"before\\u0000behind\":1}"),
		    "before\\u0000behind ");
	/* An escape is not cut either: 124 bytes and one of 6. */
	UNIT_TEXT(dropped(&t, "{\"" HUNDRED TEN TEN "1234\x7f" "5\":1}"),
	    HUNDRED TEN TEN "1234... ");
	toy_fini(&t);
}

/* A record with n members without a row, among two with one. */
static char *
many(int n)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_adds(&text, "{\"a\":1");
	for (int i = 0; i < n; i++)
		buf_addf(&text, ",\"m%d\":%d", i, i);
	buf_adds(&text, ",\"z\":2}");
	return text.p; /* adopted */
}

/* So many names are told apart; the trie does not grow beyond them. */
static void
test_bound(void)
{
	char *record = many(1000);
	struct unknown u = { .n = 0 };
	const uint16_t *number;
	struct toy t;

	TOY(&t, rows);
	for (int round = 0; round < 2; round++) {
		size_t n, others = 0;

		UNIT_TEXT(toy_map(&t, record), "\"x\":{\"a\":1,\"z\":2}");
		number = mapper_dropped(t.mapper, &n);
		CU_ASSERT_EQUAL(n, 1000);
		for (size_t i = 0; i < n; i++)
			others += number[i] == 0;
		CU_ASSERT_EQUAL(others, 1000 - MAP_NAMES_MAX);
		unknown_add(&u, t.mapper);
	}
	CU_ASSERT_EQUAL(u.n, MAP_NAMES_MAX + 1);
	CU_ASSERT_EQUAL(u.name[0].count, 2 * (1000 - MAP_NAMES_MAX));
	CU_ASSERT_EQUAL(u.name[1].count, 2);
	/* Names that were cut are found again. */
	UNIT_TEXT(dropped(&t, "{\"m0\":1,\"" HUNDRED HUNDRED "\":2,\"b\":{"
	    "\"m0\":3}}"), "m0 ? ? ");
	unknown_fini(&u);
	free(record);
	toy_fini(&t);
}

/* Where names become snake_case, few are dropped: with their way. */
static void
test_snake(void)
{
	static const struct map_row snake[] = {
		{ "m.n", MAP_AS_IS, "y", NULL, 0 },
		{ "l[].d", MAP_AS_IS, "w.l[].d", NULL, 0 },
		{ "l", MAP_OBJECTS, "w.l", NULL, 0 },
		{ "", MAP_REST, "x", NULL, MAP_SNAKE },
	};
	static const char record[] = "{\"a@\":1,\"bC\":{\"dE\":[[{\"f\":2,\"@\":"
	    "3},{\"gH\":4,\"g_h\":{\"@\":5}}]],\"\\u0062_c\":6,\"bC\":7},"
	    "\"m\":{\"n\":8,\"o\":9},\"l\":[{\"d\":10,\"p\":[{\"@\":0,\"q\":1}]"
	    "}],\"v\":{\"@\":null}}";
	struct toy t;

	TOY(&t, snake);
	for (uint64_t i = 1; i <= 2; i++) {
		/* "m" is not kept, for "m.n" is all that is known of it. */
		UNIT_TEXT(dropped(&t, record),
		    "m.o a@ bC.dE[][].@ bC.dE[][].g_h bC.bC l[].p[].@ ");
		CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members,
		    6 * i);
	}
	UNIT_TEXT(t.text, "\"w\":{\"l\":[{\"d\":10,\"p\":[{\"q\":1}]}]},"
	    "\"x\":{\"b_c\":{\"d_e\":[[{\"f\":2},{\"g_h\":4}]],\"b_c\":6}},"
	    "\"y\":8");
	toy_fini(&t);
}

/* A kept member of an element gives way to a field of its name. */
static void
test_claimed(void)
{
	static const struct map_row list[] = {
		{ "l[].d", MAP_AS_IS, "x.l[].e", NULL, 0 },
		{ "l", MAP_OBJECTS, "x.l", NULL, 0 },
	};
	struct toy t;

	TOY(&t, list);
	for (int i = 0; i < 2; i++)
		UNIT_TEXT(dropped(&t, "{\"l\":[{\"d\":1,\"e\":2,\"f\":3}]}"),
		    "l[].e ");
	UNIT_TEXT(t.text, "\"x\":{\"l\":[{\"e\":1,\"f\":3}]}");
	toy_fini(&t);
}

#define LONG                                                                 \
	"0123456789012345678901234567890123456789012345678901234567890123" \
	"0123456789012345678901234567890123456789012345678901234567890123"

/* What was not emitted has dropped nothing, and the raw form keeps all. */
static void
test_nothing(void)
{
	static const struct map_row both[] = {
		{ "a", MAP_AS_IS, "x.a", NULL, 0 },
		{ "k", MAP_REST, "x.k", NULL, MAP_SNAKE },
	};
	struct buf small;
	struct toy t;
	size_t n;

	TOY(&t, both);
	t.opt.preserve_original_event = true;
	/* event.original is longer than what is reserved but not written. */
	UNIT_TEXT(dropped(&t, "{\"q\":\"" LONG "\",\"k\":{\"@\":1,\"b\":2}}"),
	    "q k.@ ");
	buf_init(&small, t.out.len - 10);
	CU_ASSERT_EQUAL(mapper_emit(t.mapper, &small, true), -1);
	mapper_dropped(t.mapper, &n);
	CU_ASSERT_EQUAL(n, 0);
	CU_ASSERT_EQUAL(mapper_emit(t.mapper, &small, false), 0);
	mapper_dropped(t.mapper, &n);
	CU_ASSERT_EQUAL(n, 2);
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 4);
	buf_fini(&small);
	UNIT_TEXT(dropped(&t, "{\"a\":1}"), "");
	toy_fini(&t);

	TOY(&t, both);
	t.opt.raw = true;
	UNIT_TEXT(dropped(&t, "{\"q\":1}"), "");
	toy_fini(&t);
}

static const char *
list(const struct unknown *u, const struct toy *t)
{
	static char text[256];
	struct buf out;

	buf_init(&out, sizeof(text) - 1);
	unknown_list(u, t->mapper, &out);
	memcpy(text, out.p, out.len + 1);
	buf_fini(&out);
	return text;
}

/* Two consoles with one mapper: each has its own names and counts. */
static void
test_two_consoles(void)
{
	struct unknown one = { .n = 0 }, two = { .n = 0 };
	struct toy t;

	TOY(&t, rows);
	toy_map(&t, "{\"q\":1,\"r\":2}");
	unknown_add(&one, t.mapper);
	toy_map(&t, "{\"s\":1,\"a\":2}");
	unknown_add(&two, t.mapper);
	toy_map(&t, "{\"a\":3}");
	unknown_add(&two, t.mapper);
	toy_map(&t, "{\"s\":1,\"q\":2,\"b\":{\"l\":[{\"x\":1},{\"x\":2}]}}");
	unknown_add(&two, t.mapper);
	UNIT_TEXT(list(&one, &t), "q (1), r (1)");
	UNIT_TEXT(list(&two, &t), "q (1), s (2), b.l[].x (2)");
	unknown_fini(&one);
	UNIT_TEXT(list(&one, &t), "");
	unknown_fini(&two);
	toy_fini(&t);
}

/* Each name is news once, also when there are more than fit into one text. */
static void
test_news(void)
{
	char *record = many(200);
	struct unknown u = { .n = 0 };
	struct buf out;
	struct toy t;
	size_t names = 0, texts = 0;

	TOY(&t, rows);
	buf_init(&out, MAP_NAME_BYTES + 16);
	CU_ASSERT_FALSE(unknown_news(&u, NULL, &out));
	toy_map(&t, "{\"q\":1,\"r\":2}");
	unknown_add(&u, t.mapper);
	CU_ASSERT_TRUE(unknown_news(&u, t.mapper, &out));
	UNIT_TEXT(out.p, "q, r");
	unknown_add(&u, t.mapper);
	CU_ASSERT_FALSE(unknown_news(&u, t.mapper, &out));
	CU_ASSERT_EQUAL(out.len, 0);

	toy_map(&t, record);
	unknown_add(&u, t.mapper);
	while (texts < 100 && unknown_news(&u, t.mapper, &out)) {
		CU_ASSERT_TRUE(out.len > 0 && out.p[out.len - 1] != ' ');
		names++;
		for (size_t i = 0; i < out.len; i++)
			names += out.p[i] == ',';
		texts++;
	}
	/* The last one are the others. */
	CU_ASSERT_EQUAL(names, MAP_NAMES_MAX - 2 + 1);
	CU_ASSERT_TRUE(texts > 1 && texts < 100);
	CU_ASSERT_EQUAL(u.name[0].count, 200 - (MAP_NAMES_MAX - 2));
	unknown_add(&u, t.mapper);
	CU_ASSERT_FALSE(unknown_news(&u, t.mapper, &out));
	buf_fini(&out);
	unknown_fini(&u);
	free(record);
	toy_fini(&t);
}

static const struct unit_test tests[] = {
	{ "names", test_names },
	{ "names with a NUL", test_nul },
	{ "repeated members", test_repeated },
	{ "long names", test_long_names },
	{ "control characters in names", test_control_characters },
	{ "more names than are told apart", test_bound },
	{ "names that become snake_case", test_snake },
	{ "members that give way to fields", test_claimed },
	{ "documents that lack nothing", test_nothing },
	{ "two consoles and one mapper", test_two_consoles },
	{ "news", test_news },
};

UNIT_MAIN("map_unknown", tests)
