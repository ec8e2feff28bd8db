#include "config.h"

#include "collector/client/client.h"
#include "collector/client/token_details.h"
#include "tests/unit/unit.h"

/* 2026-02-01T08:30:00Z and 2027-02-01T08:30:00Z. */
#define CREATED 1769934600000LL
#define EXPIRES 1801470600000LL

static const char user[] = "{\"data\":{\"id\":\"1336793312849490611\","
    "\"email\":\"feed@example.net\",\"fullName\":\"Feed of Northwind\","
    "\"scope\":\"account\",\"scopeRoles\":["
    "{\"id\":\"617755838952421242\",\"name\":\"Northwind\","
    "\"accountName\":\"Northwind\",\"roleId\":\"1336793312883045044\","
    "\"roleName\":\"Viewer\",\"roles\":[\"Viewer\"]},"
    "{\"name\":\"Lyon HQ\",\"roles\":[\"SOC\",\"IT\"]}],"
    "\"apiToken\":{\"createdAt\":\"2026-02-01T08:30:00.000000Z\","
    "\"expiresAt\":\"2027-02-01T08:30:00Z\"},\"lastLogin\":null}}";

static void
test_user(void)
{
	struct token_details t;

	token_details_init(&t);
	CU_ASSERT_PTR_NULL(token_details_who(&t));
	CU_ASSERT_EQUAL(token_details_user(&t, slice_of(user)), 0);
	UNIT_TEXT(token_details_who(&t), "feed@example.net");
	UNIT_TEXT(t.name, "Feed of Northwind");
	UNIT_TEXT(t.scope, "account");
	CU_ASSERT_EQUAL_FATAL(t.n_roles, 2);
	UNIT_TEXT(t.role[0].name, "Viewer");
	UNIT_TEXT(t.role[0].id, "1336793312883045044");
	UNIT_TEXT(t.role[0].where, "Northwind");
	UNIT_TEXT(t.role[1].name, "SOC");
	CU_ASSERT_PTR_NULL(t.role[1].id);
	UNIT_TEXT(t.role[1].where, "Lyon HQ");
	CU_ASSERT_EQUAL(t.created_ms, CREATED);
	CU_ASSERT_EQUAL(t.expires_ms, EXPIRES);
	token_details_fini(&t);
	CU_ASSERT_EQUAL(t.n_roles, 0);
}

static void
test_life(void)
{
	struct token_details t;

	token_details_init(&t);
	CU_ASSERT_EQUAL(token_details_life(&t, SLICE("{\"data\":{"
	    "\"createdAt\":\"2026-02-01T08:30:00.000000Z\","
	    "\"expiresAt\":\"2027-02-01T08:30:00.000000Z\"},"
	    "\"errors\":[]}")), 0);
	CU_ASSERT_EQUAL(t.created_ms, CREATED);
	CU_ASSERT_EQUAL(t.expires_ms, EXPIRES);
	CU_ASSERT_PTR_NULL(token_details_who(&t));
	token_details_fini(&t);
}

/* What the second answer lacks is as the first one told it. */
static void
test_both(void)
{
	struct token_details t;

	token_details_init(&t);
	CU_ASSERT_EQUAL(token_details_user(&t, slice_of(user)), 0);
	CU_ASSERT_EQUAL(token_details_life(&t, SLICE("{\"data\":{"
	    "\"createdAt\":null,\"expiresAt\":\"2026-03-04T09:00:00Z\"}}")),
	    0);
	CU_ASSERT_EQUAL(t.created_ms, CREATED);
	CU_ASSERT_EQUAL(t.expires_ms, 1772614800000LL);
	CU_ASSERT_EQUAL(token_details_user(&t, SLICE("{\"data\":{"
	    "\"email\":\"\",\"fullName\":\"Other\",\"scopeRoles\":[]}}")), 0);
	UNIT_TEXT(t.email, "feed@example.net");
	UNIT_TEXT(t.name, "Other");
	UNIT_TEXT(t.scope, "account");
	CU_ASSERT_EQUAL(t.n_roles, 0);
	token_details_fini(&t);
}

/* Told in another way than expected: as if it were not. */
static void
test_other_kinds(void)
{
	struct token_details t;

	token_details_init(&t);
	CU_ASSERT_EQUAL(token_details_user(&t, SLICE("{\"data\":{"
	    "\"email\":null,\"fullName\":[\"a\"],\"scope\":{},"
	    "\"scopeRoles\":[null,7,{},{\"roleId\":1336793312883045044,"
	    "\"roles\":\"SOC\"},{\"roles\":[]}],\"apiToken\":[]}}")), 0);
	CU_ASSERT_PTR_NULL(token_details_who(&t));
	CU_ASSERT_PTR_NULL(t.scope);
	CU_ASSERT_EQUAL_FATAL(t.n_roles, 3);
	CU_ASSERT_PTR_NULL(t.role[0].name);
	UNIT_TEXT(t.role[1].id, "1336793312883045044");
	CU_ASSERT_PTR_NULL(t.role[1].name);
	CU_ASSERT_PTR_NULL(t.role[2].name);
	CU_ASSERT_EQUAL(token_details_user(&t, SLICE("{\"data\":{"
	    "\"scopeRoles\":7,\"apiToken\":{\"createdAt\":1769934600,"
	    "\"expiresAt\":\"soon\"}}}")), 0);
	CU_ASSERT_EQUAL(t.n_roles, 3);
	CU_ASSERT_EQUAL(t.created_ms, 0);
	CU_ASSERT_EQUAL(t.expires_ms, 0);
	token_details_fini(&t);
}

static void
test_no_answer(void)
{
	static const char *const bodies[] = { "", "{", "[]", "7", "null",
		"{\"data\":null}", "{\"data\":[]}", "{\"data\":\"x\"}",
		"{\"errors\":[{\"code\":4010010}]}", "<html>",
		"{\"data\":{\"email\":\"other@example.net\"" };
	struct token_details t;

	token_details_init(&t);
	CU_ASSERT_EQUAL(token_details_user(&t, slice_of(user)), 0);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		CU_ASSERT_EQUAL(token_details_user(&t, slice_of(bodies[i])),
		    -1);
		CU_ASSERT_EQUAL(token_details_life(&t, slice_of(bodies[i])),
		    -1);
	}
	UNIT_TEXT(t.email, "feed@example.net");
	CU_ASSERT_EQUAL(t.n_roles, 2);
	CU_ASSERT_EQUAL(t.expires_ms, EXPIRES);
	token_details_fini(&t);
}

static void
test_too_long(void)
{
	struct token_details t;
	struct buf body;

	buf_init(&body, 2 * TOKEN_DETAILS_MAX);
	buf_adds(&body, "{\"data\":{\"scope\":\"site\"}}");
	while (body.len < TOKEN_DETAILS_MAX)
		buf_addc(&body, ' ');
	token_details_init(&t);
	CU_ASSERT_EQUAL(token_details_user(&t, buf_slice(&body)), 0);
	UNIT_TEXT(t.scope, "site");
	buf_addc(&body, ' ');
	CU_ASSERT_EQUAL(token_details_user(&t, buf_slice(&body)), -1);
	token_details_fini(&t);
	buf_fini(&body);
}

static const struct unit_test tests[] = {
	{ "who the token belongs to", test_user },
	{ "how long it lives", test_life },
	{ "one answer after the other", test_both },
	{ "members of other kinds", test_other_kinds },
	{ "what is no answer", test_no_answer },
	{ "an answer that is too long", test_too_long },
};

UNIT_MAIN("token_details", tests)
