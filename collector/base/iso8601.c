#include "config.h"

#include "collector/base/iso8601.h"

#include <stdbool.h>
#include <string.h>

/* The years 0000 to 9999. */
#define FIRST_MS INT64_C(-62167219200000)
#define LAST_MS INT64_C(253402300799999)

#define DAY_MS 86400000

/* Days from 0000-03-01 to 1970-01-01, and in the calendar's period. */
#define EPOCH_DAY 719468
#define DAYS_400_YEARS 146097

/* The largest offset there is for Elasticsearch. */
#define OFFSET_MAX_MIN (18 * 60)

struct cursor {
	const char *p, *end;
	bool lenient; /* numbers may have fewer digits */
};

static inline bool
next_is(struct cursor *c, char want)
{
	if (c->p == c->end || *c->p != want)
		return false;
	c->p++;
	return true;
}

static inline unsigned
digit(char ch)
{
	return (unsigned)(unsigned char)ch - '0';
}

/* Two digits with a value of at most max; -1 when it is not so. */
static inline int
pair(struct cursor *c, unsigned max)
{
	unsigned tens, ones;

	if (c->lenient && c->p < c->end && digit(c->p[0]) <= 9 &&
	    (c->end - c->p == 1 || digit(c->p[1]) > 9))
		return digit(c->p[0]) <= max ? (int)digit(*c->p++) : -1;
	if (c->end - c->p < 2)
		return -1;
	tens = digit(c->p[0]);
	ones = digit(c->p[1]);
	c->p += 2;
	if (tens > 9 || ones > 9 || tens * 10 + ones > max)
		return -1;
	return (int)(tens * 10 + ones);
}

static int
days_in_month(int y, int m)
{
	static const signed char days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

	return days[m - 1] + (m == 2 && leap);
}

/*
 * Days since 1970.  The year is counted from March, so that the leap day is
 * its last, and 400 years later, so that year 0 needs no negative division.
 */
static int64_t
days_of(int y, int m, int d)
{
	int from_march = m > 2 ? m - 3 : m + 9;

	y += m > 2 ? 400 : 399;
	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 +
	    (from_march * 153 + 2) / 5 + d - 1 - EPOCH_DAY - DAYS_400_YEARS;
}

/* YYYY, or -1; lenient: 1 to 4 digits. */
static int
parse_year(struct cursor *c)
{
	int y = 0, n = 0;

	for (; n < 4 && c->p < c->end && digit(*c->p) <= 9; n++)
		y = y * 10 + (int)digit(*c->p++);
	return n == 4 || (n > 0 && c->lenient) ? y : -1;
}

/* YYYY, YYYY-MM or YYYY-MM-DD; *whole says that it was the last of them. */
static int
parse_date(struct cursor *c, int64_t *days, bool *whole)
{
	int y = parse_year(c), m = 1, d = 1;

	*whole = false;
	if (y < 0)
		return -1;
	if (next_is(c, '-')) {
		m = pair(c, 12);
		if (m < 1)
			return -1;
		if (next_is(c, '-')) {
			d = pair(c, 31);
			if (d < 1 || d > days_in_month(y, m))
				return -1;
			*whole = true;
		}
	}
	*days = days_of(y, m, d);
	return 0;
}

/* 1 to 9 digits, of which the first three count. */
static int
parse_fraction(struct cursor *c)
{
	static const int scale[9] = { 100, 10, 1 };
	int ms = 0, n;

	for (n = 0; n < 9 && c->p < c->end && digit(*c->p) <= 9; n++)
		ms += (int)digit(*c->p++) * scale[n];
	return n > 0 ? ms : -1;
}

/* HH, HH:MM, HH:MM:SS or HH:MM:SS with a fraction. */
static int
parse_time(struct cursor *c, int64_t *ms)
{
	int hour, minute = 0, second = 0, fraction = 0;

	hour = pair(c, 23);
	if (hour >= 0 && next_is(c, ':')) {
		minute = pair(c, 59);
		if (minute >= 0 && next_is(c, ':')) {
			second = pair(c, 59);
			if (second >= 0 && (next_is(c, '.') || next_is(c, ',')))
				fraction = parse_fraction(c);
		}
	}
	if (hour < 0 || minute < 0 || second < 0 || fraction < 0)
		return -1;
	*ms = ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
	return 0;
}

/* Z, +HH, +HHMM, +HH:MM or nothing, as minutes east of UTC. */
static int
parse_zone(struct cursor *c, int *east)
{
	int sign, hour, minute = 0;

	*east = 0;
	c->lenient = false;
	if (c->p == c->end || next_is(c, 'Z'))
		return 0;
	if (next_is(c, '+'))
		sign = 1;
	else if (next_is(c, '-'))
		sign = -1;
	else
		return -1;
	hour = pair(c, 18);
	if (next_is(c, ':') || c->p < c->end)
		minute = pair(c, 59);
	if (hour < 0 || minute < 0 || hour * 60 + minute > OFFSET_MAX_MIN)
		return -1;
	*east = sign * (hour * 60 + minute);
	return 0;
}

static inline int
parse(struct slice text, bool lenient, int64_t *ms)
{
	struct cursor c = { text.p, text.p + text.len, lenient };
	int64_t days, time = 0, result;
	bool whole;
	int east = 0;

	if (parse_date(&c, &days, &whole) < 0)
		return -1;
	if (whole && next_is(&c, 'T')) {
		if (parse_time(&c, &time) < 0 || parse_zone(&c, &east) < 0)
			return -1;
	}
	if (c.p != c.end)
		return -1;
	result = days * DAY_MS + time - (int64_t)east * 60000;
	if (result < FIRST_MS || result > LAST_MS)
		return -1;
	*ms = result;
	return 0;
}

int
iso8601_parse(struct slice text, int64_t *ms)
{
	return parse(text, false, ms);
}

int
iso8601_parse_lenient(struct slice text, int64_t *ms)
{
	return parse(text, true, ms);
}

/* Eight characters at once: is each at least that of `least` and at most `span`
 * above it? */
static inline bool
within(const char *p, const char *least, const char *span)
{
	uint64_t x, low, high;

	memcpy(&x, p, 8);
	memcpy(&low, least, 8);
	memcpy(&high, span, 8);
	/* Equal bits of '0' and digits vanish, and so does a separator. */
	x ^= low;
	/* Adding what is left to 127 sets the top bit of what is too much; a
	 * top bit that is there already is too much as well. */
	high = UINT64_C(0x7f7f7f7f7f7f7f7f) - high;
	return (((x + high) | x) & UINT64_C(0x8080808080808080)) == 0;
}

static inline int
two_digits(const char *p)
{
	return (p[0] - '0') * 10 + p[1] - '0';
}

bool
iso8601_rewrite(struct slice text, char *out)
{
	const char *p = text.p;
	int month, day;

	if (text.len < 20 || text.len > 30 || text.len == 21 ||
	    p[text.len - 1] != 'Z' ||
	    !within(p, "0000-00-", "\11\11\11\11\0\1\11") ||
	    !within(p + 8, "00T00:00", "\3\11\0\2\11\0\5\11") ||
	    !within(p + 11, "00:00:00", "\2\11\0\5\11\0\5\11"))
		return false;
	month = two_digits(p + 5);
	day = two_digits(p + 8);
	if (month < 1 || month > 12 || day < 1 || two_digits(p + 11) > 23 ||
	    (day > 28 && day > days_in_month(two_digits(p) * 100 +
		two_digits(p + 2), month)))
		return false;
	memcpy(out, p, 19);
	memcpy(out + 19, ".000Z", 5);
	/* Milliseconds and microseconds are the usual fractions. */
	if ((text.len == 24 &&
		within(p + 16, ":00.000Z", "\0\5\11\0\11\11\11")) ||
	    (text.len == 27 &&
		within(p + 19, ".000000Z", "\0\11\11\11\11\11\11"))) {
		memcpy(out + 20, p + 20, 3);
		return true;
	}
	if (text.len > 20 && p[19] != '.')
		return false;
	for (size_t i = 20; i + 1 < text.len; i++) {
		if (digit(p[i]) > 9)
			return false;
		if (i < 23)
			out[i] = p[i];
	}
	return true;
}

static inline char *
put_pair(char *out, uint32_t v)
{
	static const char pairs[] =
	    "00010203040506070809101112131415161718192021222324"
	    "25262728293031323334353637383940414243444546474849"
	    "50515253545556575859606162636465666768697071727374"
	    "75767778798081828384858687888990919293949596979899";

	memcpy(out, pairs + 2 * v, 2);
	return out + 2;
}

static char *
put_date(char *out, uint32_t day)
{
	/* Inverse of days_of(): in 400-year periods that begin in March. */
	uint32_t period = day / DAYS_400_YEARS;
	uint32_t of_period = day % DAYS_400_YEARS;
	uint32_t of_years = (of_period - of_period / 1460 + of_period / 36524 -
	    of_period / 146096) / 365;
	uint32_t of_year = of_period -
	    (of_years * 365 + of_years / 4 - of_years / 100);
	uint32_t from_march = (of_year * 5 + 2) / 153;
	uint32_t m = from_march < 10 ? from_march + 3 : from_march - 9;
	uint32_t y = period * 400 + of_years + (m <= 2) - 400;

	out = put_pair(out, y / 100);
	out = put_pair(out, y % 100);
	*out++ = '-';
	out = put_pair(out, m);
	*out++ = '-';
	return put_pair(out, of_year - (from_march * 153 + 2) / 5 + 1);
}

void
iso8601_format(int64_t ms, char *out)
{
	/* Never negative: counted from 400 years before year 0. */
	uint64_t since = (uint64_t)(ms +
	    (int64_t)(EPOCH_DAY + DAYS_400_YEARS) * DAY_MS);
	uint32_t of_day = (uint32_t)(since % DAY_MS);

	out = put_date(out, (uint32_t)(since / DAY_MS));
	*out++ = 'T';
	out = put_pair(out, of_day / 3600000);
	*out++ = ':';
	out = put_pair(out, of_day / 60000 % 60);
	*out++ = ':';
	out = put_pair(out, of_day / 1000 % 60);
	*out++ = '.';
	*out++ = (char)('0' + of_day % 1000 / 100);
	out = put_pair(out, of_day % 100);
	*out = 'Z';
}

void
iso8601_bound(int64_t ms, char out[ISO8601_LEN + 1])
{
	iso8601_format(ms, out);
	out[ISO8601_LEN] = '\0';
	if (ms % 1000 == 0)
		memcpy(out + ISO8601_LEN - sizeof(".000"), "Z", sizeof("Z"));
}
