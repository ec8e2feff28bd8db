#include "config.h"

#include <stdio.h>
#include <time.h>

#include "collector/base/iso8601.h"
#include "tests/unit/unit.h"

#define UNTOUCHED INT64_C(-77)

struct accepted {
	const char *text;
	const char *canonical;
};

static const struct accepted accepted[] = {
	/* Each form, with what is missing at its lowest value. */
	{ "2024", "2024-01-01T00:00:00.000Z" },
	{ "2024-07", "2024-07-01T00:00:00.000Z" },
	{ "2024-07-31", "2024-07-31T00:00:00.000Z" },
	{ "2024-07-31T23", "2024-07-31T23:00:00.000Z" },
	{ "2024-07-31T23:58", "2024-07-31T23:58:00.000Z" },
	{ "2024-07-31T23:58:59", "2024-07-31T23:58:59.000Z" },

	/* Fractions are cut off at the millisecond, not rounded. */
	{ "2024-07-31T23:58:59.1", "2024-07-31T23:58:59.100Z" },
	{ "2024-07-31T23:58:59.12", "2024-07-31T23:58:59.120Z" },
	{ "2024-07-31T23:58:59.123", "2024-07-31T23:58:59.123Z" },
	{ "2024-07-31T23:58:59.1239", "2024-07-31T23:58:59.123Z" },
	{ "2024-07-31T23:58:59.12399", "2024-07-31T23:58:59.123Z" },
	{ "2024-07-31T23:58:59.123999", "2024-07-31T23:58:59.123Z" },
	{ "2024-07-31T23:58:59.1239999", "2024-07-31T23:58:59.123Z" },
	{ "2024-07-31T23:58:59.12399999", "2024-07-31T23:58:59.123Z" },
	{ "2024-07-31T23:58:59.123999999", "2024-07-31T23:58:59.123Z" },
	{ "2024-07-31T23:58:59,5", "2024-07-31T23:58:59.500Z" },
	{ "2024-07-31T23:58:59,000999999Z", "2024-07-31T23:58:59.000Z" },

	/* Zones, after each form of time. */
	{ "2024-07-31T23Z", "2024-07-31T23:00:00.000Z" },
	{ "2024-07-31T23:58Z", "2024-07-31T23:58:00.000Z" },
	{ "2024-07-31T23:58:59Z", "2024-07-31T23:58:59.000Z" },
	{ "2024-07-31T23:58:59.5Z", "2024-07-31T23:58:59.500Z" },
	{ "2024-07-31T23+02", "2024-07-31T21:00:00.000Z" },
	{ "2024-07-31T23:58+0230", "2024-07-31T21:28:00.000Z" },
	{ "2024-07-31T23:58:59+02:30", "2024-07-31T21:28:59.000Z" },
	{ "2024-07-31T23:58:59.001-02", "2024-08-01T01:58:59.001Z" },
	{ "2024-07-31T00:00:00-00:30", "2024-07-31T00:30:00.000Z" },
	{ "2024-07-31T00:00:00+00:30", "2024-07-30T23:30:00.000Z" },
	{ "2024-07-31T00:00:00-00:00", "2024-07-31T00:00:00.000Z" },
	{ "2024-07-31T12:00:00+18:00", "2024-07-30T18:00:00.000Z" },
	{ "2024-07-31T12:00:00-1800", "2024-08-01T06:00:00.000Z" },
	{ "2023-12-31T23:30-01", "2024-01-01T00:30:00.000Z" },
	{ "2024-01-01T00:30+01", "2023-12-31T23:30:00.000Z" },
	{ "2024-02-28T23:59:59.999-00:01", "2024-02-29T00:00:59.999Z" },

	/* Leap days. */
	{ "2024-02-29", "2024-02-29T00:00:00.000Z" },
	{ "2000-02-29", "2000-02-29T00:00:00.000Z" },
	{ "0000-02-29", "0000-02-29T00:00:00.000Z" },
	{ "9996-02-29", "9996-02-29T00:00:00.000Z" },

	/* Both ends. */
	{ "0000", "0000-01-01T00:00:00.000Z" },
	{ "9999-12-31T23:59:59.999", "9999-12-31T23:59:59.999Z" },
	{ "0000-01-01T00:00-18", "0000-01-01T18:00:00.000Z" },
	{ "9999-12-31T23:59+18", "9999-12-31T05:59:00.000Z" },
};

static const char *const rejected[] = {
	/* Too short, too long, empty. */
	"", "2", "20", "202", "20240", "2024-", "2024-7", "2024-07-",
	"2024-07-3", "2024-07-311", "2024-07-31T", "2024-07-31T2",
	"2024-07-31T231", "2024-07-31T23:", "2024-07-31T23:5",
	"2024-07-31T23:581", "2024-07-31T23:58:", "2024-07-31T23:58:5",
	"2024-07-31T23:58:591", "2024-07-31T23:58:59.", "2024-07-31T23:58:59,",
	"2024-07-31T23:58:59.Z", "2024-07-31T23:58:59.1234567890",
	"2024-07-31T23:58:59.5.5",

	/* Values. */
	"2024-00", "2024-13", "2024-07-00", "2024-07-32", "2024-04-31",
	"2024-06-31", "2024-09-31", "2024-11-31", "2024-02-30", "2023-02-29",
	"1900-02-29", "2100-02-29", "2024-07-31T24", "2024-07-31T24:00",
	"2024-07-31T24:00:00", "2024-07-31T23:60", "2024-07-31T23:58:60",

	/* Letters and separators. */
	"2024-07-31t23:58:59Z", "2024-07-31T23:58:59z", "2024-07-31 23:58:59",
	"2024/07/31", "20240731", "20240731T235859Z", "2024-07-31T235859",
	"2024-W31-3", "2024-213", "+2024-07-31", "-2024-07-31",
	" 2024-07-31", "2024-07-31 ", "2024-07-31T23:58:59Z ",
	"2024-07-31T23:58:59\n", "2024-07-31T-1:00", "2024-07-31T+1:00",
	"2024-07-31T23:58:59.-5", "1722470339", "1722470339000", "null",
	"2024-07-31T23:58.5", "2024-07-31T23.5",

	/* Zones: only after a time, of two or four digits, up to 18 hours. */
	"2024Z", "2024-07Z", "2024-07-31Z", "2024-07-31+02:00", "2024+02",
	"2024-07-31TZ", "2024-07-31T23:58:59+", "2024-07-31T23:58:59+2",
	"2024-07-31T23:58:59+020", "2024-07-31T23:58:59+02:",
	"2024-07-31T23:58:59+02:3", "2024-07-31T23:58:59+02:300",
	"2024-07-31T23:58:59+02:30:00", "2024-07-31T23:58:59+0230Z",
	"2024-07-31T23:58:59Z+02", "2024-07-31T23:58:59 +02",
	"2024-07-31T23:58:59+02:60", "2024-07-31T23:58:59+18:01",
	"2024-07-31T23:58:59-1801", "2024-07-31T23:58:59+19",
	"2024-07-31T23:58:59UTC", "2024-07-31T23:58:59+-2",

	/* Outside the years 0000 to 9999 once it is UTC. */
	"0000-01-01T00:00:00+00:01", "0000-01-01T17:59+18",
	"9999-12-31T23:59-00:01", "9999-12-31T23:59:59.999-18",
};

static void
canonical(int64_t ms, char *out)
{
	iso8601_format(ms, out);
	out[ISO8601_LEN] = '\0';
}

static void
test_accepted(void)
{
	char out[ISO8601_LEN + 1];
	int64_t ms;

	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		int r = iso8601_parse(slice_of(accepted[i].text), &ms);

		CU_ASSERT_EQUAL(r, 0);
		if (r < 0) {
			fprintf(stderr, "rejects %s\n", accepted[i].text);
			continue;
		}
		canonical(ms, out);
		UNIT_TEXT(out, accepted[i].canonical);
	}
}

static void
test_rejected(void)
{
	for (size_t i = 0; i < sizeof(rejected) / sizeof(rejected[0]); i++) {
		int64_t ms = UNTOUCHED;
		int r = iso8601_parse(slice_of(rejected[i]), &ms);

		CU_ASSERT_EQUAL(r, -1);
		CU_ASSERT_EQUAL(ms, UNTOUCHED);
		if (r == 0)
			fprintf(stderr, "takes %s\n", rejected[i]);
	}
}

/* What is rewritten is what would have been parsed and formatted. */
static bool
rewrite_agrees(struct slice text)
{
	char out[ISO8601_LEN + 1] = "", want[ISO8601_LEN + 1];
	int64_t ms;

	if (!iso8601_rewrite(text, out))
		return false;
	CU_ASSERT_EQUAL_FATAL(iso8601_parse(text, &ms), 0);
	canonical(ms, want);
	UNIT_TEXT(out, want);
	return true;
}

static void
test_rewritten(void)
{
	static const char *const forms[] = {
		"2024-02-29T23:59:59Z", "2024-07-31T03:08:09.1Z",
		"0000-01-01T00:00:00.123456Z", "9999-12-31T19:50:51.123456789Z",
	};
	static const char bend[] = "0123456789-:.TZ/;";
	char text[32];
	unsigned seed = 1;
	int rewritten = 0;

	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
		rewrite_agrees(slice_of(accepted[i].text));
	for (size_t i = 0; i < sizeof(rejected) / sizeof(rejected[0]); i++)
		CU_ASSERT_FALSE(rewrite_agrees(slice_of(rejected[i])));
	for (int round = 0; round < 100000; round++) {
		const char *form = forms[round % 4];
		size_t n = strlen(form);

		memcpy(text, form, n);
		for (int k = round / 4 % 3; k > 0; k--) {
			seed = seed * 1103515245u + 12345u;
			text[(seed >> 8) % n] =
			    bend[(seed >> 20) % (sizeof(bend) - 1)];
		}
		rewritten += rewrite_agrees((struct slice){ text, n });
	}
	CU_ASSERT_TRUE(rewritten > 100000 / 3);
}

/* A prefix of a valid text never reads past its end: each is copied to a heap
 * block of its own size, for the sanitizer. */
static void
test_prefixes(void)
{
	static const char whole[] = "2024-07-31T23:58:59.123456789+02:30";
	/* By length: whether so much of it is a date. */
	static const char fine[] = "000010010010010010010111111111001001";
	int64_t ms;

	for (size_t n = 0; n < sizeof(whole); n++) {
		char *copy = malloc(n + 1);

		memcpy(copy + 1, whole, n);
		CU_ASSERT_EQUAL(iso8601_parse((struct slice){ copy + 1, n },
		    &ms), fine[n] == '1' ? 0 : -1);
		free(copy);
	}
}

static void
test_known_values(void)
{
	static const struct {
		const char *text;
		int64_t ms;
	} known[] = {
		{ "1970", 0 },
		{ "1969-12-31T23:59:59.999", -1 },
		{ "2001-09-09T01:46:40Z", INT64_C(1000000000000) },
		{ "2038-01-19T03:14:08Z", INT64_C(2147483648000) },
		{ "0000", INT64_C(-62167219200000) },
		{ "9999-12-31T23:59:59.999Z", INT64_C(253402300799999) },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		int64_t ms = UNTOUCHED;

		CU_ASSERT_EQUAL(iso8601_parse(slice_of(known[i].text), &ms), 0);
		CU_ASSERT_EQUAL(ms, known[i].ms);
	}
}

/* Every day of the ten thousand years, against a count of days. */
static void
test_every_day(void)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};
	int64_t want = INT64_C(-62167219200000);
	int bad = 0;

	for (int y = 0; y <= 9999; y++)
		for (int m = 1; m <= 12; m++) {
			bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
			int last = days[m - 1] + (m == 2 && leap);

			for (int d = 1; d <= last; d++, want += 86400000) {
				char text[64], out[ISO8601_LEN + 1];
				int64_t ms = UNTOUCHED;

				snprintf(text, sizeof(text),
				    "%04d-%02d-%02dT00:00:00.000Z", y, m, d);
				canonical(want, out);
				bad += strcmp(out, text) != 0;
				bad += iso8601_parse(slice_of(text), &ms) < 0;
				bad += ms != want;
			}
		}
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT_EQUAL(want, INT64_C(253402300800000));
}

static void
test_every_second_of_a_day(void)
{
	int bad = 0;

	for (int64_t s = 0; s < 86400; s++) {
		char out[ISO8601_LEN + 1], want[64];
		int64_t ms = UNTOUCHED, at = s * 1000 + s % 1000;
		struct tm tm;
		time_t t = (time_t)s;

		gmtime_r(&t, &tm);
		snprintf(want, sizeof(want), "1970-01-01T%02d:%02d:%02d.%03dZ",
		    tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(s % 1000));
		canonical(at, out);
		bad += strcmp(out, want) != 0;
		bad += iso8601_parse(slice_of(out), &ms) < 0 || ms != at;
	}
	CU_ASSERT_EQUAL(bad, 0);
}

static void
test_bounds(void)
{
	char out[ISO8601_LEN + 1];

	iso8601_bound(INT64_C(1000000000000), out);
	UNIT_TEXT(out, "2001-09-09T01:46:40Z");
	iso8601_bound(INT64_C(1000000000001), out);
	UNIT_TEXT(out, "2001-09-09T01:46:40.001Z");
	iso8601_bound(-1000, out);
	UNIT_TEXT(out, "1969-12-31T23:59:59Z");
	iso8601_bound(-1, out);
	UNIT_TEXT(out, "1969-12-31T23:59:59.999Z");
}

static const struct unit_test tests[] = {
	{ "every accepted form", test_accepted },
	{ "every rejection", test_rejected },
	{ "the console's own form, rewritten", test_rewritten },
	{ "prefixes of the longest form", test_prefixes },
	{ "known values", test_known_values },
	{ "every day of the calendar, both ways", test_every_day },
	{ "every second of a day, both ways", test_every_second_of_a_day },
	{ "request bounds", test_bounds },
};

UNIT_MAIN("iso8601", tests)
