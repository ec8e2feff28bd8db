/*
 * Numbers, durations and sizes: what is read is written in a form that is read
 * as the same, and what is refused leaves the result alone.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "collector/base/num.h"
#include "tests/fuzz/fuzz.h"

#define UNSET INT64_C(-4711)

/* Against the C library, which takes signs and blanks that we do not. */
static void
check_int(struct slice text)
{
	char copy[64], *end;
	int64_t v = UNSET;
	bool ours = num_int(text, INT64_MIN, INT64_MAX, &v) == 0;
	long long theirs;

	MUST(ours || v == UNSET);
	if (text.len >= sizeof(copy) || memchr(text.p, '\0', text.len) != NULL)
		return;
	memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	errno = 0;
	theirs = strtoll(copy, &end, 10);
	if (ours)
		MUST(errno == 0 && *end == '\0' && theirs == v);
	else
		MUST(text.len == 0 || *end != '\0' || errno != 0 ||
		    theirs == INT64_MIN ||
		    strchr("+ \t\n\v\f\r", copy[0]) != NULL);
	MUST(num_int(text, 5, 5, &v) != 0 || theirs == 5);
}

static void
check_duration(struct slice text)
{
	int64_t v = UNSET, again = UNSET;
	char written[NUM_TEXT];

	if (num_duration(text, &v) != 0) {
		MUST(v == UNSET);
		return;
	}
	MUST(v >= 0);
	num_duration_text(v, written);
	MUST(num_duration(slice_of(written), &again) == 0 && again == v);
}

static void
check_size(struct slice text)
{
	int64_t v = UNSET, again = UNSET;
	char written[NUM_TEXT];

	if (num_size(text, &v) != 0) {
		MUST(v == UNSET);
		return;
	}
	MUST(v >= 0);
	num_size_text(v, written);
	MUST(num_size(slice_of(written), &again) == 0 && again == v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	double fraction = UNSET;

	check_int(text);
	check_duration(text);
	check_size(text);
	if (num_fraction(text, &fraction) == 0)
		MUST(fraction >= 0);
	else
		MUST(fraction == (double)UNSET);
	return 0;
}
