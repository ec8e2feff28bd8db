#include "config.h"

#include <stdio.h>
#include <string.h>

#include "collector/client/detail.h"
#include "tests/unit/unit.h"

static const struct {
	const char *body, *line;
	int code;
} bodies[] = {
	{ "{\"errors\":[{\"code\":4010010,\"detail\":null,\"title\":"
	    "\"Authentication Failed\"}]}",
	    "Authentication Failed (code 4010010)", 4010010 },
	{ "{\"data\":null,\"errors\":[{\"code\":4000010,\"title\":\"Bad\","
	    "\"detail\":\"limit: too much\"},{\"code\":1}]}",
	    "Bad: limit: too much (code 4000010)", 4000010 },
	{ "{\"errors\":[{\"message\":\"no such field\"}]}", "no such field",
	    0 },
	{ "{\"timestamp\":1,\"status\":404,\"error\":\"Not Found\","
	    "\"path\":\"/x\"}", "Not Found", 0 },
	{ "{\"message\":\"bad\",\"status\":\"error/client/badParam\"}",
	    "bad: error/client/badParam", 0 },
	{ "{\"errors\":[{\"code\":404,\"title\":\"Not found\"}]}",
	    "Not found (code 404)", 404 },
	{ "{\"errors\":[]}", "", 0 },
	{ "{\"errors\":[7]}", "", 0 },
	{ "{\"errors\":[{\"code\":\"4010010\",\"title\":[1]}]}", "", 0 },
	{ "{\"errors\":[{\"code\":-4}]}", "", 0 },
	{ "[{\"title\":\"x\"}]", "", 0 },
	{ "{\"errors\":[{\"title\":\"cut o", "", 0 },
	{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "", 0 },
	{ "<html>{\"title\":\"x\"}</html>", "", 0 },
	{ "no such page", "", 0 },
	{ "", "", 0 },
};

static void
test_bodies(void)
{
	struct buf line;

	buf_init(&line, DETAIL_DRAFT_MAX);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		buf_reset(&line);
		CU_ASSERT_EQUAL(detail_add_body(&line,
		    slice_of(bodies[i].body)), bodies[i].code);
		UNIT_TEXT(line.p, bodies[i].line);
	}
	buf_fini(&line);
}

static void
test_long_body_says_nothing(void)
{
	char body[DETAIL_BODY_MAX + 2] = "{\"title\":\"x\"}";
	struct buf line;

	buf_init(&line, DETAIL_DRAFT_MAX);
	memset(body + 13, ' ', sizeof(body) - 13);
	CU_ASSERT_EQUAL(detail_add_body(&line, (struct slice){ body,
	    DETAIL_BODY_MAX + 1 }), 0);
	UNIT_TEXT(line.p, "");
	detail_add_body(&line, (struct slice){ body, DETAIL_BODY_MAX });
	UNIT_TEXT(line.p, "x");
	buf_fini(&line);
}

static void
test_secret_is_hidden(void)
{
	static const struct {
		const char *line, *secret, *want;
	} cases[] = {
		{ "a s3cret-token b", "s3cret-token", "a [secret] b" },
		{ "s3cret-tokens3cret-token", "s3cret-token",
		    "[secret][secret]" },
		{ "x[secretx", "[s", "x[secret]ecretx" },
		{ "nothing", "s3cret-token", "nothing" },
		{ "a b", "", "a b" },
		{ "tab\tline\nbell\a\x7f", "", "tab line bell" },
	};
	struct buf line;

	buf_init(&line, DETAIL_DRAFT_MAX);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&line);
		buf_adds(&line, cases[i].line);
		detail_finish(&line, slice_of(cases[i].secret));
		UNIT_TEXT(line.p, cases[i].want);
	}
	buf_fini(&line);
}

/* A secret across the cut, and a character across the cut. */
static void
test_cut(void)
{
	struct buf line;

	buf_init(&line, DETAIL_DRAFT_MAX);
	while (line.len < DETAIL_MAX - 4)
		buf_addc(&line, '-');
	buf_adds(&line, "s3cret-token");
	detail_finish(&line, SLICE("s3cret-token"));
	CU_ASSERT_EQUAL(line.len, DETAIL_MAX);
	CU_ASSERT_PTR_NULL(strstr(line.p, "s3"));

	buf_reset(&line);
	while (line.len < DETAIL_MAX - 1)
		buf_addc(&line, '-');
	buf_adds(&line, "\xe2\x82\xac");
	detail_finish(&line, SLICE(""));
	CU_ASSERT_EQUAL(line.len, DETAIL_MAX - 1);
	buf_fini(&line);
}

static const struct unit_test tests[] = {
	{ "what an error body says", test_bodies },
	{ "a body that is too long", test_long_body_says_nothing },
	{ "a secret and control characters", test_secret_is_hidden },
	{ "the cut comes last", test_cut },
};

UNIT_MAIN("detail", tests)
