/*
 * The options one by one: their defaults, each with another value, and the rows
 * that say so.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/conf/conf.h"
#include "collector/conf/conf_schema.h"
#include "collector/conf/conf_value.h"
#include "tests/unit/conf_fixture.h"
#include "tests/unit/unit.h"

static void
check_default_console(const struct conf_console *c)
{
	UNIT_TEXT(c->name, "acme");
	UNIT_TEXT(c->url, "https://acme.sentinelone.net");
	UNIT_TEXT(c->api_token_file, "/etc/s1spool/tokens/acme");
	UNIT_TEXT(c->namespace, "default");
	CU_ASSERT_PTR_NULL(c->site_ids);
	CU_ASSERT_PTR_NULL(c->proxy_url);
	CU_ASSERT_EQUAL(c->http_client_timeout, 30000);
	CU_ASSERT_EQUAL(c->connect_timeout, 10000);
	CU_ASSERT_TRUE(c->rate_share >= 1 && c->rate_share <= 1);
	CU_ASSERT_TRUE(c->backfill_rate_share >= 0.25 &&
	    c->backfill_rate_share <= 0.25);
	CU_ASSERT_PTR_NULL(c->ssl.certificate_authorities);
	CU_ASSERT_PTR_NULL(c->ssl.certificate);
	CU_ASSERT_PTR_NULL(c->ssl.key);
	UNIT_TEXT(c->ssl.verification_mode, "full");
	CU_ASSERT_EQUAL(c->ssl.supported_protocols, 0);
	CU_ASSERT_EQUAL(c->ssl.cipher_suites, 0);
	CU_ASSERT_EQUAL(c->ssl.curve_types, 0);
}

static void
check_default_datasets(const struct conf_console *c)
{
	const struct conf_dataset *d = &c->dataset[DATASET_AGENT];

	CU_ASSERT_TRUE(d->enabled);
	CU_ASSERT_EQUAL(d->interval, 30000);
	CU_ASSERT_EQUAL(d->initial_interval, 86400000);
	CU_ASSERT_EQUAL(d->page_size, 1000);
	CU_ASSERT_EQUAL(d->http_client_timeout, 30000);
	CU_ASSERT_PTR_NULL(d->site_ids);
	CU_ASSERT_FALSE(d->enable_request_tracer);
	CU_ASSERT_FALSE(d->preserve_original_event);
	CU_ASSERT_FALSE(d->preserve_duplicate_custom_fields);
	UNIT_TEXT(d->tags[0], "forwarded");
	UNIT_TEXT(d->tags[1], "sentinel_one-agent");
	CU_ASSERT_PTR_NULL(d->tags[2]);
	CU_ASSERT_EQUAL(d->output, OUTPUT_MAPPED);
	CU_ASSERT_EQUAL(d->look_back, 60000);
	CU_ASSERT_EQUAL(d->overlap, 600000);
	CU_ASSERT_TRUE(d->inventory);
	CU_ASSERT_EQUAL(d->resend, 86400000);
	CU_ASSERT_FALSE(d->enable_star_rule_enrichment);
	d = &c->dataset[DATASET_ACTIVITY];
	CU_ASSERT_FALSE(d->inventory);
	CU_ASSERT_EQUAL(d->resend, 0);
	CU_ASSERT_EQUAL(c->dataset[DATASET_GROUP].page_size, 200);
}

static void
test_defaults(void)
{
	begin();
	fine(CONSOLE);
	CU_ASSERT_FATAL(conf != NULL && conf->n_consoles == 1);
	UNIT_TEXT(conf->spool.directory, "/var/spool/s1spool");
	CU_ASSERT_EQUAL(conf->spool.max_size, INT64_C(10) << 30);
	CU_ASSERT_EQUAL(conf->spool.min_free, 512 << 20);
	CU_ASSERT_EQUAL(conf->spool.segment_max_size, 64 << 20);
	CU_ASSERT_EQUAL(conf->spool.segment_max_age, 3600000);
	CU_ASSERT_EQUAL(conf->spool.segment_idle, 300000);
	CU_ASSERT_EQUAL(conf->spool.max_line, 8 << 20);
	CU_ASSERT_EQUAL(conf->spool.compress, COMPRESS_ARCHIVE);
	CU_ASSERT_EQUAL(conf->spool.hold, 86400000);
	CU_ASSERT_EQUAL(conf->archive.max_age, 7 * 86400000);
	CU_ASSERT_EQUAL(conf->archive.max_size, INT64_C(10) << 30);
	CU_ASSERT_EQUAL(conf->n_shippers, 0);
	UNIT_TEXT(conf->state.directory, "/var/lib/s1spool");
	CU_ASSERT_EQUAL(conf->logging.level, LOG_INFO);
	CU_ASSERT_EQUAL(conf->logging.format, LOG_TEXT);
	CU_ASSERT_EQUAL(conf->health.period, 0);
	CU_ASSERT_PTR_NULL(conf->metrics.file);
	check_default_console(conf->console[0]);
	check_default_datasets(conf->console[0]);
	end();
}

/* Every option once, with a value that is not its default. */
static const char every_option[] =
    "spool:\n"
    "  directory: /s\n"
    "  max_size: 20GiB\n"
    "  min_free: 0\n"
    "  segment_max_size: 1MB\n"
    "  segment_max_age: 2h\n"
    "  segment_idle: 90s\n"
    "  max_line: 1048576\n"
    "  compress: sealed\n"
    "  hold: 3m\n"
    "archive: { max_age: 0, max_size: 1TiB }\n"
    "shippers:\n"
    "  - name: edge\n"
    "    type: elastic-agent\n"
    "    registry: /r\n"
    "    inputs: [one, two]\n"
    "    fingerprint_length: 1024\n"
    "state: { directory: /t }\n"
    "health: { period: 10m }\n"
    "metrics: { file: /run/metrics.prom }\n"
    "logging:\n"
    "  level: debug\n"
    "  format: json\n"
    "elasticsearch:\n"
    "  url: https://127.0.0.1:9200/es/\n"
    "  api_key_file: /ek\n"
    "  proxy_url: http://proxy:3128\n"
    "  timeout: 3m\n"
    "  geo: true\n"
    "  ssl: { verification_mode: certificate, certificate: /ec, key: /ek }\n"
    "kibana:\n"
    "  url: http://localhost:5601\n"
    "  username: jo@example.net\n"
    "  password_file: /kp\n"
    "  space: security\n"
    "  connector_console: acme-eu_1\n"
    "  connector_token_file: /kt\n"
    "respond:\n"
    "  directory: /rd\n"
    "  deny: ['name:dc-*', 'tag:tier=0']\n"
    "  limit: 9\n"
    "  limit_period: 1h\n"
    "  wait: 0\n"
    "  poll_interval: 100ms\n"
    "consoles:\n"
    "  - name: acme-eu_1\n"
    "    url: http://127.0.0.1:8080/\n"
    "    api_token_file: /k\n"
    "    respond_token_file: /rk\n"
    "    namespace: prod.eu\n"
    "    elastic_agent_id: 0b5a1c2d-3e4f-4a6b-8c7d-9e0f1a2b3c4d\n"
    "    site_ids: [225494730938493804, '2']\n"
    "    max_size: 5GiB\n"
    "    proxy_url: http://u:p@proxy:3128\n"
    "    http_client_timeout: 1m\n"
    "    connect_timeout: 5s\n"
    "    rate_share: 0.5\n"
    "    backfill_rate_share: 0.125\n"
    "    preserve_original_event: true\n"
    "    preserve_duplicate_custom_fields: true\n"
    "    output: raw\n"
    "    enable_request_tracer: true\n"
    "    ssl:\n"
    "      certificate_authorities: [/ca.pem]\n"
    "      certificate: /c.pem\n"
    "      key: /k.pem\n"
    "      verification_mode: certificate\n"
    "      supported_protocols: [TLSv1.3]\n"
    "      cipher_suites: [ECDHE-ECDSA-AES-128-CBC-SHA, "
    "TLS-AES-128-GCM-SHA256]\n"
    "      curve_types: [X25519, P-256]\n"
    "    datasets:\n"
    "      agent:\n"
    "        enabled: no\n"
    "        interval: 1h30m\n"
    "        initial_interval: 7d\n"
    "        start_time: 2026-03-04T09:15:42Z\n"
    "        page_size: 50\n"
    "        http_client_timeout: 90s\n"
    "        site_ids: [3]\n"
    "        preserve_original_event: false\n"
    "        tags: [a, b, c]\n"
    "        output: mapped\n"
    "        enable_request_tracer: false\n"
    "        look_back: 2m\n"
    "        overlap: 2m\n"
    "        inventory: off\n"
    "        resend: 0\n"
    "      group:\n"
    "        preserve_duplicate_custom_fields: No\n"
    "        batch_size: 300\n"
    "      threat:\n"
    "        enable_star_rule_enrichment: on\n"
    "        tags: []\n"
    "      alert:\n"
    "        trailing_window: 0\n"
    "      unified_alert:\n"
    "        correct_cloud_fields: on\n";

static void
check_servers(void)
{
	const struct conf_server *s = &conf->elasticsearch;

	UNIT_TEXT(s->url, "https://127.0.0.1:9200/es");
	UNIT_TEXT(s->api_key_file, "/ek");
	CU_ASSERT_PTR_NULL(s->username);
	UNIT_TEXT(s->proxy_url, "http://proxy:3128");
	CU_ASSERT_EQUAL(s->timeout, 180000);
	CU_ASSERT_TRUE(s->geo);
	UNIT_TEXT(s->ssl.verification_mode, "certificate");
	UNIT_TEXT(s->ssl.certificate, "/ec");
	s = &conf->kibana;
	UNIT_TEXT(s->url, "http://localhost:5601");
	CU_ASSERT_PTR_NULL(s->api_key_file);
	UNIT_TEXT(s->username, "jo@example.net");
	UNIT_TEXT(s->password_file, "/kp");
	CU_ASSERT_EQUAL(s->timeout, 90000);
	UNIT_TEXT(s->ssl.verification_mode, "full");
	UNIT_TEXT(s->space, "security");
	UNIT_TEXT(s->connector_console, "acme-eu_1");
	UNIT_TEXT(s->connector_token_file, "/kt");
}

static void
check_respond(void)
{
	UNIT_TEXT(conf->respond.directory, "/rd");
	UNIT_TEXT(conf->respond.deny[0], "name:dc-*");
	UNIT_TEXT(conf->respond.deny[1], "tag:tier=0");
	CU_ASSERT_PTR_NULL(conf->respond.deny[2]);
	CU_ASSERT_EQUAL(conf->respond.limit, 9);
	CU_ASSERT_EQUAL(conf->respond.limit_period, 3600000);
	CU_ASSERT_EQUAL(conf->respond.wait, 0);
	CU_ASSERT_EQUAL(conf->respond.poll_interval, 100);
	UNIT_TEXT(conf->console[0]->respond_token_file, "/rk");
}

static void
check_spool(void)
{
	UNIT_TEXT(conf->spool.directory, "/s");
	CU_ASSERT_EQUAL(conf->spool.max_size, INT64_C(20) << 30);
	CU_ASSERT_EQUAL(conf->spool.min_free, 0);
	CU_ASSERT_EQUAL(conf->spool.segment_max_size, 1000000);
	CU_ASSERT_EQUAL(conf->spool.segment_max_age, 7200000);
	CU_ASSERT_EQUAL(conf->spool.segment_idle, 90000);
	CU_ASSERT_EQUAL(conf->spool.max_line, 1048576);
	CU_ASSERT_EQUAL(conf->spool.compress, COMPRESS_SEALED);
	CU_ASSERT_EQUAL(conf->spool.hold, 180000);
	CU_ASSERT_EQUAL(conf->archive.max_age, 0);
	CU_ASSERT_EQUAL(conf->archive.max_size, INT64_C(1) << 40);
}

static void
check_shipper(const struct conf_shipper *s)
{
	UNIT_TEXT(s->name, "edge");
	CU_ASSERT_EQUAL(s->type, CONF_ELASTIC_AGENT);
	UNIT_TEXT(s->registry, "/r");
	UNIT_TEXT(s->inputs[0], "one");
	UNIT_TEXT(s->inputs[1], "two");
	CU_ASSERT_PTR_NULL(s->inputs[2]);
	CU_ASSERT_EQUAL(s->fingerprint_length, 1024);
}

static void
check_ssl(const struct conf_ssl *ssl)
{
	UNIT_TEXT(ssl->certificate_authorities[0], "/ca.pem");
	CU_ASSERT_PTR_NULL(ssl->certificate_authorities[1]);
	UNIT_TEXT(ssl->certificate, "/c.pem");
	UNIT_TEXT(ssl->key, "/k.pem");
	UNIT_TEXT(ssl->verification_mode, "certificate");
	CU_ASSERT_EQUAL(ssl->supported_protocols, 2);
	CU_ASSERT_EQUAL(ssl->cipher_suites, 1u << 0 | 1u << 17);
	CU_ASSERT_EQUAL(ssl->curve_types, 1u << 3 | 1u << 0);
}

static void
check_console(const struct conf_console *c)
{
	UNIT_TEXT(c->name, "acme-eu_1");
	UNIT_TEXT(c->url, "http://127.0.0.1:8080");
	UNIT_TEXT(c->api_token_file, "/k");
	UNIT_TEXT(c->namespace, "prod.eu");
	UNIT_TEXT(c->elastic_agent_id,
	    "0b5a1c2d-3e4f-4a6b-8c7d-9e0f1a2b3c4d");
	CU_ASSERT_EQUAL(c->max_size, INT64_C(5) << 30);
	UNIT_TEXT(c->site_ids, "225494730938493804,2");
	UNIT_TEXT(c->proxy_url, "http://u:p@proxy:3128");
	CU_ASSERT_EQUAL(c->http_client_timeout, 60000);
	CU_ASSERT_EQUAL(c->connect_timeout, 5000);
	CU_ASSERT_TRUE(c->rate_share >= 0.5 && c->rate_share <= 0.5);
	CU_ASSERT_TRUE(c->backfill_rate_share >= 0.125 &&
	    c->backfill_rate_share <= 0.125);
	CU_ASSERT_TRUE(c->preserve_original_event);
	CU_ASSERT_TRUE(c->preserve_duplicate_custom_fields);
	CU_ASSERT_EQUAL(c->output, OUTPUT_RAW);
	CU_ASSERT_TRUE(c->enable_request_tracer);
	check_ssl(&c->ssl);
}

static void
check_agent(const struct conf_dataset *d)
{
	CU_ASSERT_FALSE(d->enabled);
	CU_ASSERT_EQUAL(d->interval, 5400000);
	CU_ASSERT_EQUAL(d->initial_interval, 604800000);
	CU_ASSERT_EQUAL(d->start_time, 1772615742000);
	CU_ASSERT_EQUAL(d->page_size, 50);
	CU_ASSERT_EQUAL(d->http_client_timeout, 90000);
	UNIT_TEXT(d->site_ids, "3");
	CU_ASSERT_FALSE(d->preserve_original_event);
	CU_ASSERT_FALSE(d->enable_request_tracer);
	UNIT_TEXT(d->tags[0], "a");
	UNIT_TEXT(d->tags[1], "b");
	UNIT_TEXT(d->tags[2], "c");
	CU_ASSERT_PTR_NULL(d->tags[3]);
	CU_ASSERT_EQUAL(d->output, OUTPUT_MAPPED);
	CU_ASSERT_EQUAL(d->look_back, 120000);
	CU_ASSERT_EQUAL(d->overlap, 120000);
	CU_ASSERT_FALSE(d->inventory);
	CU_ASSERT_EQUAL(d->resend, 0);
}

static void
check_datasets(const struct conf_console *c)
{
	const struct conf_dataset *d;

	check_agent(&c->dataset[DATASET_AGENT]);
	d = &c->dataset[DATASET_GROUP];
	CU_ASSERT_FALSE(d->preserve_duplicate_custom_fields);
	CU_ASSERT_EQUAL(d->page_size, 300);
	d = &c->dataset[DATASET_THREAT];
	CU_ASSERT_TRUE(d->enable_star_rule_enrichment);
	CU_ASSERT_FATAL(d->tags != NULL);
	CU_ASSERT_PTR_NULL(d->tags[0]);
	CU_ASSERT_EQUAL(c->dataset[DATASET_ALERT].trailing_window, 0);
	CU_ASSERT_TRUE(c->dataset[DATASET_UNIFIED_ALERT].correct_cloud_fields);
	/* What was not named has kept its defaults. */
	CU_ASSERT_TRUE(c->dataset[DATASET_ACTIVITY].enabled);
}

static void
test_every_option(void)
{
	begin();
	fine(every_option);
	CU_ASSERT_FATAL(conf != NULL && conf->n_consoles == 1);
	check_spool();
	CU_ASSERT_FATAL(conf->n_shippers == 1);
	check_shipper(&conf->shipper[0]);
	UNIT_TEXT(conf->state.directory, "/t");
	CU_ASSERT_EQUAL(conf->logging.level, LOG_DEBUG);
	CU_ASSERT_EQUAL(conf->logging.format, LOG_JSON);
	CU_ASSERT_EQUAL(conf->health.period, 600000);
	UNIT_TEXT(conf->metrics.file, "/run/metrics.prom");
	check_servers();
	check_respond();
	check_console(conf->console[0]);
	check_datasets(conf->console[0]);
	end();
}

/* The rows themselves: whole, unique, with defaults that they accept. */
static void
check_section(const struct conf_section *s, const char *in)
{
	void *fields = xcalloc(1, sizeof(struct conf_console));
	struct buf why;

	buf_init(&why, 4096);
	CU_ASSERT_TRUE(s->n <= CONF_OPTIONS_MAX);
	for (size_t i = 0; i < s->n; i++) {
		const struct conf_option *o = &s->options[i];
		const char *dot = strrchr(o->path, '.');

		CU_ASSERT_TRUE(o->help != NULL && o->help[0] != '\0');
		for (size_t j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(o->path, s->options[j].path);
		if (dot != NULL) {
			size_t g = 0;

			/* Its group is a row before it. */
			while (g < i && (s->options[g].type != CONF_GROUP ||
			    strlen(s->options[g].path) !=
			    (size_t)(dot - o->path) ||
			    strncmp(s->options[g].path, o->path,
			    (size_t)(dot - o->path)) != 0))
				g++;
			CU_ASSERT_TRUE(g < i);
		}
		if (o->def != NULL) {
			CU_ASSERT_EQUAL(conf_value_add(o, fields,
			    slice_of(o->def), &why), 0);
			UNIT_TEXT(why.p, "");
		}
		CU_ASSERT_FALSE(o->required && o->def != NULL);
		/* And test_every_option() has it. */
		CU_ASSERT_PTR_NOT_NULL(strstr(in, dot == NULL ? o->path
							      : dot + 1));
	}
	conf_value_free(s, fields);
	buf_fini(&why);
	free(fields);
}

static void
test_schema(void)
{
	check_section(&conf_schema_top, every_option);
	check_section(&conf_schema_elasticsearch, every_option);
	check_section(&conf_schema_kibana, every_option);
	check_section(&conf_schema_shipper, every_option);
	check_section(&conf_schema_console, every_option);
	check_section(&conf_schema_dataset, every_option);
}

static int
set_number(const struct conf_option *o, int64_t value)
{
	int64_t fields[sizeof(struct conf_console) / sizeof(int64_t) + 1];
	char text[NUM_TEXT];
	struct buf why;
	int r;

	if (o->type == CONF_DURATION)
		num_duration_text(value, text);
	else
		snprintf(text, sizeof(text), "%lld", (long long)value);
	buf_init(&why, 1024);
	r = conf_value_add(o, fields, slice_of(text), &why);
	buf_fini(&why);
	return r;
}

/* Both ends of each range are within it. */
static void
test_ranges(void)
{
	static const struct conf_section *const all[] = {
		&conf_schema_top, &conf_schema_console, &conf_schema_dataset,
	};

	for (size_t s = 0; s < COUNT(all); s++)
		for (size_t i = 0; i < all[s]->n; i++) {
			const struct conf_option *o = &all[s]->options[i];

			if (o->type != CONF_COUNT && o->type != CONF_DURATION &&
			    o->type != CONF_SIZE)
				continue;
			CU_ASSERT_TRUE(o->min < o->max);
			CU_ASSERT_EQUAL(set_number(o, o->min), 0);
			CU_ASSERT_EQUAL(set_number(o, o->max), 0);
			CU_ASSERT_EQUAL(set_number(o, o->max + 1), -1);
			if (o->min > 0)
				CU_ASSERT_EQUAL(set_number(o, o->min - 1), -1);
		}
}

static const struct unit_test tests[] = {
	{ "ranges", test_ranges },
	{ "defaults", test_defaults },
	{ "every option", test_every_option },
	{ "the rows of the schema", test_schema },
};

UNIT_MAIN("conf_options", tests)
