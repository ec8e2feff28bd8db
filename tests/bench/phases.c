/*
 * Where the time of s1spool goes: linked with the program's own objects in
 * place of main.c's plain build, with --wrap for the functions at which one
 * phase hands over to another.  Each switch costs a look at the clock, some 30
 * ns.  No rate limit of the console's API is kept: it would be measured instead.
 *
 * At exit the file in $BENCH_PHASES gets one line: CPU seconds of user and
 * system, KiB of peak resident memory, then the seconds of each phase in the
 * order of the enum.
 */
#include "config.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "collector/client/ratelimit.h"
#include "collector/json/split.h"
#include "collector/map/map.h"
#include "collector/walk/intake.h"
#include "spool/journal.h"
#include "spool/stream.h"

enum phase {
	OTHER, /* start, stop, timers, the status file */
	WAIT, /* for the console */
	CLIENT, /* libcurl: receiving, TLS, HTTP, unpacking */
	SPLIT, /* finding the records of a page */
	LINE, /* ids that were seen, heads of lines */
	MAP, /* validating records and making documents of them */
	WRITE, /* appending to segments */
	SYNC, /* fdatasync of segments and journal */
	N_PHASES
};

static double spent[N_PHASES];
static enum phase now_in;
static double since;

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Go over to a phase.  The one left. */
static enum phase
enter(enum phase next)
{
	enum phase before = now_in;
	double t = now();

	spent[before] += t - since;
	since = t;
	now_in = next;
	return before;
}

/*
 * The name that callers use, around the function itself.  `phase_was` is what
 * to return to.
 */
#define WRAP(door, type, name, params, args)                                 \
	type __real_##name params;                                            \
	type __wrap_##name params;                                            \
	type __wrap_##name params                                             \
	{                                                                     \
		enum phase phase_was = enter(door);                           \
		type result = __real_##name args;                             \
									      \
		enter(phase_was);                                             \
		return result;                                                \
	}

WRAP(WAIT, CURLMcode, curl_multi_poll, (CURLM *multi,
    struct curl_waitfd fds[], unsigned n, int ms, int *left),
    (multi, fds, n, ms, left))
WRAP(CLIENT, CURLMcode, curl_multi_perform, (CURLM *multi, int *left),
    (multi, left))
WRAP(SPLIT, int, splitter_feed, (struct splitter *s, struct slice piece),
    (s, piece))
WRAP(LINE, int, intake_add, (struct intake *in, struct slice record,
    const struct intake_source *src), (in, record, src))
WRAP(MAP, int, mapper_scan, (struct mapper *m, struct slice record,
    const struct map_context *ctx, struct map_ident *ident),
    (m, record, ctx, ident))
WRAP(MAP, int, mapper_emit, (struct mapper *m, struct buf *out,
    bool original), (m, out, original))
WRAP(WRITE, int, stream_append, (struct stream *st, struct slice batch,
    size_t lines, size_t *kept), (st, batch, lines, kept))
WRAP(SYNC, int, stream_sync, (struct stream *st), (st))
WRAP(SYNC, int, journal_commit, (struct journal *j), (j))

int64_t __wrap_rate_take(struct rate_bucket *b, const struct rate_row *row,
    double share, int64_t now_ms);

/* A request may be sent at once. */
int64_t
__wrap_rate_take(struct rate_bucket *b, const struct rate_row *row,
    double share, int64_t now_ms)
{
	(void)b;
	(void)row;
	(void)share;
	(void)now_ms;
	return 0;
}

static double
seconds(struct timeval tv)
{
	return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

static void
report(void)
{
	const char *path = getenv("BENCH_PHASES");
	FILE *f = path == NULL ? NULL : fopen(path, "we");
	struct rusage use;

	if (f == NULL)
		return;
	enter(OTHER);
	getrusage(RUSAGE_SELF, &use);
	fprintf(f, "%.6f %.6f %ld", seconds(use.ru_utime),
	    seconds(use.ru_stime), use.ru_maxrss);
	for (int i = 0; i < N_PHASES; i++)
		fprintf(f, " %.6f", spent[i]);
	fputc('\n', f);
	fclose(f);
}

static void __attribute__((constructor))
begin(void)
{
	since = now();
	atexit(report);
}
