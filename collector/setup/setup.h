/*
 * Bringing the Elastic side about: what the targets of `s1spool setup' share.
 * A target looks at what is there, does what is missing, says so, and leaves
 * alone what s1spool does not own.
 */
#ifndef S1SPOOL_SETUP_H
#define S1SPOOL_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

struct conf;
struct http;
struct json_object;

/* What became of one thing: an object of Elasticsearch's, a file. */
enum setup_result {
	SETUP_CREATED,
	SETUP_UPDATED,
	SETUP_SAME, /* it was right already */
	SETUP_REFUSED, /* it is there and not ours: left as it is */
	SETUP_FAILED,
	SETUP_RESULTS
};

/* What the targets filebeat and agent are asked for; NULL: nothing. */
struct setup_ship {
	const char *output; /* kind of Filebeat's output */
	const char *file; /* to write, in place of stdout */
	const char *directory; /* to write files into */
	const char *agent_policy; /* Fleet's id of it */
	const char *filestream; /* version of Fleet's package */
	const char *sentinel_one; /* likewise */
	bool inputs_only;
	bool fleet;
};

/* All borrowed, but for the counts. */
struct setup {
	const struct conf *conf;
	const char *assets; /* folder, see setup_asset() */
	/* The parts that were asked for, NULL-terminated; NULL: all. */
	char *const *only;
	const char *space; /* of Kibana; NULL: the configuration's */
	bool dry_run; /* say what would be done, change nothing */
	struct setup_ship ship;
	const struct http *http; /* whose words are told; NULL: nobody's */
	uint64_t count[SETUP_RESULTS];
};

/* Elasticsearch and Kibana have what is installed from here on. */
#define SETUP_OLDEST "8.13"
#define SETUP_OLDEST_MAJOR 8
#define SETUP_OLDEST_MINOR 13

/* Is this version ("8.13.0") so new?  1, or 0; -1: it is no version. */
int setup_is_recent(const char *version);

/* Is this part to be done? */
bool setup_wants(const struct setup *s, const char *part);

/*
 * Append an asset's content to b.  The name is a path below the folder, such
 * as "elasticsearch/pipeline.json".  0, or -1 after a message on stderr; b is
 * as it was then.
 */
int setup_asset(const struct setup *s, const char *name, struct buf *b);

/* The same for one that is a JSON object, which the caller puts; NULL after a
 * message. */
struct json_object *setup_asset_json(const struct setup *s, const char *name);

/*
 * Count a result and print its line on stdout: what became of what.  The text
 * names the thing, and for SETUP_REFUSED and SETUP_FAILED says why.
 */
void setup_report(struct setup *s, enum setup_result result, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* Print a line of the same form that tells what is neither done nor wrong. */
void setup_note(const struct setup *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Print the totals on stdout.  The exit code: EX_OK, EX_UNAVAILABLE when
 * something failed, EX_CANTCREAT when something was refused.
 */
int setup_end(const struct setup *s);

#endif
