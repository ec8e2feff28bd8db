#include "config.h"

#include "tests/mock/stamp.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct date {
	int64_t year;
	unsigned month, day;
};

/* Days since 1970 of a proleptic Gregorian date; years begin in March so
 * that the leap day is the last one. */
static int64_t
days_of(struct date d)
{
	int64_t y = d.year - (d.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 +
	    d.day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static struct date
date_of(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe =
	    (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct date d;

	d.day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	d.month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	d.year = yoe + era * 400 + (d.month <= 2);
	return d;
}

/* Split into whole days (rounded down) and the rest of the day. */
static int64_t
split_days(int64_t us, int64_t *rest)
{
	int64_t days = us / STAMP_DAY;

	*rest = us % STAMP_DAY;
	if (*rest < 0) {
		*rest += STAMP_DAY;
		days--;
	}
	return days;
}

static char *
put_digits(char *to, uint64_t value, int width)
{
	for (int i = width - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + width;
}

static char *
put_clock(char *to, int64_t second)
{
	to = put_digits(to, (uint64_t)(second / 3600), 2);
	*to++ = ':';
	to = put_digits(to, (uint64_t)(second / 60 % 60), 2);
	*to++ = ':';
	return put_digits(to, (uint64_t)(second % 60), 2);
}

void
stamp_format(int64_t us, char out[STAMP_LEN + 1])
{
	int64_t rest;
	struct date d = date_of(split_days(us, &rest));
	char *p = out;

	p = put_digits(p, (uint64_t)d.year, 4);
	*p++ = '-';
	p = put_digits(p, d.month, 2);
	*p++ = '-';
	p = put_digits(p, d.day, 2);
	*p++ = 'T';
	p = put_clock(p, rest / STAMP_SECOND);
	*p++ = '.';
	p = put_digits(p, (uint64_t)(rest % STAMP_SECOND), 6);
	*p++ = 'Z';
	*p = '\0';
}

void
stamp_http(int64_t us, char out[STAMP_HTTP_LEN + 1])
{
	static const char day[] = "ThuFriSatSunMonTueWed";
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t rest, days = split_days(us, &rest);
	struct date d = date_of(days);
	char *p = out;

	memcpy(p, day + 3 * (days % 7), 3);
	memcpy(p + 3, ", ", 2);
	p = put_digits(p + 5, d.day, 2);
	*p++ = ' ';
	memcpy(p, month + 3 * (d.month - 1), 3);
	p[3] = ' ';
	p = put_digits(p + 4, (uint64_t)d.year, 4);
	*p++ = ' ';
	p = put_clock(p, rest / STAMP_SECOND);
	memcpy(p, " GMT", 5);
}

/* n digits at *p; false when there are fewer. */
static bool
take_digits(const char **p, int n, int64_t *value)
{
	int64_t v = 0;

	for (int i = 0; i < n; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		v = v * 10 + (**p - '0');
	}
	*value = v;
	return true;
}

static bool
take_char(const char **p, const char *set)
{
	if (**p == '\0' || strchr(set, **p) == NULL)
		return false;
	(*p)++;
	return true;
}

static bool
take_date(const char **p, int64_t *days)
{
	int64_t year, month, day;

	if (!take_digits(p, 4, &year) || !take_char(p, "-") ||
	    !take_digits(p, 2, &month) || !take_char(p, "-") ||
	    !take_digits(p, 2, &day) || month < 1 || month > 12 ||
	    day < 1 || day > 31)
		return false;
	*days = days_of((struct date){ year, (unsigned)month, (unsigned)day });
	return true;
}

static bool
take_fraction(const char **p, int64_t *us)
{
	int64_t scale = STAMP_SECOND / 10;

	*us = 0;
	if (!take_char(p, "."))
		return true;
	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
		*us += (**p - '0') * scale;
	return true;
}

static bool
take_zone(const char **p, int64_t *us)
{
	int64_t hours, minutes, sign = **p == '-' ? -1 : 1;

	*us = 0;
	if (**p == '\0' || take_char(p, "Z"))
		return true;
	if (!take_char(p, "+-") || !take_digits(p, 2, &hours) ||
	    !take_char(p, ":") || !take_digits(p, 2, &minutes))
		return false;
	*us = sign * (hours * 60 + minutes) * 60 * STAMP_SECOND;
	return true;
}

static int
parse_epoch_ms(const char *text, int64_t *us)
{
	size_t n = strlen(text);

	if (n < 12 || n > 14 || strspn(text, "0123456789") != n)
		return -1;
	*us = strtoll(text, NULL, 10) * 1000;
	return 0;
}

int
stamp_parse(const char *text, int64_t *us)
{
	const char *p = text;
	int64_t days, hour = 0, minute = 0, second = 0, fraction = 0, zone = 0;

	if (strchr(text, '-') == NULL)
		return parse_epoch_ms(text, us);
	if (!take_date(&p, &days))
		return -1;
	if (*p != '\0' &&
	    (!take_char(&p, "T ") || !take_digits(&p, 2, &hour) ||
	    !take_char(&p, ":") || !take_digits(&p, 2, &minute) ||
	    !take_char(&p, ":") || !take_digits(&p, 2, &second) ||
	    !take_fraction(&p, &fraction) || !take_zone(&p, &zone)))
		return -1;
	if (*p != '\0' || hour > 23 || minute > 59 || second > 60)
		return -1;
	*us = days * STAMP_DAY +
	    ((hour * 60 + minute) * 60 + second) * STAMP_SECOND + fraction -
	    zone;
	return 0;
}
