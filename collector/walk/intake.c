#include "config.h"

#include "collector/walk/intake.h"

#include <errno.h>
#include <inttypes.h>

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/walk/rejects.h"
#include "spool/idset.h"

/* So much of names without a field goes into one message. */
#define NAMES_MAX 1024
#define DAY_MS (24 * 3600 * 1000LL)

void
intake_init(struct intake *in)
{
	size_t room = in->hold ? INTAKE_HELD_MAX : INTAKE_BATCH;

	/* The last line may begin just below the limit; half a line more
	 * tells "too long" from "no room". */
	buf_init(&in->batch, room + in->max_line + in->max_line / 2);
	in->n_batch = 0;
	in->begun = false;
}

void
intake_fini(struct intake *in)
{
	buf_fini(&in->batch);
}

void
intake_forget(struct intake *in)
{
	intake_fini(in);
	unknown_fini(&in->unknown);
}

/* The record will come again within the overlap: its text is remembered, so
 * that it is told once. */
static void
reject(struct intake *in, struct slice record,
    const struct intake_source *src, const char *why)
{
	struct idset_key key = idset_key(record, src->resend);

	if (seen_has(in->seen, key)) {
		in->counts.seen++;
		return;
	}
	idset_add(in->seen->ids, key, src->clock.upper_ms);
	in->counts.rejected++;
	log_event(LOG_ERROR, in->console, in->dataset,
	    "a record of %zu bytes on page %" PRId64 " was rejected: %s",
	    record.len, src->page, why);
	if (rejects_add(in->state_dirfd, in->console, in->dataset, record) == 0)
		return;
	log_event(LOG_WARN, in->console, in->dataset,
	    "the rejected record was not kept: %s",
	    errno == EFBIG ? "the file is full" : strerror(errno));
}

void
intake_reject_large(struct intake *in, size_t bytes, int64_t page)
{
	in->counts.rejected++;
	log_event(LOG_ERROR, in->console, in->dataset,
	    "a record of more than %zu bytes on page %" PRId64
	    " was rejected: too large to be read", bytes, page);
}

static int
begin(struct intake *in)
{
	if (in->begun)
		return 0;
	if (stream_begin(in->stream, INTAKE_BATCH) != 0)
		return -1;
	in->begun = true;
	return 0;
}

/* Append the document behind the line's head.  False when it is too long. */
static bool
emit(struct intake *in, size_t start, bool original)
{
	return mapper_emit(in->mapper, &in->batch, original) == 0 &&
	    in->batch.len - start <= in->max_line &&
	    buf_addc(&in->batch, '\n') == 0;
}

/* A line of its record, without event.original if need be.  -1: too long. */
static int
put_line(struct intake *in, const struct map_ident *ident,
    const struct intake_source *src)
{
	size_t start = in->batch.len, head;

	if (stream_prefix(in->stream, &in->batch, ident->id, ident->at,
	    src->resend == 0 && src->backfill ? STREAM_BACKFILL :
						src->resend) != 0)
		return -1;
	head = in->batch.len;
	if (emit(in, start, true))
		return 0;
	buf_cut(&in->batch, head);
	if (emit(in, start, false)) {
		in->counts.shortened++;
		return 0;
	}
	buf_cut(&in->batch, start);
	stream_unprefix(in->stream);
	return -1;
}

/* The mapper is shared: its counters are of use as differences only. */
static void
count_mapped(struct intake *in, const struct map_counts *before)
{
	const struct map_counts *now = mapper_counts(in->mapper);

	unknown_add(&in->unknown, in->mapper);
	in->counts.unknown += now->unknown_members - before->unknown_members;
	in->counts.failed_conversions +=
	    now->failed_conversions - before->failed_conversions;
}

/* A record that more than one window finds is of that in which its time is. */
static bool
is_out_of_range(const struct intake_source *src, const struct map_ident *ident)
{
	int64_t ms;

	return src->only.from < src->only.to &&
	    iso8601_parse(ident->at, &ms) == 0 &&
	    (ms < src->only.from || ms >= src->only.to);
}

/* What is remembered for a slice of a backfill only must not take the id from
 * a poll. */
static bool
was_seen(struct intake *in, const struct intake_source *src,
    struct idset_key key, int64_t at_ms)
{
	return src->clock.fixed_ms != 0 ? seen_has(in->seen, key) :
					  seen_again(in->seen, key, at_ms);
}

int
intake_add(struct intake *in, struct slice record,
    const struct intake_source *src)
{
	struct map_counts before = *mapper_counts(in->mapper);
	struct map_ident ident;
	struct idset_key key;
	int64_t at_ms;

	if (mapper_scan(in->mapper, record, &src->map, &ident) != 0) {
		reject(in, record, src, mapper_error(in->mapper));
		return 0;
	}
	key = idset_key(ident.id, src->resend);
	at_ms = seen_time(&src->clock, ident.at, src->resend);
	if (is_out_of_range(src, &ident) || was_seen(in, src, key, at_ms)) {
		in->counts.seen++;
		return 0;
	}
	if (begin(in) != 0)
		return -1;
	if (put_line(in, &ident, src) != 0) {
		reject(in, record, src, "the line would be too long");
		return 0;
	}
	count_mapped(in, &before);
	seen_add(in->seen, key, at_ms);
	in->n_batch++;
	if (!src->backfill && at_ms > in->counts.last_at_ms)
		in->counts.last_at_ms = at_ms;
	if (in->batch.len < (in->hold ? INTAKE_HELD_MAX : INTAKE_BATCH))
		return 0;
	if (!in->hold)
		return intake_flush(in);
	intake_drop(in);
	errno = EMSGSIZE;
	return -1;
}

/* Names without a field, each told once. */
static void
tell_unknown(struct intake *in)
{
	struct buf names;

	buf_init(&names, NAMES_MAX);
	while (unknown_news(&in->unknown, in->mapper, &names))
		log_event(LOG_INFO, in->console, in->dataset,
		    "members without a field, kept only by "
		    "preserve_original_event: %s", names.p);
	buf_fini(&names);
}

/* How many bytes the first n lines have. */
static size_t
bytes_of(struct slice lines, size_t n)
{
	const char *s = lines.p;

	while (n-- > 0)
		s = (const char *)memchr(s, '\n',
		    (size_t)(lines.p + lines.len - s)) + 1;
	return (size_t)(s - lines.p);
}

static int64_t
day_of(int64_t ms)
{
	return ms / DAY_MS;
}

static void
count_appended(struct intake_counts *c, size_t lines, size_t bytes)
{
	int64_t now = clock_wall_us() / 1000;

	if (lines == 0)
		return;
	c->lines += lines;
	c->bytes += bytes;
	c->last_new_ms = now;
	if (day_of(now) != c->day)
		c->lines_of_day = 0;
	c->day = day_of(now);
	c->lines_of_day += lines;
}

uint64_t
intake_today(const struct intake *in, int64_t now_ms)
{
	return in->counts.day == day_of(now_ms) ? in->counts.lines_of_day : 0;
}

int
intake_flush(struct intake *in)
{
	struct slice batch = buf_slice(&in->batch);
	size_t kept = in->n_batch, bytes = batch.len;
	int rc, saved;

	in->begun = false;
	if (in->n_batch == 0)
		return 0;
	rc = stream_append(in->stream, batch, in->n_batch, &kept);
	saved = errno;
	if (rc != 0)
		bytes = bytes_of(batch, kept);
	seen_append(in->seen, kept, bytes);
	seen_forget_batch(in->seen);
	count_appended(&in->counts, kept, bytes);
	buf_reset(&in->batch);
	in->n_batch = 0;
	tell_unknown(in);
	errno = saved;
	return rc;
}

void
intake_drop(struct intake *in)
{
	for (size_t i = 0; i < in->n_batch; i++)
		stream_unprefix(in->stream);
	seen_forget_batch(in->seen);
	buf_reset(&in->batch);
	in->n_batch = 0;
	in->begun = false;
}
