/*
 * Raw records that somebody has, against the lines of a spool: is each there,
 * and once?  The identity of a record is the mapper's, as everywhere.
 */
#ifndef S1SPOOL_AGAINST_H
#define S1SPOOL_AGAINST_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/dataset/dataset.h"
#include "collector/map/map.h"
#include "spool/verify.h"

struct against;

struct against_counts {
	uint64_t given; /* records */
	uint64_t different; /* of them; each is one of the next three: */
	uint64_t present; /* once */
	uint64_t missing;
	uint64_t doubled;
};

/* The dataset is borrowed, and what ctx points to. */
struct against *against_new(const struct dataset *dataset,
    const struct map_context *ctx);
void against_free(struct against *a);

/*
 * Learn the records of a file, see raw_file.h; its name is borrowed.  What is
 * wrong goes to the sink's message().  0, or -1 with errno when it cannot be
 * read.
 *
 * Memory: at most 112 bytes for each different record.
 */
int against_read(struct against *a, const char *file,
    const struct verify_sink *sink);

/* The members of a verify_sink of the same names. */
void against_line(struct against *a, const struct verify_stream *s,
    struct slice id, bool again);
void against_stream(struct against *a, const struct verify_stream *s);

/* After all paths: an error for each record that is not there once, in the
 * order in which they were given. */
void against_report(const struct against *a, const struct verify_sink *sink,
    struct against_counts *counts);

#endif
