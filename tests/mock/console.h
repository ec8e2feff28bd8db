/*
 * The console: what it has, its clock and its token.  One lock around all of
 * it; requests come in on a thread per connection.
 */
#ifndef S1SPOOL_MOCK_CONSOLE_H
#define S1SPOOL_MOCK_CONSOLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/mock/store.h"
#include "tests/mock/world.h"

struct options;

struct console {
	pthread_mutex_t lock;
	pthread_cond_t stop; /* wakes all who sleep */
	bool stopping;

	struct world world;
	struct store *store;
	int64_t clock_shift; /* microseconds ahead of the host's clock */
	char *token;
	char *action_token; /* NULL: the other may act */
	int64_t token_created, token_expires; /* expires 0: never */
	struct faults *faults;
	struct buckets *buckets; /* NULL: no rate limits */
	struct reqlog *log;
	struct producer *producer;
	struct respond *respond;
};

/* Make the console that the options describe, with its history.  0, or -1
 * after a message; console_fini() in both cases. */
int console_init(struct console *c, const struct options *o);
void console_fini(struct console *c);

/* The console's own time in microseconds.  With the lock held. */
int64_t console_now(const struct console *c);

/* When the tokens expire; a date even if they never do. */
int64_t console_token_end(const struct console *c);

/* Wait without the lock; returns early when the console stops. */
void console_sleep(struct console *c, double seconds);
void console_stop(struct console *c);

#endif
