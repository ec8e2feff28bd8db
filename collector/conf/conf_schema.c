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
	const struct conf_section name = {                                   \
		type, rows, sizeof(rows) / sizeof((rows)[0])                 \
	}

/* In the order of the enums that they stand for. */
static const char *const log_levels[] = {
	"error", "warn", "info", "debug", NULL
};
static const char *const log_formats[] = { "text", "json", NULL };
static const char *const outputs[] = { "mapped", "raw", NULL };

static const char *const verification_modes[] = {
	"full", "certificate", "none", NULL
};
static const char *const tls_protocols[] = { "TLSv1.2", "TLSv1.3", NULL };

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
	{ "spool.segment_max_size", .type = CONF_SIZE,
	    AT(spool.segment_max_size),
	    .min = 4 * KIB, .max = TIB, .def = "64MiB",
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
	    .help = "longer documents are rejected; Filebeat's limit is 10 MiB" },

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

	{ "consoles", .type = CONF_CONSOLES,
	    .help = "the consoles to ask" },
};
SECTION(conf_schema_top, "the top level", top_options);

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
	{ "namespace", .type = CONF_NAMESPACE, AT(namespace),
	    .def = "default",
	    .help = "namespace of the data streams" },
	{ "site_ids", .type = CONF_IDS, AT(site_ids),
	    .help = "only these sites; left out: all that the token may see" },
	{ "proxy_url", .type = CONF_PROXY, AT(proxy_url),
	    .help = "http://USER:PASSWORD@HOST:PORT; left out: https_proxy of "
	    "the environment" },
	{ "http_client_timeout", .type = CONF_DURATION,
	    AT(http_client_timeout),
	    .min = SECOND, .max = HOUR, .def = "30s",
	    .help = "limit for one whole request" },
	{ "connect_timeout", .type = CONF_DURATION, AT(connect_timeout),
	    .min = SECOND, .max = HOUR, .def = "10s",
	    .help = "limit for reaching the console" },
	{ "rate_share", .type = CONF_SHARE, AT(rate_share), .def = "1",
	    .help = "share of the API's rate limits; 0.5 where two hosts use "
	    "one token" },

	{ "ssl", .type = CONF_GROUP,
	    .help = "TLS towards the console, in Filebeat's words" },
	{ "ssl.certificate_authorities", .type = CONF_ONE_PATH,
	    AT(ssl.certificate_authorities),
	    .help = "PEM file; left out: the system's" },
	{ "ssl.certificate", .type = CONF_PATH, AT(ssl.certificate),
	    .help = "client certificate, PEM file" },
	{ "ssl.key", .type = CONF_PATH, AT(ssl.key),
	    .help = "its key, PEM file" },
	{ "ssl.verification_mode", .type = CONF_WORD,
	    AT(ssl.verification_mode),
	    .words = verification_modes, .def = "full",
	    .help = "full; certificate: any host name; none: anybody" },
	{ "ssl.supported_protocols", .type = CONF_LOWEST,
	    AT(ssl.supported_protocols),
	    .words = tls_protocols, .def = "TLSv1.2",
	    .help = "the lowest counts" },

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
	    .help = "records a request" },
	{ "preserve_original_event", .type = CONF_BOOL,
	    AT(preserve_original_event), .def = "false",
	    .help = "keep the raw record in event.original" },
	{ "preserve_duplicate_custom_fields", .type = CONF_BOOL,
	    AT(preserve_duplicate_custom_fields), .def = "false",
	    .has = CONF_HAS_DUPLICATES,
	    .help = "keep sentinel_one fields that were copied to ECS fields" },
	{ "tags", .type = CONF_TAGS, AT(tags),
	    .help = "of each document" },
	{ "output", .type = CONF_ENUM, AT(output), .words = outputs,
	    .def = "mapped",
	    .help = "ECS documents, or raw records for Elastic's pipelines" },
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
