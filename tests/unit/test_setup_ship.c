/*
 * What setup makes for Filebeat and Elastic Agent, read as they read it.
 */
#include "config.h"

#include "collector/setup/feeds.h"
#include "tests/unit/setup_fixture.h"

#define UUID_A "0b5a1c2d-3e4f-4a6b-8c7d-9e0f1a2b3c4d"
#define UUID_B "1c5a1c2d-3e4f-4a6b-8c7d-9e0f1a2b3c4d"

static void
item_has(const char *list, int n, const char *rest, const char *value)
{
	char *path = xasprintf("%s[%d].%s", list, n, rest);

	has(path, value);
	free(path);
}

static void
item_has_not(const char *list, int n, const char *rest)
{
	char *path = xasprintf("%s[%d].%s", list, n, rest);

	has_not(path);
	free(path);
}

/* What each input of Filebeat and each stream of an Agent has. */
static void
check_reading(const char *list, int n, const char *name)
{
	char *id = xasprintf("s1spool-%s", name);
	char *path = xasprintf("/var/spool/s1spool/*/%s/*.ndjson", name);

	item_has(list, n, "id", id);
	item_has(list, n, "paths[0]", path);
	item_has_not(list, n, "paths[1]");
	item_has(list, n, "file_identity.path", "~");
	item_has(list, n, "prospector.scanner.fingerprint.enabled", "false");
	item_has(list, n, "close.on_state_change.inactive", "1h");
	item_has(list, n, "close.on_state_change.removed", "false");
	item_has(list, n, "publisher_pipeline.disable_host", "true");
	item_has(list, n, "pipeline", "_none");
	item_has_not(list, n, "ignore_older");
	item_has_not(list, n, "clean_inactive");
	item_has_not(list, n, "tags");
	free(path);
	free(id);
}

/* Behind them what s1spool tells of itself; prune has nothing to do with what is
 * not in its spool. */
static void
check_own(const char *list)
{
	int n = DATASET_COUNT;

	item_has(list, n, "id", "s1spool-audit");
	item_has(list, n, "paths[0]",
	    "/var/spool/s1spool-respond/*/audit/*.ndjson");
	item_has(list, n, "file_identity.path", "~");
	item_has(list, n, "publisher_pipeline.disable_host", "true");
	CU_ASSERT_PTR_NULL(strstr(text, "- s1spool-audit\n"));
	check_reading(list, n + 1, "health");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "- s1spool-health\n"));
}

static void
test_filebeat(void)
{
	static const char inputs[] = "filebeat.inputs";

	begin("consoles:\n" CONSOLE("acme"));
	make(setup_filebeat);
	for (int i = 0; i < DATASET_COUNT; i++) {
		check_reading(inputs, i, dataset_table[i]->name);
		item_has(inputs, i, "type", "filestream");
		item_has(inputs, i, "parsers[0].ndjson.target", "");
		item_has(inputs, i, "parsers[0].ndjson.overwrite_keys",
		    "true");
		item_has(inputs, i, "parsers[0].ndjson.add_error_key",
		    "true");
		item_has(inputs, i, "parsers[0].ndjson.document_id",
		    "spool.id");
		item_has(inputs, i, "processors[0].drop_fields.fields[0]",
		    "spool");
		item_has_not(inputs, i, "processors[1]");
		item_has_not(inputs, i, "index");
	}
	check_own(inputs);
	item_has_not(inputs, DATASET_COUNT + FEEDS_OWN, "");
	has("timestamp.precision", "nanosecond");
	has("setup.template.enabled", "false");
	has("setup.ilm.enabled", "false");
	has("filebeat.registry.file_permissions", "0640");
	has("output.elasticsearch.index", "%{[data_stream.type]:logs}-"
	    "%{[data_stream.dataset]:s1spool.dead_letter}-"
	    "%{[data_stream.namespace]:default}");
	has("output.elasticsearch.non_indexable_policy.dead_letter_index."
	    "index", "logs-s1spool.dead_letter-default");
	has_not("processors");
	end();
}

static void
test_outputs(void)
{
	static const struct {
		const char *name, *path, *value;
	} outputs[] = {
		{ "elasticsearch", "output.elasticsearch.api_key",
		    "${ES_API_KEY}" },
		{ "cloud", "cloud.id", "NAME:BASE64" },
		{ "serverless", "output.elasticsearch.hosts[0]",
		    "https://PROJECT.es.REGION.PROVIDER.elastic.cloud:443" },
		{ "logstash", "output.logstash.hosts[0]",
		    "logstash.example:5044" },
		{ "kafka", "output.kafka.key", "%{[@metadata._id]}" },
	};

	begin("consoles:\n" CONSOLE("acme"));
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		s.ship.output = outputs[i].name;
		make(setup_filebeat);
		has(outputs[i].path, outputs[i].value);
		/* The others stand there as comments. */
		for (size_t k = 0; k < sizeof(outputs) / sizeof(outputs[0]);
		     k++) {
			char *line = xasprintf("\n# s1spool setup filebeat "
			    "--output %s:\n", outputs[k].name);

			CU_ASSERT_EQUAL(strstr(text, line) == NULL, i == k);
			free(line);
		}
	}
	s.ship.output = "carrier_pigeon";
	CU_ASSERT_EQUAL(run(setup_filebeat), EX_USAGE);
	end();
}

static void
test_mixed_inputs(void)
{
	begin(MIXED);
	s.ship.inputs_only = true;
	make(setup_filebeat);
	has("[0].id", "s1spool-activity");
	has("[0].paths[0]", "/var/spool/s1spool/acme/activity/*.ndjson");
	has_not("[0].paths[1]");
	has("[0].index", "logs-sentinel_one.activity-default");
	has("[0].pipeline", "_none");
	has("[1].id", "s1spool-activity-prod");
	has("[1].paths[0]", "/var/spool/s1spool/beta/activity/*.ndjson");
	has("[1].index", "logs-sentinel_one.activity-prod");
	has("[2].id", "s1spool-raw-activity");
	has("[2].paths[0]", "/var/spool/s1spool/gamma/activity/*.ndjson");
	has("[2].index", "logs-sentinel_one.activity-default");
	has_not("[2].pipeline");
	has("[3].id", "s1spool-agent");
	has("[27].id", "s1spool-audit");
	has("[27].paths[0]", "/var/spool/s1spool-respond/acme/audit/*.ndjson");
	has("[27].paths[1]", "/var/spool/s1spool-respond/gamma/audit/"
	    "*.ndjson");
	has("[27].index", "logs-s1spool.audit-default");
	has("[27].pipeline", "_none");
	has("[28].id", "s1spool-audit-prod");
	has("[28].index", "logs-s1spool.audit-prod");
	has("[29].id", "s1spool-health");
	has("[29].paths[1]", "/var/spool/s1spool/gamma/health/*.ndjson");
	has("[29].index", "logs-s1spool.health-default");
	has("[30].index", "logs-s1spool.health-prod");
	item_has_not("", 3 * DATASET_COUNT + 2 * FEEDS_OWN, "");

	/* A complete file goes by the lines, so namespaces are one. */
	s.ship.inputs_only = false;
	make(setup_filebeat);
	has("filebeat.inputs[0].id", "s1spool-activity");
	has("filebeat.inputs[0].paths[1]",
	    "/var/spool/s1spool/beta/activity/*.ndjson");
	has("filebeat.inputs[1].id", "s1spool-raw-activity");
	has("filebeat.inputs[2].id", "s1spool-agent");
	end();
}

static void
test_all_raw(void)
{
	begin("consoles:\n" CONSOLE("acme") "    output: raw\n");
	make(setup_filebeat);
	has("filebeat.inputs[0].id", "s1spool-activity");
	has("filebeat.inputs[0].paths[0]",
	    "/var/spool/s1spool/*/activity/*.ndjson");
	has_not("filebeat.inputs[0].pipeline");
	has("filebeat.inputs[0].parsers[0].ndjson.document_id", "spool.id");
	end();
}

static void
test_sealed(void)
{
	begin("spool: { compress: sealed, directory: '/srv/a \"b\\c' }\n"
	      "consoles:\n" CONSOLE("acme"));
	make(setup_filebeat);
	has("filebeat.inputs[8].paths[0]",
	    "/srv/a \"b\\c/*/unified_alert/*.ndjson");
	has("filebeat.inputs[8].paths[1]",
	    "/srv/a \"b\\c/*/unified_alert/*.ndjson.gz");
	has("filebeat.inputs[8].compression", "auto");
	has("filebeat.inputs[8].file_identity.fingerprint", "~");
	has("filebeat.inputs[8].prospector.scanner.fingerprint.enabled",
	    "true");
	has("filebeat.inputs[8].prospector.scanner.fingerprint.length", "64");
	has_not("filebeat.inputs[8].file_identity.path");
	end();
}

static void
test_agent_id(void)
{
	static const char *const add =
	    "filebeat.inputs[1].processors[1].add_fields.";
	char *path = xasprintf("%s%s", add, "fields.id");

	begin("consoles:\n" CONSOLE("acme") "    elastic_agent_id: " UUID_A
	      "\n" CONSOLE("beta") "    elastic_agent_id: " UUID_A "\n");
	make(setup_filebeat);
	has("filebeat.inputs[1].id", "s1spool-agent");
	has(path, UUID_A);
	has("filebeat.inputs[1].processors[1].add_fields.target", "agent");
	has_not("filebeat.inputs[1].processors[1].add_fields.when");
	has_not("filebeat.inputs[1].processors[2]");
	has_not("filebeat.inputs[0].processors[1]");
	end();

	/* One of two, and two different ones. */
	begin("consoles:\n" CONSOLE("acme") "    elastic_agent_id: " UUID_A
	      "\n" CONSOLE("beta") CONSOLE("gamma") "    elastic_agent_id: "
	      UUID_B "\n");
	make(setup_filebeat);
	has(path, UUID_A);
	has("filebeat.inputs[1].processors[1].add_fields.when.contains."
	    "log.file.path", "/acme/agent/");
	has("filebeat.inputs[1].processors[2].add_fields.fields.id", UUID_B);
	has("filebeat.inputs[1].processors[2].add_fields.when.contains."
	    "log.file.path", "/gamma/agent/");
	has_not("filebeat.inputs[1].processors[3]");

	make(setup_agent);
	has("inputs[0].streams[1].processors[3].add_fields.fields.id", UUID_A);
	has("inputs[0].streams[1].processors[4].add_fields.fields.id", UUID_B);
	has_not("inputs[0].streams[0].processors[3]");
	end();
	free(path);
}

static void
test_agent(void)
{
	begin("consoles:\n" CONSOLE("acme"));
	make(setup_agent);
	has("inputs[0].id", "s1spool");
	has("inputs[0].type", "filestream");
	has("inputs[0].use_output", "default");
	has("inputs[0].data_stream.namespace", "default");
	for (int i = 0; i < DATASET_COUNT; i++) {
		const char *name = dataset_table[i]->name;
		char *dataset = xasprintf("sentinel_one.%s", name);
		char *processors = xasprintf(
		    "inputs[0].streams[%d].processors", i);

		check_reading("inputs[0].streams", i, name);
		item_has("inputs[0].streams", i, "data_stream.dataset",
		    dataset);
		item_has("inputs[0].streams", i, "data_stream.type", "logs");
		item_has_not("inputs[0].streams", i, "parsers");
		check_processors(processors);
		free(processors);
		free(dataset);
	}
	check_own("inputs[0].streams");
	has("inputs[0].streams[9].data_stream.dataset", "s1spool.audit");
	has("inputs[0].streams[10].data_stream.dataset", "s1spool.health");
	has_not("inputs[1]");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "#     - type: elastic-agent\n"));
	end();

	begin(MIXED);
	make(setup_agent);
	has("inputs[0].id", "s1spool");
	has("inputs[0].streams[0].id", "s1spool-activity");
	has("inputs[0].streams[1].id", "s1spool-raw-activity");
	has_not("inputs[0].streams[1].pipeline");
	has("inputs[1].id", "s1spool-prod");
	has("inputs[1].data_stream.namespace", "prod");
	has("inputs[1].streams[0].id", "s1spool-activity-prod");
	item_has_not("inputs[1].streams", DATASET_COUNT + FEEDS_OWN, "");
	has_not("inputs[2]");
	end();
}

static void
test_tls(void)
{
	begin("elasticsearch:\n"
	      "  url: https://es.example.net\n"
	      "  ssl:\n"
	      "    certificate_authorities: [/etc/a.pem, /etc/b.pem]\n"
	      "    verification_mode: certificate\n"
	      "consoles:\n" CONSOLE("acme"));
	make(setup_filebeat);
	has("output.elasticsearch.ssl.certificate_authorities[0]",
	    "/etc/a.pem");
	has("output.elasticsearch.ssl.certificate_authorities[1]",
	    "/etc/b.pem");
	has("output.elasticsearch.ssl.verification_mode", "certificate");
	end();

	begin("consoles:\n" CONSOLE("acme"));
	make(setup_filebeat);
	has_not("output.elasticsearch.ssl");
	end();
}

/* Filebeat would take port 9200 where none is given. */
static void
test_host(void)
{
	static const struct {
		const char *url, *host;
	} urls[] = {
		{ "https://es.example.net:9243",
		    "https://es.example.net:9243" },
		{ "https://es.example.net", "https://es.example.net:443" },
		{ "https://es.example.net/a:b",
		    "https://es.example.net:443/a:b" },
		{ "http://127.0.0.1", "http://127.0.0.1:80" },
		{ "https://[2001:db8::1]", "https://[2001:db8::1]:443" },
		{ "https://[2001:db8::1]:92", "https://[2001:db8::1]:92" },
	};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		char *yaml = xasprintf("elasticsearch: { url: '%s' }\n"
		    "consoles:\n" CONSOLE("acme"), urls[i].url);

		begin(yaml);
		make(setup_filebeat);
		has("output.elasticsearch.hosts[0]", urls[i].host);
		end();
		free(yaml);
	}
}

/* The comment is an entry of the configuration as it stands. */
static void
test_hint(void)
{
	const char *from, *to;
	struct buf entry;

	begin("shippers: [{ type: filebeat, registry: /srv/fb }]\n"
	      "consoles:\n" CONSOLE("acme"));
	make(setup_filebeat);
	from = strstr(text, "#   shippers:\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(from);
	to = strstr(from, "\n\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(to);
	buf_init(&entry, 65536);
	for (const char *line = from; line < to;
	     line = strchr(line, '\n') + 1)
		buf_addf(&entry, "%.*s\n", (int)strcspn(line + 4, "\n"),
		    line + 4);
	buf_adds(&entry, "consoles:\n" CONSOLE("acme"));
	free(text);
	text = xstrdup(entry.p);
	buf_fini(&entry);
	scratch_write(dir, "s1.yml", slice_of(text));
	conf_free(conf);
	buf_reset(&flat);
	conf = conf_load(scratch_path(dir, "s1.yml"), &flat);
	UNIT_TEXT(flat.p, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	CU_ASSERT_EQUAL_FATAL(conf->n_shippers, 1);
	CU_ASSERT_EQUAL(conf->shipper[0].type, CONF_FILEBEAT);
	UNIT_TEXT(conf->shipper[0].registry, "/srv/fb");
	UNIT_TEXT(conf->shipper[0].inputs[0], "s1spool-activity");
	UNIT_TEXT(conf->shipper[0].inputs[8], "s1spool-unified_alert");
	UNIT_TEXT(conf->shipper[0].inputs[9], "s1spool-health");
	CU_ASSERT_PTR_NULL(conf->shipper[0].inputs[10]);
	end();
}

static const struct unit_test tests[] = {
	{ "a complete configuration", test_filebeat },
	{ "each output, the others as comments", test_outputs },
	{ "namespaces and forms that differ", test_mixed_inputs },
	{ "raw everywhere", test_all_raw },
	{ "packed segments, and a path to be quoted", test_sealed },
	{ "agent.id of the hosts' documents", test_agent_id },
	{ "a stand-alone Elastic Agent", test_agent },
	{ "TLS towards Elasticsearch", test_tls },
	{ "the address of Elasticsearch", test_host },
	{ "the entry of shippers", test_hint },
};

UNIT_MAIN("setup_ship", tests)
