/*
 * Filebeat's registry on disk (its "memlog" backend, elastic/beats
 * libbeat/statestore/backend/memlog), read while Filebeat may be writing it.
 */
#ifndef S1SPOOL_REGISTRY_H
#define S1SPOOL_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

/* What is known of one file by one input: one state of type filestream. */
struct registry_entry {
	char *input; /* id of the input */
	char *identity; /* "native", "path", "fingerprint", "inode_marker" */
	char *value; /* what identifies the file */
	char *source; /* its path when it was seen last, "" if unknown */
	int64_t offset; /* acknowledged by the output; 0: nothing */
};

struct registry {
	struct registry_entry *entries;
	size_t n;
	int64_t changed_ms; /* when the registry was written last */
};

/*
 * Read the registry in a folder.  0, or -1 with a message in err: a part is
 * missing, cannot be read, makes no sense, is of an unknown version, or was
 * replaced again and again meanwhile.  What a crash of Filebeat leaves, half an
 * operation at the end of the log, is no damage.  registry_fini() in both
 * cases.
 */
int registry_read(struct registry *r, const char *folder, struct buf *err);
void registry_fini(struct registry *r);

#endif
