/*
 * The question how long a console's token lives: asked once a day, apart from
 * all polling, and failing softly: a console that does not tell, or has no such
 * question, is collected all the same.
 */
#ifndef S1SPOOL_TOKEN_WATCH_H
#define S1SPOOL_TOKEN_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/base/timer.h"
#include "collector/client/client.h"
#include "collector/walk/commit.h"
#include "collector/walk/token.h"

struct tenant;

struct token_watch {
	struct tenant *tenant;
	struct token_life life;
	char *key; /* in the journal */
	struct commit_member member;
	struct timer timer;
	struct request *request; /* NULL: none is out */
	struct buf body; /* of its answer */
	struct token_file file; /* as it was when that was asked */
	size_t question; /* which one is asked */
	unsigned failures; /* in a row */
	int64_t retry_ms; /* monotonic: not before */
	bool told_untold; /* that the console does not tell */
};

/* Read what the journal has.  The tenant is borrowed. */
void token_watch_init(struct token_watch *w, struct tenant *t);
/* No request is out after this. */
void token_watch_fini(struct token_watch *w);

/* Begin to watch, after a delay; nothing when that was done before. */
void token_watch_start(struct token_watch *w, int64_t delay_ms);
/* The token works again: it may be another one. */
void token_watch_look(struct token_watch *w);

void token_watch_view(const struct token_watch *w, struct token_view *v);

#endif
