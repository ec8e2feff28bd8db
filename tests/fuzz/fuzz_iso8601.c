/* Times: what is read is written in the one form that is read as the same. */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "collector/base/iso8601.h"
#include "tests/fuzz/fuzz.h"

static void
check_forms(int64_t ms)
{
	char text[ISO8601_LEN + 1], bound[ISO8601_LEN + 1];
	int64_t again = 0;

	iso8601_format(ms, text);
	MUST(iso8601_parse((struct slice){ text, ISO8601_LEN }, &again) == 0);
	MUST(again == ms);
	iso8601_bound(ms, bound);
	MUST(iso8601_parse(slice_of(bound), &again) == 0);
	MUST(again == ms);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	char rewritten[ISO8601_LEN], canonical[ISO8601_LEN];
	int64_t strict = -1, lenient = -1;
	bool is_strict = iso8601_parse(text, &strict) == 0;
	bool is_lenient = iso8601_parse_lenient(text, &lenient) == 0;

	if (iso8601_rewrite(text, rewritten)) {
		MUST(is_strict);
		iso8601_format(strict, canonical);
		MUST(memcmp(rewritten, canonical, ISO8601_LEN) == 0);
	}
	if (is_strict)
		MUST(is_lenient && lenient == strict);
	else
		MUST(strict == -1);
	if (is_lenient)
		check_forms(lenient);
	else
		MUST(lenient == -1);
	return 0;
}
