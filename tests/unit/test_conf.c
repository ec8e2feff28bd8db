#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/conf/conf.h"
#include "collector/conf/conf_schema.h"
#include "collector/conf/conf_value.h"
#include "tests/unit/conf_fixture.h"
#include "tests/unit/unit.h"

static void
test_shippers(void)
{
	begin();
	fine("shippers:\n"
	    "  - type: filebeat\n"
	    "  - { type: elastic-agent, inputs: one }\n" CONSOLE);
	CU_ASSERT_FATAL(conf != NULL && conf->n_shippers == 2);
	UNIT_TEXT(conf->shipper[0].name, "filebeat");
	UNIT_TEXT(conf->shipper[0].registry,
	    "/var/lib/filebeat/registry/filebeat");
	CU_ASSERT_PTR_NULL(conf->shipper[0].inputs);
	CU_ASSERT_EQUAL(conf->shipper[0].fingerprint_length, 64);
	UNIT_TEXT(conf->shipper[1].name, "elastic-agent");
	UNIT_TEXT(conf->shipper[1].registry,
	    "/var/lib/elastic-agent/data/elastic-agent-*/run/"
	    "filestream-default/registry/filebeat");
	UNIT_TEXT(conf->shipper[1].inputs[0], "one");
	CU_ASSERT_PTR_NULL(conf->shipper[1].inputs[1]);
	/* They know what was shipped; a time that is given counts as well. */
	CU_ASSERT_EQUAL(conf->spool.hold, 60000);
	fine("spool: { hold: 0 }\nshippers: [{ type: filebeat }]\n" CONSOLE);
	CU_ASSERT_EQUAL(conf->spool.hold, 0);
	fine("spool: { hold: 2h }\nshippers: ~\n" CONSOLE);
	CU_ASSERT_EQUAL(conf->spool.hold, 7200000);
	CU_ASSERT_EQUAL(conf->n_shippers, 0);
	end();
}

/* What a dataset does not say, its console says; in any order. */
static void
test_inherited(void)
{
	const struct conf_dataset *d;

	begin();
	fine(CONSOLE
	    "    datasets:\n"
	    "      agent: { output: mapped, http_client_timeout: 2s,\n"
	    "        site_ids: [], preserve_original_event: no }\n"
	    "      threat: { enable_request_tracer: no }\n"
	    "    output: raw\n"
	    "    site_ids: [1, 2]\n"
	    "    http_client_timeout: 7s\n"
	    "    preserve_original_event: yes\n"
	    "    preserve_duplicate_custom_fields: yes\n"
	    "    enable_request_tracer: yes\n");
	CU_ASSERT_FATAL(conf != NULL);
	d = &conf->console[0]->dataset[DATASET_AGENT];
	CU_ASSERT_EQUAL(d->output, OUTPUT_MAPPED);
	CU_ASSERT_EQUAL(d->http_client_timeout, 2000);
	CU_ASSERT_PTR_NULL(d->site_ids);
	CU_ASSERT_FALSE(d->preserve_original_event);
	CU_ASSERT_TRUE(d->enable_request_tracer);
	d = &conf->console[0]->dataset[DATASET_THREAT];
	CU_ASSERT_EQUAL(d->output, OUTPUT_RAW);
	CU_ASSERT_EQUAL(d->http_client_timeout, 7000);
	UNIT_TEXT(d->site_ids, "1,2");
	CU_ASSERT_TRUE(d->preserve_original_event);
	CU_ASSERT_FALSE(d->enable_request_tracer);
	/* Only where there is such an option. */
	CU_ASSERT_FALSE(d->preserve_duplicate_custom_fields);
	d = &conf->console[0]->dataset[DATASET_GROUP];
	CU_ASSERT_TRUE(d->preserve_duplicate_custom_fields);
	CU_ASSERT_PTR_NULL(conf->console[0]->dataset[DATASET_UNIFIED_ALERT]
	    .site_ids);
	/* And without a word about datasets. */
	fine(CONSOLE "    output: raw\n");
	CU_ASSERT_EQUAL(conf->console[0]->dataset[DATASET_AGENT].output,
	    OUTPUT_RAW);
	end();
}

/* The console has the option that a dataset inherits, of the same type. */
static void
test_inherited_rows(void)
{
	const struct conf_section *s = &conf_schema_console;

	for (size_t i = 0; i < conf_schema_dataset.n; i++) {
		const struct conf_option *o = &conf_schema_dataset.options[i];
		size_t j = 0;

		if (!o->inherited)
			continue;
		while (j < s->n && strcmp(s->options[j].path, o->path) != 0)
			j++;
		CU_ASSERT_FATAL(j < s->n);
		CU_ASSERT_EQUAL(s->options[j].type, o->type);
		CU_ASSERT_NOT_EQUAL(o->type, CONF_TAGS);
		CU_ASSERT_NOT_EQUAL(o->type, CONF_AUTHORITIES);
		CU_ASSERT_PTR_NULL(o->def);
	}
}

/* What is not offered is told with its reason, and is offered nowhere. */
static void
test_absent(void)
{
	static const struct conf_section *const all[] = {
		&conf_schema_top, &conf_schema_console, &conf_schema_dataset,
	};
	char text[512], want[512];

	begin();
	for (size_t i = 0; i < conf_schema_n_absent; i++) {
		const struct conf_absent *a = &conf_schema_absent[i];
		bool in_ssl = strncmp(a->path, "ssl.", 4) == 0;

		snprintf(text, sizeof(text), in_ssl ? CONSOLE
		    "    ssl:\n      %s: x\n" : CONSOLE "    ssl:\n    %s: x\n",
		    a->path + (in_ssl ? 4 : 0));
		snprintf(want, sizeof(want), "s1.yml:6:%d: %s is no option of "
		    "s1spool: %s\n", in_ssl ? 7 : 5, a->path, a->instead);
		refused(text, want);
		for (size_t s = 0; s < COUNT(all); s++)
			for (size_t j = 0; j < all[s]->n; j++)
				CU_ASSERT_STRING_NOT_EQUAL(a->path,
				    all[s]->options[j].path);
	}
	refused(AGENT "        max_executions: 5000\n",
	    "s1.yml:7:9: max_executions is no option of s1spool: a poll makes "
	    "as many requests as it needs; remove it\n");
	/* Only where the integration has it. */
	refused(CONSOLE "    key_passphrase: x\n",
	    "s1.yml:5:5: unknown option 'key_passphrase'; known here: name, "
	    "url, api_token_file, respond_token_file, namespace, "
	    "elastic_agent_id, site_ids, max_size, "
	    "proxy_url, http_client_timeout, connect_timeout, rate_share, "
	    "backfill_rate_share, "
	    "preserve_original_event, preserve_duplicate_custom_fields, "
	    "output, enable_request_tracer, ssl, datasets\n");
	end();
}

struct address {
	const char *text;
	const char *url; /* NULL: refused */
	const char *why; /* the warning or the error, NULL for none */
};

#define NO_ADDRESS                                                           \
	"is no address; write https:// and the console's name, such as "     \
	"https://acme.sentinelone.net"
#define NOT_HTTPS                                                            \
	"must begin with https://: with http:// anybody on the way could "   \
	"read the API token"
#define HAS_USER                                                             \
	"must not hold a user or password; the API token goes into "         \
	"api_token_file"

static const struct address addresses[] = {
	{ "https://acme.sentinelone.net", "https://acme.sentinelone.net",
	    NULL },
	{ "https://acme.sentinelone.net/", "https://acme.sentinelone.net",
	    NULL },
	{ "https://acme.sentinelone.net///", "https://acme.sentinelone.net",
	    NULL },
	{ "HTTPS://acme.sentinelone.net", "https://acme.sentinelone.net",
	    NULL },
	{ "https://acme:8443", "https://acme:8443", NULL },
	{ "https://10.1.2.3", "https://10.1.2.3", NULL },
	{ "https://[2001:db8::1]:443/", "https://[2001:db8::1]:443", NULL },
	{ "http://localhost:80", "http://localhost:80", NULL },
	{ "http://127.0.0.1", "http://127.0.0.1", NULL },
	{ "http://127.255.0.9:1", "http://127.255.0.9:1", NULL },
	{ "http://[::1]:8080", "http://[::1]:8080", NULL },
	{ "https://acme/web/api/v2.1", "https://acme",
	    "taken as https://acme; what follows is ignored" },
	{ "https://acme/dashboard?_scopeId=1#x", "https://acme",
	    "taken as https://acme; what follows is ignored" },
	{ "https://acme?x", "https://acme",
	    "taken as https://acme; what follows is ignored" },
	{ "acme.sentinelone.net", NULL, NO_ADDRESS },
	{ "https://", NULL, NO_ADDRESS },
	{ "https://acme:99999", NULL, NO_ADDRESS },
	{ "https://acme:port", NULL, NO_ADDRESS },
	{ "https://a b", NULL, NO_ADDRESS },
	{ "ftp://acme", NULL, "must begin with https://" },
	{ "http://acme.sentinelone.net", NULL, NOT_HTTPS },
	{ "http://128.0.0.1", NULL, NOT_HTTPS },
	{ "http://localhost.example.org", NULL, NOT_HTTPS },
	{ "http://127.0.0.1.example.org", NULL, NOT_HTTPS },
	{ "http://[::2]", NULL, NOT_HTTPS },
	{ "https://me@acme", NULL, HAS_USER },
	{ "https://me:secret@acme", NULL, HAS_USER },
};

static void
check_address(const struct address *a)
{
	char text[256], want[512] = "";

	snprintf(text, sizeof(text), "consoles:\n  - name: a\n    url: '%s'\n"
	    "    api_token_file: /a\n", a->text);
	if (a->why != NULL)
		snprintf(want, sizeof(want), "s1.yml:3:10: %surl: %s\n",
		    a->url != NULL ? "warning: " : "", a->why);
	load(text);
	UNIT_TEXT(err.p, want);
	CU_ASSERT_EQUAL(conf != NULL, a->url != NULL);
	if (conf != NULL && a->url != NULL)
		UNIT_TEXT(conf->console[0]->url, a->url);
}

static void
test_addresses(void)
{
	begin();
	for (size_t i = 0; i < COUNT(addresses); i++)
		check_address(&addresses[i]);
	end();
}

static void
test_proxies(void)
{
	static const char *const proxies[] = {
		"http://proxy", "https://proxy:3128", "socks5://10.0.0.1:1080",
		"socks5h://user:pass%40word@proxy:1080",
	};
	char text[512];

	begin();
	for (size_t i = 0; i < COUNT(proxies); i++) {
		snprintf(text, sizeof(text), "%s    proxy_url: %s\n", CONSOLE,
		    proxies[i]);
		fine(text);
		if (conf != NULL)
			UNIT_TEXT(conf->console[0]->proxy_url, proxies[i]);
	}
	end();
}

/* Several ways to write the same. */
static void
test_spellings(void)
{
	static const struct {
		const char *word;
		bool value;
	} bools[] = {
		{ "true", true }, { "True", true }, { "YES", true },
		{ "on", true }, { "'true'", true }, { "false", false },
		{ "FALSE", false }, { "No", false }, { "off", false },
	};
	static const struct {
		const char *text, *ids;
	} ids[] = {
		{ "1,2", "1,2" }, { "'1, 2 ,3'", "1,2,3" }, { "7", "7" },
		{ "[1, 2]", "1,2" }, { "['1,2', 3]", "1,2,3" },
	};
	char text[512];

	begin();
	for (size_t i = 0; i < COUNT(bools); i++) {
		snprintf(text, sizeof(text), "%s        enabled: %s\n", AGENT,
		    bools[i].word);
		fine(text);
		if (conf != NULL)
			CU_ASSERT_EQUAL(conf->console[0]->dataset[DATASET_AGENT]
			    .enabled, bools[i].value);
	}
	for (size_t i = 0; i < COUNT(ids); i++) {
		snprintf(text, sizeof(text), "%s    site_ids: %s\n", CONSOLE,
		    ids[i].text);
		fine(text);
		if (conf != NULL)
			UNIT_TEXT(conf->console[0]->site_ids, ids[i].ids);
	}
	fine(CONSOLE "    site_ids: []\n");
	CU_ASSERT_PTR_NULL(conf->console[0]->site_ids);
	/* Nothing behind the colon of a list or a map: not set. */
	fine("spool:\nstate: ~\n" CONSOLE "    site_ids:\n    ssl: null\n"
	    "    datasets:\n      agent:\n      group:\n        tags:\n");
	UNIT_TEXT(conf->console[0]->dataset[DATASET_GROUP].tags[0], "forwarded");
	fine(CONSOLE "    datasets:\n");
	fine(CONSOLE "    ssl: { supported_protocols: [TLSv1.3, TLSv1.2] }\n");
	CU_ASSERT_EQUAL(conf->console[0]->ssl.supported_protocols, 3);
	fine(CONSOLE "    ssl: { supported_protocols: TLSv1.2 }\n");
	CU_ASSERT_EQUAL(conf->console[0]->ssl.supported_protocols, 1);
	fine(CONSOLE "    ssl: { certificate_authorities: /ca }\n");
	UNIT_TEXT(conf->console[0]->ssl.certificate_authorities[0], "/ca");
	fine(CONSOLE "    ssl:\n      certificate_authorities:\n"
	    "        - /ca\n"
	    "        - |\n"
	    "          -----BEGIN CERTIFICATE-----\n"
	    "          AA==\n");
	UNIT_TEXT(conf->console[0]->ssl.certificate_authorities[0], "/ca");
	UNIT_TEXT(conf->console[0]->ssl.certificate_authorities[1],
	    "-----BEGIN CERTIFICATE-----\nAA==\n");
	CU_ASSERT_PTR_NULL(conf->console[0]->ssl.certificate_authorities[2]);
	fine(CONSOLE "    datasets: { agent: { tags: one } }\n");
	UNIT_TEXT(conf->console[0]->dataset[DATASET_AGENT].tags[0], "one");
	CU_ASSERT_PTR_NULL(conf->console[0]->dataset[DATASET_AGENT].tags[1]);
	end();
}

static void
test_warning(void)
{
	begin();
	load(CONSOLE "    ssl: { verification_mode: none }\n");
	CU_ASSERT_PTR_NOT_NULL(conf);
	UNIT_TEXT(err.p, "s1.yml:2:5: warning: ssl.verification_mode none: "
	    "anybody on the way can read the API token\n");
	load(CONSOLE "    site_ids: 1\n"
	    "    datasets: { unified_alert: { enabled: on } }\n");
	CU_ASSERT_PTR_NOT_NULL(conf);
	UNIT_TEXT(err.p, "s1.yml:2:5: warning: site_ids: unified_alert cannot "
	    "be limited to sites and brings those of all\n");
	fine(CONSOLE "    datasets: { unified_alert: { enabled: on } }\n");
	end();
}

/* A console's options written once and used by several. */
static void
test_anchors(void)
{
	const struct conf_console *c;

	begin();
	fine("consoles:\n"
	    "  - &first\n"
	    "    name: a\n"
	    "    url: https://a\n"
	    "    api_token_file: /a\n"
	    "    namespace: prod\n"
	    "    datasets: &usual\n"
	    "      agent: &agent { interval: 1m, page_size: 5 }\n"
	    "      group: { enabled: no }\n"
	    "  - name: b\n"
	    "    url: https://b\n"
	    "    api_token_file: /b\n"
	    "    datasets: *usual\n"
	    "  - <<: *first\n"
	    "    name: c\n"
	    "    url: https://c\n"
	    "    datasets:\n"
	    "      <<: *usual\n"
	    "      agent:\n"
	    "        <<: [*agent, { interval: 3m, look_back: 1s }]\n"
	    "        page_size: 7\n");
	CU_ASSERT_FATAL(conf != NULL && conf->n_consoles == 3);
	c = conf->console[1];
	CU_ASSERT_EQUAL(c->dataset[DATASET_AGENT].interval, 60000);
	CU_ASSERT_FALSE(c->dataset[DATASET_GROUP].enabled);
	UNIT_TEXT(c->namespace, "default");
	c = conf->console[2];
	UNIT_TEXT(c->name, "c");
	UNIT_TEXT(c->url, "https://c");
	UNIT_TEXT(c->api_token_file, "/a");
	UNIT_TEXT(c->namespace, "prod");
	CU_ASSERT_FALSE(c->dataset[DATASET_GROUP].enabled);
	CU_ASSERT_EQUAL(c->dataset[DATASET_AGENT].interval, 60000);
	CU_ASSERT_EQUAL(c->dataset[DATASET_AGENT].page_size, 7);
	CU_ASSERT_EQUAL(c->dataset[DATASET_AGENT].look_back, 1000);

	refused(CONSOLE "    <<: [text]\n",
	    "s1.yml:5:10: a console must be a map: lines of 'name: value'\n");
	refused(CONSOLE "    <<: &x { namespace: a, namspace: b }\n",
	    "s1.yml:5:28: unknown option 'namspace'; did you mean "
	    "namespace?\n");
	refused("consoles: &x [*x]\n",
	    "s1.yml:1:11: a console must be a map of options; its first line "
	    "begins with '- name: '\n");
	refused("spool: &x { <<: *x }\n" CONSOLE,
	    "s1.yml:1:8: merged too deeply\n");
	end();
}

#define SERVER(options) CONSOLE "kibana: { " options " }\n"

/* A server's options that do not go together, or are none. */
static void
test_servers(void)
{
	static const struct {
		const char *text;
		const char *messages;
	} rows[] = {
		{ SERVER("username: jo"), "s1.yml: kibana: username and "
		    "password_file go together; give both or none\n" },
		{ SERVER("username: jo, password_file: /p, api_key_file: /k"),
		    "s1.yml: kibana: api_key_file and username exclude each "
		    "other; remove one\n" },
		{ SERVER("ssl: { key: /k }"), "s1.yml: kibana: "
		    "ssl.certificate and ssl.key go together; give both or "
		    "none\n" },
		{ SERVER("username: 'a:b'"), "s1.yml:5:21: username: 'a:b' "
		    "is no user name; it has 1 to 1024 characters and no "
		    "colon\n" },
		{ SERVER("url: https://u:p@h"), "s1.yml:5:16: url: must not "
		    "hold a user or password; they go into username and "
		    "password_file\n" },
		{ SERVER("url: 'http://es.example.net'"), "s1.yml:5:16: "
		    "url: must begin with https://: with http:// anybody on "
		    "the way could read the key\n" },
		{ SERVER("url: 'https://h/?a'"), "s1.yml:5:16: url: must "
		    "not have anything behind its path\n" },
		{ CONSOLE "elasticsearch: { space: a }\n", "s1.yml:5:18: "
		    "unknown option 'space'; space belongs to kibana\n" },
		{ CONSOLE "elasticsearch: here\n", "s1.yml:5:16: "
		    "elasticsearch must be a map: lines of 'name: "
		    "value'\n" },
	};

	begin();
	for (size_t i = 0; i < COUNT(rows); i++)
		refused(rows[i].text, rows[i].messages);
	load(SERVER("ssl: { verification_mode: none }"));
	CU_ASSERT_PTR_NOT_NULL(conf);
	UNIT_TEXT(err.p, "s1.yml: kibana: ssl.verification_mode none: anybody "
	    "on the way can read the key\n");
	end();
}

static const struct unit_test tests[] = {
	{ "servers", test_servers },
	{ "shippers", test_shippers },
	{ "what datasets inherit", test_inherited },
	{ "the rows that are inherited", test_inherited_rows },
	{ "what is not offered", test_absent },
	{ "addresses", test_addresses },
	{ "proxies", test_proxies },
	{ "spellings", test_spellings },
	{ "a warning", test_warning },
	{ "anchors and merged maps", test_anchors },
};

UNIT_MAIN("conf", tests)
