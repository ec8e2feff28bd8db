#include "config.h"

#include "collector/conf/conf.h"
#include "tests/unit/conf_fixture.h"
#include "tests/unit/unit.h"

struct wrong {
	const char *text;
	const char *messages;
};

static void
check_wrong(const struct wrong *row, size_t n)
{
	begin();
	for (size_t i = 0; i < n; i++)
		refused(row[i].text, row[i].messages);
	end();
}

#define DURATION_HINT                                                        \
	"is no duration; write numbers with d, h, m, s or ms, such as 1h30m\n"
#define SIZE_HINT                                                            \
	"is no size; write bytes, or a number with KiB, MiB, GiB, TiB, kB, " \
	"MB, GB or TB\n"
#define PATH_HINT "must be an absolute path, beginning with /\n"
#define NAMESPACE_HINT                                                       \
	"is no namespace; it must not have capitals, blanks or any of "      \
	"\\/*?\"<>|,#:-\n"
#define PAIR_HINT                                                            \
	"ssl.certificate and ssl.key go together; give both or none\n"
#define NO_CONSOLE                                                           \
	"s1.yml: there is no console to ask; add one below consoles: with "  \
	"its name, url and api_token_file\n"
#define KNOWN_HERE                                                           \
	"known here: spool, archive, shippers, state, logging, health, "     \
	"metrics, elasticsearch, kibana, respond, consoles\n"
#define AUTHORITY_HINT                                                       \
	"must be an absolute path, beginning with /, or a certificate in "   \
	"PEM form\n"

/* Each option with a value that it refuses, at the value's place. */
static const struct wrong wrong_top[] = {
	{ "spool: { directory: var }\n" CONSOLE,
	    "s1.yml:1:21: spool.directory: " PATH_HINT },
	{ "spool:\n  max_size: 10G\n" CONSOLE,
	    "s1.yml:2:13: spool.max_size: '10G' " SIZE_HINT },
	{ "spool:\n  max_size: 5kB\n" CONSOLE,
	    "s1.yml:2:13: spool.max_size: '5kB' is not within 1MiB and "
	    "1024TiB\n" },
	{ "spool:\n  segment_max_size: 2049MiB\n" CONSOLE,
	    "s1.yml:2:21: spool.segment_max_size: '2049MiB' is not within "
	    "4KiB and 2GiB\n" },
	{ "spool:\n  segment_max_age: 8d\n" CONSOLE,
	    "s1.yml:2:20: spool.segment_max_age: '8d' is not within 1s and "
	    "7d\n" },
	{ "spool:\n  segment_idle: 30\n" CONSOLE,
	    "s1.yml:2:17: spool.segment_idle: '30' has no unit; write 30s "
	    "for seconds\n" },
	{ "spool:\n  max_line: 10MiB\n" CONSOLE,
	    "s1.yml:2:13: spool.max_line: '10MiB' is not within 64KiB and "
	    "9MiB\n" },
	{ "spool: { compress: always }\n" CONSOLE,
	    "s1.yml:1:20: spool.compress: 'always' is none of archive, never, "
	    "sealed\n" },
	{ "spool: { hold: 2y }\n" CONSOLE,
	    "s1.yml:1:16: spool.hold: '2y' " DURATION_HINT },
	{ "archive: { max_age: -1s }\n" CONSOLE,
	    "s1.yml:1:21: archive.max_age: '-1s' " DURATION_HINT },
	{ "archive: { max_size: 2000TiB }\n" CONSOLE,
	    "s1.yml:1:22: archive.max_size: '2000TiB' is not within 0 and "
	    "1024TiB\n" },
	{ "state:\n  directory: [/a]\n" CONSOLE,
	    "s1.yml:2:14: state.directory: must be a plain value, not a list "
	    "or a map\n" },
	{ "logging:\n  level: warning\n" CONSOLE,
	    "s1.yml:2:10: logging.level: 'warning' is none of error, warn, "
	    "info, debug; did you mean warn?\n" },
	{ "logging:\n  format: xml\n" CONSOLE,
	    "s1.yml:2:11: logging.format: 'xml' is none of text, json\n" },
	{ "health: { period: 99ms }\n" CONSOLE,
	    "s1.yml:1:19: health.period: '99ms' is not 0 and not within 100ms "
	    "and 1d\n" },
	{ "spool: { directory: /s }\nstate: { directory: /s }\n" CONSOLE,
	    "s1.yml: spool.directory and state.directory are both /s; give "
	    "each its own\n" },
	{ "consoles: acme\n",
	    "s1.yml:1:11: consoles must be a list; each console begins with "
	    "'- name: '\n" },
};

static void
test_wrong_top(void)
{
	check_wrong(wrong_top, COUNT(wrong_top));
}

/* The lines of a console's options go behind its first three. */
static const struct wrong wrong_shipper[] = {
	{ "shippers: filebeat\n" CONSOLE,
	    "s1.yml:1:11: shippers must be a list; each shipper begins with "
	    "'- type: '\n" },
	{ "shippers:\n  - filebeat\n" CONSOLE,
	    "s1.yml:2:5: a shipper must be a map of options; its first line "
	    "begins with '- type: '\n" },
	{ "shippers:\n  - name: edge\n" CONSOLE,
	    "s1.yml:2:5: this shipper has no type: filebeat or "
	    "elastic-agent\n" },
	{ "shippers:\n  - type: filebeet\n" CONSOLE,
	    "s1.yml:2:11: type: 'filebeet' is none of filebeat, "
	    "elastic-agent; did you mean filebeat?\n" },
	{ "shippers:\n  - type: filebeat\n    name: My Beat\n" CONSOLE,
	    "s1.yml:3:11: name: 'My Beat' is no name; use a-z, 0-9, _ and "
	    "-\n" },
	{ "shippers:\n  - type: filebeat\n    registry: data\n" CONSOLE,
	    "s1.yml:3:15: registry: " PATH_HINT },
	{ "shippers:\n  - type: filebeat\n    inputs: [a, 'b::c', '']\n"
	    CONSOLE,
	    "s1.yml:3:17: inputs: 'b::c' is no id of an input\n"
	    "s1.yml:3:25: inputs: '' is no id of an input\n" },
	{ "shippers:\n  - type: filebeat\n    fingerprint_length: 63\n"
	    CONSOLE,
	    "s1.yml:3:25: fingerprint_length: '63' is no whole number from 64 "
	    "to 10485760\n" },
	{ "shippers:\n  - type: filebeat\n    registri: /r\n" CONSOLE,
	    "s1.yml:3:5: unknown option 'registri'; did you mean registry?\n" },
	{ "registry: /r\n" CONSOLE,
	    "s1.yml:1:1: unknown option 'registry'; registry belongs to a "
	    "shipper\n" },
	{ "shippers:\n  - type: filebeat\n  - type: filebeat\n" CONSOLE,
	    "s1.yml:3:5: the shipper name filebeat is taken by s1.yml:2; "
	    "choose another\n" },
};

static void
test_wrong_shipper(void)
{
	check_wrong(wrong_shipper, COUNT(wrong_shipper));
}

static const struct wrong wrong_console[] = {
	{ CONSOLE "    namespace: Prod\n",
	    "s1.yml:5:16: namespace: 'Prod' " NAMESPACE_HINT },
	{ CONSOLE "    namespace: a-b\n",
	    "s1.yml:5:16: namespace: 'a-b' " NAMESPACE_HINT },
	{ CONSOLE "    elastic_agent_id: 0B5A1C2D-3e4f-4a6b-8c7d-9e0f1a2b3c4d\n",
	    "s1.yml:5:23: elastic_agent_id: '0B5A1C2D-3e4f-4a6b-8c7d-9e0f1a2b"
	    "3c4d' is no id of an Elastic Agent; it looks like "
	    "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, in small letters\n" },
	{ CONSOLE "    namespace: ''\n",
	    "s1.yml:5:16: namespace: '' is no namespace; it has 1 to 100 "
	    "characters\n" },
	{ CONSOLE "    site_ids: [12, north]\n",
	    "s1.yml:5:20: site_ids: 'north' is no site id; ids are digits\n" },
	{ CONSOLE "    site_ids: 1,,2\n",
	    "s1.yml:5:15: site_ids: '' is no site id; ids have 1 to 20 "
	    "digits\n" },
	{ CONSOLE "    proxy_url: ftp://proxy\n",
	    "s1.yml:5:16: proxy_url: is no proxy address; write "
	    "http://HOST:PORT, https://, socks5:// or socks5h://\n" },
	{ CONSOLE "    http_client_timeout: 0\n",
	    "s1.yml:5:26: http_client_timeout: '0' is not within 1s and 1h\n" },
	{ CONSOLE "    connect_timeout: soon\n",
	    "s1.yml:5:22: connect_timeout: 'soon' " DURATION_HINT },
	{ CONSOLE "    rate_share: 0\n",
	    "s1.yml:5:17: rate_share: '0' is no number above 0 and up to 1\n" },
	{ CONSOLE "    rate_share: 1.5\n",
	    "s1.yml:5:17: rate_share: '1.5' is no number above 0 and up to "
	    "1\n" },
	{ CONSOLE "    ssl: { certificate_authorities: [/a, b] }\n",
	    "s1.yml:5:42: ssl.certificate_authorities: " AUTHORITY_HINT },
	{ CONSOLE "    ssl:\n      certificate_authorities: |\n"
	    "        -----BEGIN PRIVATE KEY-----\n",
	    "s1.yml:6:32: ssl.certificate_authorities: " AUTHORITY_HINT },
	{ CONSOLE "    ssl: { cipher_suites: [RSA-RC4-128-SHA] }\n",
	    "s1.yml:5:28: ssl.cipher_suites: 'RSA-RC4-128-SHA' is none of "
	    "ECDHE-ECDSA-AES-128-CBC-SHA, ECDHE-ECDSA-AES-128-CBC-SHA256, "
	    "ECDHE-ECDSA-AES-128-GCM-SHA256, ECDHE-ECDSA-AES-256-CBC-SHA, "
	    "ECDHE-ECDSA-AES-256-GCM-SHA384, ECDHE-ECDSA-CHACHA20-POLY1305, "
	    "ECDHE-RSA-AES-128-CBC-SHA, ECDHE-RSA-AES-128-CBC-SHA256, "
	    "ECDHE-RSA-AES-128-GCM-SHA256, ECDHE-RSA-AES-256-CBC-SHA, "
	    "ECDHE-RSA-AES-256-GCM-SHA384, ECDHE-RSA-CHACHA20-POLY1305, "
	    "RSA-AES-128-CBC-SHA, RSA-AES-128-CBC-SHA256, "
	    "RSA-AES-128-GCM-SHA256, RSA-AES-256-CBC-SHA, "
	    "RSA-AES-256-GCM-SHA384, TLS-AES-128-GCM-SHA256, "
	    "TLS-AES-256-GCM-SHA384, TLS-CHACHA20-POLY1305-SHA256\n" },
	{ CONSOLE "    ssl: { curve_types: [P-224] }\n",
	    "s1.yml:5:26: ssl.curve_types: 'P-224' is none of P-256, P-384, "
	    "P-521, X25519; did you mean P-256?\n" },
	{ CONSOLE "    output: ecs\n",
	    "s1.yml:5:13: output: 'ecs' is none of mapped, raw\n" },
	{ CONSOLE "    preserve_original_event: 1\n",
	    "s1.yml:5:30: preserve_original_event: '1' is neither true nor "
	    "false\n" },
	{ CONSOLE "    preserve_duplicate_custom_fields: 1\n",
	    "s1.yml:5:39: preserve_duplicate_custom_fields: '1' is neither "
	    "true nor false\n" },
	{ CONSOLE "    enable_request_tracer: 1\n",
	    "s1.yml:5:28: enable_request_tracer: '1' is neither true nor "
	    "false\n" },
	{ CONSOLE "    ssl: { certificate: c.pem, key: /k.pem }\n",
	    "s1.yml:5:25: ssl.certificate: " PATH_HINT
	    "s1.yml:2:5: " PAIR_HINT },
	{ CONSOLE "    ssl: { certificate: /c.pem }\n",
	    "s1.yml:2:5: " PAIR_HINT },
	{ CONSOLE "    ssl: { key: /k.pem }\n",
	    "s1.yml:2:5: " PAIR_HINT },
	{ CONSOLE "    ssl: { key: k.pem }\n",
	    "s1.yml:5:17: ssl.key: " PATH_HINT },
	{ CONSOLE "    ssl: { verification_mode: strict }\n",
	    "s1.yml:5:31: ssl.verification_mode: 'strict' is none of full, "
	    "certificate, none\n" },
	{ CONSOLE "    ssl: { supported_protocols: [TLSv1.2, TLSv1.1] }\n",
	    "s1.yml:5:43: ssl.supported_protocols: 'TLSv1.1' is none of "
	    "TLSv1.2, TLSv1.3; did you mean TLSv1.2?\n" },
	{ CONSOLE "    datasets: [agent]\n",
	    "s1.yml:5:15: datasets must be a map: lines of 'name: value'\n" },
	{ CONSOLE "    ssl: full\n",
	    "s1.yml:5:10: ssl must be a map: lines of 'name: value'\n" },
};

static void
test_wrong_console(void)
{
	check_wrong(wrong_console, COUNT(wrong_console));
}

static const struct wrong wrong_dataset[] = {
	{ AGENT "        enabled: maybe\n",
	    "s1.yml:7:18: enabled: 'maybe' is neither true nor false\n" },
	{ AGENT "        interval: 1m30\n",
	    "s1.yml:7:19: interval: '1m30' " DURATION_HINT },
	{ AGENT "        interval: 50ms\n",
	    "s1.yml:7:19: interval: '50ms' is not within 100ms and 30d\n" },
	{ AGENT "        initial_interval: 0\n",
	    "s1.yml:7:27: initial_interval: '0' is not within 1s and 3650d\n" },
	{ AGENT "        page_size: 1001\n",
	    "s1.yml:7:20: page_size: '1001' is no whole number from 1 to "
	    "1000\n" },
	{ AGENT "        page_size: 0\n",
	    "s1.yml:7:20: page_size: '0' is no whole number from 1 to 1000\n" },
	{ CONSOLE "    datasets: { group: { page_size: 301 } }\n",
	    "s1.yml:5:37: page_size: '301' is no whole number from 1 to "
	    "300\n" },
	{ AGENT "        http_client_timeout: 1ms\n",
	    "s1.yml:7:30: http_client_timeout: '1ms' is not within 1s and "
	    "1h\n" },
	{ AGENT "        site_ids: here\n",
	    "s1.yml:7:19: site_ids: 'here' is no site id; ids are digits\n" },
	{ AGENT "        enable_request_tracer: maybe\n",
	    "s1.yml:7:32: enable_request_tracer: 'maybe' is neither true nor "
	    "false\n" },
	{ AGENT "        preserve_original_event: 1\n",
	    "s1.yml:7:34: preserve_original_event: '1' is neither true nor "
	    "false\n" },
	{ CONSOLE "    datasets: { group: "
	    "{ preserve_duplicate_custom_fields: 2 } }\n",
	    "s1.yml:5:60: preserve_duplicate_custom_fields: '2' is neither "
	    "true nor false\n" },
	{ AGENT "        tags: [ok, '']\n",
	    "s1.yml:7:20: tags: '' is no tag\n" },
	{ AGENT "        tags: [ok, [nested]]\n",
	    "s1.yml:7:20: tags: must be a plain value, not a list or a map\n" },
	{ AGENT "        tags: { a: b }\n",
	    "s1.yml:7:15: tags: must be a plain value, not a list or a map\n" },
	{ AGENT "        output: mapd\n",
	    "s1.yml:7:17: output: 'mapd' is none of mapped, raw; did you mean "
	    "mapped?\n" },
	{ AGENT "        look_back: -1s\n",
	    "s1.yml:7:20: look_back: '-1s' " DURATION_HINT },
	{ AGENT "        start_time: yesterday\n",
	    "s1.yml:7:21: start_time: 'yesterday' is no time; write it in "
	    "UTC as 2026-03-04T09:15:42Z\n" },
	{ AGENT "        overlap: 2d\n",
	    "s1.yml:7:18: overlap: '2d' is not within 0 and 1d\n" },
	{ AGENT "        overlap: 30s\n",
	    "s1.yml:6:7: agent: look_back must not be longer than overlap\n" },
	{ AGENT "        inventory: all\n",
	    "s1.yml:7:20: inventory: 'all' is neither true nor false\n" },
	{ AGENT "        resend: 31d\n",
	    "s1.yml:7:17: resend: '31d' is not within 0 and 30d\n" },
	{ CONSOLE "    datasets: { threat: { enable_star_rule_enrichment: x } "
	    "}\n",
	    "s1.yml:5:56: enable_star_rule_enrichment: 'x' is neither true "
	    "nor false\n" },
	{ AGENT "        tags: \"a\\nb\"\n",
	    "s1.yml:7:15: tags: must be one line without control "
	    "characters\n" },
};

static void
test_wrong_dataset(void)
{
	check_wrong(wrong_dataset, COUNT(wrong_dataset));
}

static const struct wrong unknown[] = {
	{ "spol: { directory: /a }\n" CONSOLE,
	    "s1.yml:1:1: unknown option 'spol'; did you mean spool?\n" },
	{ "spool:\n  # a comment\n  segmet_idle: 5m\n" CONSOLE,
	    "s1.yml:3:3: unknown option 'segmet_idle'; did you mean "
	    "segment_idle?\n" },
	{ "output: x\n" CONSOLE,
	    "s1.yml:1:1: unknown option 'output'; output belongs to a "
	    "console\n" },
	{ "url: x\n" CONSOLE,
	    "s1.yml:1:1: unknown option 'url'; url belongs to a console\n" },
	{ CONSOLE "    interval: 30s\n",
	    "s1.yml:5:5: unknown option 'interval'; interval belongs to a "
	    "dataset (datasets.NAME)\n" },
	{ CONSOLE "    api_token_fil: eyJsecret\n",
	    "s1.yml:5:5: unknown option 'api_token_fil'; did you mean "
	    "api_token_file?\n" },
	{ CONSOLE "    level: debug\n",
	    "s1.yml:5:5: unknown option 'level'; logging.level belongs to the "
	    "top level\n" },
	{ "quux: x\n" CONSOLE,
	    "s1.yml:1:1: unknown option 'quux'; " KNOWN_HERE },
	{ CONSOLE "    ssl:\n      ciphers: x\n",
	    "s1.yml:6:7: unknown option 'ciphers'; known here: "
	    "certificate_authorities, certificate, key, verification_mode, "
	    "supported_protocols, cipher_suites, curve_types\n" },
	{ CONSOLE "    datasets:\n      agents: {}\n",
	    "s1.yml:6:7: unknown dataset 'agents'; did you mean agent?\n" },
	{ AGENT "        initial_intervall: 5m\n",
	    "s1.yml:7:9: unknown option 'initial_intervall'; did you mean "
	    "initial_interval?\n" },
	/* What one dataset has is no advice for another. */
	{ CONSOLE "    datasets: { activity: { inventry: no } }\n",
	    "s1.yml:5:29: unknown option 'inventry'; known here: enabled, "
	    "interval, initial_interval, start_time, page_size, "
	    "http_client_timeout, site_ids, preserve_original_event, tags, "
	    "output, enable_request_tracer, look_back, overlap\n" },
	{ CONSOLE "    datasets: { activity: { inventory: no } }\n",
	    "s1.yml:5:29: the dataset activity has no option inventory; "
	    "remove it\n" },
	{ CONSOLE "    datasets: { activity: { resend: 0 } }\n",
	    "s1.yml:5:29: the dataset activity has no option resend; remove "
	    "it\n" },
	{ CONSOLE "    datasets: { unified_alert: { site_ids: 1 } }\n",
	    "s1.yml:5:34: the dataset unified_alert has no option site_ids; "
	    "remove it\n" },
	{ CONSOLE "    datasets: { agent: { enable_star_rule_enrichment: on } "
	    "}\n",
	    "s1.yml:5:26: the dataset agent has no option "
	    "enable_star_rule_enrichment; remove it\n" },
	{ CONSOLE "    datasets: { agent: { "
	    "preserve_duplicate_custom_fields: on } }\n",
	    "s1.yml:5:26: the dataset agent has no option "
	    "preserve_duplicate_custom_fields; remove it\n" },
	{ CONSOLE "    datasets: { group: { initial_interval: 1h } }\n",
	    "s1.yml:5:26: the dataset group has no option initial_interval; "
	    "remove it\n" },
	{ CONSOLE "    datasets: { group: { look_back: 1h } }\n",
	    "s1.yml:5:26: the dataset group has no option look_back; remove "
	    "it\n" },
	{ CONSOLE "    datasets: { group: { overlap: 1h } }\n",
	    "s1.yml:5:26: the dataset group has no option overlap; remove "
	    "it\n" },
	{ "? [a, list]\n: x\n" CONSOLE,
	    "s1.yml:1:3: unknown option ''; " KNOWN_HERE },
	{ "\"a\\nb\": x\n" CONSOLE,
	    "s1.yml:1:1: unknown option 'a?b'; " KNOWN_HERE },
};

static void
test_unknown(void)
{
	check_wrong(unknown, COUNT(unknown));
}

/* Without a near name all are listed, whichever there are. */
static void
test_unknown_dataset(void)
{
	static const char begins[] = "s1.yml:6:7: unknown dataset 'quux'; "
	    "known: ";

	begin();
	load(CONSOLE "    datasets:\n      quux: {}\n");
	CU_ASSERT_PTR_NULL(conf);
	CU_ASSERT_EQUAL(strncmp(err.p, begins, sizeof(begins) - 1), 0);
	for (int id = 0; id < DATASET_COUNT; id++)
		CU_ASSERT_PTR_NOT_NULL(strstr(err.p, dataset_table[id]->name));
	end();
}

static const struct wrong shapes[] = {
	{ "", NO_CONSOLE },
	{ "# nothing\n", NO_CONSOLE },
	{ "consoles: []\n", NO_CONSOLE },
	{ "consoles:\n", NO_CONSOLE },
	{ "- name: acme\n", "s1.yml:1:1: the configuration must be a map: "
	    "lines of 'name: value'\n" },
	{ "text\n", "s1.yml:1:1: the configuration must be a map: lines of "
	    "'name: value'\n" },
	{ "consoles:\n  - acme\n",
	    "s1.yml:2:5: a console must be a map of options; its first line "
	    "begins with '- name: '\n" },
	{ "consoles:\n  - namespace: x\n",
	    "s1.yml:2:5: this console has no name: folder name and log label; "
	    "a-z, 0-9, _ and -\n"
	    "s1.yml:2:5: this console has no url: the console's address, "
	    "https://NAME.sentinelone.net\n"
	    "s1.yml:2:5: this console has no api_token_file: the file with the "
	    "API token, not readable for everybody\n" },
	{ "consoles:\n  - name: Acme\n    url: https://a\n"
	    "    api_token_file: eyJsecret\n",
	    "s1.yml:2:11: name: 'Acme' is no name; use a-z, 0-9, _ and -\n"
	    "s1.yml:4:21: api_token_file: " PATH_HINT },
	{ "consoles:\n  - name: ''\n    url: https://a\n"
	    "    api_token_file:\n",
	    "s1.yml:2:11: name: '' is no name; use a-z, 0-9, _ and -\n"
	    "s1.yml:4:20: api_token_file: has no value; give it one or remove "
	    "the line\n" },
	{ "consoles:\n  - url: https://a\n    api_token_file: /a\n    name: "
	    "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaax"
	    "\n",
	    "s1.yml:4:11: name: "
	    "'aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb...'"
	    " is longer than 64 characters\n" },

	/* Given twice. */
	{ CONSOLE "    name: other\n",
	    "s1.yml:5:5: name is given twice, first on line 2; remove one\n" },
	{ "logging: {}\n" CONSOLE "logging: {}\n",
	    "s1.yml:6:1: logging is given twice, first on line 1; remove "
	    "one\n" },
	{ AGENT "        page_size: 5\n        batch_size: 5\n",
	    "s1.yml:8:9: page_size is given twice, first on line 7; remove "
	    "one\n" },
	{ CONSOLE "    datasets:\n      agent: {}\n      group: {}\n"
	    "      agent: {}\n",
	    "s1.yml:8:7: the dataset agent is given twice, first on line 6; "
	    "put its options together\n" },
	{ CONSOLE "  - name: acme\n    url: https://b\n"
	    "    api_token_file: /b\n",
	    "s1.yml:5:5: the console name acme is taken by s1.yml:2; choose "
	    "another\n" },

	/* All that is wrong is told, in the order of the file. */
	{ "spool:\n  max_size: 1\n  sgement_idle: 5m\nlogging:\n"
	    "  level: loud\nconsoles:\n  - name: a b\n    url: ftp://x\n"
	    "    api_token_file: /a\n    datasets:\n"
	    "      thread: { interval: 5 }\n      threat: { interval: 5 }\n",
	    "s1.yml:2:13: spool.max_size: '1' is not within 1MiB and 1024TiB\n"
	    "s1.yml:3:3: unknown option 'sgement_idle'; did you mean "
	    "segment_idle?\n"
	    "s1.yml:5:10: logging.level: 'loud' is none of error, warn, info, "
	    "debug\n"
	    "s1.yml:7:11: name: 'a b' is no name; use a-z, 0-9, _ and -\n"
	    "s1.yml:8:10: url: must begin with https://\n"
	    "s1.yml:11:7: unknown dataset 'thread'; did you mean threat?\n"
	    "s1.yml:12:27: interval: '5' has no unit; write 5s for seconds\n" },
};

static void
test_shapes(void)
{
	check_wrong(shapes, COUNT(shapes));
}

static const struct wrong not_yaml[] = {
	{ "spool:\n\tdirectory: /a\n",
	    "s1.yml:2:1: not YAML: found character that cannot start any token "
	    "while scanning for the next token that begins on line 2\n" },
	{ "spool: { directory: /a\n" CONSOLE,
	    "s1.yml:2:9: not YAML: did not find expected ',' or '}' while "
	    "parsing a flow mapping that begins on line 1\n" },
	{ "spool: *nowhere\n",
	    "s1.yml:1:8: not YAML: found undefined alias\n" },
	{ "spool: \xff\n",
	    "s1.yml: byte 8: invalid leading UTF-8 octet; write the file as "
	    "UTF-8\n" },
	{ CONSOLE "---\nspool: {}\n",
	    "s1.yml:6:1: a second document; put all options into one, without "
	    "---\n" },
	{ CONSOLE "---\n[\n",
	    "s1.yml:7:1: not YAML: did not find expected node content while "
	    "parsing a flow node that begins on line 7\n" },
};

static void
test_not_yaml(void)
{
	check_wrong(not_yaml, COUNT(not_yaml));
}

static const struct unit_test tests[] = {
	{ "wrong values at the top", test_wrong_top },
	{ "wrong values of shippers", test_wrong_shipper },
	{ "wrong values of a console", test_wrong_console },
	{ "wrong values of a dataset", test_wrong_dataset },
	{ "unknown options", test_unknown },
	{ "unknown datasets", test_unknown_dataset },
	{ "wrong shapes, missing and repeated options", test_shapes },
	{ "what is not YAML", test_not_yaml },
};

UNIT_MAIN("conf_wrong", tests)
