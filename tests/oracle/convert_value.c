/*
 * The conversions to dates, numbers, booleans and addresses.
 */
#include "config.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "collector/base/xalloc.h"
#include "tests/oracle/convert.h"
#include "tests/oracle/tree.h"

/* Compiled patterns are kept: this is called for each value. */
static const regex_t *
compiled(const char *pattern)
{
	static struct {
		const char *pattern;
		regex_t re;
	} cache[16];
	size_t i = 0;

	while (i < 16 && cache[i].pattern != NULL &&
	    strcmp(cache[i].pattern, pattern) != 0)
		i++;
	if (i == 16)
		abort();
	if (cache[i].pattern == NULL) {
		if (regcomp(&cache[i].re, pattern, REG_EXTENDED) != 0)
			abort();
		cache[i].pattern = pattern;
	}
	return &cache[i].re;
}

static bool
matches(const char *pattern, const char *text, regmatch_t *m, size_t n)
{
	return regexec(compiled(pattern), text, n, m, 0) == 0;
}

static int
number_at(const char *text, const regmatch_t *m, int missing)
{
	char digits[8] = "";

	if (m->rm_so < 0)
		return missing;
	memcpy(digits, text + m->rm_so, (size_t)(m->rm_eo - m->rm_so));
	return (int)strtol(digits, NULL, 10);
}

/* Minutes east of UTC, or a value out of range. */
static long
zone_of(const char *zone)
{
	long minutes = strtol((char[]){ zone[1], zone[2], '\0' }, NULL, 10) *
	    60;
	const char *rest = zone + 3 + (zone[3] == ':');
	long more = zone[3] == '\0' ? 0 : strtol(rest, NULL, 10);

	if (more > 59)
		return 9999;
	minutes += more;
	return zone[0] == '-' ? -minutes : minutes;
}

#define ZONE "(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"

static const char date[] =
    "^([0-9]{4})(-([0-9]{2})(-([0-9]{2})(T([0-9]{2})(:([0-9]{2})"
    "(:([0-9]{2})([.,]([0-9]{1,9}))?)?)?" ZONE ")?)?)?$";
static const char lenient_date[] =
    "^([0-9]{1,4})(-([0-9]{1,2})(-([0-9]{1,2})(T([0-9]{1,2})(:([0-9]{1,2})"
    "(:([0-9]{1,2})([.,]([0-9]{1,9}))?)?)?" ZONE ")?)?)?$";

struct json_object *
oracle_date(const char *text, bool lenient)
{
	regmatch_t m[16];
	struct tm tm = { .tm_isdst = 0 }, back;
	char zone[8] = "", ms[4] = "000", out[40];
	long east = 0;
	time_t at;

	if (!matches(lenient ? lenient_date : date, text, m, 16))
		return NULL;
	tm.tm_year = number_at(text, &m[1], 0) - 1900;
	tm.tm_mon = number_at(text, &m[3], 1) - 1;
	tm.tm_mday = number_at(text, &m[5], 1);
	tm.tm_hour = number_at(text, &m[7], 0);
	tm.tm_min = number_at(text, &m[9], 0);
	tm.tm_sec = number_at(text, &m[11], 0);
	back = tm;
	at = timegm(&back);
	if (back.tm_year != tm.tm_year || back.tm_mon != tm.tm_mon ||
	    back.tm_mday != tm.tm_mday || back.tm_hour != tm.tm_hour ||
	    back.tm_min != tm.tm_min || back.tm_sec != tm.tm_sec)
		return NULL;
	if (m[14].rm_so >= 0 && text[m[14].rm_so] != 'Z') {
		memcpy(zone, text + m[14].rm_so,
		    (size_t)(m[14].rm_eo - m[14].rm_so));
		east = zone_of(zone);
	}
	if (labs(east) > 18 * 60)
		return NULL;
	at -= east * 60;
	gmtime_r(&at, &back);
	if (back.tm_year < -1900 || back.tm_year > 9999 - 1900)
		return NULL;
	for (int i = 0; m[13].rm_so >= 0 && i < 3 &&
	     i < m[13].rm_eo - m[13].rm_so; i++)
		ms[i] = text[m[13].rm_so + i];
	snprintf(out, sizeof(out), "%04d-%02d-%02dT%02d:%02d:%02d.%sZ",
	    (int)((unsigned)(back.tm_year + 1900) % 10000), back.tm_mon + 1,
	    back.tm_mday, back.tm_hour, back.tm_min, back.tm_sec, ms);
	return tree_quote(out);
}

struct json_object *
oracle_long(const char *text)
{
	bool hex = matches("^-?0x[0-9a-fA-F]+$", text, NULL, 0);
	bool negative = text[0] == '-';
	unsigned base = hex ? 16 : 10;
	__int128 v = 0, max = ((__int128)1 << 63) - !negative;
	char out[24];

	if (!hex && !matches("^[-+]?[0-9]+$", text, NULL, 0))
		return NULL;
	text += negative || *text == '+';
	for (text += hex ? 2 : 0; *text != '\0'; text++) {
		v = v * base + (isdigit((unsigned char)*text) ? *text - '0' :
		    tolower((unsigned char)*text) - 'a' + 10);
		if (v > max)
			return NULL;
	}
	snprintf(out, sizeof(out), "%s%llu", negative && v > 0 ? "-" : "",
	    (unsigned long long)v);
	return tree_number(out);
}

/* As Java prints it: as few digits as tell it from its neighbours, and a power
 * of ten only from 10^7 on and below 10^-3. */
static struct json_object *
print_decimal(double v, bool single)
{
	double size = fabs(v);
	bool plain = v == 0 || (size >= 1e-3 && size < 1e7);
	int precision = 0, power;
	char digits[40], out[64], *e;

	do
		snprintf(digits, sizeof(digits), "%.*e", precision, v);
	while (precision++ < 17 && (single ? strtof(digits, NULL) != (float)v :
	    strtod(digits, NULL) != v));
	e = digits + strcspn(digits, "e");
	power = *e == '\0' ? 0 : (int)strtol(e + 1, NULL, 10);
	if (plain) {
		int after = precision - 1 - power;

		snprintf(out, sizeof(out), "%.*f", after < 1 ? 1 : after, v);
	} else {
		*e = '\0';
		snprintf(out, sizeof(out), "%s%sE%d", digits,
		    strchr(digits, '.') == NULL ? ".0" : "", power);
	}
	return tree_number(out);
}

struct json_object *
oracle_decimal(const char *text, bool single)
{
	double v;

	if (!matches("^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$",
	    text, NULL, 0))
		return NULL;
	v = single ? (double)strtof(text, NULL) : strtod(text, NULL);
	return isinf(v) ? NULL : print_decimal(v, single);
}

struct json_object *
oracle_bool(const char *text)
{
	if (strcasecmp(text, "true") == 0)
		return json_object_new_boolean(1);
	return strcasecmp(text, "false") == 0 ? json_object_new_boolean(0) :
						NULL;
}

/* inet_pton(), which refuses octets with leading zeros as upstream does; a
 * zone of at least one character may follow an IPv6 address. */
bool
oracle_is_address(const char *text)
{
	struct in6_addr addr;
	char *copy = xstrdup(text), *zone = strchr(copy, '%');
	bool is_v4 = inet_pton(AF_INET, copy, &addr) == 1, is_v6 = false;

	if (zone == NULL || zone[1] != '\0') {
		if (zone != NULL)
			*zone = '\0';
		is_v6 = inet_pton(AF_INET6, copy, &addr) == 1;
	}
	free(copy);
	return is_v4 || is_v6;
}

