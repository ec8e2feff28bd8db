#include "config.h"

#include "collector/cmd/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "collector/base/clock.h"

/* Of one list of names. */
#define NAMES_MAX (64u << 10)

/* On a terminal, and in a file. */
#define REDRAW_MS 200
#define LINE_MS 5000

void
progress_begin(struct progress *pr)
{
	pr->terminal = isatty(STDERR_FILENO);
	pr->start_ms = pr->shown_ms = clock_mono_ms();
}

struct sum {
	size_t n, finished, waiting;
	uint64_t records, bytes;
	struct poller *busy; /* one that is asked right now */
};

static void
add(void *cookie, struct poller *p)
{
	struct sum *s = cookie;

	s->n++;
	s->finished += p->finished;
	s->waiting += p->state == POLLER_BACKOFF && !p->finished;
	s->records += p->intake.counts.lines;
	s->bytes += p->intake.counts.bytes;
	if (!p->finished)
		s->busy = p;
}

static void
print_line(const struct sum *s, int64_t elapsed_ms)
{
	fprintf(stderr, "%zu of %zu datasets, %" PRIu64 " records, %.1f MB, "
			"%" PRId64 " s", s->finished, s->n, s->records,
	    (double)s->bytes / 1e6, elapsed_ms / 1000);
	if (s->waiting > 0)
		fprintf(stderr, ", %zu waiting to ask again", s->waiting);
	if (s->busy == NULL)
		return;
	fprintf(stderr, ", now %s/%s page %" PRId64, s->busy->console,
	    s->busy->dataset->name, s->busy->source.page);
	if (chain_is_pending(s->busy))
		fprintf(stderr, ", %" PRId64 " of %zu",
		    poller_walk(s->busy)->child,
		    poller_run(s->busy)->work.n);
}

void
progress_show(struct progress *pr, struct engine *e)
{
	struct sum s = { 0 };
	int64_t now = clock_mono_ms();

	if (now - pr->shown_ms < (pr->terminal ? REDRAW_MS : LINE_MS))
		return;
	pr->shown_ms = now;
	engine_each(e, add, &s);
	fputs(pr->terminal ? "\r\033[K" : "", stderr);
	print_line(&s, now - pr->start_ms);
	fputs(pr->terminal ? "" : "\n", stderr);
	fflush(stderr);
}

static double
per_second(uint64_t n, int64_t ms)
{
	return ms > 0 ? (double)n * 1000 / (double)ms : (double)n * 1000;
}

/* What became of it, in the table's last column. */
static const char *
result(const struct poller *p)
{
	if (p->reason != NULL && (p->failed || !p->finished))
		return p->reason;
	if (p->failed)
		return "failed";
	if (!p->finished)
		return "not finished";
	if (p->intake.counts.rejected > 0)
		return "some rejected";
	return p->counts.skipped > 0 ? "some skipped" : "ok";
}

static void
print_row(void *cookie, struct poller *p)
{
	const struct intake_counts *c = &p->intake.counts;
	const struct progress *pr = cookie;
	int64_t end_ms = p->finished ? p->finished_ms : pr->shown_ms;

	printf("%-20s %-17s %10" PRIu64 " %14" PRIu64 " %6" PRIu64
	       " %10.0f  %s\n",
	    p->console, p->dataset->name, c->lines, c->bytes,
	    p->counts.files,
	    per_second(c->lines, end_ms - pr->start_ms),
	    result(p));
}

/* What the lines lack of the records. */
static void
print_unknown(void *cookie, struct poller *p)
{
	struct buf names;

	(void)cookie;
	buf_init(&names, NAMES_MAX);
	unknown_list(&p->intake.unknown, p->intake.mapper, &names);
	if (names.len > 0)
		printf("%s/%s: members without a field, kept only by "
		       "preserve_original_event: %s\n",
		    p->console, p->dataset->name, names.p);
	buf_fini(&names);
}

void
progress_end(struct progress *pr, struct engine *e)
{
	struct rusage usage = { 0 };

	pr->shown_ms = clock_mono_ms();
	if (pr->terminal)
		fputs("\r\033[K", stderr);
	printf("%-20s %-17s %10s %14s %6s %10s  %s\n", "console", "dataset",
	    "records", "bytes", "files", "records/s", "result");
	engine_each(e, print_row, pr);
	engine_each(e, print_unknown, NULL);
	getrusage(RUSAGE_SELF, &usage);
	printf("%.1f s, peak memory %.1f MiB\n",
	    (double)(pr->shown_ms - pr->start_ms) / 1000,
	    (double)usage.ru_maxrss / 1024);
}
