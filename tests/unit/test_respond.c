#include "config.h"

#include <json-c/json.h>

#include "collector/base/buf.h"
#include "collector/respond/deny.h"
#include "collector/respond/host.h"
#include "collector/respond/order.h"
#include "tests/unit/unit.h"

#define ID "1234567890123456789"
#define OTHER "1234567890123456780"
#define ONE "{\"filter\":{\"ids\":[\"" ID "\"]}"

static int
checked(const char *path, const char *body, const char *id)
{
	struct buf why;
	int r;

	buf_init(&why, 4096);
	r = order_check(path, body, id, &why);
	CU_ASSERT_EQUAL(r == 0, why.len == 0);
	buf_fini(&why);
	return r;
}

static void
test_one_host(void)
{
	static const struct {
		const char *path, *body;
	} good[] = {
		{ "/agents/actions/disconnect", ONE "}" },
		{ "/agents/actions/connect", ONE "}" },
		{ "/remote-scripts/execute",
		    ONE ",\"data\":{\"scriptId\":\"1\"}}" },
		{ "/agents/" ID "/actions/fetch-files",
		    "{\"data\":{\"files\":[\"/etc/a/b\"]}}" },
		{ "/remote-scripts/guardrails/check",
		    "{\"data\":{\"agentIds\":[\"" ID "\"]}}" },
		{ "/remote-scripts/fetch-files",
		    "{\"data\":{\"taskIds\":[\"77\"]}}" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CU_ASSERT_EQUAL(checked(good[i].path, good[i].body, ID), 0);
}

/* Each would act on more than the host that was confirmed, or on another. */
static void
test_widened(void)
{
	static const char *const bodies[] = {
		"",
		"null",
		"[]",
		"{}",
		"{\"filter\":null}",
		"{\"filter\":{}}",
		"{\"filter\":[]}",
		"{\"filter\":{\"ids\":null}}",
		"{\"filter\":{\"ids\":[]}}",
		"{\"filter\":{\"ids\":\"" ID "\"}}",
		"{\"filter\":{\"ids\":[1234567890123456789]}}",
		"{\"filter\":{\"ids\":[\"\"]}}",
		"{\"filter\":{\"ids\":[\"" OTHER "\"]}}",
		"{\"filter\":{\"ids\":[\"" ID "," OTHER "\"]}}",
		"{\"filter\":{\"ids\":[\"" ID "\",\"" OTHER "\"]}}",
		"{\"filter\":{\"ids\":[\"" ID "\",\"" ID "\"]}}",
		"{\"filter\":{\"ids\":[\"" ID "\"],\"siteIds\":[\"1\"]}}",
		"{\"filter\":{\"uuids\":[\"" ID "\"]}}",
		"{\"filter\":{\"Ids\":[\"" ID "\"]}}",
		"{\"filter\":{\"computerName__contains\":\"\"}}",
		ONE ",\"filter\":{}}",
		"{\"filter\":{}," "\"filter\":{\"ids\":[\"" ID "\"]}}",
		"{\"filter\":{\"ids\":[],\"ids\":[\"" ID "\"]}}",
		ONE ",\"data\":{}}",
		ONE ",\"filters\":{}}",
		ONE "} ",
		ONE "}{\"filter\":{}}",
		ONE,
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		CU_ASSERT_EQUAL(checked("/agents/actions/disconnect",
		    bodies[i], ID), -1);
}

static void
test_other_paths(void)
{
	static const char *const paths[] = {
		"", "/agents/actions", "/agents/actions/disconnect/",
		"/agents/actions/disconnect?ids=", "/agents/actions/shutdown",
		"/agents/actions/uninstall", "/agents/actions/decommission",
		"/remote-scripts/pending-executions",
		"/agents/" OTHER "/actions/fetch-files",
		"/agents//actions/fetch-files",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		CU_ASSERT_EQUAL(checked(paths[i], ONE "}", ID), -1);
		CU_ASSERT_EQUAL(checked(paths[i], "{\"data\":{}}", ID), -1);
	}
	CU_ASSERT_EQUAL(checked("/agents/" ID "/actions/fetch-files",
	    ONE ",\"data\":{}}", ID), -1);
	CU_ASSERT_EQUAL(checked("/remote-scripts/execute", ONE "}", ID), -1);
	CU_ASSERT_EQUAL(checked("/remote-scripts/fetch-files",
	    "{\"data\":{\"taskIds\":[\"1\",\"2\"]}}", ID), -1);
	CU_ASSERT_EQUAL(checked("/remote-scripts/guardrails/check",
	    "{\"data\":{\"agentIds\":[\"" OTHER "\"]}}", ID), -1);
	/* No id at all is not the empty id. */
	CU_ASSERT_EQUAL(checked("/agents/actions/disconnect",
	    "{\"filter\":{\"ids\":[\"\"]}}", ""), -1);
	CU_ASSERT_EQUAL(checked("/agents//actions/fetch-files",
	    "{\"data\":{}}", ""), -1);
}

static void
test_selector(void)
{
	static const struct {
		const char *word;
		int result;
		enum selector_kind kind;
		const char *text;
	} rows[] = {
		{ ID, 0, SELECT_ID, ID },
		{ "12345", 0, SELECT_NAME, "12345" },
		{ "id:12345", 0, SELECT_ID, "12345" },
		{ "id:ws-1", -1, SELECT_ID, "" },
		{ "id:", -1, SELECT_ID, "" },
		{ "ff819e70af13be381993075eb0ce5f2f", 0, SELECT_UUID,
		    "ff819e70af13be381993075eb0ce5f2f" },
		{ "ff819e70-af13-be38-1993-075eb0ce5f2f", 0, SELECT_UUID,
		    "ff819e70-af13-be38-1993-075eb0ce5f2f" },
		{ "name:ff819e70af13be381993075eb0ce5f2f", 0, SELECT_NAME,
		    "ff819e70af13be381993075eb0ce5f2f" },
		{ "uuid:12", -1, SELECT_UUID, "" },
		{ "WS-0042", 0, SELECT_NAME, "WS-0042" },
		{ "", -1, SELECT_NAME, "" },
		{ "name:", -1, SELECT_NAME, "" },
		{ "a\nb", -1, SELECT_NAME, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct selector s;

		CU_ASSERT_EQUAL(selector_parse(rows[i].word, &s),
		    rows[i].result);
		if (rows[i].result != 0)
			continue;
		CU_ASSERT_EQUAL(s.kind, rows[i].kind);
		CU_ASSERT_TRUE(slice_is(s.text, rows[i].text));
	}
}

static void
test_fits(void)
{
	struct json_object *agent = json_tokener_parse(
	    "{\"id\":\"" ID "\",\"computerName\":\"WS-0042\","
	    "\"uuid\":\"FF819E70AF13BE381993075EB0CE5F2F\"}");
	static const struct {
		const char *word;
		bool fits;
	} rows[] = {
		{ ID, true }, { OTHER, false }, { "WS-0042", true },
		{ "ws-0042", false }, { "WS-004", false },
		{ "WS-00421", false },
		{ "ff819e70af13be381993075eb0ce5f2f", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct selector s;

		CU_ASSERT_EQUAL(selector_parse(rows[i].word, &s), 0);
		CU_ASSERT_EQUAL(selector_fits(&s, agent), rows[i].fits);
	}
	json_object_put(agent);
}

static void
test_deny(void)
{
	struct json_object *agent = json_tokener_parse(
	    "{\"id\":\"" ID "\",\"computerName\":\"DC-01\","
	    "\"groupName\":\"Domain Controllers\",\"siteName\":\"Berlin\","
	    "\"tags\":{\"sentinelone\":[{\"key\":\"tier\","
	    "\"value\":\"0\"}]}}");
	static const struct {
		const char *entry;
		bool denied;
	} rows[] = {
		{ "id:" ID, true }, { "id:" OTHER, false }, { "id:*", false },
		{ "name:DC-01", true }, { "name:dc-*", true },
		{ "name:DC-0", false }, { "name:*", true },
		{ "group:domain*", true }, { "group:Servers", false },
		{ "site:berli?", true }, { "site:Bonn", false },
		{ "tag:tier=0", true }, { "tag:TIER=*", true },
		{ "tag:tier=1", false }, { "tag:tier", true },
		{ "tag:ti=0", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char entry[64], *list[] = { entry, NULL };

		snprintf(entry, sizeof(entry), "%s", rows[i].entry);
		CU_ASSERT_EQUAL(deny_find(list, agent) != NULL,
		    rows[i].denied);
	}
	CU_ASSERT_PTR_NULL(deny_find(NULL, agent));
	json_object_put(agent);
}

static const struct unit_test tests[] = {
	{ "a request for one host is sent", test_one_host },
	{ "one that is wider is not", test_widened },
	{ "nor one to anything else", test_other_paths },
	{ "what selects a host", test_selector },
	{ "what it selects, exactly", test_fits },
	{ "hosts that are protected", test_deny },
};

UNIT_MAIN("respond", tests)
