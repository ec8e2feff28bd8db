#include "config.h"

#include "spool/segment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SUFFIX ".ndjson"
#define SUFFIX_GZ ".gz"
#define TIME_LEN 23 /* YYYYMMDDTHHMMSS.ffffffZ */
#define SEQ_LEN 12

int
segment_format(char out[STREAM_NAME_MAX], const char *dataset,
    int64_t birth_us, int64_t seq)
{
	char when[32];
	struct tm tm;
	time_t s = (time_t)(birth_us / 1000000);
	int n;

	if (birth_us < 0 || gmtime_r(&s, &tm) == NULL ||
	    strftime(when, sizeof(when), "%Y%m%dT%H%M%S", &tm) != 15)
		return -1;
	n = snprintf(out, STREAM_NAME_MAX, "%s-%s.%06dZ-%0*" PRId64 SUFFIX,
	    dataset, when, (int)(birth_us % 1000000), SEQ_LEN, seq);
	return n < STREAM_NAME_MAX ? 0 : -1;
}

/* The number that n digits spell; -1 when there is anything else. */
static int64_t
digits(const char *p, size_t n)
{
	int64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

static int64_t
parse_birth(const char *p)
{
	struct tm tm = {
		.tm_year = (int)digits(p, 4) - 1900,
		.tm_mon = (int)digits(p + 4, 2) - 1,
		.tm_mday = (int)digits(p + 6, 2),
		.tm_hour = (int)digits(p + 9, 2),
		.tm_min = (int)digits(p + 11, 2),
		.tm_sec = (int)digits(p + 13, 2),
	};

	return (int64_t)timegm(&tm) * 1000000 + digits(p + 16, 6);
}

static bool
cut_suffix(struct slice *s, const char *suffix)
{
	size_t n = strlen(suffix);

	if (s->len < n || memcmp(s->p + s->len - n, suffix, n) != 0)
		return false;
	s->len -= n;
	return true;
}

int
segment_parse(const char *name, struct segment_name *out)
{
	char dataset[STREAM_NAME_MAX], again[STREAM_NAME_MAX];
	struct segment_name s;
	struct slice rest = slice_of(name);
	size_t plain_len;

	s.gz = cut_suffix(&rest, SUFFIX_GZ);
	plain_len = rest.len;
	if (plain_len >= STREAM_NAME_MAX || !cut_suffix(&rest, SUFFIX) ||
	    rest.len < 1 + 1 + TIME_LEN + 1 + SEQ_LEN)
		return -1;
	s.seq = digits(rest.p + rest.len - SEQ_LEN, SEQ_LEN);
	rest.len -= SEQ_LEN + 1;
	s.birth_us = parse_birth(rest.p + rest.len - TIME_LEN);
	rest.len -= TIME_LEN + 1;
	s.dataset = rest;

	/* Whatever was wrong above does not come out again as it went in. */
	memcpy(dataset, rest.p, rest.len);
	dataset[rest.len] = '\0';
	if (s.seq < 1 || segment_format(again, dataset, s.birth_us, s.seq) < 0 ||
	    strlen(again) != plain_len || memcmp(again, name, plain_len) != 0)
		return -1;
	*out = s;
	return 0;
}
