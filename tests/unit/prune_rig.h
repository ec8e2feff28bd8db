/*
 * Segments of one stream that are pruned: what every test of prune begins with.
 */
#ifndef S1SPOOL_PRUNE_RIG_H
#define S1SPOOL_PRUNE_RIG_H

#include "spool/prune.h"
#include "tests/unit/spool_rig.h"

#define ARCHIVE "acme/archive/threat"
#define DAY INT64_C(86400000)
#define FOURTH "threat-20260101T000000.000003Z-000000000004.ndjson"
#define SHIPPED(name) "I acme/threat/" name ": shipped: now " ARCHIVE "/" name
#define SHIPPED_DRY(name) \
	"I acme/threat/" name ": shipped: would be " ARCHIVE "/" name

/* What goes when nothing keeps it, packed. */
extern const struct prune_options prune_rig_plain;

/* Set the rig up with segments FIRST, SECOND, THIRD of lines "a", "b", "c".
 * The clock is that of the files then: a minute ahead, and it stands still. */
void prune_rig_begin(struct spool_rig *r);

/* Append a message to the buf that is the cookie: its level, path and text. */
void prune_rig_message(void *cookie, enum prune_level level, const char *path,
    const char *text);

/* One run, with segments up to `sealed` published, and a start that reads from
 * behind the first line of `needed`.   Against `want`: the messages, a line
 * each, and the counts. */
void prune_rig_run(struct spool_rig *r, const struct prune_options *options,
    const char *sealed, const char *needed, const char *want);

/* The files there should be, and that all lines can be read back. */
void prune_rig_check(struct spool_rig *r, const char *plain,
    const char *archived);

/* The bytes that the last run counted. */
extern struct prune_counts prune_rig_counts;

#endif
