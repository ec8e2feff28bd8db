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
 * version or backend, or changed all the time while it was read.  The options
 * are borrowed.
 */
struct shipper *shipper_read(const struct shipper_options *opt,
    struct buf *err);
void shipper_free(struct shipper *s);

const char *shipper_name(const struct shipper *s);

/* What its registry tells of the files below a folder. */
struct shipper_view {
	int64_t changed_ms; /* the registry itself, written last */
	size_t files; /* that it knows */
	size_t by_fingerprint; /* of these; the others are told apart by path
				* or inode */
	size_t packed; /* of which something was delivered packed */
};

/* folder: absolute, without a slash at its end. */
void shipper_look(const struct shipper *s, const char *folder,
    struct shipper_view *view);

/* A file of the spool.  It must be sealed: it does not change any more. */
struct shipper_file {
	int dirfd;
	const char *path; /* below dirfd; ".gz" means packed */
	const char *full_path; /* absolute, as shippers know it */
};

enum shipper_answer {
	SHIPPER_HAS,
	SHIPPER_HAS_NOT,
	SHIPPER_CANNOT_TELL /* what is known does not fit together */
};

/*
 * Has the shipper delivered all of it?  The reason is appended to why when it
 * has not, or when that cannot be told.  A file without a whole line, which a
 * death can leave, has nothing that anybody would deliver.
 */
enum shipper_answer shipper_ask(const struct shipper *s,
    const struct shipper_file *f, struct buf *why);

#endif
