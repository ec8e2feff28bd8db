/*
 * A spool in a fresh directory with one stream, on a clock that stands still,
 * for the tests of streams.
 */
#ifndef S1SPOOL_SPOOL_RIG_H
#define S1SPOOL_SPOOL_RIG_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "spool/spool.h"
#include "spool/stream.h"

/* The stream, and the segments it makes one after another. */
#define FOLDER "acme/threat"
#define FIRST "threat-20260101T000000.000000Z-000000000001.ndjson"
#define SECOND "threat-20260101T000000.000001Z-000000000002.ndjson"
#define THIRD "threat-20260101T000000.000002Z-000000000003.ndjson"

/* What a line takes whose id is one letter. */
#define LINE_LEN (sizeof("{\"spool\":{\"seq\":\"hefg8dts00-1\",\"id\":\"a\"," \
    "\"at\":\"a\"},\"x\":1}\n") - 1)

/* The clocks of a test; rig_setup() sets them. */
extern int64_t rig_now_us, rig_mono_ms;

struct spool_rig {
	char *dir;
	struct spool_options opt;
	struct spool *sp;
	struct stream *st;
	struct buf batch;
	size_t n_lines;
};

void rig_setup(struct spool_rig *f);
void rig_teardown(struct spool_rig *f);

/* Close everything and open it again, with f->opt. */
void rig_reopen(struct spool_rig *f);

/* Make a batch: begin, then a line for each id. */
void rig_begin(struct spool_rig *f);
void rig_line(struct spool_rig *f, const char *id);

/* Append what was made: the number of lines, or -1 - lines that are in. */
int rig_append(struct spool_rig *f);

/* A batch of one. */
void rig_append_one(struct spool_rig *f, const char *id);

/* Take the ids that are read back into a buf, separated by spaces. */
bool rig_collect(void *cookie, const struct stream_line *l);

/* What is there, against what should be: the ids behind a position (NULL: the
 * beginning), the files, the content of one. */
void rig_check_back(struct spool_rig *f, const struct stream_pos *from,
    const char *want);
void rig_check_files(struct spool_rig *f, const char *want);
void rig_check_content(struct spool_rig *f, const char *name,
    const char *want);

void rig_unlink_segment(struct spool_rig *f, const char *name);

#endif
