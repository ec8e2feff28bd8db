#include "config.h"

#include <stdio.h>

#include "collector/json/skip.h"
#include "collector/json/split.h"
#include "collector/json/wide.h"
#include "tests/unit/unit.h"

static const struct split_paths rest = { "data[]", "pagination.nextCursor",
	NULL, NULL };
static const struct split_paths graphql = { "data.alerts.edges[].node",
	"data.alerts.pageInfo.endCursor", "data.alerts.pageInfo.hasNextPage",
	"errors" };

/* What the callbacks saw, as one text. */
static struct buf seen;

static bool
on_record(void *cookie, struct slice record)
{
	(void)cookie;
	buf_add_slice(&seen, record);
	buf_addc(&seen, '|');
	return true;
}

static void
on_too_large(void *cookie, size_t bytes)
{
	(void)cookie;
	buf_addf(&seen, "large:%zu|", bytes);
}

/* Split text fed in pieces of n bytes; the result is appended to seen. */
static int
split(struct splitter *s, const char *text, size_t n)
{
	struct split_page page;
	size_t len = strlen(text);

	splitter_reset(s);
	buf_reset(&seen);
	for (size_t at = 0; at < len; at += n) {
		size_t left = len - at;
		/* A copy of exactly this piece, so that a read beyond it is
		 * seen by the sanitizers. */
		size_t take = left < n ? left : n;
		char *piece = malloc(take);
		int r;

		memcpy(piece, text + at, take);
		r = splitter_feed(s, (struct slice){ piece, take });
		free(piece);
		if (r < 0)
			return -1;
	}
	if (splitter_end(s, &page) < 0)
		return -1;
	buf_addf(&seen, " n=%zu", page.n_records);
	if (page.cursor.p != NULL)
		buf_addf(&seen, " cursor=%.*s", (int)page.cursor.len,
		    page.cursor.p);
	if (page.has_more)
		buf_addf(&seen, " more=%d", page.more);
	if (page.errors.p != NULL)
		buf_addf(&seen, " errors=%.*s", (int)page.errors.len,
		    page.errors.p);
	return 0;
}

static const struct {
	const struct split_paths *paths;
	const char *text;
	const char *want;
} pages[] = {
	{ &rest, "{\"data\":[{\"a\":1},{\"b\":\"}]\\\"\"}],\"pagination\":"
		 "{\"nextCursor\":\"x%3D\\/y\",\"totalItems\":2}}",
	    "{\"a\":1}|{\"b\":\"}]\\\"\"}| n=2 cursor=x%3D/y" },
	{ &rest, "{\"pagination\":{\"totalItems\":1,\"nextCursor\":null},"
		 "\"data\":[ {\"a\":[[],{}]} ] } \n",
	    "{\"a\":[[],{}]}| n=1" },
	{ &rest, "{\"data\":[],\"errors\":[{\"data\":[1]}]}", " n=0" },
	{ &rest, "{\"data\":null}", " n=0" },
	{ &rest, "{\"data\":{\"sites\":[{\"a\":1}]}}", " n=0" },
	{ &rest, "{}", " n=0" },
	{ &rest, "{\"x\":{\"data\":[{\"no\":1}]},\"data\":[1,\"two\",null]}",
	    "1|\"two\"|null| n=3" },
	{ &graphql,
	    "{\"data\":{\"alerts\":{\"pageInfo\":{\"endCursor\":\"c\","
	    "\"hasNextPage\":true},\"edges\":[{\"cursor\":\"1\",\"node\":"
	    "{\"id\":\"a\"}},{\"node\":{\"id\":\"b\"}}]}},\"errors\":[]}",
	    "{\"id\":\"a\"}|{\"id\":\"b\"}| n=2 cursor=c more=1" },
	{ &graphql, "{\"data\":{},\"errors\":[ \n]}", " n=0" },
	{ &graphql, "{\"data\":null,\"errors\":[{\"message\":\"no\"}]}",
	    " n=0 errors=[{\"message\":\"no\"}]" },
};

static void
test_every_chunking(void)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct splitter *s = splitter_new(pages[i].paths, 1000,
		    on_record, on_too_large, NULL);

		for (size_t n = 1; n <= strlen(pages[i].text); n++) {
			CU_ASSERT_EQUAL(split(s, pages[i].text, n), 0);
			UNIT_TEXT(seen.p, pages[i].want);
		}
		splitter_free(s);
	}
}

static void
test_every_cut_is_noticed(void)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct splitter *s = splitter_new(pages[i].paths, 1000,
		    on_record, on_too_large, NULL);
		size_t whole = strlen(pages[i].text);
		char *text = strdup(pages[i].text);

		while (whole > 0 && strchr(" \n", text[whole - 1]) != NULL)
			whole--;
		for (size_t cut = whole - 1; cut > 0; cut--) {
			text[cut] = '\0';
			CU_ASSERT_EQUAL(split(s, text, 7), -1);
			CU_ASSERT_TRUE(strlen(splitter_error(s)) > 0);
		}
		free(text);
		splitter_free(s);
	}
}

static void
test_malformed(void)
{
	static const char *const cases[] = {
		"<html>", "[]", "\"x\"", "{\"data\" [1]}", "{\"data\":[1 2]}",
		"{data:[]}", "{\"data\":[}]", "{} {}", "{\"data\":[],}x",
		"{\"data\":?}",
		"{\"pagination\":{\"nextCursor\":\"a\\x\"}}",
		"{\"pagination\":{\"nextCursor\":\"\\u12\"}}",
		"{\"pagination\":{\"nextCursor\":\"\xff\"}}",
		"{\"pagination\":{\"nextCursor\":\"a\nb\"}}",
		/* Not to be taken for the end of the pages. */
		"{\"pagination\":{\"nextCursor\":{\"a\":1}},\"data\":[]}",
		"{\"pagination\":{\"nextCursor\":[]},\"data\":[]}",
		"{\"pagination\":{\"nextCursor\":7},\"data\":[]}",
		"{\"pagination\":{\"nextCursor\":false},\"data\":[]}",
	};
	struct splitter *s = splitter_new(&rest, 1000, on_record, NULL, NULL);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t n = 1; n < 8; n++)
			CU_ASSERT_EQUAL(split(s, cases[i], n), -1);
	splitter_free(s);
}

/* No record is made of a NUL where a value should begin. */
static void
test_nul(void)
{
	struct splitter *s = splitter_new(&rest, 1000, on_record, NULL, NULL);

	buf_reset(&seen);
	splitter_reset(s);
	CU_ASSERT_EQUAL(splitter_feed(s, SLICE("{\"data\":[1,\0]}")), -1);
	UNIT_TEXT(seen.p, "1|");
	splitter_free(s);
}

static void
test_large_records_are_passed_over(void)
{
	struct splitter *s = splitter_new(&rest, 13, on_record, on_too_large,
	    NULL);
	const char *text =
	    "{\"data\":[{\"a\":\"123456789\"},{\"b\":\"12345\"}]}";

	for (size_t n = 1; n <= strlen(text); n++) {
		CU_ASSERT_EQUAL(split(s, text, n), 0);
		UNIT_TEXT(seen.p, "large:17|{\"b\":\"12345\"}| n=1");
	}
	splitter_free(s);
}

/* The block skipper, in both widths, against its twin: over bracket soup with
 * every kind of backslash run, in random pieces. */
static void
test_skip_twins(void)
{
	bool wide = json_wide;

	static const char soup[] = "{}[]\"\\\\\"ab,:\\";
	char text[400];
	unsigned seed = 3;

	for (int round = 0; round < 20000; round++) {
		struct skip a = { .depth = 3 }, b = { .depth = 3 };
		bool done_a = false, done_b = false;
		size_t at_a = 0, at_b;

		for (size_t i = 0; i < sizeof(text); i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = round % 2 == 0 || (seed >> 28) == 0 ?
			    soup[(seed >> 16) % (sizeof(soup) - 1)] : 'x';
		}
		json_wide = wide && round % 4 < 2;
		at_b = skip_value_bytes(&b, text, sizeof(text), &done_b);
		while (!done_a && at_a < sizeof(text)) {
			size_t n = 1 + (seed = seed * 69069 + 1) % 200;

			if (n > sizeof(text) - at_a)
				n = sizeof(text) - at_a;
			at_a += skip_value(&a, text + at_a, n, &done_a);
		}
		CU_ASSERT_EQUAL_FATAL(at_a, at_b);
		CU_ASSERT_EQUAL_FATAL(done_a, done_b);
		CU_ASSERT_EQUAL_FATAL(a.depth, b.depth);
		CU_ASSERT_EQUAL_FATAL(a.in_string, b.in_string);
		CU_ASSERT_EQUAL_FATAL(a.escaped, b.escaped);
	}
	json_wide = wide;
}

static const struct unit_test tests[] = {
	{ "pages in every chunking", test_every_chunking },
	{ "a page that breaks off, at every byte", test_every_cut_is_noticed },
	{ "malformed pages", test_malformed },
	{ "a NUL in place of a value", test_nul },
	{ "records too large", test_large_records_are_passed_over },
	{ "both skippers agree", test_skip_twins },
};

int
main(void)
{
	int r;

	buf_init(&seen, 1 << 20);
	r = unit_run("split", tests, sizeof(tests) / sizeof(tests[0]));
	buf_fini(&seen);
	return r;
}
