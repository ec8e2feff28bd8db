/*
 * The options of the configuration as data: how each is written, what it may
 * be, where its value goes.  The reader, the defaults, the freeing and the test
 * of the sample configuration all go by these rows.
 */
#ifndef S1SPOOL_CONF_SCHEMA_H
#define S1SPOOL_CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than any section has. */
#define CONF_OPTIONS_MAX 64

/* What is written, and the C type of the field it fills. */
enum conf_type {
	CONF_GROUP, /* a map; its options follow, as "group.option" */
	CONF_CONSOLES, /* lists of maps, see conf_items.h */
	CONF_SHIPPERS,
	CONF_SERVER, /* a map with a section of its own, see conf_server.h */
	CONF_DATASETS, /* the map of a console's datasets */

	CONF_BOOL, /* bool: true, yes, on; false, no, off */
	CONF_COUNT, /* int64_t */
	CONF_SHARE, /* double: above 0, at most 1 */
	CONF_DURATION, /* int64_t, ms */
	CONF_TIME, /* int64_t, ms since 1970; 0 when not given */
	CONF_SIZE, /* int64_t, bytes */
	CONF_ENUM, /* an enum: the place among the words */
	CONF_WORD, /* char *: one of the words */
	CONF_NAME, /* char *: [a-z0-9_-] */
	CONF_NAMESPACE, /* char *: as data streams may have it */
	CONF_USER, /* char *: a user's name */
	CONF_UUID, /* char *: 8-4-4-4-12 hexadecimal digits, in small letters */
	CONF_PATH, /* char *: absolute */
	CONF_URL, /* char *: the console's address */
	CONF_SERVER_URL, /* char *: that of Elasticsearch or Kibana */
	CONF_PROXY, /* char *: a proxy's address */

	/* Lists, where one value stands for a list of one. */
	CONF_TAGS, /* char **, NULL-terminated */
	CONF_INPUTS, /* char **, NULL-terminated: ids of Filebeat's inputs */
	CONF_DENY, /* char **, NULL-terminated: "name:dc*", see respond/deny.h */
	CONF_IDS, /* char *, joined by commas; may be written so too */
	CONF_AUTHORITIES, /* char **, NULL-terminated: absolute paths of PEM
			   * files, or PEM texts */
	CONF_SET /* unsigned: a bit for each of the words that is listed */
};

/* Which datasets have an option of datasets. */
enum conf_has {
	CONF_HAS_EACH,
	CONF_HAS_BOUNDS, /* those whose requests have time bounds */
	CONF_HAS_LOOK_BACK, /* those that can begin in the past */
	CONF_HAS_INVENTORY, /* those that begin with everything */
	CONF_HAS_RESEND, /* those that are sent again as a whole */
	CONF_HAS_DUPLICATES, /* those with fields also copied to ECS */
	CONF_HAS_SITES, /* those whose requests take siteIds */
	CONF_HAS_TRAILING, /* those that are read again for changes */
	CONF_HAS_SWITCH /* those that have it among their switches */
};

struct conf_option {
	const char *path; /* below its section, dots between the levels */
	const char *alias; /* another name, NULL for none */
	enum conf_type type;
	size_t offset; /* of the field in the section's struct */
	int64_t min, max; /* COUNT, DURATION, SIZE */
	bool or_zero; /* 0, which is below min, is right, too */
	const char *def; /* as it would be written; NULL: empty, or from the
			  * dataset's own defaults */
	const char *const *words; /* ENUM, WORD, SET; NULL-terminated */
	bool required;
	bool inherited; /* of a dataset: the console's option of this path is
			 * its default */
	enum conf_has has;
	const char *help;
};

struct conf_section {
	const char *what; /* "an option of ..." */
	const struct conf_option *options;
	size_t n;
};

/* What users of the integration know and do not find here. */
struct conf_absent {
	const char *path; /* below a console or a dataset */
	const char *instead; /* why, and what to do */
};
extern const struct conf_absent conf_schema_absent[];
extern const size_t conf_schema_n_absent;

/* NULL-terminated, in ascending order. */
extern const char *const conf_tls_protocols[];
extern const char *const conf_tls_curves[]; /* OpenSSL knows these names */

extern const struct conf_section conf_schema_top; /* of struct conf */
extern const struct conf_section conf_schema_elasticsearch; /* conf_server */
extern const struct conf_section conf_schema_kibana; /* conf_server */
extern const struct conf_section conf_schema_shipper; /* conf_shipper */
extern const struct conf_section conf_schema_console; /* conf_console */
extern const struct conf_section conf_schema_dataset; /* conf_dataset */

#endif
