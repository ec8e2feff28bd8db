/*
 * The bodies of Fleet's policies.
 */
#include "config.h"

#include <json-c/json.h>

#include "collector/setup/feeds.h"
#include "tests/unit/setup_fixture.h"

/* Of three consoles in two namespaces. */
#define N_POLICIES (3 * DATASET_COUNT + 2 * FEEDS_OWN)

static struct json_object *
member(struct json_object *o, const char *path)
{
	struct json_object *found = NULL;

	CU_ASSERT_EQUAL_FATAL(json_pointer_get(o, path, &found), 0);
	return found;
}

static void
json_has(struct json_object *o, const char *path, const char *value)
{
	UNIT_TEXT(json_object_get_string(member(o, path)), value);
}

static struct json_object *
policy(const char *name)
{
	char *json = scratch_read(dir, name, NULL);
	struct json_object *o = json_tokener_parse(json);

	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	free(json);
	return o;
}

static void
make_policies(const char *version, const char *stream)
{
	char *vars = xasprintf("/inputs/filestream-filestream/streams/%s/vars",
	    stream);
	struct json_object *p, *v;

	s.ship.filestream = version;
	CU_ASSERT_EQUAL(setup_agent(&s), EX_OK);
	p = policy("s1spool-activity.json");
	json_has(p, "/name", "s1spool-activity");
	json_has(p, "/namespace", "default");
	json_has(p, "/policy_ids/0", "my-policy");
	json_has(p, "/package/name", "filestream");
	json_has(p, "/package/version", version);
	json_has(p, "/force", "true");
	json_has(p, "/inputs/filestream-filestream/enabled", "true");
	v = member(p, vars);
	json_has(v, "/paths/0", "/var/spool/s1spool/acme/activity/*.ndjson");
	json_has(v, "/data_stream.dataset", "sentinel_one.activity");
	json_has(v, "/fingerprint", "true");
	json_has(v, "/fingerprint_length", "64");
	json_has(v, "/tags/0", "forwarded");
	json_has(v, "/pipeline", "_none");
	buf_reset(&flat);
	CU_ASSERT_EQUAL(yaml_flat(slice_of(json_object_get_string(
	    member(v, "/processors"))), &flat), 0);
	check_processors("");
	json_object_put(p);

	p = policy("s1spool-raw-activity.json");
	CU_ASSERT_FALSE(json_object_object_get_ex(member(p, vars), "pipeline",
	    NULL));
	json_object_put(p);
	p = policy("s1spool-activity-prod.json");
	json_has(p, "/namespace", "prod");
	json_object_put(p);
	free(vars);
}

static void
test_policies(void)
{
	struct json_object *p;

	begin(MIXED);
	s.ship.fleet = true;
	s.ship.directory = dir;
	s.ship.agent_policy = "my-policy";
	make_policies("1.2.0", "filestream.generic");
	make_policies("2.3.1", "filestream.filestream");
	CU_ASSERT_EQUAL(s.count[SETUP_CREATED], N_POLICIES);
	CU_ASSERT_EQUAL(s.count[SETUP_UPDATED], N_POLICIES);

	s.ship.sentinel_one = "2.8.2";
	CU_ASSERT_EQUAL(setup_agent(&s), EX_OK);
	CU_ASSERT_EQUAL(s.count[SETUP_CREATED], N_POLICIES + 2);
	p = policy("s1spool-sentinel_one-prod.json");
	json_has(p, "/namespace", "prod");
	json_has(p, "/package/name", "sentinel_one");
	json_has(p, "/package/version", "2.8.2");
	json_has(p, "/inputs/sentinel_one-httpjson/enabled", "false");
	json_has(p, "/inputs/sentinel_one-cel/enabled", "false");
	json_object_put(p);
	end();

	begin("spool: { compress: sealed }\nconsoles:\n" CONSOLE("acme"));
	s.ship.fleet = true;
	s.ship.agent_policy = "my-policy";
	s.ship.filestream = "2.3.1";
	CU_ASSERT_EQUAL(setup_agent(&s), EX_USAGE);
	end();
}

static const struct unit_test tests[] = {
	{ "policies of both packages", test_policies },
};

UNIT_MAIN("setup_fleet", tests)
