/*
 * How far a shipper has got with a file: Filebeat's registry, read from
 * outside.  Elastic Agent runs Filebeats, and their registries are the same.
 *
 * A file counts as shipped when the offset that the shipper's output has
 * acknowledged reached its last newline.  Whatever cannot be understood, or
 * does not fit together, is no proof: the file stays.
 */
#ifndef S1SPOOL_SHIPPER_H
#define S1SPOOL_SHIPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

enum shipper_type { SHIPPER_FILEBEAT, SHIPPER_ELASTIC_AGENT };

struct shipper_options {
	const char *name; /* for messages */
	enum shipper_type type;
	/*
	 * The folder with log.json (".../registry/filebeat").  For an Elastic
	 * Agent it may be a pattern (glob(7)); of several that match, the one
	 * of the version that is installed counts.
	 */
	const char *registry;
	/* Ids of the inputs that ship the spool, NULL-terminated; NULL or
	 * empty: any, and then all that know a file must have shipped it. */
	char *const *inputs;
	/* Bytes at a file's head that its fingerprint is made of. */
	int64_t fingerprint_length;
};

struct shipper;

/*
 * Read the registry.  NULL with a message in err (what is wrong with which
 * file, and what to do) when it is missing, unreadable, damaged, of an unknown
 * version or backend, or changed all the time while it was read.  Warnings go
 * to err as well, each a line of its own, when there is a result.
 */
struct shipper *shipper_read(const struct shipper_options *opt,
    struct buf *err);
void shipper_free(struct shipper *s);

const char *shipper_name(const struct shipper *s);

/* A file of the spool.  It must be sealed: it does not change any more. */
struct shipper_file {
	int dirfd;
	const char *path; /* below dirfd; ".gz" means packed */
	const char *full_path; /* absolute, as shippers know it */
};

/*
 * Has the shipper delivered all of it?  False, with the reason appended to
 * why, when not or when that cannot be told.
 */
bool shipper_has(const struct shipper *s, const struct shipper_file *f,
    struct buf *why);

#endif
