/*
 * Taking away what is shipped: sealed segments into the archive, and the
 * oldest archives for good.  Runs in a process of its own, beside the one that
 * writes the spool; it touches only what the journal of that one has published.
 *
 * Every step leaves a segment whole in at least one place.  A death between
 * two steps is finished by the next run: spool/DESIGN.md.
 */
#ifndef S1SPOOL_PRUNE_H
#define S1SPOOL_PRUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/shipper.h"
#include "spool/stream.h"

enum prune_compress {
	PRUNE_COMPRESS_ARCHIVE, /* when it goes into the archive */
	PRUNE_COMPRESS_NEVER,
	PRUNE_COMPRESS_SEALED /* once sealed, for shippers that read .gz */
};

struct prune_options {
	const char *directory; /* the spool */
	enum prune_compress compress;
	/* All of them must have shipped a segment.  One that is NULL could not
	 * be read: nothing is known to be shipped then. */
	struct shipper *const *shippers;
	size_t n_shippers;
	/* Segments rest so long after their last line: with no shipper that is
	 * what stands for shipped. */
	int64_t hold_ms;
	int64_t archive_max_age_ms; /* 0: for ever */
	int64_t archive_max_bytes; /* 0: any size */
	bool dry_run; /* say what would be done */
};

/* What the journal says of a stream. */
struct prune_published {
	const char *sealed; /* this segment and those before it are sealed */
	struct stream_pos needed; /* a start reads from here on */
};

struct prune_counts {
	uint64_t packed, packed_bytes; /* before packing */
	uint64_t archived; /* segments that left the shippers' folder */
	uint64_t removed, removed_bytes; /* archives, for good */
	uint64_t waiting, waiting_bytes; /* sealed, and not shipped yet */
	uint64_t failed;
};

enum prune_level { PRUNE_INFO, PRUNE_WARNING, PRUNE_ERROR };

struct prune;

/*
 * Begin a run: take the lock ".prune.lock" of the spool directory.  Everything
 * is borrowed.  message() gets what is done and what fails.  NULL with a
 * message in err, errno EWOULDBLOCK when another run goes on.
 */
struct prune *prune_begin(const struct prune_options *opt,
    void (*message)(void *cookie, enum prune_level level, const char *path,
        const char *text), void *cookie, struct buf *err);
void prune_end(struct prune *p);

/* Archive what is shipped of one stream. */
void prune_stream(struct prune *p, const char *console, const char *dataset,
    const struct prune_published *published);

/* Remove archives that are too old, then the oldest beyond the size. */
void prune_archives(struct prune *p);

const struct prune_counts *prune_counts(const struct prune *p);

#endif
