/* Times: what is read is written in the one form that is read as the same. */
#include "config.h"

#include "collector/base/iso8601.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[ISO8601_LEN + 1], bound[ISO8601_LEN + 1];
	int64_t ms = -1, again = 0;

	if (iso8601_parse((struct slice){ (const char *)data, size }, &ms) < 0) {
		MUST(ms == -1);
		return 0;
	}
	iso8601_format(ms, text);
	MUST(iso8601_parse((struct slice){ text, ISO8601_LEN }, &again) == 0);
	MUST(again == ms);
	iso8601_bound(ms, bound);
	MUST(iso8601_parse(slice_of(bound), &again) == 0);
	MUST(again == ms);
	return 0;
}
