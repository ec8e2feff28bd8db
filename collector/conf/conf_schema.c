#include "config.h"

#include "collector/conf/conf_schema.h"

#include "collector/conf/conf.h"

#define KIB (INT64_C(1) << 10)
#define MIB (INT64_C(1) << 20)
#define TIB (INT64_C(1) << 40)
#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

#define SECTION(name, type, rows)                                            \
	_Static_assert(sizeof(rows) / sizeof((rows)[0]) <= CONF_OPTIONS_MAX, \
	    "too many options");                                             \
	const struct conf_section name = {                                   \
		type, rows, sizeof(rows) / sizeof((rows)[0])                 \
	}

/* In the order of the enums that they stand for. */
static const char *const log_levels[] = {
	"error", "warn", "info", "debug", NULL
};
static const char *const log_formats[] = { "text", "json", NULL };
static const char *const compress_modes[] = {
	"archive", "never", "sealed", NULL
};
static const char *const shipper_types[] = {
	"filebeat", "elastic-agent", NULL
};
static const char *const outputs[] = { "mapped", "raw", NULL };

static const char *const verification_modes[] = {
	"full", "certificate", "none", NULL
};
const char *const conf_tls_protocols[] = { "TLSv1.2", "TLSv1.3", NULL };
const char *const conf_tls_curves[] = {
	"P-256", "P-384", "P-521", "X25519", NULL
};
static const char *const ciphers[] = {
#define CIPHER(name, openssl) name,
#include "collector/conf/conf_ciphers.def"
#undef CIPHER
	NULL
};

/* What a console says for all of its datasets, and a dataset for itself. */
#define HELP_SITE_IDS                                                        \
	"only these sites; left out: all that the token may see"
#define HELP_TIMEOUT "limit for one whole request"
#define HELP_ORIGINAL "keep the raw record in event.original"
#define HELP_DUPLICATE                                                       \
	"keep sentinel_one fields that were copied to ECS fields"
#define HELP_OUTPUT "ECS documents, or raw records for Elastic's pipelines"
#define HELP_TRACER                                                          \
	"write requests and answers, without secrets, below trace/ in the "  \
	"state directory; for debugging only"

/* TLS, of a console and of a server. */
#define SSL_OPTIONS(whom)                                                    \
	{ "ssl", .type = CONF_GROUP,                                         \
	    .help = "TLS towards " whom ", in Filebeat's words" },           \
	{ "ssl.certificate_authorities", .type = CONF_AUTHORITIES,           \
	    AT(ssl.certificate_authorities),                                 \
	    .help = "PEM files, or the PEM text; left out: the system's" },  \
	{ "ssl.certificate", .type = CONF_PATH, AT(ssl.certificate),         \
	    .help = "client certificate, PEM file" },                        \
	{ "ssl.key", .type = CONF_PATH, AT(ssl.key),                         \
	    .help = "its key, PEM file without a pass phrase" },             \
	{ "ssl.verification_mode", .type = CONF_WORD,                        \
	    AT(ssl.verification_mode),                                       \
	    .words = verification_modes, .def = "full",                      \
	    .help = "full; certificate: any host name; none: anybody" },     \
	{ "ssl.supported_protocols", .type = CONF_SET,                       \
	    AT(ssl.supported_protocols), .words = conf_tls_protocols,        \
	    .help = "TLS versions; left out: TLSv1.2 and TLSv1.3" },         \
	{ "ssl.cipher_suites", .type = CONF_SET, AT(ssl.cipher_suites),      \
	    .words = ciphers,                                                \
	    .help = "by Filebeat's names; left out: OpenSSL's choice" },     \
	{ "ssl.curve_types", .type = CONF_SET, AT(ssl.curve_types),          \
	    .words = conf_tls_curves,                                        \
	    .help = "of P-256, P-384, P-521, X25519; left out: OpenSSL's "   \
	    "choice" }

#define AT(field) .offset = offsetof(struct conf, field)

static const struct conf_option top_options[] = {
	{ "spool", .type = CONF_GROUP,
	    .help = "the files that Filebeat reads" },
	{ "spool.directory", .type = CONF_PATH, AT(spool.directory),
	    .def = "/var/spool/s1spool",
	    .help = "where the files are" },
	{ "spool.max_size", .type = CONF_SIZE, AT(spool.max_size),
	    .min = MIB, .max = 1024 * TIB, .def = "10GiB",
	    .help = "budget for what is not shipped yet; then polling waits" },
	{ "spool.min_free", .type = CONF_SIZE, AT(spool.min_free),
	    .min = 0, .max = 1024 * TIB, .def = "512MiB",
	    .help = "of the disk, that is left free: archives go, then polling "
	    "waits" },
	{ "spool.segment_max_size", .type = CONF_SIZE,
	    AT(spool.segment_max_size),
	    /* gzip counts 4 GiB, and a batch may come on top. */
	    .min = 4 * KIB, .max = 2048 * MIB, .def = "64MiB",
	    .help = "a file that has grown to this is followed by a new one" },
	{ "spool.segment_max_age", .type = CONF_DURATION,
	    AT(spool.segment_max_age),
	    .min = SECOND, .max = 7 * DAY, .def = "1h",
	    .help = "and so is a file of this age" },
	{ "spool.segment_idle", .type = CONF_DURATION, AT(spool.segment_idle),
	    .min = SECOND, .max = 7 * DAY, .def = "5m",
	    .help = "and one to which nothing was added for so long" },
	{ "spool.max_line", .type = CONF_SIZE, AT(spool.max_line),
	    .min = 64 * KIB, .max = 9 * MIB, .def = "8MiB",
	    .help = "longer documents are rejected; Filebeat's limit is "
	    "10 MiB" },

	{ "spool.compress", .type = CONF_ENUM, AT(spool.compress),
	    .words = compress_modes, .def = "archive",
	    .help = "pack files when they are archived, never, or once sealed "
	    "(Filebeat 9.3 and later reads .gz)" },
	{ "spool.hold", .type = CONF_DURATION, AT(spool.hold),
	    .min = 0, .max = 365 * DAY,
	    .help = "a file rests so long after its last line before it is "
	    "archived; left out: 24h, and 1m with shippers" },

	{ "archive", .type = CONF_GROUP,
	    .help = "what was shipped, below the spool" },
	{ "archive.max_age", .type = CONF_DURATION, AT(archive.max_age),
	    .min = 0, .max = 3650 * DAY, .def = "7d",
	    .help = "archives are kept so long; 0: for ever" },
	{ "archive.max_size", .type = CONF_SIZE, AT(archive.max_size),
	    .min = 0, .max = 1024 * TIB, .def = "10GiB",
	    .help = "then the oldest go; 0: any size" },

	{ "shippers", .type = CONF_SHIPPERS,
	    .help = "all of them must have shipped a file before it is "
	    "archived" },

	{ "state", .type = CONF_GROUP,
	    .help = "what must survive a restart" },
	{ "state.directory", .type = CONF_PATH, AT(state.directory),
	    .def = "/var/lib/s1spool",
	    .help = "where positions are kept" },

	{ "logging", .type = CONF_GROUP,
	    .help = "the messages on standard error" },
	{ "logging.level", .type = CONF_ENUM, AT(logging.level),
	    .words = log_levels, .def = "info",
	    .help = "the least important that is written" },
	{ "logging.format", .type = CONF_ENUM, AT(logging.format),
	    .words = log_formats, .def = "text",
	    .help = "text, or one JSON object a line" },

	{ "health", .type = CONF_GROUP,
	    .help = "documents about the collector itself, dataset "
	    "s1spool.health" },
	{ "health.period", .type = CONF_DURATION, AT(health.period),
	    .min = 100, .max = DAY, .or_zero = true, .def = "0",
	    .help = "one of each console and of each dataset in so long; 0: "
	    "none" },

	{ "metrics", .type = CONF_GROUP,
	    .help = "figures for Prometheus" },
	{ "metrics.file", .type = CONF_PATH, AT(metrics.file),
	    .help = "the text file that its node exporter reads; left out: "
	    "none is written" },

	{ "elasticsearch", .type = CONF_SERVER, AT(elasticsearch),
	    .help = "where setup installs templates, pipeline and transforms" },
	{ "kibana", .type = CONF_SERVER, AT(kibana),
	    .help = "where setup installs dashboards, rules and the connector" },

	{ "respond", .type = CONF_GROUP,
	    .help = "response actions: s1spool respond" },
	{ "respond.directory", .type = CONF_PATH, AT(respond.directory),
	    .def = "/var/spool/s1spool-respond",
	    .help = "where each of them is written down" },
	{ "respond.deny", .type = CONF_DENY, AT(respond.deny),
	    .help = "hosts that are never acted on: id:, name:, group:, site: "
	    "or tag: and a pattern" },
	{ "respond.limit", .type = CONF_COUNT, AT(respond.limit),
	    .min = 0, .max = 100000, .def = "5",
	    .help = "so many times an action may be done within limit_period; "
	    "0: any" },
	{ "respond.limit_period", .type = CONF_DURATION,
	    AT(respond.limit_period), .min = SECOND, .max = 7 * DAY,
	    .def = "10m", .help = "of limit" },
	{ "respond.wait", .type = CONF_DURATION, AT(respond.wait),
	    .min = 0, .max = DAY, .def = "5m",
	    .help = "so long an action is followed; 0: not at all" },
	{ "respond.poll_interval", .type = CONF_DURATION, AT(respond.poll_interval),
	    .min = 100, .max = HOUR, .def = "5s",
	    .help = "between two looks whether it is completed" },

	{ "consoles", .type = CONF_CONSOLES,
	    .help = "the consoles to ask" },
};
SECTION(conf_schema_top, "the top level", top_options);

#undef AT
#define AT(field) .offset = offsetof(struct conf_server, field)

/* What Elasticsearch and Kibana have in common. */
#define SERVER_OPTIONS(whom)                                                 \
	{ "url", .type = CONF_SERVER_URL, AT(url),                           \
	    .help = "the address of " whom },                                \
	{ "api_key_file", .type = CONF_PATH, AT(api_key_file),               \
	    .help = "the file with an API key, as id:key or encoded" },      \
	{ "username", .type = CONF_USER, AT(username),                       \
	    .help = "in place of an API key, with password_file" },          \
	{ "password_file", .type = CONF_PATH, AT(password_file),             \
	    .help = "the file with this user's password" },                  \
	{ "proxy_url", .type = CONF_PROXY, AT(proxy_url),                    \
	    .help = "http://USER:PASSWORD@HOST:PORT; left out: https_proxy " \
	    "of the environment" },                                          \
	{ "timeout", .type = CONF_DURATION, AT(timeout),                     \
	    .min = SECOND, .max = HOUR, .def = "90s",                        \
	    .help = "limit for one whole request" },                         \
	SSL_OPTIONS(whom)

static const struct conf_option elasticsearch_options[] = {
	SERVER_OPTIONS("Elasticsearch"),
	{ "geo", .type = CONF_BOOL, AT(geo), .def = "false",
	    .help = "look up where endpoints are, with its geoip processor" },
};
SECTION(conf_schema_elasticsearch, "elasticsearch", elasticsearch_options);

static const struct conf_option kibana_options[] = {
	SERVER_OPTIONS("Kibana"),
	{ "space", .type = CONF_NAME, AT(space),
	    .help = "where its objects go; left out: the default space" },
	{ "connector_console", .type = CONF_NAME, AT(connector_console),
	    .help = "whose endpoints Kibana acts on; left out: the only "
	    "console" },
	{ "connector_token_file", .type = CONF_PATH, AT(connector_token_file),
	    .help = "the file with an API token that may do so; left out: no "
	    "connector" },
};
SECTION(conf_schema_kibana, "kibana", kibana_options);

#undef AT
#define AT(field) .offset = offsetof(struct conf_shipper, field)

static const struct conf_option shipper_options[] = {
	{ "name", .type = CONF_NAME, AT(name),
	    .help = "what messages call it; left out: its type" },
	{ "type", .type = CONF_ENUM, AT(type), .words = shipper_types,
	    .required = true,
	    .help = "filebeat or elastic-agent" },
	{ "registry", .type = CONF_PATH, AT(registry),
	    .help = "the folder with its log.json; left out: where its "
	    "package keeps it" },
	{ "inputs", .type = CONF_INPUTS, AT(inputs),
	    .help = "ids of the inputs that read the spool; left out: any" },
	{ "fingerprint_length", .type = CONF_COUNT, AT(fingerprint_length),
	    .min = 64, .max = 10 * MIB, .def = "64",
	    .help = "prospector.scanner.fingerprint.length of these inputs" },
};
SECTION(conf_schema_shipper, "a shipper", shipper_options);

#undef AT
#define AT(field) .offset = offsetof(struct conf_console, field)

static const struct conf_option console_options[] = {
	{ "name", .type = CONF_NAME, AT(name), .required = true,
	    .help = "folder name and log label; a-z, 0-9, _ and -" },
	{ "url", .type = CONF_URL, AT(url), .required = true,
	    .help = "the console's address, https://NAME.sentinelone.net" },
	{ "api_token_file", .type = CONF_PATH, AT(api_token_file),
	    .required = true,
	    .help = "the file with the API token, not readable for everybody" },
	{ "respond_token_file", .type = CONF_PATH, AT(respond_token_file),
	    .help = "the file with an API token that may act on endpoints, for "
	    "s1spool respond alone" },
	{ "namespace", .type = CONF_NAMESPACE, AT(namespace),
	    .def = "default",
	    .help = "namespace of the data streams" },
	{ "elastic_agent_id", .type = CONF_UUID, AT(elastic_agent_id),
	    .help = "id of an enrolled Elastic Agent, for agent.id of the dataset "
	    "agent" },
	{ "site_ids", .type = CONF_IDS, AT(site_ids),
	    .help = HELP_SITE_IDS },
	{ "max_size", .type = CONF_SIZE, AT(max_size),
	    .min = 0, .max = 1024 * TIB, .def = "0",
	    .help = "budget of this console for what is not shipped yet; 0: "
	    "only that of all" },
	{ "proxy_url", .type = CONF_PROXY, AT(proxy_url),
	    .help = "http://USER:PASSWORD@HOST:PORT; left out: https_proxy of "
	    "the environment" },
	{ "http_client_timeout", .type = CONF_DURATION,
	    AT(http_client_timeout),
	    .min = SECOND, .max = HOUR, .def = "30s", .help = HELP_TIMEOUT },
	{ "connect_timeout", .type = CONF_DURATION, AT(connect_timeout),
	    .min = SECOND, .max = HOUR, .def = "10s",
	    .help = "limit for reaching the console" },
	{ "rate_share", .type = CONF_SHARE, AT(rate_share), .def = "1",
	    .help = "share of the API's rate limits; 0.5 where two hosts use "
	    "one token" },
	{ "backfill_rate_share", .type = CONF_SHARE,
	    AT(backfill_rate_share), .def = "0.25",
	    .help = "share of that for backfills: the rest stays for polls" },

	{ "preserve_original_event", .type = CONF_BOOL,
	    AT(preserve_original_event), .def = "false",
	    .help = HELP_ORIGINAL },
	{ "preserve_duplicate_custom_fields", .type = CONF_BOOL,
	    AT(preserve_duplicate_custom_fields), .def = "false",
	    .help = HELP_DUPLICATE },
	{ "output", .type = CONF_ENUM, AT(output), .words = outputs,
	    .def = "mapped", .help = HELP_OUTPUT },
	{ "enable_request_tracer", .type = CONF_BOOL,
	    AT(enable_request_tracer), .def = "false", .help = HELP_TRACER },

	SSL_OPTIONS("the console"),

	{ "datasets", .type = CONF_DATASETS,
	    .help = "options of single datasets" },
};
SECTION(conf_schema_console, "a console", console_options);

#undef AT
#define AT(field) .offset = offsetof(struct conf_dataset, field)

/* Defaults that are not here are the dataset's own: dataset_table[]. */
static const struct conf_option dataset_options[] = {
	{ "enabled", .type = CONF_BOOL, AT(enabled),
	    .help = "whether it is asked for at all" },
	{ "interval", .type = CONF_DURATION, AT(interval),
	    .min = 100, .max = 30 * DAY,
	    .help = "pause between polls" },
	{ "initial_interval", .type = CONF_DURATION, AT(initial_interval),
	    .min = SECOND, .max = 3650 * DAY, .has = CONF_HAS_LOOK_BACK,
	    .help = "how far back the first poll looks" },
	{ "start_time", .type = CONF_TIME, AT(start_time),
	    .has = CONF_HAS_LOOK_BACK,
	    .help = "where the first poll begins, in place of that; also of "
	    "an inventory" },
	{ "page_size", .alias = "batch_size", .type = CONF_COUNT,
	    AT(page_size), .min = 1, .max = 1000,
	    .help = "records a request; of group 200 at most" },
	{ "http_client_timeout", .type = CONF_DURATION,
	    AT(http_client_timeout), .inherited = true,
	    .min = SECOND, .max = HOUR, .help = HELP_TIMEOUT },
	{ "site_ids", .type = CONF_IDS, AT(site_ids), .inherited = true,
	    .has = CONF_HAS_SITES, .help = HELP_SITE_IDS },
	{ "preserve_original_event", .type = CONF_BOOL,
	    AT(preserve_original_event), .inherited = true,
	    .help = HELP_ORIGINAL },
	{ "preserve_duplicate_custom_fields", .type = CONF_BOOL,
	    AT(preserve_duplicate_custom_fields), .inherited = true,
	    .has = CONF_HAS_DUPLICATES, .help = HELP_DUPLICATE },
	{ "tags", .type = CONF_TAGS, AT(tags),
	    .help = "of each document" },
	{ "output", .type = CONF_ENUM, AT(output), .words = outputs,
	    .inherited = true, .help = HELP_OUTPUT },
	{ "enable_request_tracer", .type = CONF_BOOL,
	    AT(enable_request_tracer), .inherited = true,
	    .help = HELP_TRACER },
	{ "look_back", .type = CONF_DURATION, AT(look_back),
	    .min = 0, .max = DAY, .def = "60s", .has = CONF_HAS_BOUNDS,
	    .help = "read again at each poll, for records that appear late" },
	{ "overlap", .type = CONF_DURATION, AT(overlap),
	    .min = 0, .max = DAY, .def = "10m", .has = CONF_HAS_BOUNDS,
	    .help = "read again once in so long" },
	{ "inventory", .type = CONF_BOOL, AT(inventory),
	    .has = CONF_HAS_INVENTORY,
	    .help = "begin with all there are, not with initial_interval" },
	{ "resend", .type = CONF_DURATION, AT(resend),
	    .min = 0, .max = 30 * DAY, .has = CONF_HAS_RESEND,
	    .help = "send all of them again once in so long; 0: never" },
	{ "trailing_window", .type = CONF_DURATION, AT(trailing_window),
	    .min = 0, .max = 30 * DAY, .has = CONF_HAS_TRAILING,
	    .help = "read again hourly, for later changes; 0: never" },
	{ "enable_star_rule_enrichment", .type = CONF_BOOL,
	    AT(enable_star_rule_enrichment), .def = "false",
	    .has = CONF_HAS_SWITCH,
	    .help = "one document for each entry of a threat's timeline" },
	{ "correct_cloud_fields", .type = CONF_BOOL,
	    AT(correct_cloud_fields), .def = "false",
	    .has = CONF_HAS_SWITCH,
	    .help = "cloud, container and orchestrator fields also where "
	    "Elastic's mapping leaves them out" },
};
SECTION(conf_schema_dataset, "a dataset (datasets.NAME)", dataset_options);

const struct conf_absent conf_schema_absent[] = {
	{ "api_token", "write the token into a file of its own, and name that "
	    "in api_token_file" },
	{ "max_executions", "a poll makes as many requests as it needs; remove "
	    "it" },
	{ "processors", "documents are spooled as they are; put processors "
	    "into the Filebeat input that reads them" },
	{ "ssl.ca_sha256", "name the authorities that are trusted in "
	    "ssl.certificate_authorities" },
	{ "ssl.ca_trusted_fingerprint", "name the authority's certificate in "
	    "ssl.certificate_authorities" },
	{ "ssl.enabled", "https:// in url is what switches TLS on; remove "
	    "it" },
	{ "ssl.key_passphrase", "decrypt the key, with openssl pkey, into a "
	    "file that only s1spool can read" },
	{ "ssl.key_passphrase_path", "decrypt the key, with openssl pkey, into "
	    "a file that only s1spool can read" },
	{ "ssl.renegotiation", "a connection is never renegotiated; remove "
	    "it" },
};
const size_t conf_schema_n_absent =
    sizeof(conf_schema_absent) / sizeof(conf_schema_absent[0]);
