/*
 * The page splitter: the same records and the same end however the page is
 * cut, and what json-c finds in it.  The first byte chooses the paths, the
 * second the cuts.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/page.h"

#define RECORD_MAX 200 /* so that some are too large */

static const struct split_paths paths[] = {
	{ .records = "data[]", .cursor = "pagination.nextCursor",
	    .errors = "errors" },
	{ .records = "data.alerts.edges[].node",
	    .cursor = "data.alerts.pageInfo.endCursor",
	    .more = "data.alerts.pageInfo.hasNextPage", .errors = "errors" },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct split_paths *p;
	struct page whole, cut;
	struct slice body;

	if (size < 2)
		return 0;
	p = &paths[data[0] % 2];
	body = (struct slice){ (const char *)data + 2, size - 2 };
	page_split(&whole, p, RECORD_MAX, body, 0);
	page_split(&cut, p, RECORD_MAX, body, data[1] + 1u);
	page_check_same(&whole, &cut);
	page_check(p, RECORD_MAX, body, data[1]);
	page_fini(&whole);
	page_fini(&cut);
	return 0;
}
