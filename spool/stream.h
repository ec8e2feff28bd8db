/*
 * A stream: the lines of one dataset of one console, as a sequence of segment
 * files <directory>/<console>/<dataset>/<dataset>-<UTC birth>-<seq>.ndjson.
 *
 * A segment is only ever appended to.  It is never renamed, truncated or
 * rewritten, and after any failed write or sync it is abandoned as it is and
 * the next lines begin a new one (what shippers make of anything else:
 * spool/DESIGN.md).
 *
 * Every line begins with the prefix that stream_prefix() writes, so that
 * recovery needs to read no more than the head of a line.
 */
#ifndef S1SPOOL_STREAM_H
#define S1SPOOL_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "spool/spool.h"

#define STREAM_NAME_MAX 128

/* Where a stream's content ends: everything up to `offset` in `segment`.
 * An empty segment name is the position before the first line ever. */
struct stream_pos {
	char segment[STREAM_NAME_MAX];
	int64_t offset;
};

/* The head of one line, borrowed from the buffer it was read from. */
struct stream_line {
	struct slice seq; /* "<birth in base 36>-<line number>" */
	struct slice id; /* the document's _id: 28 characters of Base64 */
	struct slice at; /* JSON text between the quotes, "" if absent */
	int64_t resend; /* 0 when the line is no re-sent one */
	bool backfill; /* written out of turn: older than lines before it */
	struct slice text; /* the whole line without its newline */
};

struct stream;

/*
 * Open a stream, making its folders (0750) if needed.  `console` and `dataset`
 * are path components ([a-z0-9_-]).  NULL with a message in err on failure.
 * A new process never continues an old segment.
 */
struct stream *stream_open(struct spool *sp, const char *console,
    const char *dataset, struct buf *err);

/* Seal and free.  What was not synced is as durable as the kernel makes it. */
void stream_close(struct stream *st);

/*
 * Get ready for one batch: seals the current segment when its size or age says
 * so and names a new one when there is none; the file is made by the first
 * stream_append().  Must be called before stream_prefix(), and takes back the
 * prefixes of a batch that was not appended.  0, or -1 with errno.
 */
int stream_begin(struct stream *st, size_t expected_bytes);

/*
 * Write the prefix of the next line to b:
 *   {"spool":{"seq":"<birth>-<line>","id":"<id>","at":"<at>"},
 * with ,"resend":<resend> after "at" when resend is above 0, ,"backfill":true
 * when it is STREAM_BACKFILL.  `id` and `at` are JSON string content, already
 * escaped.  The rest of the object's members, the
 * closing brace and a newline follow from the caller.  Line numbers count from
 * 1 in the order of the calls; a line that is not kept must be taken back with
 * stream_unprefix() before the next one.
 */
#define STREAM_BACKFILL (-1)
int stream_prefix(struct stream *st, struct buf *b, struct slice id,
    struct slice at, int64_t resend);
void stream_unprefix(struct stream *st);

/*
 * Append a batch of whole lines made since stream_begin(), all those that got
 * a prefix.  Space is reserved first, so that a full disk is met before the
 * first byte.  0, or -1 with errno; then the segment is abandoned, *kept_lines
 * says how many whole lines of the batch are in it all the same, and the
 * caller counts exactly those as written.  EINVAL: the lines do not match the
 * prefixes, or there was no stream_begin().
 */
int stream_append(struct stream *st, struct slice lines, size_t n_lines,
    size_t *kept_lines);

/*
 * fdatasync what was appended (and the folder when a segment is new).  0, or
 * -1 with errno; then the segment is abandoned and everything after the last
 * successful sync has to be fetched again.  That goes for what was sealed
 * since then, too: a failed sync while sealing is reported here.  When the
 * stream is still dirty after a failure, nothing was tried: the lines are in no
 * doubt, and the next call syncs them.
 */
int stream_sync(struct stream *st);
/* Was anything appended since the last stream_sync() that tried? */
bool stream_is_dirty(const struct stream *st);

/*
 * The end of what was appended; durable after a successful stream_sync().
 * After a failed one it stays behind the lines in doubt, so that they never
 * count as written.  Before the first append: the end of what was there.
 */
void stream_end(const struct stream *st, struct stream_pos *pos);

/* Is the first segment ever still there, archived or not, as far as was known
 * when the stream was opened? */
bool stream_is_complete(const struct stream *st);

/*
 * Seal the current segment if it is older or idle for longer than the options
 * allow, or always with `now`; not while a batch is being made for it.  Returns
 * true when none is open: that of stream_end() is sealed then.  Best called
 * between commits, when the stream is not dirty: else it syncs here.
 */
bool stream_seal(struct stream *st, bool now);

/* The newest segment that takes no more lines, "" for none: all before it are
 * sealed, too.  Durable once stream_sync() succeeded.  Borrowed until the next
 * call. */
const char *stream_sealed(const struct stream *st);

/*
 * Hand every whole line after `from`, in order of the segments' sequence and
 * archived ones included, to fn; fn returns false to stop early.  Lines are on
 * disk when fn gets them.  A torn last line is passed over.  A line without a
 * readable prefix is counted in *damaged, at once, and passed over; so is what
 * is left of a packed segment that is damaged.
 * The slices are valid during the call only.  0, or -1 with errno.
 */
int stream_read_back(struct stream *st, const struct stream_pos *from,
    bool (*fn)(void *cookie, const struct stream_line *line), void *cookie,
    size_t *damaged);

/* Parse a line's prefix.  0, or -1 when it is not one. */
int stream_parse_line(struct slice text, struct stream_line *line);

/* Order two segment names by their sequence: <0, 0, >0. */
int stream_segment_cmp(const char *a, const char *b);

#endif
