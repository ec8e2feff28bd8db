#include "config.h"

#include "collector/map/address.h"

static inline unsigned
digit(char c)
{
	return (unsigned)(unsigned char)c - '0';
}

static bool
is_v4(struct slice s)
{
	const char *p = s.p, *const end = p + s.len;

	for (int octet = 0; octet < 4; octet++) {
		unsigned v;

		if (octet > 0 && (p == end || *p++ != '.'))
			return false;
		if (p == end || (v = digit(*p++)) > 9)
			return false;
		/* None follows a leading zero. */
		while (v > 0 && p < end && digit(*p) <= 9)
			if ((v = v * 10 + digit(*p++)) > 255)
				return false;
	}
	return p == end;
}

/* Digits of one group of an IPv6 address at the head of s. */
static size_t
group_len(struct slice s)
{
	size_t i = 0;

	while (i < s.len && (digit(s.p[i]) <= 9 ||
	    digit((char)(s.p[i] | 0x20)) - ('a' - '0') <= 5))
		i++;
	return i;
}

static bool
is_v6(struct slice s)
{
	int groups = 0;
	bool gap = false;

	if (s.len >= 2 && s.p[0] == ':') {
		if (s.p[1] != ':')
			return false;
		gap = true;
		s.p += 2;
		s.len -= 2;
	}
	while (s.len > 0) {
		size_t n = group_len(s);

		if (n < s.len && s.p[n] == '.') {
			groups += 2;
			if (!is_v4(s))
				return false;
			break;
		}
		if (n == 0 || n > 4)
			return false;
		groups++;
		s.p += n;
		s.len -= n;
		if (s.len == 0)
			break;
		if (s.p[0] != ':' || s.len == 1)
			return false;
		s.p++;
		s.len--;
		if (s.p[0] == ':') {
			if (gap)
				return false;
			gap = true;
			s.p++;
			s.len--;
		}
	}
	return gap ? groups < 8 : groups == 8;
}

bool
address_is_valid(struct slice text)
{
	const char *zone;

	if (is_v4(text))
		return true;
	zone = memchr(text.p, '%', text.len);
	if (zone != NULL) {
		if (zone + 1 == text.p + text.len)
			return false;
		text.len = (size_t)(zone - text.p);
	}
	return text.len >= 2 && memchr(text.p, ':', text.len) != NULL &&
	    is_v6(text);
}
