/*
 * The archives of a spool directory, and how they grow less.
 */
#ifndef S1SPOOL_ARCHIVES_H
#define S1SPOOL_ARCHIVES_H

#include <stdbool.h>
#include <stdint.h>

struct archives_rule {
	int64_t now_ms;
	int64_t max_age_ms; /* since they were archived; 0: no limit */
	int64_t max_bytes; /* of all together; 0: no limit */
	int64_t needed_bytes; /* at least so much is to go, if there is so
			       * much; 0: nothing */
	bool dry_run;
};

struct archives_sink {
	/* One was removed; `why` says by which part of the rule. */
	void (*removed)(void *cookie, const char *path, int64_t bytes,
	    const char *why);
	/* Something could not be done; errno says why. */
	void (*failed)(void *cookie, const char *path, const char *what);
	void *cookie;
};

/* Remove what is too old, then the oldest of what is too much. */
void archives_trim(int spool_dirfd, const struct archives_rule *rule,
    const struct archives_sink *sink);

#endif
