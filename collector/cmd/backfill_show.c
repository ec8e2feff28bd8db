#include "config.h"

#include "collector/cmd/backfill_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"

/* On a terminal, and in a file. */
#define REDRAW_MS 250
#define LINE_MS 10000
#define BAR 24
#define DATE_LEN 10

void
backfill_sum_add(struct backfill_sum *s, const struct backfill_view *v)
{
	char at[ISO8601_LEN] = "";

	s->n++;
	s->n_busy += v->busy;
	s->n_stuck += v->busy && v->stuck;
	s->done_ms += v->figures.done_ms;
	s->left_ms += v->left_ms;
	s->records += v->figures.records;
	s->skipped += v->figures.skipped;
	if (!v->busy)
		return;
	if (v->reason != NULL && s->waits[0] == '\0')
		snprintf(s->waits, sizeof(s->waits), "%s/%s waits: %s",
		    v->console, v->dataset, v->reason);
	if (v->waits || v->reached_ms == 0)
		return;
	iso8601_format(v->reached_ms, at);
	snprintf(s->now, sizeof(s->now), "%s/%s at %.*s", v->console,
	    v->dataset, DATE_LEN, at);
}

void
backfill_show_begin(struct backfill_show *s)
{
	*s = (struct backfill_show){
		.terminal = isatty(STDERR_FILENO),
		.start_ms = clock_mono_ms(),
	};
	s->shown_ms = s->start_ms - (s->terminal ? REDRAW_MS : 0);
}

static void
print_bar(int per_cent)
{
	int full = per_cent * BAR / 100;

	fputs("\r\033[K[", stderr);
	for (int i = 0; i < BAR; i++)
		fputc(i < full ? '#' : '.', stderr);
	fputs("] ", stderr);
}

/* From how long what is done took.  Nothing done: nobody knows. */
static void
print_eta(const struct backfill_show *s, const struct backfill_sum *sum,
    int64_t elapsed_ms)
{
	int64_t done = sum->done_ms - s->done_ms, left;

	if (done <= 0 || sum->left_ms <= 0)
		return;
	left = (int64_t)((double)elapsed_ms * (double)sum->left_ms /
	    (double)done) / 1000;
	fprintf(stderr, ", ETA %" PRId64 ":%02d:%02d", left / 3600,
	    (int)(left / 60 % 60), (int)(left % 60));
}

void
backfill_show_line(struct backfill_show *s, const struct backfill_sum *sum)
{
	int per_cent = backfill_per_cent(sum->done_ms, sum->left_ms);
	int64_t now = clock_mono_ms(), elapsed;

	if (!s->begun) {
		s->begun = true;
		s->records = sum->records;
		s->done_ms = sum->done_ms;
	}
	if (now - s->shown_ms < (s->terminal ? REDRAW_MS : LINE_MS))
		return;
	s->shown_ms = now;
	elapsed = now - s->start_ms;
	if (s->terminal)
		print_bar(per_cent);
	fprintf(stderr, "%d %%, %zu of %zu datasets, %" PRId64 " records, "
			"%.0f/s", per_cent, sum->n - sum->n_busy, sum->n,
	    sum->records, elapsed <= 0 ? 0 :
	    (double)(sum->records - s->records) * 1000 / (double)elapsed);
	print_eta(s, sum, elapsed);
	if (sum->now[0] != '\0')
		fprintf(stderr, ", %s", sum->now);
	else if (sum->waits[0] != '\0')
		fprintf(stderr, ", %s", sum->waits);
	fputs(s->terminal ? "" : "\n", stderr);
	fflush(stderr);
}

void
backfill_show_end(const struct backfill_show *s)
{
	if (s->terminal)
		fputs("\r\033[K", stderr);
}

void
backfill_show_head(void)
{
	printf("%-20s %-17s %10s %9s %7s  %s\n", "console", "dataset",
	    "records", "requests", "skipped", "result");
}

static const char *
result_of(const struct backfill_view *v)
{
	if (v->busy)
		return v->reason != NULL ? v->reason : "not finished";
	if (v->figures.stopped_ms != 0)
		return "stopped, the rest was given up";
	if (v->figures.skipped > 0)
		return "some skipped: once more asks for them";
	return v->figures.requests == 0 ? "covered already" : "done";
}

void
backfill_show_row(const struct backfill_view *v)
{
	const struct backfill_figures *f = &v->figures;

	printf("%-20s %-17s %10" PRId64 " %9" PRId64 " %7" PRId64 "  %s\n",
	    v->console, v->dataset, f->records, f->requests, f->skipped,
	    result_of(v));
}
