#include "config.h"

#include <string.h>

#include "collector/walk/bounds.h"
#include "collector/walk/url.h"
#include "tests/unit/unit.h"

static const struct walk_request list = {
	.path = "/web/api/v2.1/toys",
	.query = "sortBy=updatedAt&sortOrder=asc",
	.site_ids = true,
	.skip_count = true,
};

static void
check_path(const struct walk_request *rq, const struct url_args *a,
    const char *want)
{
	struct buf b;

	buf_init(&b, 4096);
	CU_ASSERT_EQUAL(url_path(&b, rq, a), 0);
	UNIT_TEXT(b.p, want);
	buf_fini(&b);
}

static void
test_list(void)
{
	struct url_args a = {
		.query = list.query,
		.field = "updatedAt",
		.lower = 1741680930000,
		.upper = 1741680990123,
		.limit = 1000,
		.site_ids = "1,2",
	};

	check_path(&list, &a,
	    "/web/api/v2.1/toys?skipCount=true&limit=1000"
	    "&sortBy=updatedAt&sortOrder=asc"
	    "&updatedAt__gte=2025-03-11T08%3A15%3A30Z"
	    "&updatedAt__lt=2025-03-11T08%3A16%3A30.123Z&siteIds=1%2C2");
	a.lower = TIME_NONE;
	a.site_ids = NULL;
	check_path(&list, &a,
	    "/web/api/v2.1/toys?skipCount=true&limit=1000"
	    "&sortBy=updatedAt&sortOrder=asc"
	    "&updatedAt__lt=2025-03-11T08%3A16%3A30.123Z");
	a.field = NULL;
	a.query = NULL;
	check_path(&list, &a,
	    "/web/api/v2.1/toys?skipCount=true&limit=1000");
}

/* As it came, encoded or not, it goes out encoded once. */
static void
test_cursor(void)
{
	static const char *const forms[] = { "eyJhIjoxfQ==",
		"eyJhIjoxfQ%3D%3D", "eyJhIjoxfQ%3d=" };
	struct url_args a = { .limit = 1 };

	for (size_t i = 0; i < 3; i++) {
		a.cursor = forms[i];
		check_path(&list, &a, "/web/api/v2.1/toys?skipCount=true"
		    "&limit=1&cursor=eyJhIjoxfQ%3D%3D");
	}
	a.cursor = "a+b/%zz%4";
	check_path(&list, &a, "/web/api/v2.1/toys?skipCount=true&limit=1"
	    "&cursor=a%2Bb%2F%25zz%254");
}

static void
test_child(void)
{
	static const struct walk_request in_path = {
		.path = "/web/api/v2.1/threats/{id}/timeline",
		.query = "sortBy=createdAt&sortOrder=desc",
	};
	static const struct walk_request in_query = {
		.path = "/web/api/v2.1/endpoints",
		.key_param = { "applicationName", "applicationVendor" },
	};
	char id[] = "12/3", name[] = "A & B", vendor[] = "\xc3\x96l";
	char *keys[3] = { id, NULL, NULL };
	struct url_args a = { .limit = 5, .key = keys,
		.query = in_path.query };

	check_path(&in_path, &a, "/web/api/v2.1/threats/12%2F3/timeline"
	    "?limit=5&sortBy=createdAt&sortOrder=desc");
	keys[0] = name;
	keys[1] = vendor;
	a.query = NULL;
	check_path(&in_query, &a, "/web/api/v2.1/endpoints"
	    "?applicationName=A%20%26%20B&applicationVendor=%C3%96l&limit=5");
	keys[1] = NULL;
	check_path(&in_query, &a, "/web/api/v2.1/endpoints"
	    "?applicationName=A%20%26%20B&limit=5");
}

static void
test_body(void)
{
	static const struct walk_request post = {
		.path = "/graphql",
		.body = "{@AFTER@\"f\":\"@FIELD@\",\"s\":@START@,"
			"\"e\":@END@,\"n\":@LIMIT@,\"x\":\"@ @NO@\"}",
	};
	struct url_args a = { .field = "detectedAt", .lower = 17,
		.upper = 42, .limit = 500 };
	struct buf b;

	check_path(&post, &a, "/graphql");
	buf_init(&b, 1000);
	CU_ASSERT_EQUAL(url_body(&b, &post, &a), 0);
	UNIT_TEXT(b.p, "{\"f\":\"detectedAt\",\"s\":16,\"e\":42,"
		       "\"n\":500,\"x\":\"@ @NO@\"}");
	buf_reset(&b);
	a.cursor = "q\"\\\n%3D";
	a.lower = TIME_NONE;
	CU_ASSERT_EQUAL(url_body(&b, &post, &a), 0);
	UNIT_TEXT(b.p, "{\"after\":\"q\\\"\\\\\\u000a%3D\",\"f\":\"detectedAt\","
		       "\"s\":0,\"e\":42,\"n\":500,\"x\":\"@ @NO@\"}");
	buf_fini(&b);
}

static void
test_cap(void)
{
	struct url_args a = { .limit = 1, .cursor = "0123456789" };
	struct buf b;

	buf_init(&b, 40);
	CU_ASSERT_EQUAL(url_path(&b, &list, &a), -1);
	buf_fini(&b);
}

static const struct unit_test tests[] = {
	{ "list requests", test_list },
	{ "the cursor is encoded once", test_cursor },
	{ "child requests", test_child },
	{ "bodies", test_body },
	{ "a cap that is too small is told", test_cap },
};

UNIT_MAIN("walk url", tests)
