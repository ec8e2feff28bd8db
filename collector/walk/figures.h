/*
 * What the collector is doing, in figures of one moment: of the spool, of each
 * console, of each dataset of a console.  Whoever tells of it, in whatever
 * form, tells it from these, so that all tell the same.
 *
 * Counters count since the dataset was opened: they begin again with the
 * process.  Times are milliseconds since 1970 on this machine's clock unless
 * they say otherwise; 0 stands for never.
 */
#ifndef S1SPOOL_FIGURES_H
#define S1SPOOL_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/walk/engine.h"

/*
 * How a dataset fares, for those who only want to know that.  What passes by
 * itself while it is asked again counts until it has passed.
 */
enum figures_condition {
	FIGURES_OK,
	FIGURES_BACKOFF, /* the console does not answer; asked again soon */
	FIGURES_REFUSED, /* needs the admin's hand */
	FIGURES_DISABLED, /* this dataset is not for this token */
	FIGURES_NO_TOKEN, /* the token is dead */
	FIGURES_PAUSED, /* the spool takes nothing now */
	FIGURES_STOPPED, /* not polled: the collector ends */
	FIGURES_CONDITION_COUNT
};
extern const char *const figures_condition_name[FIGURES_CONDITION_COUNT];

/* What is in the spool's folders of a stream. */
struct figures_files {
	int64_t segments;
	int64_t bytes;
};

/* A dataset of a console. */
struct figures_stream {
	const char *console;
	const char *dataset;
	enum figures_condition condition;
	const char *state; /* in detail, see enum poller_state */
	const char *reason; /* one line for people; NULL: none */
	int64_t since_ms; /* of the state */
	int64_t until_ms; /* then it is asked again; 0 when it is well */
	int64_t interval_ms; /* between polls, as configured */
	/*
	 * How far behind the console's clock the spool is: the age of the
	 * bound that all records up to are there.  Before the first completed
	 * poll ever it counts from the beginning of polling.
	 */
	int64_t lag_ms;
	int64_t watermark_ms; /* that bound, on the console's clock */
	uint64_t records_today; /* since midnight UTC */
	struct poller_counts counts;
	struct intake_counts taken;
	/* Where the files lie that shippers read, shipped or not, and those
	 * that were archived, as measured last. */
	struct figures_files spooled, archived;
	/* Requests of its kind that may go at once, and how many at most;
	 * both 0 while the console cannot be asked at all. */
	double rate_left, rate_most;
	int64_t backfill_left_ms; /* time of the console that a backfill has
				   * still to walk through */
	struct poller *poller; /* for more of it */
};

/* A console. */
struct figures_console {
	const char *name;
	bool token_refused; /* or a file that is needed cannot be used */
	struct token_view token; /* how long it lives */
	int64_t unshipped; /* bytes that are spooled */
	int64_t max_size; /* its own budget for them; 0: none */
	const struct tenant *tenant; /* for more of it */
};

struct figures {
	int64_t at_ms; /* when they were taken */
	int64_t started_ms; /* when the collector began */
	int64_t unshipped, archived, free; /* bytes, as measured last */
	int64_t max_size, min_free; /* their limits, as configured */
	const char *limit; /* option of the one that is reached; NULL: none */
	int64_t limit_since_ms;
	struct figures_console *consoles;
	size_t n_consoles;
	struct figures_stream *streams; /* a console's stand together, in
					 * the order of the consoles */
	size_t n_streams;
};

/*
 * Take the figures.  What they point to is the engine's, and valid until it
 * runs again.  The caller calls figures_fini() at the end.
 */
void figures_take(struct figures *f, struct engine *e);
void figures_fini(struct figures *f);

/* Those of one dataset, but for its files; polling began at began_ms. */
void figures_of(struct figures_stream *s, struct poller *p, int64_t began_ms,
    int64_t now_ms);

#endif
