/*
 * Is there room for more?  Limits what is not shipped yet, of all consoles and
 * of each, and keeps a part of the disk free, for which archives go first.  At
 * a limit polling pauses: the console keeps the data, so waiting loses nothing.
 */
#ifndef S1SPOOL_BUDGET_H
#define S1SPOOL_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/conf/conf.h"
#include "spool/spool.h"
#include "spool/usage.h"

/* How often the spool should be measured. */
#define BUDGET_PERIOD_MS 5000

enum budget_limit {
	BUDGET_ROOM,
	BUDGET_FULL, /* spool.max_size is reached */
	BUDGET_NO_DISK /* less than spool.min_free is left */
};

struct budget {
	const struct conf *conf; /* borrowed */
	struct usage usage; /* as it was measured last */
	enum budget_limit limit;
	int64_t since_ms; /* wall clock, of the limit; 0 with room */
};

void budget_init(struct budget *b, const struct conf *conf);
void budget_fini(struct budget *b);

/* A stream's files have grown by so much since that was noted last. */
void budget_note(struct budget *b, const char *console, const char *dataset,
    int64_t bytes);

/* Measure, when all growth is noted; at the end of the disk remove archives.
 * A limit for all, and its end, are told. */
void budget_measure(struct budget *b, const struct spool *sp);

/* May a console be asked for more?  When not, the reason goes to why; who waits
 * for that already is to say so. */
bool budget_has_room(const struct budget *b, const struct conf_console *c,
    bool waits, struct buf *why);

/* Is so much left that polls would do with it for long?  Else a backfill
 * waits. */
bool budget_has_spare(const struct budget *b, const struct conf_console *c);

#endif
