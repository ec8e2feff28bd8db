/*
 * The conversions to numbers.
 */
#include "config.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/map/convert.h"

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Java's Long.parseLong, and Long.decode for "0x" and "-0x". */
static bool
parse_long(struct slice s, int64_t *v)
{
	bool negative = s.len > 0 && s.p[0] == '-';
	size_t i = negative || (s.len > 0 && s.p[0] == '+');
	uint64_t base = 10, max = negative ? (uint64_t)1 << 63 : INT64_MAX;
	uint64_t u = 0;

	if (s.len > i + 1 && s.p[i] == '0' && s.p[i + 1] == 'x' &&
	    (i == 0 || negative)) {
		base = 16;
		i += 2;
	}
	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		uint64_t d = (uint64_t)digit_of(s.p[i]);

		if (d >= base || u > (max - d) / base)
			return false;
		u = u * base + d;
	}
	*v = negative ? (int64_t)(0 - u) : (int64_t)u;
	return true;
}

/* Digits that every reader prints again as they are, and no more than fit. */
static bool
is_canonical(struct slice s)
{
	if (s.len == 0 || s.len > 18 || (s.p[0] == '0' && s.len > 1))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

bool
convert_long(struct mapper *m, const struct row *row, struct val *v)
{
	struct slice text = convert_text_of(m, v);
	char digits[24];
	int64_t number;
	int n;

	if (is_canonical(text)) {
		*v = (struct val){ .p = text.p, .len = (uint32_t)text.len,
			.kind = TOK_NUMBER };
		return true;
	}
	if ((v->kind != TOK_STRING && v->kind != TOK_NUMBER) ||
	    !parse_long(text, &number)) {
		convert_fail(m, row, "convert", "unable to convert ", text,
		    "] to long");
		return false;
	}
	n = snprintf(digits, sizeof(digits), "%lld", (long long)number);
	*v = val_json(m, (struct slice){ digits, (size_t)n }, TOK_NUMBER);
	return true;
}

/*
 * Decimal digits with at most one point, a sign before and an exponent behind;
 * Java takes a letter for the type and hexadecimal fractions too, which no
 * console sends.
 */
static bool
is_decimal(const char *p)
{
	size_t digits;

	p += *p == '-' || *p == '+';
	digits = strspn(p, "0123456789");
	p += digits;
	if (*p == '.') {
		size_t n = strspn(p + 1, "0123456789");

		digits += n;
		p += 1 + n;
	}
	if (digits > 0 && (*p == 'e' || *p == 'E')) {
		p++;
		p += *p == '-' || *p == '+';
		digits = strspn(p, "0123456789");
		p += digits;
	}
	return digits > 0 && *p == '\0';
}

/*
 * As Java prints it: the fewest digits that are read as the same number, at
 * least one behind the point; with an exponent from 1.0E7 on and below 0.001.
 */
static int
print_shortest(char *text, size_t size, double v, bool single)
{
	char digits[32];
	const char *e;
	int n = -1, exponent;

	do
		snprintf(digits, sizeof(digits), "%.*e", ++n, v);
	while (n < 17 && (single ? strtof(digits, NULL) != (float)v :
				   strtod(digits, NULL) != v));
	e = strchr(digits, 'e');
	exponent = (int)strtol(e + 1, NULL, 10);
	if (exponent >= -3 && exponent < 7)
		return snprintf(text, size, "%.*f",
		    n > exponent ? n - exponent : 1, v);
	return snprintf(text, size, "%.*s%sE%d", (int)(e - digits), digits,
	    n == 0 ? ".0" : "", exponent);
}

/*
 * The same for most texts, without arithmetic: of so few digits that the number
 * is known by them alone, none are needless but zeros at the end.  Returns the
 * length, 0 for other texts.
 */
static size_t
print_plain(char *out, struct slice text, size_t digits_max)
{
	size_t i = text.len > 0 && text.p[0] == '-', point, n;

	if (text.len > digits_max || i == text.len || text.p[i] == '0')
		return 0;
	while (i < text.len && text.p[i] >= '0' && text.p[i] <= '9')
		i++;
	point = i;
	if (point == 0 || point > 7 || text.p[point - 1] == '-')
		return 0;
	if (i < text.len && text.p[i++] != '.')
		return 0;
	while (i < text.len && text.p[i] >= '0' && text.p[i] <= '9')
		i++;
	if (i < text.len || text.p[text.len - 1] == '.')
		return 0;
	memcpy(out, text.p, text.len);
	n = text.len;
	if (point == n) {
		memcpy(out + n, ".0", 2);
		return n + 2;
	}
	while (n > point + 2 && out[n - 1] == '0')
		n--;
	return n;
}

bool
convert_double(struct mapper *m, const struct row *row, struct val *v)
{
	bool single = row->conv == MAP_FLOAT, good = false;
	struct slice text = convert_text_of(m, v);
	char digits[40];
	double number = 0;
	size_t n;

	if (v->kind == TOK_STRING || v->kind == TOK_NUMBER) {
		n = print_plain(digits, text, single ? FLT_DIG : DBL_DIG);
		if (n > 0) {
			*v = val_json(m, (struct slice){ digits, n },
			    TOK_NUMBER);
			return true;
		}
		buf_reset(&m->text);
		buf_add_slice(&m->text, text);
		good = strlen(m->text.p) == text.len &&
		    is_decimal(m->text.p);
		if (good)
			number = single ? (double)strtof(m->text.p, NULL) :
					  strtod(m->text.p, NULL);
		good = good && isfinite(number);
	}
	if (!good) {
		convert_fail(m, row, "convert", "unable to convert ", text,
		    single ? "] to float" : "] to double");
		return false;
	}
	*v = val_json(m, (struct slice){ digits, (size_t)print_shortest(
	    digits, sizeof(digits), number, single) }, TOK_NUMBER);
	return true;
}
