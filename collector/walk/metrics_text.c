/*
 * Prometheus' text format: families of samples, each with its help and type.
 */
#include "config.h"

#include <inttypes.h>

#include "collector/walk/figures.h"
#include "collector/walk/metrics.h"

/* What is handed on at once, at least. */
#define PIECE (64 << 10)

enum kind {
	KIND_COUNT, /* uint64_t */
	KIND_AMOUNT, /* int64_t, of which nothing is 0 */
	KIND_SOME, /* int64_t, of which 0 is not told */
	KIND_SECONDS, /* int64_t, milliseconds */
	KIND_TIME, /* int64_t, milliseconds; never is not told */
	KIND_NUMBER, /* double */
	KIND_NO, /* bool, told the other way round */
	KIND_SET /* const char *, is it there? */
};

/* A family whose samples are members of a struct. */
struct family {
	const char *name;
	bool counter; /* else it goes up and down */
	const char *help;
	enum kind kind;
	size_t offset;
};

#define AT(field) offsetof(struct figures, field)

static const struct family of_all[] = {
	{ "s1spool_metrics_written_timestamp_seconds", false,
	    "When this was written.", KIND_TIME, AT(at_ms) },
	{ "s1spool_start_timestamp_seconds", false,
	    "When the collector began.", KIND_TIME, AT(started_ms) },
	{ "s1spool_spool_waiting_bytes", false,
	    "Size of the spool files that are not archived yet.", KIND_AMOUNT,
	    AT(unshipped) },
	{ "s1spool_spool_waiting_limit_bytes", false,
	    "Size of these files at which polling pauses (spool.max_size).",
	    KIND_AMOUNT, AT(max_size) },
	{ "s1spool_spool_archived_bytes", false,
	    "Size of the archives.", KIND_AMOUNT, AT(archived) },
	{ "s1spool_spool_free_bytes", false,
	    "Free on the disk of the spool.", KIND_AMOUNT, AT(free) },
	{ "s1spool_spool_free_limit_bytes", false,
	    "Free bytes below which polling pauses (spool.min_free).",
	    KIND_AMOUNT, AT(min_free) },
	{ "s1spool_spool_limit_reached", false,
	    "Whether all polling pauses because of such a limit.", KIND_SET,
	    AT(limit) },
};

#undef AT
#define AT(field) offsetof(struct figures_console, field)

static const struct family of_console[] = {
	{ "s1spool_console_token_usable", false,
	    "Whether the console takes the API token, as far as is known.",
	    KIND_NO, AT(token_refused) },
	{ "s1spool_console_token_expiry_timestamp_seconds", false,
	    "When the API token expires, if the console tells.", KIND_TIME,
	    AT(token.expires_ms) },
	{ "s1spool_console_waiting_bytes", false,
	    "Size of the console's spool files that are not archived yet.",
	    KIND_AMOUNT, AT(unshipped) },
	{ "s1spool_console_waiting_limit_bytes", false,
	    "Size of these files at which its polling pauses (max_size).",
	    KIND_SOME, AT(max_size) },
};

#undef AT
#define AT(field) offsetof(struct figures_stream, field)

static const struct family of_stream[] = {
	{ "s1spool_dataset_lag_seconds", false,
	    "How far the spool is behind the console's clock.", KIND_SECONDS,
	    AT(lag_ms) },
	{ "s1spool_dataset_interval_seconds", false,
	    "Configured pause between polls.", KIND_SECONDS,
	    AT(interval_ms) },
	{ "s1spool_dataset_last_poll_timestamp_seconds", false,
	    "When a poll was completed last.", KIND_TIME,
	    AT(counts.last_poll_ms) },
	{ "s1spool_dataset_last_new_record_timestamp_seconds", false,
	    "When a new record was written last.", KIND_TIME,
	    AT(taken.last_new_ms) },
	{ "s1spool_dataset_polls_total", true,
	    "Completed polls.", KIND_COUNT, AT(counts.walks) },
	{ "s1spool_dataset_requests_total", true,
	    "Requests to the console.", KIND_COUNT, AT(counts.requests) },
	{ "s1spool_dataset_request_errors_total", true,
	    "Requests that brought no page.", KIND_COUNT,
	    AT(counts.errors) },
	{ "s1spool_dataset_records_total", true,
	    "Records written to the spool.", KIND_COUNT, AT(taken.lines) },
	{ "s1spool_dataset_record_bytes_total", true,
	    "Bytes of these lines.", KIND_COUNT, AT(taken.bytes) },
	{ "s1spool_dataset_repeated_records_total", true,
	    "Records that were read again and passed over.", KIND_COUNT,
	    AT(taken.seen) },
	{ "s1spool_dataset_rejected_records_total", true,
	    "Records that no line could be made of.", KIND_COUNT,
	    AT(taken.rejected) },
	{ "s1spool_dataset_shortened_records_total", true,
	    "Records that lost event.original to fit into a line.",
	    KIND_COUNT, AT(taken.shortened) },
	{ "s1spool_dataset_skipped_parents_total", true,
	    "Threats or applications that were given up.", KIND_COUNT,
	    AT(counts.skipped) },
	{ "s1spool_dataset_maybe_doubled_records_total", true,
	    "Records behind a failed fdatasync, which may be there twice.",
	    KIND_COUNT, AT(counts.maybe_doubled) },
	{ "s1spool_dataset_unknown_members_total", true,
	    "Members of records for which there is no field.", KIND_COUNT,
	    AT(taken.unknown) },
	{ "s1spool_dataset_failed_conversions_total", true,
	    "Values that could not be converted to their field's type.",
	    KIND_COUNT, AT(taken.failed_conversions) },
	{ "s1spool_dataset_backfill_left_seconds", false,
	    "How much of the past a backfill has still to read.",
	    KIND_SECONDS, AT(backfill_left_ms) },
	{ "s1spool_dataset_waiting_segments", false,
	    "Spool files that are not archived yet.", KIND_AMOUNT,
	    AT(spooled.segments) },
	{ "s1spool_dataset_waiting_bytes", false,
	    "Their size.", KIND_AMOUNT, AT(spooled.bytes) },
	{ "s1spool_dataset_archived_segments", false,
	    "Archived spool files.", KIND_AMOUNT, AT(archived.segments) },
	{ "s1spool_dataset_archived_bytes", false,
	    "Their size.", KIND_AMOUNT, AT(archived.bytes) },
	{ "s1spool_dataset_rate_budget_requests", false,
	    "Requests that may go to the console at once.", KIND_NUMBER,
	    AT(rate_left) },
	{ "s1spool_dataset_rate_budget_limit_requests", false,
	    "The most that these can be.", KIND_NUMBER, AT(rate_most) },
};

#define N(table) (sizeof(table) / sizeof((table)[0]))

struct out {
	struct buf text;
	int (*put)(void *cookie, struct slice piece);
	void *cookie;
	int r;
};

static void
flush(struct out *o, size_t at_least)
{
	if (o->text.len < at_least)
		return;
	if (o->r == 0)
		o->r = o->put(o->cookie, buf_slice(&o->text));
	buf_reset(&o->text);
}

static void
head(struct out *o, const char *name, bool counter, const char *help)
{
	buf_addf(&o->text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
	    counter ? "counter" : "gauge");
}

/* Append the value of a sample.  False when there is none. */
static bool
add_value(struct buf *b, enum kind kind, const void *p)
{
	int64_t n = kind == KIND_AMOUNT || kind == KIND_SOME ||
	    kind == KIND_SECONDS || kind == KIND_TIME ?
	    *(const int64_t *)p : 0;

	switch (kind) {
	case KIND_COUNT:
		return buf_addf(b, "%" PRIu64, *(const uint64_t *)p) == 0;
	case KIND_SOME:
	case KIND_TIME:
		if (n <= 0)
			return false;
		break;
	case KIND_NUMBER:
		return buf_addf(b, "%.3f", *(const double *)p) == 0;
	case KIND_NO:
		return buf_addc(b, *(const bool *)p ? '0' : '1') == 0;
	case KIND_SET:
		return buf_addc(b, *(char *const *)p != NULL ? '1' : '0') == 0;
	case KIND_AMOUNT:
	case KIND_SECONDS:
		if (n < 0)
			n = 0;
		break;
	}
	if (kind == KIND_TIME || kind == KIND_SECONDS)
		return buf_addf(b, "%" PRId64 ".%03d", n / 1000,
		    (int)(n % 1000)) == 0;
	return buf_addf(b, "%" PRId64, n) == 0;
}

/* One sample: what stands in the buffer behind `start` is its name with the
 * labels, and goes again when there is no value. */
static void
end_sample(struct out *o, size_t start, const struct family *f,
    const void *object)
{
	if (add_value(&o->text, f->kind, (const char *)object + f->offset))
		buf_addc(&o->text, '\n');
	else
		buf_cut(&o->text, start);
	flush(o, PIECE);
}

static void
print_all(struct out *o, const struct figures *f)
{
	for (size_t i = 0; i < N(of_all); i++) {
		size_t start;

		head(o, of_all[i].name, of_all[i].counter, of_all[i].help);
		start = o->text.len;
		buf_addf(&o->text, "%s ", of_all[i].name);
		end_sample(o, start, &of_all[i], f);
	}
}

static void
print_console(struct out *o, const struct figures *f,
    const struct family *family)
{
	head(o, family->name, family->counter, family->help);
	for (size_t i = 0; i < f->n_consoles; i++) {
		size_t start = o->text.len;

		buf_addf(&o->text, "%s{console=\"%s\"} ", family->name,
		    f->consoles[i].name);
		end_sample(o, start, family, &f->consoles[i]);
	}
}

static void
print_stream(struct out *o, const struct figures *f,
    const struct family *family)
{
	head(o, family->name, family->counter, family->help);
	for (size_t i = 0; i < f->n_streams; i++) {
		const struct figures_stream *s = &f->streams[i];
		size_t start = o->text.len;

		buf_addf(&o->text, "%s{console=\"%s\",dataset=\"%s\"} ",
		    family->name, s->console, s->dataset);
		end_sample(o, start, family, s);
	}
}

/* Of all conditions, one is 1 at a time. */
static void
print_conditions(struct out *o, const struct figures *f)
{
	static const char name[] = "s1spool_dataset_condition";

	head(o, name, false, "How the dataset fares: the condition that it "
	    "is in is 1, all others are 0.");
	for (size_t i = 0; i < f->n_streams; i++) {
		const struct figures_stream *s = &f->streams[i];

		for (int c = 0; c < FIGURES_CONDITION_COUNT; c++)
			buf_addf(&o->text, "%s{console=\"%s\",dataset=\"%s\","
			    "condition=\"%s\"} %d\n", name, s->console,
			    s->dataset, figures_condition_name[c],
			    (int)s->condition == c);
		flush(o, PIECE);
	}
}

int
metrics_print(const struct figures *f,
    int (*put)(void *cookie, struct slice piece), void *cookie)
{
	struct out o = { .put = put, .cookie = cookie };

	buf_init(&o.text, SIZE_MAX);
	head(&o, "s1spool_build_info", false, "The version that runs.");
	buf_adds(&o.text, "s1spool_build_info{version=\"" PACKAGE_VERSION
	    "\"} 1\n");
	print_all(&o, f);
	for (size_t i = 0; i < N(of_console); i++)
		print_console(&o, f, &of_console[i]);
	print_conditions(&o, f);
	for (size_t i = 0; i < N(of_stream); i++)
		print_stream(&o, f, &of_stream[i]);
	flush(&o, 1);
	buf_fini(&o.text);
	return o.r;
}
