#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "collector/base/nearest.h"
#include "collector/base/num.h"
#include "tests/unit/unit.h"

#define UNTOUCHED INT64_C(-77)

struct row {
	const char *text;
	int64_t want;
};

static void
check(int (*parse)(struct slice, int64_t *), const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t got = UNTOUCHED;
		int r = parse(slice_of(row[i].text), &got);

		CU_ASSERT_EQUAL(r, row[i].want == UNTOUCHED ? -1 : 0);
		CU_ASSERT_EQUAL(got, row[i].want);
		if (got != row[i].want)
			fprintf(stderr, "'%s': got %" PRId64 "\n", row[i].text,
			    got);
	}
}

#define CHECK(parse, rows) check(parse, rows, sizeof(rows) / sizeof((rows)[0]))

static int
any_int(struct slice text, int64_t *out)
{
	return num_int(text, -1000, INT64_MAX, out);
}

static void
test_int(void)
{
	static const struct row rows[] = {
		{ "0", 0 },
		{ "007", 7 },
		{ "-5", -5 },
		{ "-1000", -1000 },
		{ "9223372036854775807", INT64_MAX },
		{ "-1001", UNTOUCHED },
		{ "9223372036854775808", UNTOUCHED },
		{ "99999999999999999999", UNTOUCHED },
		{ "", UNTOUCHED },
		{ "-", UNTOUCHED },
		{ "--1", UNTOUCHED },
		{ "+1", UNTOUCHED },
		{ " 1", UNTOUCHED },
		{ "1 ", UNTOUCHED },
		{ "1x", UNTOUCHED },
		{ "0x1", UNTOUCHED },
		{ "1e3", UNTOUCHED },
	};

	CHECK(any_int, rows);
}

static void
test_duration(void)
{
	static const struct row rows[] = {
		{ "0", 0 },
		{ "0s", 0 },
		{ "500ms", 500 },
		{ "30s", 30000 },
		{ "5m", 300000 },
		{ "24h", 86400000 },
		{ "7d", 604800000 },
		{ "1h30m", 5400000 },
		{ "1d2h3m4s5ms", 93784005 },
		{ "1m500ms", 60500 },
		{ "90s", 90000 },
		{ "106751991167d", INT64_C(9223372036828800000) },
		{ "106751991168d", UNTOUCHED },
		{ "106751991167d24h", UNTOUCHED },
		{ "", UNTOUCHED },
		{ "30", UNTOUCHED },
		{ "s", UNTOUCHED },
		{ "-5s", UNTOUCHED },
		{ "5 s", UNTOUCHED },
		{ "5s ", UNTOUCHED },
		{ "5S", UNTOUCHED },
		{ "5sec", UNTOUCHED },
		{ "5m5", UNTOUCHED },
		{ "5s5m", UNTOUCHED },
		{ "5s5s", UNTOUCHED },
		{ "1.5h", UNTOUCHED },
		{ "5us", UNTOUCHED },
		{ "1w", UNTOUCHED },
	};

	CHECK(num_duration, rows);
}

static void
test_size(void)
{
	static const struct row rows[] = {
		{ "0", 0 },
		{ "123", 123 },
		{ "5B", 5 },
		{ "1kB", 1000 },
		{ "1MB", 1000000 },
		{ "1GB", 1000000000 },
		{ "2TB", INT64_C(2000000000000) },
		{ "1KiB", 1024 },
		{ "64MiB", 67108864 },
		{ "10GiB", INT64_C(10737418240) },
		{ "1TiB", INT64_C(1099511627776) },
		{ "8388607TiB", INT64_C(9223370937343148032) },
		{ "8388608TiB", UNTOUCHED },
		{ "", UNTOUCHED },
		{ "GiB", UNTOUCHED },
		{ "-1", UNTOUCHED },
		{ "10G", UNTOUCHED },
		{ "10 GiB", UNTOUCHED },
		{ "10gib", UNTOUCHED },
		{ "1.5GiB", UNTOUCHED },
		{ "1GiB1MiB", UNTOUCHED },
	};

	CHECK(num_size, rows);
}

static void
test_fraction(void)
{
	static const struct {
		const char *text;
		double want; /* -1: refused */
	} rows[] = {
		{ "0", 0 }, { "1", 1 }, { "0.5", 0.5 }, { "0.25", 0.25 },
		{ "12.0625", 12.0625 }, { "1.000", 1 }, { "", -1 },
		{ ".5", -1 }, { "5.", -1 }, { "-1", -1 }, { "1e2", -1 },
		{ "0x1", -1 }, { "nan", -1 }, { "1,5", -1 }, { "1.2.3", -1 },
		{ "0.33333333333333333333", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double got = -1;
		int r = num_fraction(slice_of(rows[i].text), &got);

		CU_ASSERT_EQUAL(r, rows[i].want < 0 ? -1 : 0);
		CU_ASSERT_TRUE(got <= rows[i].want && got >= rows[i].want);
	}
}

static void
test_back_to_text(void)
{
	static const char *const durations[] = {
		"0", "1ms", "30s", "1m30s", "1h", "1d", "7d", "1d1ms",
		"106751991167d7h12m55s807ms",
	};
	static const char *const sizes[] = {
		"0", "1", "1023", "1KiB", "64MiB", "10GiB", "1TiB", "1MB",
		"500kB", "1001", "1025KiB",
	};
	char text[NUM_TEXT];
	int64_t v = 0;

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		CU_ASSERT_EQUAL(num_duration(slice_of(durations[i]), &v), 0);
		num_duration_text(v, text);
		UNIT_TEXT(text, durations[i]);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		CU_ASSERT_EQUAL(num_size(slice_of(sizes[i]), &v), 0);
		num_size_text(v, text);
		UNIT_TEXT(text, sizes[i]);
	}
}

static void
test_nearest(void)
{
	static const char *const names[] = {
		"interval", "initial_interval", "tags", "output", "name",
		"api_token_file", "key",
	};
	static const struct {
		const char *word, *name;
	} rows[] = {
		{ "intervall", "interval" }, /* put in */
		{ "inteval", "interval" }, /* left out */
		{ "ontput", "output" }, /* exchanged */
		{ "nmae", "name" }, /* swapped */
		{ "api_token", "api_token_file" }, /* cut short */
		{ "initial_intervals", "initial_interval" },
		{ "outputs_and_more", "output" },
		{ "tag", "tags" },
		{ "kye", "key" }, /* one swap, where two edits are too many */
		{ "kxe", "" },
		{ "yek", "" },
		{ "int", "interval" },
		{ "in", "" },
		{ "ta", "" },
		{ "x", "" },
		{ "", "" },
		{ "enabled", "" },
		{ "a_word_that_is_far_too_long_to_be_anybodys_option", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nearest near;

		nearest_init(&near, slice_of(rows[i].word));
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			nearest_offer(&near, slice_of(names[j]));
		CU_ASSERT_TRUE(slice_is(near.name, rows[i].name));
		if (!slice_is(near.name, rows[i].name))
			fprintf(stderr, "%s: got %.*s\n", rows[i].word,
			    (int)near.name.len, near.name.p);
	}
}

static void
test_hex(void)
{
	char out[9];

	num_hex_text((const unsigned char *)"\0\x1f\xa0\xff", 4, out);
	UNIT_TEXT(out, "001fa0ff");
	num_hex_text((const unsigned char *)"x", 0, out);
	UNIT_TEXT(out, "");
}

static const struct unit_test tests[] = {
	{ "integers", test_int },
	{ "durations", test_duration },
	{ "sizes", test_size },
	{ "fractions", test_fraction },
	{ "durations and sizes as text", test_back_to_text },
	{ "bytes as text", test_hex },
	{ "the nearest name", test_nearest },
};

UNIT_MAIN("num", tests)
