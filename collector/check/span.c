#include "config.h"

#include "collector/check/span.h"

#include <inttypes.h>
#include <stdio.h>

#include "collector/base/iso8601.h"

#define MINUTE INT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

const char *
span_text(int64_t ms, char out[NUM_TEXT])
{
	int64_t s = ms / 1000;

	if (s < MINUTE)
		snprintf(out, NUM_TEXT, "%" PRId64 " s", s);
	else if (s < HOUR)
		snprintf(out, NUM_TEXT, "%" PRId64 " min", s / MINUTE);
	else if (s < 2 * DAY)
		snprintf(out, NUM_TEXT, "%" PRId64 " h %" PRId64 " min",
		    s / HOUR, s % HOUR / MINUTE);
	else
		snprintf(out, NUM_TEXT, "%" PRId64 " days", s / DAY);
	return out;
}

const char *
size_text(int64_t bytes, char out[NUM_TEXT])
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB",
		"TiB" };
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1024;
		unit++;
	}
	snprintf(out, NUM_TEXT, unit > 0 && size < 10 ? "%.1f %s" : "%.0f %s",
	    size, units[unit]);
	return out;
}

const char *
date_text(int64_t ms, char out[NUM_TEXT])
{
	static const int date_len = sizeof("YYYY-MM-DD") - 1;

	iso8601_format(ms, out);
	out[date_len] = '\0';
	return out;
}
