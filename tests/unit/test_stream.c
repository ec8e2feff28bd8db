#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/clock.h"
#include "spool/stream.h"
#include "tests/faults/fault.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define FOLDER "acme/threat"
#define BIRTH 1767225600000000 /* 2026-01-01T00:00:00Z */
#define FIRST "threat-20260101T000000.000000Z-000000000001.ndjson"
#define SECOND "threat-20260101T000000.000001Z-000000000002.ndjson"

static int64_t now_us, mono_ms;

static int64_t
fake_wall(void)
{
	return now_us;
}

static int64_t
fake_mono(void)
{
	return mono_ms;
}

static const struct clock fake_clock = { fake_wall, fake_mono };

/* A spool in a fresh directory with one stream, and the clock standing. */
struct fixture {
	char *dir;
	struct spool_options opt;
	struct spool *sp;
	struct stream *st;
	struct buf batch;
	size_t n_lines;
};

static void
reopen(struct fixture *f)
{
	struct buf why;

	buf_init(&why, 1000);
	stream_close(f->st);
	spool_close(f->sp);
	f->sp = spool_open(&f->opt, &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->sp);
	f->st = stream_open(f->sp, "acme", "threat", &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->st);
	UNIT_TEXT(why.p, "");
	buf_fini(&why);
}

static void
setup(struct fixture *f)
{
	now_us = BIRTH;
	mono_ms = 1000;
	clock_set(&fake_clock);
	*f = (struct fixture){ .dir = scratch_make() };
	f->opt = (struct spool_options){ .directory = f->dir,
		.segment_max_bytes = 1 << 20, .segment_max_age_ms = 60000,
		.segment_idle_ms = 10000 };
	buf_init(&f->batch, 8 << 20);
	reopen(f);
}

static void
teardown(struct fixture *f)
{
	fault_set(NULL);
	stream_close(f->st);
	spool_close(f->sp);
	buf_fini(&f->batch);
	scratch_remove(f->dir);
	clock_set(NULL);
}

static void
begin(struct fixture *f)
{
	buf_reset(&f->batch);
	f->n_lines = 0;
	CU_ASSERT_EQUAL_FATAL(stream_begin(f->st, 100), 0);
}

static void
line(struct fixture *f, const char *id)
{
	CU_ASSERT_EQUAL(stream_prefix(f->st, &f->batch, slice_of(id),
	    SLICE("a"), 0), 0);
	buf_adds(&f->batch, "\"x\":1}\n");
	f->n_lines++;
}

/* Append what was made; the number of lines that are in, or -1. */
static int
append(struct fixture *f)
{
	size_t kept = 99;
	int r = stream_append(f->st, buf_slice(&f->batch), f->n_lines, &kept);

	if (r == 0)
		CU_ASSERT_EQUAL(kept, f->n_lines);
	return r == 0 ? (int)kept : -1 - (int)kept;
}

static void
append_one(struct fixture *f, const char *id)
{
	begin(f);
	line(f, id);
	CU_ASSERT_EQUAL(append(f), 1);
}

static bool
collect(void *cookie, const struct stream_line *l)
{
	struct buf *b = cookie;

	buf_addf(b, "%s%.*s", b->len > 0 ? " " : "", (int)l->id.len, l->id.p);
	return true;
}

/* The ids that are read back from a position, against what should be. */
static void
check_back(struct fixture *f, const struct stream_pos *from, const char *want)
{
	static const struct stream_pos start;
	size_t damaged = 99;
	struct buf ids;

	buf_init(&ids, 1 << 20);
	CU_ASSERT_EQUAL(stream_read_back(f->st, from != NULL ? from : &start,
	    collect, &ids, &damaged), 0);
	CU_ASSERT_EQUAL(damaged, 0);
	UNIT_TEXT(ids.p, want);
	buf_fini(&ids);
}

static void
check_files(struct fixture *f, const char *want)
{
	char *list = scratch_list(f->dir, FOLDER);

	UNIT_TEXT(list, want);
	free(list);
}

static void
check_content(struct fixture *f, const char *name, const char *want)
{
	char *text = scratch_read(f->dir, scratch_path(FOLDER, name), NULL);

	UNIT_TEXT(text, want);
	free(text);
}

static void
test_lines_and_names(void)
{
	struct stream_pos pos;
	struct fixture f;
	struct stat sb;

	setup(&f);
	check_files(&f, "");
	begin(&f);
	check_files(&f, "");
	CU_ASSERT_EQUAL(stream_prefix(f.st, &f.batch, SLICE("I\\u0041\\\""),
	    SLICE("2026-01-01T00:00:00Z"), 3), 0);
	buf_adds(&f.batch, "\"x\":1}\n");
	CU_ASSERT_EQUAL(stream_prefix(f.st, &f.batch, SLICE("dropped"),
	    SLICE(""), 0), 0);
	buf_cut(&f.batch, strchr(f.batch.p, '\n') + 1 - f.batch.p);
	stream_unprefix(f.st);
	CU_ASSERT_EQUAL(stream_prefix(f.st, &f.batch, SLICE("b"), SLICE(""),
	    0), 0);
	buf_adds(&f.batch, "\"x\":2}\n");
	f.n_lines = 2;
	CU_ASSERT_EQUAL(append(&f), 2);
	CU_ASSERT_TRUE(stream_is_dirty(f.st));
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	CU_ASSERT_FALSE(stream_is_dirty(f.st));
	append_one(&f, "c");

	check_files(&f, FIRST);
	check_content(&f, FIRST,
	    "{\"spool\":{\"seq\":\"hefg8dts00-1\",\"id\":\"I\\u0041\\\"\","
	    "\"at\":\"2026-01-01T00:00:00Z\",\"resend\":3},\"x\":1}\n"
	    "{\"spool\":{\"seq\":\"hefg8dts00-2\",\"id\":\"b\",\"at\":\"\"},"
	    "\"x\":2}\n"
	    "{\"spool\":{\"seq\":\"hefg8dts00-3\",\"id\":\"c\",\"at\":\"a\"},"
	    "\"x\":1}\n");
	stream_end(f.st, &pos);
	UNIT_TEXT(pos.segment, FIRST);
	CU_ASSERT_EQUAL(stat(scratch_path(f.dir, FOLDER "/" FIRST), &sb), 0);
	CU_ASSERT_EQUAL(pos.offset, sb.st_size);
	CU_ASSERT_EQUAL(sb.st_mode & 07777, 0640);
	CU_ASSERT_EQUAL(stat(scratch_path(f.dir, FOLDER), &sb), 0);
	CU_ASSERT_EQUAL(sb.st_mode & 07777, 0750);
	teardown(&f);
}

static void
test_read_back_from_a_position(void)
{
	struct stream_pos pos;
	struct fixture f;

	setup(&f);
	check_back(&f, NULL, "");
	append_one(&f, "a");
	append_one(&f, "b");
	stream_end(f.st, &pos);
	append_one(&f, "c");
	CU_ASSERT_TRUE(stream_seal(f.st, true));
	CU_ASSERT_FALSE(stream_seal(f.st, true));
	append_one(&f, "d");
	check_files(&f, FIRST " " SECOND);
	check_back(&f, NULL, "a b c d");
	check_back(&f, &pos, "c d");
	stream_end(f.st, &pos);
	check_back(&f, &pos, "");
	reopen(&f);
	check_back(&f, &pos, "");
	stream_end(f.st, &pos);
	check_back(&f, &pos, "");
	teardown(&f);
}

static const struct unit_test tests[] = {
	{ "lines and names", test_lines_and_names },
	{ "read back from a position", test_read_back_from_a_position },
};

UNIT_MAIN("stream", tests)
