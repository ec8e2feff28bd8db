/* What the files of prune share. */
#ifndef S1SPOOL_PRUNE_INTERNAL_H
#define S1SPOOL_PRUNE_INTERNAL_H

#include "spool/prune.h"
#include "spool/segment.h"

struct prune {
	const struct prune_options *opt;
	int dirfd; /* the spool directory */
	int lock;
	int64_t now_ms;
	void (*message)(void *cookie, enum prune_level level,
	    const char *path, const char *text);
	void *cookie;
	struct prune_counts counts;
};

void prune_say(const struct prune *p, enum prune_level level,
    const char *path, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Count and say a failure; errno says why. */
void prune_failed(struct prune *p, const char *path, const char *what);
/* fsync a folder of the spool.  0, or -1 with errno. */
int prune_sync_folder(const struct prune *p, const char *folder);
/* Does the name end in ".gz"? */
bool prune_is_packed(const char *path);

#endif
