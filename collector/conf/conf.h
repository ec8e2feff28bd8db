/*
 * The configuration as plain structs.  How it is written and its defaults:
 * the option table in conf_schema.c.
 */
#ifndef S1SPOOL_CONF_H
#define S1SPOOL_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/base/log.h"
#include "collector/dataset/dataset_id.h"

enum conf_compress { COMPRESS_ARCHIVE, COMPRESS_NEVER, COMPRESS_SEALED };
enum conf_shipper_type { CONF_FILEBEAT, CONF_ELASTIC_AGENT };
enum conf_output { OUTPUT_MAPPED, OUTPUT_RAW };

/* One dataset of one console.  Times in milliseconds. */
struct conf_dataset {
	bool enabled;
	int64_t interval;
	int64_t initial_interval; /* look-back of the first walk */
	int64_t start_time; /* where it begins, in place of both this and
			     * inventory; ms since 1970, 0: not given */
	int64_t page_size; /* `limit` of a request */
	int64_t http_client_timeout; /* whole request */
	char *site_ids; /* comma-separated, NULL for all */
	bool preserve_original_event;
	bool preserve_duplicate_custom_fields;
	char **tags; /* NULL-terminated; the dataset's default when not set */
	enum conf_output output;
	bool enable_request_tracer;
	int64_t look_back; /* behind the watermark, at each poll */
	int64_t overlap; /* read again once per this period */
	bool inventory; /* first walk: everything (agent, group) */
	int64_t resend; /* everything again once in so long; 0 = off */
	int64_t trailing_window; /* alert: read again for changes; 0 = off */
	bool enable_star_rule_enrichment; /* threat: one document per
					   * timeline entry */
	bool correct_cloud_fields; /* unified_alert: where Elastic's mapping
				    * stops short */
};

struct conf_ssl {
	char **certificate_authorities; /* PEM files and PEM texts,
					 * NULL-terminated; NULL or empty:
					 * the system's */
	char *certificate; /* client certificate, PEM file */
	char *key; /* PEM file */
	char *verification_mode; /* full, certificate, none */
	/* Bits of the places in the tables; 0 for the library's choice. */
	unsigned supported_protocols; /* conf_tls_protocols */
	unsigned cipher_suites; /* conf_ciphers.def */
	unsigned curve_types; /* conf_tls_curves */
};

struct conf_console {
	char *name; /* [a-z0-9_-]+, unique */
	char *url; /* scheme://host[:port], no trailing slash */
	char *api_token_file;
	char *namespace;
	char *elastic_agent_id; /* which stands for its hosts; NULL: none */
	int64_t max_size; /* of its own budget, bytes; 0: none */
	char *proxy_url; /* NULL: from the environment */
	struct conf_ssl ssl;
	int64_t connect_timeout; /* ms */
	double rate_share; /* 0 < share <= 1 of the token's rate budget */
	double backfill_rate_share; /* of that, for backfills: likewise */
	/* What its datasets have that do not say otherwise. */
	char *site_ids;
	int64_t http_client_timeout; /* and for the console's own requests */
	bool preserve_original_event;
	bool preserve_duplicate_custom_fields;
	enum conf_output output;
	bool enable_request_tracer; /* likewise */
	char *respond_token_file; /* of the token that may act; NULL: none */
	struct conf_dataset dataset[DATASET_COUNT];
};

/* Elasticsearch or Kibana, which setup speaks to.  Either a key, or a user with
 * a password, or neither. */
struct conf_server {
	char *url; /* scheme://host[:port][/path], no trailing slash; NULL when
		    * not given */
	char *api_key_file;
	char *username;
	char *password_file;
	char *proxy_url; /* NULL: from the environment */
	int64_t timeout; /* of a request, ms */
	struct conf_ssl ssl;
	bool geo; /* Elasticsearch: look up where endpoints are */
	/* Kibana's only */
	char *space; /* NULL: the default one */
	char *connector_console; /* NULL: there is only one */
	char *connector_token_file;
};

/* Response actions.  Times in milliseconds. */
struct conf_respond {
	char *directory; /* of their own spool */
	char **deny; /* hosts not to act on, NULL-terminated; respond/deny.h */
	int64_t limit; /* of one action within limit_period; 0: none */
	int64_t limit_period;
	int64_t wait; /* for an action to be completed; 0: not at all */
	int64_t poll_interval; /* between two looks */
};

/* Who reads the spool; what each field means: spool/shipper.h. */
struct conf_shipper {
	char *name; /* unique */
	enum conf_shipper_type type;
	char *registry;
	char **inputs; /* NULL-terminated; NULL or empty: any */
	int64_t fingerprint_length; /* bytes */
};

struct conf {
	struct {
		char *directory;
		int64_t max_size; /* budget for what is not shipped, bytes */
		int64_t min_free; /* bytes of the disk */
		int64_t segment_max_size; /* bytes */
		int64_t segment_max_age; /* ms */
		int64_t segment_idle; /* ms */
		int64_t max_line; /* bytes */
		enum conf_compress compress;
		int64_t hold; /* ms */
	} spool;
	struct {
		int64_t max_age; /* ms, 0: no limit */
		int64_t max_size; /* bytes, 0: no limit */
	} archive;
	struct {
		char *directory;
	} state;
	struct {
		enum log_level level;
		enum log_format format;
	} logging;
	struct {
		int64_t period; /* ms, 0: off */
	} health;
	struct {
		char *file; /* NULL: none */
	} metrics;
	struct conf_server elasticsearch;
	struct conf_server kibana;
	struct conf_respond respond;
	struct conf_shipper *shipper;
	size_t n_shippers;
	/* Each by itself, so that it can move to a later configuration. */
	struct conf_console **console;
	size_t n_consoles;
};

/*
 * Read `file`, and `conf.d` beside it (*.yml in name order, merged: maps key by
 * key, lists of maps appended).  NULL with messages in err, one line each in
 * the form file:line:column: what is wrong, and the nearest known name.  All
 * errors of a file are reported, not only the first.  On success err may hold
 * warnings of the same form.
 */
struct conf *conf_load(const char *file, struct buf *err);
void conf_free(struct conf *c);

/* Have a console of `from`, which others borrow, at this place in `to`; what
 * stood there is from's to free now. */
void conf_take_console(struct conf *to, size_t at, struct conf *from,
    const struct conf_console *c);

#endif
