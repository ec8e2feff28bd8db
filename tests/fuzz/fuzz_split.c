/* The page splitter: the same records and the same end however the page is
 * cut.  The first byte chooses the paths, the second the cuts. */
#include "config.h"

#include "collector/json/split.h"
#include "tests/fuzz/fuzz.h"

static const struct split_paths paths[] = {
	{ .records = "data[]", .cursor = "pagination.nextCursor" },
	{ .records = "data.alerts.edges[].node",
	    .cursor = "data.alerts.pageInfo.endCursor",
	    .more = "data.alerts.pageInfo.hasNextPage", .errors = "errors" },
};

struct outcome {
	struct buf records;
	size_t too_large;
	int result;
	struct split_page page;
	struct buf page_text;
};

static bool
keep_record(void *cookie, struct slice record)
{
	struct outcome *o = cookie;

	buf_add_slice(&o->records, record);
	buf_addc(&o->records, '\n');
	return true;
}

static void
count_too_large(void *cookie, size_t bytes)
{
	struct outcome *o = cookie;

	MUST(bytes > 0);
	o->too_large++;
}

static void
split(struct outcome *o, const struct split_paths *p, struct slice body,
    uint32_t seed)
{
	struct splitter *s = splitter_new(p, 200, keep_record, count_too_large,
	    o);

	*o = (struct outcome){ .result = 0 };
	buf_init(&o->records, 16 << 20);
	buf_init(&o->page_text, 16 << 20);
	while (body.len > 0 && o->result == 0) {
		size_t n = seed == 0 ? body.len : 1 + fuzz_random(&seed) % 90;

		if (n > body.len)
			n = body.len;
		o->result = splitter_feed(s, (struct slice){ body.p, n });
		body.p += n;
		body.len -= n;
	}
	if (o->result == 0)
		o->result = splitter_end(s, &o->page);
	if (o->result == 0)
		buf_addf(&o->page_text, "%.*s %d %d %.*s %zu",
		    (int)o->page.cursor.len,
		    o->page.cursor.p == NULL ? "" : o->page.cursor.p,
		    o->page.has_more, o->page.more, (int)o->page.errors.len,
		    o->page.errors.p == NULL ? "" : o->page.errors.p,
		    o->page.n_records);
	else
		buf_adds(&o->page_text, splitter_error(s));
	splitter_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole, cut;
	struct slice body;

	if (size < 2)
		return 0;
	body = (struct slice){ (const char *)data + 2, size - 2 };
	split(&whole, &paths[data[0] % 2], body, 0);
	split(&cut, &paths[data[0] % 2], body, data[1] + 1u);
	MUST(slice_eq(buf_slice(&whole.records), buf_slice(&cut.records)));
	MUST(whole.too_large == cut.too_large);
	MUST(whole.result == cut.result);
	MUST(slice_eq(buf_slice(&whole.page_text), buf_slice(&cut.page_text)));
	buf_fini(&whole.records);
	buf_fini(&whole.page_text);
	buf_fini(&cut.records);
	buf_fini(&cut.page_text);
	return 0;
}
