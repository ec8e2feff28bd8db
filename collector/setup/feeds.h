/*
 * What is shipped in one way: a dataset, of all consoles or of some; of the spool,
 * or of s1spool's own.  An input of Filebeat or a stream of Elastic Agent reads one feed.
 */
#ifndef S1SPOOL_FEEDS_H
#define S1SPOOL_FEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/conf/conf.h"

#define FEEDS_OWN 2 /* datasets of s1spool's own */

struct feed {
	enum dataset_id dataset; /* DATASET_COUNT: one of s1spool's own */
	const char *name; /* of the dataset: "activity", "audit" */
	const char *module; /* in front of it: "sentinel_one", "s1spool" */
	bool pruned; /* in the spool that s1spool prune looks after */
	enum conf_output output;
	const char *namespace; /* NULL: each line's own; borrowed */
	/* Of the shipper's input.  Shippers keep by it how far they are, so it
	 * must not change when consoles come and go. */
	char *id;
	char **folders; /* NULL-terminated, absolute, may hold a "*" */
};

struct feeds {
	struct feed *feed;
	size_t n;
};

/*
 * The feeds of all datasets, also of those that are switched off: they read
 * nothing then.  With by_namespace the consoles of each namespace have feeds of
 * their own.  The configuration must outlive them.
 */
void feeds_make(struct feeds *f, const struct conf *conf, bool by_namespace);
/* Does a console belong to the feed? */
bool feed_has(const struct feed *feed, const struct conf_console *c);
void feeds_fini(struct feeds *f);

#endif
