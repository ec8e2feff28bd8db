/*
 * An answer to the GraphQL query, by the paths of its own row: it is split the
 * same however it is cut, what it says beside its records is read as json-c
 * reads it, and its cursor goes into the next request as it came.  The first
 * byte chooses the cuts.
 */
#include "config.h"

#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/dataset/dataset.h"
#include "collector/walk/bounds.h"
#include "collector/walk/url.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/json.h"
#include "tests/fuzz/page.h"
#include "tests/oracle/tree.h"

#define RECORD_MAX 400

/* The request for the page that the cursor names. */
static struct json_object *
next_request(const struct walk_row *row, const char *cursor)
{
	struct url_args args = { .field = row->phase[0], .lower = TIME_NONE,
		.upper = 1, .limit = row->list.max_page, .cursor = cursor };
	struct json_object *request;
	struct buf b;

	buf_init(&b, 1 << 20);
	MUST(url_body(&b, &row->list, &args) == 0);
	MUST(fuzz_is_json(buf_slice(&b)));
	MUST(tree_read(b.p, b.len, &request) == 0);
	buf_fini(&b);
	return request;
}

static void
check_cursor(const struct walk_row *row, struct slice cursor)
{
	struct json_object *request, *variables, *after;
	char *text = xstrndup(cursor.p, cursor.len);

	request = next_request(row, text);
	MUST(json_object_object_get_ex(request, "variables", &variables));
	MUST(json_object_object_get_ex(variables, "after", &after));
	MUST(strcmp(json_object_get_string(after), text) == 0);
	json_object_put(request);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct walk_row *row =
	    &dataset_table[DATASET_UNIFIED_ALERT]->walk;
	const struct split_paths paths = { row->list.records,
		row->list.cursor, row->list.more, row->list.errors };
	struct page whole, cut;
	struct slice body;

	if (size < 1)
		return 0;
	body = (struct slice){ (const char *)data + 1, size - 1 };
	page_split(&whole, &paths, RECORD_MAX, body, 0);
	page_split(&cut, &paths, RECORD_MAX, body, data[0] + 1u);
	page_check_same(&whole, &cut);
	page_check(&paths, RECORD_MAX, body, data[0]);
	if (whole.result == 0 && whole.end.cursor.len > 0)
		check_cursor(row, whole.end.cursor);
	page_fini(&whole);
	page_fini(&cut);
	return 0;
}
