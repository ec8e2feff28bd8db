/*
 * Lists and lists of objects, by small tables.
 */
#include "config.h"

#include "collector/map/map.h"
#include "collector/map/record.h"
#include "tests/unit/toy_map.h"
#include "tests/unit/unit.h"

static void
test_scalars_in_lists(void)
{
	static const struct map_row rows[] = {
		{ "n", MAP_LONG, "x.n", NULL, 0 },
		{ "ip", MAP_IP_LIST, "x.ip", NULL, 0 },
		{ "s", MAP_STRING_JAVA, "x.s", NULL, 0 },
		{ "j", MAP_JOIN, "x.j", NULL, 0 },
		{ "e[]", MAP_IP, "x.e", NULL, MAP_EACH },
		{ "q[]", MAP_IP, "x.q", NULL, MAP_EACH | MAP_QUIET },
		{ "t[]", MAP_TEXT, "x.t", NULL, 0 },
	};
	struct toy t;

	TOY(&t, rows);
	TOY_IS(&t, "{\"n\":[1,\"0x10\",\"\"]}", "\"x\":{\"n\":[1,16]}");
	TOY_FAILS(&t, "{\"n\":[1,\"ten\",\"eleven\"]}", "", 1);
	TOY_FAILS(&t, "{\"n\":[1,null]}", "", 1);
	TOY_FAILS(&t, "{\"n\":[null]}", "", 1);
	TOY_FAILS(&t, "{\"n\":[[1]]}", "", 1);
	TOY_IS(&t, "{\"n\":[]}", "");
	TOY_IS(&t, "{\"n\":[\"\"]}", "");
	TOY_IS(&t, "{\"ip\":\"10.0.0.1,::1,,\"}",
	    "\"x\":{\"ip\":[\"10.0.0.1\",\"::1\"]}");
	TOY_IS(&t, "{\"ip\":\",,\"}", "");
	TOY_FAILS(&t, "{\"ip\":\"10.0.0.1,,::1\"}", "", 1);
	TOY_FAILS(&t, "{\"ip\":\"10.0.0.1, ::1\"}", "", 1);
	/* A list has one in each element. */
	TOY_IS(&t, "{\"ip\":[\"::1\",\"10.0.0.2\"]}",
	    "\"x\":{\"ip\":[\"::1\",\"10.0.0.2\"]}");
	TOY_FAILS(&t, "{\"ip\":[\"10.0.0.1,::1\",\"10.0.0.2\"]}", "", 1);
	TOY_IS(&t, "{\"s\":[1.0,true,\"a\"]}",
	    "\"x\":{\"s\":[\"1.0\",\"true\",\"a\"]}");
	TOY_IS(&t, "{\"j\":[\"a\",2,[3,\"b\"],{\"c\":null}]}",
	    "\"x\":{\"j\":\"a,2\"}");
	TOY_IS(&t, "{\"j\":\"a\"}", "");
	TOY_FAILS(&t, "{\"e\":[\"::1\",\"x\",null,7],\"q\":[\"x\",\"::2\"]}",
	    "\"x\":{\"e\":[\"::1\"],\"q\":[\"::2\"]}", 2);
	/* A list is wanted, but one value will do. */
	TOY_FAILS(&t, "{\"e\":\"x\",\"q\":\"::1\"}",
	    "\"x\":{\"q\":\"::1\"}", 1);
	TOY_IS(&t, "{\"t\":[\"a\",1,null,[2],{\"b\":3},false]}",
	    "\"x\":{\"t\":[\"a\",\"1\",\"false\"]}");
	toy_fini(&t);

	TOY(&t, rows);
	t.table.prune_first = true;
	TOY_IS(&t, "{\"n\":[1,null,\"\"]}", "\"x\":{\"n\":[1]}");
	TOY_IS(&t, "{\"n\":[null]}", "");
	toy_fini(&t);
}

static void
test_append(void)
{
	static const struct map_row rows[] = {
		{ "a", MAP_AS_IS, "x.l", NULL, MAP_APPEND },
		{ "b", MAP_TEXT, "x.l", "x.u", MAP_APPEND },
		{ "c", MAP_TEXT, "x.u", NULL, MAP_APPEND | MAP_UNIQUE },
		{ "l[].v[]", MAP_TEXT, "x.u", NULL, MAP_APPEND | MAP_UNIQUE },
	};
	struct toy t;

	TOY(&t, rows);
	TOY_IS(&t, "{\"a\":1,\"b\":\"p\",\"c\":\"p\"}",
	    "\"x\":{\"l\":[1,\"p\"],\"u\":[\"p\"]}");
	TOY_IS(&t, "{\"b\":\"p\"}", "\"x\":{\"l\":[\"p\"],\"u\":[\"p\"]}");
	TOY_IS(&t, "{\"a\":{\"k\":null,\"m\":[1,\"\"]},\"b\":2}",
	    "\"x\":{\"l\":[{\"m\":[1]},\"2\"],\"u\":[\"2\"]}");
	/* Equal is what means the same text. */
	TOY_IS(&t, "{\"b\":\"C:\\\\d\",\"c\":\"C:\\u005cd\",\"l\":[{\"v\":"
	    "[\"q\",\"C\\u003a\\\\d\"]},{\"v\":[\"q\",\"r\"]},{\"v\":\"q\"}]}",
	    "\"x\":{\"l\":[\"C:\\\\d\"],\"u\":[\"C:\\\\d\",\"q\",\"r\"]}");
	TOY_IS(&t, "{\"l\":{\"v\":[\"q\"]}}", "\"x\":{\"u\":[\"q\"]}");
	toy_fini(&t);
}

/* Long lists too, two at a time, and in no more time than it takes. */
static void
test_long_unique(void)
{
	static const struct map_row rows[] = {
		{ "v[].n", MAP_TEXT, "x.a", "x.b", MAP_APPEND | MAP_UNIQUE },
		{ "w[]", MAP_TEXT, "x.a", NULL, MAP_APPEND | MAP_UNIQUE },
		{ "w[]", MAP_TEXT, "x.b", NULL, MAP_APPEND | MAP_UNIQUE },
	};
	struct buf record, want;
	struct toy t;

	buf_init(&record, 16 << 20);
	buf_adds(&record, "{\"v\":[{\"n\":\"0\"}");
	for (int i = 1; i < 60000; i++)
		buf_addf(&record, i % 2 == 0 ? ",{\"n\":%d}" : ",{\"n\":\"%d\"}",
		    i % 20000);
	buf_adds(&record,
	    "],\"w\":[\"q\\u0031\",\"17\",\"1\\u0036\",\"q1\"]}");
	buf_init(&want, 16 << 20);
	buf_adds(&want, "\"x\":{");
	for (int k = 0; k < 2; k++) {
		buf_adds(&want, k == 0 ? "\"a\":[" : "],\"b\":[");
		for (int i = 0; i < 20000; i++)
			buf_addf(&want, "\"%d\",", i);
		buf_adds(&want, "\"q\\u0031\"");
	}
	buf_adds(&want, "]}");
	TOY(&t, rows);
	t.out.max = 16 << 20;
	CU_ASSERT_STRING_EQUAL(toy_map(&t, record.p), want.p);
	/* The next record begins with none of it. */
	TOY_IS(&t, "{\"w\":[\"17\"]}",
	    "\"x\":{\"a\":[\"17\"],\"b\":[\"17\"]}");
	toy_fini(&t);
	buf_fini(&record);
	buf_fini(&want);
}

/* A list with several targets is a list of its own in each. */
static void
test_shared_list(void)
{
	static const struct map_row rows[] = {
		{ "n", MAP_LONG, "x.a", "x.b", 0 },
		{ "m", MAP_LONG, "x.b", NULL, MAP_APPEND },
		{ "o", MAP_LONG, "x.a", NULL, MAP_APPEND },
	};
	static const struct map_row text[] = {
		{ "n", MAP_IP_LIST, "x.a", "x.b", 0 },
		{ "m", MAP_IP, "x.b", NULL, MAP_APPEND },
	};

	TOY_ONE(rows, "{\"n\":[1,2],\"m\":3,\"o\":4}",
	    "\"x\":{\"a\":[1,2,4],\"b\":[1,2,3]}", 0);
	TOY_ONE(text, "{\"n\":\"192.0.2.1,192.0.2.2\",\"m\":\"192.0.2.3\"}",
	    "\"x\":{\"a\":[\"192.0.2.1\",\"192.0.2.2\"],\"b\":[\"192.0.2.1\","
	    "\"192.0.2.2\",\"192.0.2.3\"]}", 0);
	TOY_ONE(text, "{\"n\":\"192.0.2.1,?\"}", "", 1);
}

static void
copy_and_add(struct map_record *r)
{
	map_copy(r, 1, 0);
	map_add(r, 1, 2);
	map_add(r, 0, 3);
}

static void
test_copied_list(void)
{
	static const struct map_row rows[] = {
		{ "n", MAP_STRING_JAVA, "x.a", NULL, 0 },
		{ "m", MAP_AS_IS, ".m", NULL, 0 },
		{ "o", MAP_AS_IS, ".o", NULL, 0 },
	};
	static const char *const slots[] = { "x.a", "x.b", ".m", ".o" };
	struct toy t;

	TOY(&t, rows);
	t.table.slots = slots;
	t.table.n_slots = 4;
	t.table.derive = copy_and_add;
	TOY_IS(&t, "{\"n\":[\"1\",\"2\"],\"m\":\"3\",\"o\":4}",
	    "\"x\":{\"a\":[\"1\",\"2\",\"4\"],\"b\":[\"1\",\"2\",\"3\"]}");
	/* What is no scalar is not added. */
	TOY_IS(&t, "{\"m\":[\"3\"],\"o\":{}}", "");
	toy_fini(&t);
}

#define NIC "nics[]."

static const struct map_row nic_rows[] = {
	{ NIC "ip", MAP_IP, "x.n[].net.ip", ".ip", 0 },
	{ NIC "mac", MAP_MAC, "x.n[].net.mac", NULL, 0 },
	{ NIC "inet[]", MAP_IP, "x.n[].inet[]", NULL, MAP_EACH },
	{ NIC "name", MAP_TEXT, "y.names", NULL, MAP_APPEND },
	{ "nics", MAP_OBJECTS, "x.n", NULL, 0 },
};

static void
test_objects(void)
{
	struct toy t;

	TOY(&t, nic_rows);
	TOY_IS(&t, "{\"nics\":[{\"ip\":\"::1\",\"keepMe\":{\"a\":null,\"b\":1},"
	    "\"mac\":\"a:b\",\"name\":\"eth0\"},{\"name\":\"eth1\","
	    "\"inet\":[\"1.1.1.1\",\"\"]}]}",
	    "\"x\":{\"n\":[{\"net\":{\"ip\":\"::1\",\"mac\":\"A-B\"},"
	    "\"keepMe\":{\"b\":1}},{\"inet\":[\"1.1.1.1\"]}]},"
	    "\"y\":{\"names\":[\"eth0\",\"eth1\"]}");
	/* Elements that are empty go, those that are no objects stay. */
	TOY_IS(&t, "{\"nics\":[{\"name\":\"a\"},{},null,7,[1,null],\"s\",{\"q\":"
	    "\"\"},{\"q\":1}]}",
	    "\"x\":{\"n\":[7,[1],\"s\",{\"q\":1}]},\"y\":{\"names\":[\"a\"]}");
	TOY_IS(&t, "{\"nics\":[{\"name\":\"\"}]}", "");
	/* Nothing of the list is left, but its values are looked at. */
	TOY_FAILS(&t, "{\"nics\":[{\"ip\":{}}]}", "", 1);
	/* Not a list: one element. */
	TOY_IS(&t, "{\"nics\":{\"mac\":\"a.b\",\"q\":1}}",
	    "\"x\":{\"n\":[{\"net\":{\"mac\":\"A-B\"},\"q\":1}]}");
	TOY_IS(&t, "{\"nics\":\"none\"}", "\"x\":{\"n\":\"none\"}");
	TOY_FAILS(&t, "{\"nics\":[{\"ip\":\"a\",\"q\":1},{\"ip\":[\"::1\",\"b\"]}"
	    ",{\"inet\":[\"c\",\"d\",\"::2\"]}]}",
	    "\"x\":{\"n\":[{\"q\":1},{\"inet\":[\"::2\"]}]}", 4);
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 0);
	/* A kept member gives way to a field of the same name. */
	TOY_IS(&t, "{\"nics\":[{\"net\":{\"x\":1},\"q\":2,\"ip\":\"::1\"}]}",
	    "\"x\":{\"n\":[{\"net\":{\"ip\":\"::1\"},\"q\":2}]}");
	/* Names with escapes. */
	TOY_IS(&t, "{\"nics\":[{\"m\\u0061c\":\"a\",\"\\u0071\":1}]}",
	    "\"x\":{\"n\":[{\"net\":{\"mac\":\"A\"},\"\\u0071\":1}]}");
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 1);
	toy_fini(&t);
}

static void
test_list_only(void)
{
	static const struct map_row rows[] = {
		{ "l[].a", MAP_LONG, "x.l[].b", ".a", 0 },
		{ "l[].c", MAP_TEXT, "y.c", NULL, MAP_APPEND },
		{ "l", MAP_OBJECTS, "x.l", NULL, MAP_LIST_ONLY },
	};

	TOY_ONE(rows, "{\"l\":[{\"a\":1,\"c\":\"s\"}]}",
	    "\"x\":{\"l\":[{\"b\":1}]},\"y\":{\"c\":[\"s\"]}", 0);
	TOY_ONE(rows, "{\"l\":{\"a\":\"?\",\"c\":\"\"}}",
	    "\"x\":{\"l\":{\"a\":\"?\"}}", 0);
}

/* Lists of objects that are no field, only read. */
static void
test_read_only(void)
{
	static const struct map_row rows[] = {
		{ "a[].b[].c", MAP_TEXT, "x.c", NULL, MAP_APPEND | MAP_UNIQUE },
		{ "a[].d", MAP_AS_IS, "x.l[].d", NULL, 0 },
		{ "a", MAP_OBJECTS, "x.l", NULL, 0 },
		{ "p.q[].r", MAP_LONG, "x.r", NULL, MAP_APPEND | MAP_QUIET },
	};
	struct toy t;

	TOY(&t, rows);
	TOY_IS(&t, "{\"a\":[{\"b\":[{\"c\":1},{\"c\":2}],\"d\":3},{\"b\":[{\"c\":"
	    "2,\"z\":0}]},{\"b\":{\"c\":4}},{\"b\":5,\"e\":6}]}",
	    "\"x\":{\"c\":[\"1\",\"2\",\"4\"],\"l\":[{\"d\":3},{\"e\":6}]}");
	TOY_IS(&t, "{\"p\":{\"q\":[{\"r\":1},{\"r\":\"?\"},5,{\"r\":\"3\"}]}}",
	    "\"x\":{\"r\":[1,3]}");
	toy_fini(&t);
}

static const struct map_row deep_rows[] = {
	{ "a[].bC[].dE", MAP_LONG, NULL, ".sum", MAP_APPEND },
	{ "a[].bC[].fG.hI", MAP_BOOL, NULL, NULL, 0 },
	{ "a[].bC", MAP_OBJECTS, NULL, NULL, 0 },
	{ "a[].jK", MAP_DATE, NULL, NULL, MAP_QUIET },
	{ "a", MAP_OBJECTS, NULL, NULL, 0 },
	{ "", MAP_REST, "x", NULL, MAP_SNAKE },
};

/* Two levels of lists below kept objects, converted in place. */
static void
test_two_levels(void)
{
	struct toy t;

	TOY(&t, deep_rows);
	TOY_FAILS(&t, "{\"zZ\":1,\"a\":[{\"bC\":[{\"dE\":\"1\",\"lM\":2},{\"dE\":"
	    "\"?\",\"fG\":{\"hI\":\"TRUE\",\"nO\":[{\"pQ\":1}]}},{\"dE\":7}],"
	    "\"jK\":\"?\",\"rS\":3},{\"jK\":\"2025-01\"},{\"bC\":[{\"dE\":8}]}]}",
	    "\"x\":{\"z_z\":1,\"a\":[{\"b_c\":[{\"d_e\":1,\"l_m\":2},{\"f_g\":{"
	    "\"h_i\":true,\"n_o\":[{\"p_q\":1}]}},{\"d_e\":7}],\"r_s\":3},"
	    "{\"j_k\":\"2025-01-01T00:00:00.000Z\"},{\"b_c\":[{\"d_e\":8}]}]}",
	    1);
	/* Elements whose names become the same. */
	TOY_IS(&t, "{\"a\":[{\"bC\":[{\"dE\":1,\"d_e\":2,\"x@\":3}],\"b_c\":4}]}",
	    "\"x\":{\"a\":[{\"b_c\":[{\"d_e\":1}]}]}");
	CU_ASSERT_EQUAL(mapper_counts(t.mapper)->unknown_members, 3);
	/* One element in place of the list, and things that are neither. */
	TOY_IS(&t, "{\"a\":{\"bC\":{\"dE\":1}}}",
	    "\"x\":{\"a\":[{\"b_c\":[{\"d_e\":1}]}]}");
	TOY_IS(&t, "{\"a\":[{\"bC\":\"q\"},[{\"tU\":1}],5]}",
	    "\"x\":{\"a\":[{\"b_c\":\"q\"},[{\"t_u\":1}],5]}");
	TOY_IS(&t, "{\"a\":\"q\"}", "\"x\":{\"a\":\"q\"}");
	toy_fini(&t);
}

/* An object of an element that keeps what rows leave of it. */
static void
test_rest_of_element(void)
{
	static const struct map_row rows[] = {
		{ "l[].o.a", MAP_AS_IS, "x.l[].a", NULL, 0 },
		{ "l[].o.n", MAP_LONG, NULL, NULL, 0 },
		{ "l[].o", MAP_REST, "x.l[].rest", NULL, 0 },
		{ "l", MAP_OBJECTS, "x.l", NULL, 0 },
	};

	TOY_ONE(rows, "{\"l\":[{\"o\":{\"a\":1,\"n\":\"2\",\"q\":3}},{\"o\":{\"n\":4}"
	    ",\"k\":5},{\"o\":6}]}",
	    "\"x\":{\"l\":[{\"a\":1,\"rest\":{\"n\":2,\"q\":3}},{\"rest\":{\"n\":4},"
	    "\"k\":5},{\"rest\":6}]}", 0);
}

static const struct unit_test tests[] = {
	{ "lists of scalars", test_scalars_in_lists },
	{ "lists that rows add to", test_append },
	{ "long lists of different values", test_long_unique },
	{ "a list with two targets", test_shared_list },
	{ "a copy of a list", test_copied_list },
	{ "lists of objects", test_objects },
	{ "only lists are lists of objects", test_list_only },
	{ "lists that are only read", test_read_only },
	{ "lists in lists, in place", test_two_levels },
	{ "the rest of an element's object", test_rest_of_element },
};

UNIT_MAIN("map_lists", tests)
