/*
 * The mapper: one raw record in, one ECS document out, without a heap
 * allocation per record.  Made from a dataset's table and the options of one
 * console; not shared between threads.
 */
#ifndef S1SPOOL_MAP_H
#define S1SPOOL_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/map/table.h"

struct mapper;

struct map_options {
	const char *name; /* "threat": dataset of data_stream and errors */
	const char *namespace; /* data_stream.namespace */
	char *const *tags; /* NULL-terminated; NULL for none */
	/* Each adds the tag of its name, and is on when that is among tags. */
	bool preserve_original_event;
	bool preserve_duplicate_custom_fields;
	bool raw; /* the raw form: message in place of mapped fields */
	unsigned switches; /* bit i: the table's switches[i] is on */
	int64_t resend_period_ms; /* for ids that hold the period's number */
};

/* What surrounds a record. */
struct map_context {
	int64_t collected_at_ms; /* wall clock: event.created and the like */
	int64_t sweep_start_ms; /* start of the walk; ids of inventories */
	struct slice parent_id; /* of a chained request; len 0 for none */
};

/* What is known of a record before it is mapped. */
struct map_ident {
	struct slice id; /* the _id, 28 characters */
	struct slice at; /* raw watermark value: JSON string content, still
			  * escaped; len 0 when absent or no string */
};

/* Both pointers are borrowed for the mapper's life. */
struct mapper *mapper_new(const struct map_table *table,
    const struct map_options *opt);
void mapper_free(struct mapper *m);

/*
 * Scan a record and compute its identity.  The record is borrowed until the
 * next mapper_scan() on m, *ident likewise.  0, or -1 when the record is not
 * one JSON object within the limits: mapper_error() then says what is wrong.
 */
int mapper_scan(struct mapper *m, struct slice record,
    const struct map_context *ctx, struct map_ident *ident);

/*
 * Append the document of the record scanned last, without its opening brace
 * and without a newline: `"@timestamp":...}`, so that a prefix member can go
 * first.  `original` false leaves event.original out whatever the options say
 * and adds the tag `event_original_dropped` when it would have been there.
 * 0, or -1 when out's cap is exceeded (out is then as it was).
 */
int mapper_emit(struct mapper *m, struct buf *out, bool original);

/* One line about the last failed mapper_scan(). */
const char *mapper_error(const struct mapper *m);

/*
 * The members of the record emitted last that have no place in its document
 * and are lost but for event.original: for each the number of its name, good
 * until the next mapper_emit().  None in the raw form.
 */
const uint16_t *mapper_dropped(const struct mapper *m, size_t *n);

/* A mapper tells so many names apart; those that came later are all 0. */
#define MAP_NAMES_MAX 128
/* Bytes of a name; a longer one is cut and ends with "...". */
#define MAP_NAME_BYTES 128

/*
 * The name of a number that is not 0: the raw path, "a.b[].c", its control
 * characters escaped as in JSON.  It is the mapper's.
 */
const char *mapper_dropped_name(const struct mapper *m, unsigned number);

/* Counters since mapper_new(). */
struct map_counts {
	uint64_t records; /* emitted */
	uint64_t failed_conversions; /* entries in error.message */
	uint64_t unknown_members; /* those of mapper_dropped() */
	uint64_t repeated_members; /* the same member twice in one object */
};
const struct map_counts *mapper_counts(const struct mapper *m);

#endif
