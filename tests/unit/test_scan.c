#include "config.h"

#include <json-c/json.h>
#include <stdio.h>

#include "collector/base/xalloc.h"
#include "collector/json/scan.h"
#include "collector/json/text.h"
#include "tests/unit/unit.h"

static struct scan s;

static int
scan(const char *text)
{
	return scan_text(&s, slice_of(text));
}

static void
test_tokens(void)
{
	CU_ASSERT_EQUAL_FATAL(scan("{\"a\":[1,\"x\",null],\"b\":{}}"), 0);
	CU_ASSERT_EQUAL(s.n, 8);
	CU_ASSERT_EQUAL(s.tok[0].kind, TOK_OBJECT);
	CU_ASSERT_EQUAL(s.tok[0].next, 8);
	CU_ASSERT_EQUAL(s.tok[2].kind, TOK_ARRAY);
	CU_ASSERT_EQUAL(s.tok[2].next, 6);
	CU_ASSERT_EQUAL(s.tok[2].len, 12);
	CU_ASSERT_EQUAL(s.tok[2].flags, TOK_RAGGED);
	CU_ASSERT_EQUAL(s.tok[7].flags, TOK_VOID);
	CU_ASSERT_TRUE(slice_is(scan_raw(&s, &s.tok[4]), "\"x\""));
	CU_ASSERT_TRUE(slice_is(scan_content(&s, &s.tok[6]), "b"));
}

static void
test_void_and_ragged(void)
{
	static const struct {
		const char *text;
		int flags;
	} cases[] = {
		{ "{}", TOK_VOID },
		{ "{ }", TOK_VOID | TOK_RAGGED },
		{ "[null]", TOK_VOID | TOK_RAGGED },
		{ "{\"a\":{\"b\":[\"\",[]]}}", TOK_VOID | TOK_RAGGED },
		{ "{\"a\":0}", 0 },
		{ "{\"a\":false}", 0 },
		{ "{\"a\":\" \"}", 0 },
		{ "{\"a\": 1}", TOK_RAGGED },
		{ "{\"a\":1,\"b\":\"\"}", TOK_RAGGED },
		{ "[[1],[2]]", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_EQUAL(scan(cases[i].text), 0);
		CU_ASSERT_EQUAL(s.tok[0].flags, cases[i].flags);
	}
}

static void
test_refused(void)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = {
		{ "", 0 }, { " ", 1 }, { "{", 1 }, { "[1", 2 }, { "[1,]", 3 },
		{ "{\"a\"}", 4 }, { "{\"a\":1,}", 7 }, { "{a:1}", 1 },
		{ "[1 2]", 3 }, { "01", 1 }, { "1.", 0 }, { "1e", 0 },
		{ "-", 0 }, { "+1", 0 }, { ".5", 0 }, { "nul", 0 },
		{ "tru", 0 }, { "\"", 1 }, { "\"\\x\"", 1 },
		{ "\"\\u12g4\"", 1 }, { "\"\\", 1 }, { "\"a\nb\"", 2 },
		{ "\"\xff\"", 1 }, { "\"\xc0\x80\"", 1 },
		{ "\"\xed\xa0\x80\"", 1 }, { "\"\xf4\x90\x80\x80\"", 1 },
		{ "\"\xe2\x82\"", 1 }, { "{} {}", 3 }, { "[1}", 2 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_EQUAL(scan(cases[i].text), -1);
		CU_ASSERT_PTR_NOT_NULL(s.error);
		CU_ASSERT_EQUAL(s.error_at, cases[i].at);
		if (s.error_at != cases[i].at)
			fprintf(stderr, "%s: error at %zu\n", cases[i].text,
			    s.error_at);
	}
}

static void
test_accepted(void)
{
	static const char *const cases[] = {
		"0", "-0", "-0.0e-0", "1E+9", "123456789012345678901234567890",
		" [ ] ", "\"\\ud800\"", "\"\\u0000\"", "\"\xf4\x8f\xbf\xbf\"",
		"\"\xe2\x82\xac\xc3\xa9 plain text that is long enough\"",
		"\t{\r\n\"a\" : [ true , false , null ] }\n",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CU_ASSERT_EQUAL(scan(cases[i]), 0);
}

static void
test_depth(void)
{
	char text[2 * (SCAN_DEPTH_MAX + 1) + 1];

	for (size_t depth = SCAN_DEPTH_MAX; depth <= SCAN_DEPTH_MAX + 1;
	    depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		text[2 * depth] = '\0';
		CU_ASSERT_EQUAL(scan(text), depth > SCAN_DEPTH_MAX ? -1 : 0);
	}
}

/* As many tokens as there can be in so many bytes, up to the last one. */
static void
test_room(void)
{
	char text[9000];
	size_t opened = SCAN_DEPTH_MAX - 1;

	for (size_t len = 8000; len < 9000; len += 7) {
		size_t at = 1;

		text[0] = '[';
		while (at + 2 < len - opened) {
			text[at++] = '1';
			text[at++] = ',';
		}
		memset(text + at, '[', opened);
		CU_ASSERT_EQUAL(scan_text(&s, (struct slice){ text,
		    at + opened }), -1);
		CU_ASSERT_STRING_EQUAL(s.error, "ends too early");
		CU_ASSERT(s.n <= s.cap);
	}
}

static void
test_too_many(void)
{
	size_t len = 2 * SCAN_TOKENS_MAX + 1;
	char *text = xcalloc(len + 2, 1);

	text[0] = '[';
	for (size_t i = 1; i < len; i++)
		text[i] = i % 2 == 1 ? '1' : ',';
	text[len - 1] = ']';
	CU_ASSERT_EQUAL(scan_text(&s, (struct slice){ text, len - 2 }), -1);
	CU_ASSERT_EQUAL(s.n, SCAN_TOKENS_MAX);
	CU_ASSERT_STRING_EQUAL(s.error, "ends too early");
	text[len - 1] = ',';
	text[len] = '1';
	text[len + 1] = ']';
	CU_ASSERT_EQUAL(scan_text(&s, (struct slice){ text, len + 2 }), -1);
	CU_ASSERT_STRING_EQUAL(s.error, "too many values");
	CU_ASSERT_EQUAL(s.n, SCAN_TOKENS_MAX);
	free(text);
}

/* A text longer than what there are tokens for at the most, with a number at
 * each place where the scanner may begin to look closer. */
static void
test_long(void)
{
	size_t len = 3 * SCAN_TOKENS_MAX;
	char *text = xcalloc(len + 1, 1);

	for (size_t first = 1; first <= 8; first++) {
		memset(text, '1', len);
		text[0] = '[';
		for (size_t i = first; i < len - 3; i += 8)
			text[i + 1] = ',';
		text[len - 1] = ']';
		CU_ASSERT_EQUAL(scan_text(&s, (struct slice){ text, len }), 0);
		CU_ASSERT_EQUAL(s.tok[0].len, len);
		CU_ASSERT_EQUAL(s.tok[2].len, 7);
	}
	free(text);
}

static void
test_find(void)
{
	CU_ASSERT_EQUAL(scan("{\"a\":{\"b\":1,\"\\u0062\":2},\"c\":3}"), 0);
	CU_ASSERT_TRUE(slice_is(scan_raw(&s, &s.tok[scan_find(&s, 0,
	    SLICE("a.b"))]), "2"));
	CU_ASSERT_EQUAL(scan_find(&s, 0, SLICE("a.c")), 0);
	CU_ASSERT_EQUAL(scan_find(&s, 0, SLICE("c.c")), 0);
	CU_ASSERT_EQUAL(scan_find(&s, 0, SLICE("x")), 0);
}

static void
test_repeated(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	CU_ASSERT_EQUAL(scan("{\"a\":1,\"b\":2,\"a\":3,\"a\":4}"), 0);
	CU_ASSERT_EQUAL(scan_mark_repeated(&s), 2);
	CU_ASSERT_EQUAL(s.tok[1].flags & TOK_DEAD, TOK_DEAD);
	CU_ASSERT_EQUAL(s.tok[3].flags & TOK_DEAD, 0);
	CU_ASSERT_EQUAL(s.tok[5].flags & TOK_DEAD, TOK_DEAD);
	CU_ASSERT_EQUAL(s.tok[7].flags & TOK_DEAD, 0);
	CU_ASSERT_EQUAL(scan("{\"a\":1,\"\\u0061\":2}"), 0);
	CU_ASSERT_EQUAL(scan_mark_repeated(&s), 1);

	fputc('{', f);
	for (int i = 0; i < 2000; i++)
		fprintf(f, "%s\"k%d\":%d", i == 0 ? "" : ",", i % 1500, i);
	fputc('}', f);
	fclose(f);
	CU_ASSERT_EQUAL(scan(text), 0);
	CU_ASSERT_EQUAL(scan_mark_repeated(&s), 500);
	free(text);
}

static void
test_text(void)
{
	struct buf b;

	buf_init(&b, 1000);
	json_unescape(&b, SLICE("a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u20ac\\ud83d"
				"\\ude00\\ud800x"));
	UNIT_TEXT(b.p, "a\"\\/\b\f\n\r\t\xe2\x82\xac\xf0\x9f\x98\x80"
		       "\xef\xbf\xbdx");
	buf_reset(&b);
	json_escape(&b, SLICE("a\"b\\c\n\x01\xc3\xa9 <&> end of the text"));
	UNIT_TEXT(b.p, "a\\\"b\\\\c\\n\\u0001\xc3\xa9 <&> end of the text");
	buf_reset(&b);
	json_escape(&b, (struct slice){ "a\0b", 3 });
	UNIT_TEXT(b.p, "a\\u0000b");
	buf_fini(&b);
}

/* Cut and bent texts: json-c and we must agree on what is JSON, as far as
 * json-c is strict. */
static void
test_against_json_c(void)
{
	static const char base[] =
	    "{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\n\"],\"b\":{\"c\":\"\"}}";
	static const char bend[] = "{}[]\",:01tfn\\-.e x";
	char text[sizeof(base)];
	unsigned seed = 7;
	int disagreed = 0;

	for (int round = 0; round < 20000; round++) {
		struct json_tokener *tok = json_tokener_new();
		struct json_object *o;
		size_t len = sizeof(base) - 1;
		bool ours, theirs;

		memcpy(text, base, sizeof(base));
		for (int i = 0; i < 2; i++) {
			seed = seed * 1103515245u + 12345u;
			text[(seed >> 8) % len] =
			    bend[(seed >> 20) % (sizeof(bend) - 1)];
		}
		json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
		o = json_tokener_parse_ex(tok, text, (int)len + 1);
		theirs = json_tokener_get_error(tok) == json_tokener_success;
		ours = scan(text) == 0;
		/* json-c takes more than JSON ("-" in odd places, upper-case
		 * words): what it refuses, we must refuse. */
		if (ours && !theirs) {
			disagreed++;
			fprintf(stderr, "json-c refuses: %s\n", text);
		}
		json_object_put(o);
		json_tokener_free(tok);
	}
	CU_ASSERT_EQUAL(disagreed, 0);
}

static const struct unit_test tests[] = {
	{ "tokens", test_tokens },
	{ "void and ragged values", test_void_and_ragged },
	{ "texts that are refused, and where", test_refused },
	{ "texts that are accepted", test_accepted },
	{ "depth is bounded", test_depth },
	{ "room for tokens", test_room },
	{ "too many values", test_too_many },
	{ "a long text", test_long },
	{ "paths", test_find },
	{ "repeated members", test_repeated },
	{ "escaping and unescaping", test_text },
	{ "json-c refuses nothing that we accept", test_against_json_c },
};

UNIT_MAIN("scan", tests)
