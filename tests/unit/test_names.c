/*
 * The names that are likely to come change how fast a text is scanned, and
 * never what is found in it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/json/scan.h"
#include "collector/json/wide.h"
#include "tests/unit/unit.h"

static struct scan plain, learned;
static struct names names;

/* The same tokens; the number of names that had been learned before. */
static size_t
same_tokens(void)
{
	size_t known = 0;

	CU_ASSERT_EQUAL_FATAL(plain.n, learned.n);
	CU_ASSERT_EQUAL(plain.spaced, learned.spaced);
	for (size_t i = 0; i < plain.n; i++) {
		struct tok t = learned.tok[i];
		const struct name *name = &names.name[t.name];

		if (t.name != 0) {
			known++;
			CU_ASSERT_EQUAL_FATAL(name->len, t.len + 1u);
			CU_ASSERT_EQUAL(memcmp(name->text,
			    learned.text + t.start, t.len), 0);
		}
		t.name = 0;
		CU_ASSERT_EQUAL(memcmp(&t, &plain.tok[i], sizeof(t)), 0);
	}
	return known;
}

/* Scan it both ways, from a block of its own size for the sanitizer. */
static size_t
scan_both(struct slice text)
{
	char *copy = malloc(text.len + 1);
	struct slice at_end = { copy + 1, text.len };
	size_t known = 0;
	int r;

	memcpy(copy + 1, text.p, text.len);
	r = scan_text(&plain, at_end);
	CU_ASSERT_EQUAL_FATAL(scan_text(&learned, at_end), r);
	if (r == 0) {
		known = same_tokens();
	} else {
		CU_ASSERT_STRING_EQUAL(plain.error, learned.error);
		CU_ASSERT_EQUAL(plain.error_at, learned.error_at);
	}
	free(copy);
	return known;
}

static void
begin(void)
{
	scan_init(&plain);
	scan_init(&learned);
	names = (struct names){ .n = 0 };
	learned.names = &names;
}

static void
end(void)
{
	scan_fini(&plain);
	scan_fini(&learned);
	names_fini(&names);
}

#define RECORD "{\"id\":\"1\",\"name\":\"a plain name, longer than a block\"," \
	"\"n\":-1.5e3,\"ok\":true,\"no\":false,\"nothing\":null,\"empty\":\"\"," \
	"\"o\":{\"id\":2,\"list\":[{\"id\":3,\"x\":{}},{\"id\":4,\"y\":[]}]}," \
	"\"exactly_as_long_as_a_name_that_is_learned_\":[1]," \
	"\"text\":\"\\u00e9\\n\xc3\xa9 and more\",\"last\":0}"

static void
test_order(void)
{
	static const struct {
		const char *text;
		size_t known;
	} cases[] = {
		{ RECORD, 17 },
		{ RECORD, 17 },
		/* Left out, added, in another order, with white space. */
		{ "{\"id\":\"1\",\"n\":2,\"ok\":1,\"nothing\":[],\"last\":9}", 5 },
		{ "{\"last\":1,\"id\":2,\"new\":3,\"name\":4}", 4 },
		{ "{ \"id\" : 1 , \"name\":\t2 }", 1 },
		{ "{\"id\":[ ],\"o\":{ },\"n\":[1 ,[ 2,[ ] ],{ \"x\":3} ]}", 4 },
		/* Known in another object only; twice; written otherwise. */
		{ "{\"list\":{\"id\":1},\"id\":1,\"id\":2}", 4 },
		{ "{\"\\u0069d\":1}", 0 },
		{ "{\"a name that is a little too long to be kept\":1,\"id\":2}", 1 },
		{ RECORD, 17 },
	};

	for (int wide = 0; wide < 2; wide++) {
		bool had = json_wide;

		json_wide = wide == 1 && had;
		begin();
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			CU_ASSERT_EQUAL(scan_both(slice_of(cases[i].text)),
			    cases[i].known);
		end();
		json_wide = had;
	}
}

/* Objects of many kinds, each with a choice of the members in their order: what
 * is expected is wrong as often as not. */
static void
test_kinds(void)
{
	uint32_t dice = 1;

	begin();
	for (int i = 0; i < 3000; i++) {
		char text[128] = "{";
		size_t len = 1, members = 0;

		dice = dice * 1664525 + 1013904223;
		for (int k = 0; k < 12; k++) {
			if ((dice >> (8 + k) & 1) == 0)
				continue;
			len += (size_t)snprintf(text + len, 16, "%s\"m%d\":1",
			    members > 0 ? "," : "", k);
			members++;
		}
		text[len++] = '}';
		CU_ASSERT_EQUAL(scan_both((struct slice){ text, len }),
		    members);
		CU_ASSERT_TRUE(learned.unique);
	}
	CU_ASSERT_EQUAL(names.n, 12);
	end();
}

/* A text that ends anywhere, or has any one byte wrong, is refused in the same
 * way whether its names were expected or not. */
static void
test_malformed(void)
{
	static const char bend[] = "{}[]\",:0\\x \xff\n";
	char text[] = RECORD;
	size_t len = sizeof(text) - 1;

	begin();
	scan_both(slice_of(RECORD));
	for (size_t cut = 0; cut < len; cut++)
		scan_both((struct slice){ text, cut });
	for (size_t at = 0; at < len; at++) {
		for (size_t i = 0; i < sizeof(bend) - 1; i++) {
			text[at] = bend[i];
			scan_both((struct slice){ text, len });
		}
		text[at] = RECORD[at];
	}
	end();
}

static void
test_bounds(void)
{
	char text[64];

	begin();
	for (int i = 0; i < 2 * NAMES_OBJECT_MAX; i++) {
		snprintf(text, sizeof(text), "{\"n%d\":{\"m\":%d}}", i, i);
		scan_both(slice_of(text));
	}
	CU_ASSERT_EQUAL(names.n, 2 * NAMES_OBJECT_MAX);
	for (int i = 0; i < NAMES_MAX; i++) {
		snprintf(text, sizeof(text), "{\"n%d\":{\"m%d\":[{\"m%d\":1}]}}",
		    i % NAMES_OBJECT_MAX, i, i);
		scan_both(slice_of(text));
	}
	CU_ASSERT_EQUAL(names.n, NAMES_MAX);
	CU_ASSERT_EQUAL(scan_both(SLICE("{\"zz\":1,\"n0\":2}")), 1);
	/* Names that are data are not looked for, but found in their place. */
	for (int i = 0; i < NAMES_STRANGERS; i++) {
		snprintf(text, sizeof(text), "{\"n0\":1,\"new%d\":2}", i);
		CU_ASSERT_EQUAL(scan_both(slice_of(text)), 1);
	}
	CU_ASSERT_EQUAL(scan_both(SLICE("{\"zz\":1,\"n1\":2}")), 0);
	CU_ASSERT_EQUAL(scan_both(SLICE("{\"n0\":1}")), 1);
	end();
}

static const struct {
	const char *text;
	bool unique;
} twice[] = {
	{ "{\"a\":1,\"b\":2}", true },
	{ "{\"a\":1,\"b\":2,\"a\":3}", false },
	{ "{\"b\":{\"c\":1},\"a\":{\"c\":1}}", true },
	{ "{\"b\":{\"c\":1},\"b\":{}}", false },
	{ "{\"b\":{\"c\":1},\"a\":2,\"b\":{\"c\":3}}", false },
	{ "{\"b\":{\"b\":{\"b\":1}}}", true },
	{ "{\"l\":[{\"a\":1},{\"a\":2},{\"b\":{\"c\":1}}]}", true },
	{ "{\"l\":[{\"a\":1},{\"b\":1,\"a\":2,\"a\":3}]}", false },
	{ "{\"a\":1}", true },
	/* It is not known of a name without number. */
	{ "{\"\\u0062\":{\"c\":1}}", false },
	{ "{\"b\" : {\"c\":1}}", false },
	{ "[[{\"a\":1}]]", false },
	{ "{}", true },
};
#define TWICE_LEN (sizeof(twice) / sizeof(twice[0]))

/* Whatever was scanned before, also where the stamps of names begin anew. */
static void
test_unique(void)
{
	begin();
	names.base = UINT32_MAX - 2 * SCAN_TOKENS_MAX - 100;
	for (size_t i = 0; i < TWICE_LEN * TWICE_LEN; i++) {
		for (size_t k = 0; k < 2; k++) {
			size_t at = k == 0 ? i % TWICE_LEN : i / TWICE_LEN;

			scan_both(slice_of(twice[at].text));
			CU_ASSERT_EQUAL(learned.unique, twice[at].unique);
			CU_ASSERT_FALSE(plain.unique);
		}
	}
	CU_ASSERT_TRUE(names.base < UINT32_MAX / 2);
	end();
}

/* A path leads where it would without what is remembered of it. */
static void
test_follow(void)
{
	static const char *const paths[] = { "a", "b.c", "b", "b.b.b", "l",
		"b.c.d" };

	for (size_t p = 0; p < sizeof(paths) / sizeof(paths[0]); p++) {
		struct scan_path path = { paths[p], NULL };

		begin();
		for (size_t i = 0; i < 2 * TWICE_LEN; i++) {
			struct slice text = slice_of(twice[i % TWICE_LEN].text);

			CU_ASSERT_EQUAL(scan_text(&plain, text), 0);
			CU_ASSERT_EQUAL(scan_text(&learned, text), 0);
			CU_ASSERT_EQUAL(scan_follow(&learned, &path),
			    scan_find(&plain, 0, slice_of(paths[p])));
		}
		end();
	}
}

static const struct unit_test tests[] = {
	{ "names in any order", test_order },
	{ "objects of many kinds", test_kinds },
	{ "malformed texts", test_malformed },
	{ "what is learned is bounded", test_bounds },
	{ "names that stand twice", test_unique },
	{ "paths", test_follow },
};

UNIT_MAIN("names", tests)
