#include "config.h"

#include "collector/base/num.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

struct unit {
	const char *name;
	int64_t factor;
};

/* Largest first: the order in which they may follow each other. */
static const struct unit time_units[] = {
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
};
#define N_TIME_UNITS (sizeof(time_units) / sizeof(time_units[0]))

/* Of equal worth for reading; for writing the binary ones come first. */
static const struct unit size_units[] = {
	{ "TiB", INT64_C(1) << 40 },
	{ "GiB", 1 << 30 },
	{ "MiB", 1 << 20 },
	{ "KiB", 1 << 10 },
	{ "TB", INT64_C(1000000000000) },
	{ "GB", 1000000000 },
	{ "MB", 1000000 },
	{ "kB", 1000 },
	{ "B", 1 },
};
#define N_SIZE_UNITS (sizeof(size_units) / sizeof(size_units[0]))

/* Take digits off the front of text.  -1 when there are none or too many. */
static int
take_digits(struct slice *text, int64_t *out)
{
	int64_t v = 0;
	size_t i;

	for (i = 0; i < text->len; i++) {
		unsigned digit = (unsigned char)text->p[i] - (unsigned)'0';

		if (digit > 9)
			break;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, digit, &v))
			return -1;
	}
	if (i == 0)
		return -1;
	text->p += i;
	text->len -= i;
	*out = v;
	return 0;
}

/* Take letters off the front of text. */
static struct slice
take_letters(struct slice *text)
{
	struct slice word = { text->p, 0 };

	while (word.len < text->len && isalpha((unsigned char)word.p[word.len]))
		word.len++;
	text->p += word.len;
	text->len -= word.len;
	return word;
}

/* The place of a unit in a table of n, n when it is not there. */
static size_t
find_unit(const struct unit *units, size_t n, struct slice name)
{
	size_t i = 0;

	while (i < n && !slice_is(name, units[i].name))
		i++;
	return i;
}

int
num_int(struct slice text, int64_t min, int64_t max, int64_t *out)
{
	bool negative = text.len > 0 && text.p[0] == '-';
	int64_t v;

	if (negative) {
		text.p++;
		text.len--;
	}
	if (take_digits(&text, &v) < 0 || text.len > 0)
		return -1;
	if (negative)
		v = -v;
	if (v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

int
num_fraction(struct slice text, double *out)
{
	int64_t whole, part = 0;
	double scale = 1;

	if (text.len > 18 || take_digits(&text, &whole) < 0)
		return -1;
	if (text.len > 0 && text.p[0] == '.') {
		size_t n = text.len - 1;

		text.p++;
		text.len--;
		if (take_digits(&text, &part) < 0)
			return -1;
		while (n-- > 0)
			scale *= 10;
	}
	if (text.len > 0)
		return -1;
	*out = (double)whole + (double)part / scale;
	return 0;
}

int
num_duration(struct slice text, int64_t *ms)
{
	int64_t total = 0, part;
	size_t next = 0, unit;

	if (slice_is(text, "0")) {
		*ms = 0;
		return 0;
	}
	if (text.len == 0)
		return -1;
	while (text.len > 0) {
		if (take_digits(&text, &part) < 0)
			return -1;
		unit = find_unit(time_units, N_TIME_UNITS, take_letters(&text));
		if (unit == N_TIME_UNITS || unit < next)
			return -1;
		next = unit + 1;
		if (__builtin_mul_overflow(part, time_units[unit].factor,
		    &part) || __builtin_add_overflow(total, part, &total))
			return -1;
	}
	*ms = total;
	return 0;
}

int
num_size(struct slice text, int64_t *bytes)
{
	int64_t v;
	size_t unit;

	if (take_digits(&text, &v) < 0)
		return -1;
	if (text.len > 0) {
		unit = find_unit(size_units, N_SIZE_UNITS, text);
		if (unit == N_SIZE_UNITS ||
		    __builtin_mul_overflow(v, size_units[unit].factor, &v))
			return -1;
	}
	*bytes = v;
	return 0;
}

void
num_duration_text(int64_t ms, char out[NUM_TEXT])
{
	size_t len = 0;

	snprintf(out, NUM_TEXT, "0");
	for (size_t i = 0; i < N_TIME_UNITS && ms > 0; i++) {
		const struct unit *u = &time_units[i];

		if (ms < u->factor)
			continue;
		len += (size_t)snprintf(out + len, NUM_TEXT - len,
		    "%" PRId64 "%s", ms / u->factor, u->name);
		ms %= u->factor;
	}
}

void
num_size_text(int64_t bytes, char out[NUM_TEXT])
{
	for (size_t i = 0; i < N_SIZE_UNITS - 1; i++) {
		const struct unit *u = &size_units[i];

		if (bytes == 0 || bytes % u->factor != 0)
			continue;
		snprintf(out, NUM_TEXT, "%" PRId64 "%s", bytes / u->factor,
		    u->name);
		return;
	}
	snprintf(out, NUM_TEXT, "%" PRId64, bytes);
}

void
num_hex_text(const unsigned char *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}
