/*
 * The conversions at their edges, each as a table of one row.
 */
#include "config.h"

#include "collector/map/map.h"
#include "tests/unit/toy_map.h"
#include "tests/unit/unit.h"

#define FAILS NULL

struct edge {
	const char *in; /* JSON of the value */
	const char *out; /* JSON, "" for unset without an error, FAILS */
};

static void
convert(enum map_conv conv, const struct edge *edges, size_t n)
{
	const struct map_row rows[] = { { "v", conv, "x", NULL, 0 } };
	char record[300], want[300];
	struct toy t;

	TOY(&t, rows);
	for (size_t i = 0; i < n; i++) {
		const char *out = edges[i].out == FAILS ? "" : edges[i].out;

		snprintf(record, sizeof(record), "{\"v\":%s}", edges[i].in);
		snprintf(want, sizeof(want), "\"x\":%s", out);
		TOY_FAILS(&t, record, *out == '\0' ? "" : want,
		    edges[i].out == FAILS);
	}
	toy_fini(&t);
}

#define CONVERT(conv, edges)                                                 \
	convert(conv, edges, sizeof(edges) / sizeof((edges)[0]))

static void
test_long(void)
{
	static const struct edge edges[] = {
		{ "7", "7" }, { "0", "0" }, { "-7", "-7" }, { "-0", "0" },
		{ "\"7\"", "7" }, { "\"+5\"", "5" }, { "\"007\"", "7" },
		{ "\"-0\"", "0" }, { "\"0\"", "0" }, { "\"-12\"", "-12" },
		{ "\"0x0\"", "0" }, { "\"0x1F\"", "31" }, { "\"-0xff\"", "-255" },
		{ "\"0x007\"", "7" }, { "\"\\u0037\"", "7" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "-9223372036854775808", "-9223372036854775808" },
		{ "\"0x7fffffffffffffff\"", "9223372036854775807" },
		{ "\"-0x8000000000000000\"", "-9223372036854775808" },
		{ "9223372036854775808", FAILS },
		{ "-9223372036854775809", FAILS },
		{ "\"0x8000000000000000\"", FAILS },
		{ "\"-0x8000000000000001\"", FAILS },
		{ "\"18446744073709551616\"", FAILS },
		{ "\"0x\"", FAILS }, { "\"-0x\"", FAILS }, { "\"0X1\"", FAILS },
		{ "\"+0x1\"", FAILS }, { "\"0x+1\"", FAILS },
		{ "\"0x-1\"", FAILS }, { "\"0xg\"", FAILS }, { "\"x1\"", FAILS },
		{ "\" 7\"", FAILS }, { "\"7 \"", FAILS }, { "\"-\"", FAILS },
		{ "\"+\"", FAILS }, { "\"--1\"", FAILS }, { "\"1e3\"", FAILS },
		{ "7.0", FAILS }, { "1e3", FAILS }, { "\"7.0\"", FAILS },
		{ "\"seven\"", FAILS }, { "true", FAILS }, { "{}", FAILS },
		{ "{\"a\":1}", FAILS }, { "\"1\\u0000\"", FAILS },
		{ "null", "" }, { "\"\"", "" },
	};

	CONVERT(MAP_LONG, edges);
}

static void
test_bool(void)
{
	static const struct edge edges[] = {
		{ "true", "true" }, { "false", "false" },
		{ "\"TRUE\"", "true" }, { "\"False\"", "false" },
		{ "\"tr\\u0075e\"", "true" }, { "\"yes\"", FAILS },
		{ "1", FAILS }, { "0", FAILS }, { "\"true \"", FAILS },
		{ "\"tru\"", FAILS }, { "\"truee\"", FAILS },
		{ "\"\\u0014rue\"", FAILS }, { "{\"a\":true}", FAILS },
		{ "null", "" },
	};

	CONVERT(MAP_BOOL, edges);
}

static void
test_date(void)
{
	static const struct edge edges[] = {
		{ "\"2025-03-04T09:15:42.1239Z\"", "\"2025-03-04T09:15:42.123Z\"" },
		{ "\"2025-03-04T09:15:42,9\"", "\"2025-03-04T09:15:42.900Z\"" },
		{ "\"2025\"", "\"2025-01-01T00:00:00.000Z\"" },
		{ "2025", "\"2025-01-01T00:00:00.000Z\"" },
		{ "\"2024-02\"", "\"2024-02-01T00:00:00.000Z\"" },
		{ "\"2024-02-29T23:30-01\"", "\"2024-03-01T00:30:00.000Z\"" },
		{ "\"2025\\u002d01\"", "\"2025-01-01T00:00:00.000Z\"" },
		{ "\"2025-02-29\"", FAILS }, { "20250304", FAILS },
		{ "1741079742000", FAILS }, { "2025.0", FAILS },
		{ "\"2025-03-04 09:15:42\"", FAILS }, { "\"soon\"", FAILS },
		{ "\"2025-03-04T09:15:42 CET\"", FAILS }, { "true", FAILS },
		{ "[\"2025\"]", FAILS }, { "{}", FAILS }, { "\"\"", "" },
		{ "null", "" },
	};

	CONVERT(MAP_DATE, edges);
}

static void
test_ip(void)
{
	static const struct edge edges[] = {
		{ "\"10.0.0.1\"", "\"10.0.0.1\"" },
		{ "\"FE80::1%eth0\"", "\"FE80::1%eth0\"" },
		{ "\"10\\u002e0.0.1\"", "\"10\\u002e0.0.1\"" },
		{ "\"10.0.0.01\"", FAILS }, { "\"::1 \"", FAILS },
		{ "17", FAILS }, { "false", FAILS }, { "{\"a\":\"::1\"}", FAILS },
		{ "\"\"", "" },
	};

	CONVERT(MAP_IP, edges);
}

static void
test_string(void)
{
	static const struct edge edges[] = {
		{ "\"a\\n\"", "\"a\\n\"" }, { "1.0", "\"1.0\"" },
		{ "1e10", "\"1e10\"" }, { "-0", "\"-0\"" },
		{ "true", "\"true\"" }, { "{}", "\"{}\"" }, { "[]", "" },
		{ "{\"a\":1,\"b\":[true,null,{\"c\":\"d\\\"\"}]}",
		    "\"{a=1, b=[true, null, {c=d\\\"}]}\"" },
		{ "{\"a\\u0062\":\"\"}", "\"{ab=}\"" },
		{ "[1,\"b\",{\"c\":[]}]", "[\"1\",\"b\",\"{c=[]}\"]" },
		{ "[1,null]", FAILS }, { "null", "" }, { "\"\"", "" },
	};

	CONVERT(MAP_STRING_JAVA, edges);
}

static void
test_string_json(void)
{
	static const struct edge edges[] = {
		{ "\"a\\n\"", "\"a\\n\"" }, { "1.0", "\"1.0\"" },
		{ "{}", "\"{}\"" }, { "[]", "" },
		{ "{ \"a\" : 1, \"b\": [true, null , {\"c\":\"d\\\"\"}]}",
		    "\"{\\\"a\\\":1,\\\"b\\\":[true,null,{\\\"c\\\":"
		    "\\\"d\\\\\\\"\\\"}]}\"" },
		{ "[1,\"b\",{\"c\":[]}]", "[\"1\",\"b\",\"{\\\"c\\\":[]}\"]" },
		{ "{\"a\":1,\"a\":2}", "\"{\\\"a\\\":2}\"" },
		{ "[1,null]", FAILS }, { "null", "" }, { "\"\"", "" },
	};

	CONVERT(MAP_STRING, edges);
}

static void
test_double(void)
{
	static const struct edge edges[] = {
		{ "7", "7.0" }, { "7.00", "7.0" }, { "\"7.00\"", "7.0" },
		{ "\"8.10\"", "8.1" }, { "-0.5", "-0.5" }, { "\"+1\"", "1.0" },
		{ "\".5\"", "0.5" }, { "\"5.\"", "5.0" },
		{ "7.5", "7.5" }, { "-7.10", "-7.1" },
		{ "\"007.5\"", "7.5" }, { "10.00", "10.0" },
		{ "\"-\"", FAILS }, { "\"1.2.3\"", FAILS },
		{ "12345.678901234", "12345.678901234" },
		{ "0.1", "0.1" }, { "\"0.30000000000000004\"",
		    "0.30000000000000004" },
		{ "10", "10.0" }, { "1e2", "100.0" }, { "\"1E-3\"", "0.001" },
		{ "0.00123", "0.00123" }, { "0.0009", "9.0E-4" },
		{ "9999999.5", "9999999.5" }, { "1e7", "1.0E7" },
		{ "12345678.9", "1.23456789E7" }, { "-1.5e300", "-1.5E300" },
		{ "0", "0.0" }, { "-0", "-0.0" },
		{ "[\"1\",2.5]", "[1.0,2.5]" }, { "[\"1\",\"x\"]", FAILS },
		{ "\"\\u0037\"", "7.0" }, { "\"7\\u0000\"", FAILS },
		{ "\"1e999\"", FAILS }, { "\"NaN\"", FAILS },
		{ "\"0x10\"", FAILS }, { "\"1f\"", FAILS },
		{ "\".\"", FAILS }, { "\"1e\"", FAILS }, { "\" 1\"", FAILS },
		{ "\"1,5\"", FAILS }, { "true", FAILS }, { "{\"a\":1}", FAILS },
		{ "\"\"", "" }, { "null", "" },
	};

	CONVERT(MAP_DOUBLE, edges);
}

static void
test_float(void)
{
	static const struct edge edges[] = {
		{ "\"7.8\"", "7.8" }, { "7", "7.0" },
		{ "0.30000000000000004", "0.3" }, { "123.456", "123.456" },
		{ "1234567", "1234567.0" },
		{ "\"16777217\"", "1.6777216E7" }, { "\"1e39\"", FAILS },
		{ "\"x\"", FAILS },
	};

	CONVERT(MAP_FLOAT, edges);
}

static void
test_lower(void)
{
	static const struct edge edges[] = {
		{ "\"TCP\"", "\"tcp\"" }, { "\"Z\\u00c4\\n\"", "\"z\xc3\x84\\n\"" },
		{ "1", "" }, { "true", "" }, { "{\"a\":1}", "" },
		{ "[\"A\"]", "" }, { "null", "" }, { "\"\"", "" },
	};

	CONVERT(MAP_LOWER, edges);
}

static void
test_date_lenient(void)
{
	static const struct edge edges[] = {
		{ "\"2025-7-1\"", "\"2025-07-01T00:00:00.000Z\"" },
		{ "\"2025-7-1T9:5:3Z\"", "\"2025-07-01T09:05:03.000Z\"" },
		{ "\"2025-07-01T09:05:03.5+02:00\"",
		    "\"2025-07-01T07:05:03.500Z\"" },
		{ "\"825-7\"", "\"0825-07-01T00:00:00.000Z\"" },
		{ "\"2025-7-1T9+2:00\"", FAILS },
		{ "\"2025-7-x\"", FAILS }, { "\"2025-131-1\"", FAILS },
		{ "\"20255-1-1\"", FAILS }, { "\"\"", "" },
	};

	CONVERT(MAP_DATE_LENIENT, edges);
}

static void
test_text(void)
{
	static const struct edge edges[] = {
		{ "\"a\"", "\"a\"" }, { "1.50", "\"1.50\"" },
		{ "false", "\"false\"" }, { "[1]", "" }, { "{\"a\":1}", "" },
		{ "null", "" },
	};

	CONVERT(MAP_TEXT, edges);
}

static void
test_mac(void)
{
	static const struct edge edges[] = {
		{ "\"00:1a:2b\"", "\"00-1A-2B\"" },
		{ "\"001a.2b3c\"", "\"001A-2B3C\"" },
		{ "\"00-1A\"", "\"00-1A\"" },
		{ "\"a\\u003ab\"", "\"A-B\"" }, { "\"a\\\\b\"", "\"A\\\\B\"" },
		{ "\"\xc3\xa9:\\u00e9\"", "\"\xc3\xa9-\xc3\xa9\"" },
		{ "17", "" }, { "{\"a\":1}", "" }, { "[\"a:b\"]", "" },
	};

	CONVERT(MAP_MAC, edges);
}

static void
test_os_type(void)
{
	static const struct edge edges[] = {
		{ "\"Windows Server\"", "\"windows\"" },
		{ "\"windows on linux\"", "\"linux\"" },
		{ "\"MACOS\"", "\"macos\"" }, { "\"macOS unix\"", "\"macos\"" },
		{ "\"unix windows\"", "\"unix\"" }, { "\"cisco iOS\"", "\"ios\"" },
		{ "\"android ios\"", "\"ios\"" }, { "\"Android\"", "\"android\"" },
		{ "\"l\\u0069nux\"", "\"linux\"" }, { "\"win\"", "" },
		{ "\"lin ux\"", "" }, { "5", "" }, { "[\"linux\"]", "" },
	};

	CONVERT(MAP_OS_TYPE, edges);
}

/* Errors quote the value, up to a bound and never half a character. */
static void
test_quote(void)
{
	static const struct map_row rows[] = {
		{ "v", MAP_LONG, "x", NULL, 0 },
	};
	char record[4096] = "{\"v\":\"";
	const char *end;
	struct toy t;

	for (int i = 0; i < 400; i++)
		memcpy(record + 6 + 3 * i, "\xe2\x82\xac", 4);
	memcpy(record + 6 + 3 * 400, "\"}", 3);
	TOY(&t, rows);
	TOY_FAILS(&t, record, "", 1);
	end = strstr(t.out.p, "\xac] to long\"]");
	CU_ASSERT_PTR_NOT_NULL_FATAL(end);
	CU_ASSERT_EQUAL((size_t)(end + 1 - strstr(t.out.p, "\xe2\x82")), 510);
	toy_fini(&t);
}

static const struct unit_test tests[] = {
	{ "integers", test_long },
	{ "booleans", test_bool },
	{ "dates", test_date },
	{ "addresses", test_ip },
	{ "anything to text", test_string },
	{ "anything to text, objects as JSON", test_string_json },
	{ "decimals", test_double },
	{ "decimals in single precision", test_float },
	{ "lower case", test_lower },
	{ "dates of fewer digits", test_date_lenient },
	{ "scalars to text", test_text },
	{ "MAC addresses", test_mac },
	{ "systems", test_os_type },
	{ "values in errors", test_quote },
};

UNIT_MAIN("convert", tests)
