#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/xalloc.h"
#include "spool/stream.h"
#include "tests/unit/scratch.h"
#include "tests/unit/spool_rig.h"
#include "tests/unit/unit.h"

static void
test_lines_and_names(void)
{
	struct stream_pos pos;
	struct spool_rig f;
	struct stat sb;

	rig_setup(&f);
	rig_check_files(&f, "");
	rig_begin(&f);
	rig_check_files(&f, "");
	CU_ASSERT_EQUAL(stream_prefix(f.st, &f.batch, SLICE("I\\u0041\\\""),
	    SLICE("2026-01-01T00:00:00Z"), 3), 0);
	buf_adds(&f.batch, "\"x\":1}\n");
	CU_ASSERT_EQUAL(stream_prefix(f.st, &f.batch, SLICE("dropped"),
	    SLICE(""), 0), 0);
	buf_cut(&f.batch, strchr(f.batch.p, '\n') + 1 - f.batch.p);
	stream_unprefix(f.st);
	CU_ASSERT_EQUAL(stream_prefix(f.st, &f.batch, SLICE("b"), SLICE(""),
	    STREAM_BACKFILL), 0);
	buf_adds(&f.batch, "\"x\":2}\n");
	f.n_lines = 2;
	CU_ASSERT_EQUAL(rig_append(&f), 2);
	CU_ASSERT_TRUE(stream_is_dirty(f.st));
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	CU_ASSERT_FALSE(stream_is_dirty(f.st));
	rig_append_one(&f, "c");

	rig_check_files(&f, FIRST);
	rig_check_content(&f, FIRST,
	    "{\"spool\":{\"seq\":\"hefg8dts00-1\",\"id\":\"I\\u0041\\\"\","
	    "\"at\":\"2026-01-01T00:00:00Z\",\"resend\":3},\"x\":1}\n"
	    "{\"spool\":{\"seq\":\"hefg8dts00-2\",\"id\":\"b\",\"at\":\"\","
	    "\"backfill\":true},\"x\":2}\n"
	    "{\"spool\":{\"seq\":\"hefg8dts00-3\",\"id\":\"c\",\"at\":\"a\"},"
	    "\"x\":1}\n");
	stream_end(f.st, &pos);
	UNIT_TEXT(pos.segment, FIRST);
	CU_ASSERT_EQUAL(stat(scratch_path(f.dir, FOLDER "/" FIRST), &sb), 0);
	CU_ASSERT_EQUAL(pos.offset, sb.st_size);
	CU_ASSERT_EQUAL(sb.st_mode & 07777, 0640);
	CU_ASSERT_EQUAL(stat(scratch_path(f.dir, FOLDER), &sb), 0);
	CU_ASSERT_EQUAL(sb.st_mode & 07777, 0750);
	rig_teardown(&f);
}

static void
test_read_back_from_a_position(void)
{
	struct stream_pos pos;
	struct spool_rig f;

	rig_setup(&f);
	rig_check_back(&f, NULL, "");
	rig_append_one(&f, "a");
	rig_append_one(&f, "b");
	stream_end(f.st, &pos);
	rig_append_one(&f, "c");
	CU_ASSERT_TRUE(stream_seal(f.st, true));
	rig_append_one(&f, "d");
	rig_check_files(&f, FIRST " " SECOND);
	rig_check_back(&f, NULL, "a b c d");
	rig_check_back(&f, &pos, "c d");
	stream_end(f.st, &pos);
	rig_check_back(&f, &pos, "");
	rig_reopen(&f);
	rig_check_back(&f, &pos, "");
	stream_end(f.st, &pos);
	rig_check_back(&f, &pos, "");
	rig_teardown(&f);
}

/* Line numbers follow what was appended, whatever became of a batch. */
static void
test_batch_given_up(void)
{
	struct spool_rig f;

	rig_setup(&f);
	rig_append_one(&f, "a");
	rig_begin(&f);
	rig_line(&f, "b");
	rig_line(&f, "c");
	rig_begin(&f);
	rig_line(&f, "d");
	CU_ASSERT_EQUAL(rig_append(&f), 1);
	rig_check_content(&f, FIRST,
	    "{\"spool\":{\"seq\":\"hefg8dts00-1\",\"id\":\"a\",\"at\":\"a\"},"
	    "\"x\":1}\n"
	    "{\"spool\":{\"seq\":\"hefg8dts00-2\",\"id\":\"d\",\"at\":\"a\"},"
	    "\"x\":1}\n");
	rig_teardown(&f);
}

/* A batch whose lines are not those that got a prefix would break the
 * numbering: it is refused. */
static void
test_miscounted_batch(void)
{
	struct spool_rig f;

	rig_setup(&f);
	rig_begin(&f);
	rig_line(&f, "a");
	f.n_lines = 2;
	CU_ASSERT_EQUAL(rig_append(&f), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	f.n_lines = 1;
	CU_ASSERT_EQUAL(rig_append(&f), -1); /* not without stream_begin() */
	CU_ASSERT_EQUAL(errno, EINVAL);
	rig_check_files(&f, "");
	CU_ASSERT_FALSE(stream_is_dirty(f.st));
	rig_append_one(&f, "a");
	rig_check_back(&f, NULL, "a");
	rig_teardown(&f);
}

static void
test_sealed_by_size(void)
{
	struct spool_rig f;

	rig_setup(&f);
	f.opt.segment_max_bytes = 150;
	rig_reopen(&f);
	rig_append_one(&f, "a"); /* 57 bytes; 100 more are announced each time */
	rig_append_one(&f, "b");
	rig_check_files(&f, FIRST " " SECOND);
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	rig_begin(&f);
	rig_check_files(&f, FIRST " " SECOND);
	rig_check_back(&f, NULL, "a b");
	rig_teardown(&f);
}

static void
test_sealed_by_age(void)
{
	struct spool_rig f;

	rig_setup(&f);
	rig_begin(&f);
	rig_mono_ms += 100000; /* the age counts from the first line */
	rig_line(&f, "a");
	CU_ASSERT_EQUAL(rig_append(&f), 1);
	rig_mono_ms += 60000;
	rig_append_one(&f, "b");
	rig_check_files(&f, FIRST);
	rig_mono_ms += 1;
	rig_append_one(&f, "c");
	rig_check_files(&f, FIRST " " SECOND);
	rig_check_back(&f, NULL, "a b c");
	rig_teardown(&f);
}

static void
test_sealed_when_idle(void)
{
	struct spool_rig f;

	rig_setup(&f);
	/* None is open. */
	CU_ASSERT_TRUE(stream_seal(f.st, false));
	rig_append_one(&f, "a");
	rig_mono_ms += 9000;
	rig_append_one(&f, "b");
	rig_mono_ms += 10000;
	CU_ASSERT_FALSE(stream_seal(f.st, false));
	rig_mono_ms += 1;
	/* Not while a batch is being made for it. */
	rig_begin(&f);
	rig_line(&f, "c");
	CU_ASSERT_FALSE(stream_seal(f.st, true));
	CU_ASSERT_EQUAL(rig_append(&f), 1);
	rig_mono_ms += 10001;
	CU_ASSERT_TRUE(stream_seal(f.st, false));
	CU_ASSERT_TRUE(stream_is_dirty(f.st)); /* a commit is due still */
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	rig_append_one(&f, "d");
	rig_check_files(&f, FIRST " " SECOND);
	rig_teardown(&f);
}

/* The clock stands or jumps back: names and line heads stay unique. */
static void
test_clock_jumps_back(void)
{
	struct spool_rig f;

	rig_setup(&f);
	rig_append_one(&f, "a");
	stream_seal(f.st, true);
	rig_now_us -= 86400000000;
	rig_append_one(&f, "b");
	rig_reopen(&f);
	rig_append_one(&f, "c");
	rig_check_files(&f, FIRST " " SECOND " " THIRD);
	rig_check_back(&f, NULL, "a b c");
	rig_teardown(&f);
}

static void
pack(struct spool_rig *f, const char *name, const char *to_folder)
{
	const char *path = scratch_path(f->dir, to_folder);
	char *text, to[600];
	size_t len;
	gzFile gz;

	mkdir(path, 0750);
	snprintf(to, sizeof(to), "%s/%s.gz", path, name);
	text = scratch_read(f->dir, scratch_path(FOLDER, name), &len);
	gz = gzopen(to, "wb");
	CU_ASSERT_EQUAL(gzwrite(gz, text, (unsigned)len), (int)len);
	CU_ASSERT_EQUAL(gzclose(gz), Z_OK);
	free(text);
}

static void
test_packed_segments(void)
{
	struct stream_pos pos;
	struct spool_rig f;

	rig_setup(&f);
	rig_append_one(&f, "a");
	stream_end(f.st, &pos);
	rig_append_one(&f, "b");
	stream_seal(f.st, true);
	rig_append_one(&f, "c");
	stream_seal(f.st, true);
	mkdir(scratch_path(f.dir, "acme/archive"), 0750);
	pack(&f, FIRST, "acme/archive/threat");
	/* A death before the unlinking left both. */
	rig_check_back(&f, NULL, "a b c");
	rig_unlink_segment(&f, FIRST);
	rig_check_back(&f, NULL, "a b c");
	rig_check_back(&f, &pos, "b c");
	pack(&f, SECOND, FOLDER);
	rig_unlink_segment(&f, SECOND);
	rig_check_back(&f, &pos, "b c");

	/* The sequence goes on, and the end is known. */
	rig_reopen(&f);
	stream_end(f.st, &pos);
	UNIT_TEXT(pos.segment, SECOND);
	rig_check_back(&f, &pos, "");
	rig_append_one(&f, "d");
	rig_check_back(&f, &pos, "d");
	rig_check_files(&f, SECOND ".gz " THIRD);
	rig_teardown(&f);
}

/* All files of a stream are gone: the position in the journal is enough for
 * the sequence to go on. */
static void
test_everything_pruned(void)
{
	struct stream_pos pos, end;
	struct spool_rig f;

	rig_setup(&f);
	rig_append_one(&f, "a");
	stream_seal(f.st, true);
	rig_append_one(&f, "b");
	stream_end(f.st, &pos);
	stream_seal(f.st, true);
	rig_unlink_segment(&f, FIRST);
	rig_unlink_segment(&f, SECOND);
	rig_reopen(&f);
	rig_check_back(&f, &pos, "");
	stream_end(f.st, &end);
	UNIT_TEXT(end.segment, pos.segment);
	rig_append_one(&f, "c");
	rig_check_back(&f, &pos, "c");
	stream_end(f.st, &end);
	CU_ASSERT_TRUE(stream_segment_cmp(end.segment, SECOND) > 0);
	rig_teardown(&f);
}

static bool
stop_at_b(void *cookie, const struct stream_line *l)
{
	rig_collect(cookie, l);
	return !slice_is(l->id, "b");
}

static void
test_torn_and_damaged(void)
{
	struct stream_pos start = { 0 };
	struct spool_rig f;
	struct buf ids;
	size_t damaged;

	rig_setup(&f);
	rig_append_one(&f, "a");
	rig_reopen(&f);
	scratch_append(f.dir, FOLDER "/" FIRST, SLICE("{\"spool\":{\"seq"));
	rig_append_one(&f, "b");
	rig_check_files(&f, FIRST " " SECOND);
	rig_check_back(&f, NULL, "a b");

	scratch_append(f.dir, FOLDER "/" SECOND, SLICE("{}\n\n"));
	rig_append_one(&f, "c");
	buf_init(&ids, 1000);
	CU_ASSERT_EQUAL(stream_read_back(f.st, &start, rig_collect, &ids,
	    &damaged), 0);
	CU_ASSERT_EQUAL(damaged, 2);
	UNIT_TEXT(ids.p, "a b c");
	buf_reset(&ids);
	CU_ASSERT_EQUAL(stream_read_back(f.st, &start, stop_at_b, &ids,
	    &damaged), 0);
	UNIT_TEXT(ids.p, "a b");
	buf_fini(&ids);
	rig_teardown(&f);
}

/* A line that is too long for memory is handed out by its head; and one that
 * takes many reads is whole. */
static void
test_long_lines(void)
{
	struct stream_pos start = { 0 };
	struct spool_rig f;
	struct buf ids;
	size_t damaged;

	rig_setup(&f);
	rig_begin(&f);
	CU_ASSERT_EQUAL(stream_prefix(f.st, &f.batch, SLICE("long"),
	    SLICE(""), 0), 0);
	for (int i = 0; i < 100000; i++)
		buf_adds(&f.batch, "0123456789");
	buf_addc(&f.batch, '\n');
	f.n_lines = 1;
	CU_ASSERT_EQUAL(rig_append(&f), 1);
	rig_reopen(&f);
	CU_ASSERT_EQUAL(truncate(scratch_path(f.dir, FOLDER "/" FIRST),
	    70 << 20), 0);
	scratch_append(f.dir, FOLDER "/" FIRST, SLICE("\n{\"spool\":{\"seq\":"
	    "\"1-1\",\"id\":\"after\",\"at\":\"\"},}\n"));
	buf_init(&ids, 1000);
	CU_ASSERT_EQUAL(stream_read_back(f.st, &start, rig_collect, &ids,
	    &damaged), 0);
	CU_ASSERT_EQUAL(damaged, 1);
	UNIT_TEXT(ids.p, "long after");
	buf_fini(&ids);
	rig_teardown(&f);
}

static void
test_folder_names(void)
{
	static const char *const bad[] = { "", "..", "a/b", "Acme", "archive",
		".hidden", "a b",
		("0123456789012345678901234567890123456789"
		"0123456789012345678901234") };
	struct spool_rig f;
	struct buf why;

	rig_setup(&f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_init(&why, 1000);
		CU_ASSERT_PTR_NULL(stream_open(f.sp, bad[i], "threat", &why));
		CU_ASSERT_PTR_NULL(stream_open(f.sp, "acme", bad[i], &why));
		CU_ASSERT_PTR_NOT_NULL(strstr(why.p, "cannot be a spool"));
		buf_fini(&why);
	}
	buf_init(&why, 1000);
	scratch_write(f.dir, "file", SLICE(""));
	CU_ASSERT_PTR_NULL(stream_open(f.sp, "file", "threat", &why));
	UNIT_TEXT(why.p, "cannot make spool folder file/threat: Not a "
	    "directory");
	buf_fini(&why);
	rig_teardown(&f);
}

static void
test_parse_line(void)
{
	static const char *const bad[] = {
		"", "{}", "x", "{\"spool\":{}}",
		"{\"spool\":{\"seq\":\"z-1\",\"id\":\"i\",\"at\":\"\"}}",
		"{\"spool\":{\"seq\":\"z-1\",\"id\":\"i\",\"at\":\"\"}",
		"{\"spool\":{\"seq\":\"z-1\",\"id\":\"i\",\"at\":\"",
		"{\"spool\":{\"seq\":\"z-1\",\"id\":\"i\\",
		"{\"spool\":{\"seq\":\"z-1\",\"id\":\"i\"},",
		"{\"spool\":{\"seq\":\"-1\",\"id\":\"i\",\"at\":\"\"},",
		"{\"spool\":{\"seq\":\"z-\",\"id\":\"i\",\"at\":\"\"},",
		"{\"spool\":{\"seq\":\"z-0\",\"id\":\"i\",\"at\":\"\"},",
		"{\"spool\":{\"seq\":\"z-01\",\"id\":\"i\",\"at\":\"\"},",
		"{\"spool\":{\"seq\":\"Z-1\",\"id\":\"i\",\"at\":\"\"},",
		"{\"spool\":{\"seq\":\"z-1x\",\"id\":\"i\",\"at\":\"\"},",
		"{\"spool\":{\"seq\":\"zzzzzzzzzzzzzz-1\",\"id\":\"i\","
		    "\"at\":\"\"},",
		"{\"spool\":{\"seq\":\"z-1\",\"id\":\"i\",\"at\":\"\","
		    "\"resend\":0},",
		"{\"spool\":{\"seq\":\"z-1\",\"id\":\"i\",\"at\":\"\","
		    "\"resend\":},",
		"{\"spool\":{\"seq\":\"z-1\",\"id\":\"i\",\"at\":\"\","
		    "\"resend\":-1},",
		"{\"spool\":{\"id\":\"i\",\"seq\":\"z-1\",\"at\":\"\"},",
	};
	const struct slice good = SLICE("{\"spool\":{\"seq\":\"z9-12\",\"id\":"
	    "\"i\\\"d\",\"at\":\"t\\\\\",\"resend\":41},\"a\":1}");
	struct stream_line l = { .resend = 99 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_EQUAL(stream_parse_line(slice_of(bad[i]), &l), -1);
	CU_ASSERT_EQUAL(l.resend, 99);
	/* Every cut is refused, never read beyond. */
	for (size_t n = 0; n < sizeof("{\"spool\":{\"seq\":\"z9-12\",\"id\":"
	    "\"i\\\"d\",\"at\":\"t\\\\\",\"resend\":41},") - 1; n++) {
		char *cut = xmalloc(n + 1);

		memcpy(cut, good.p, n);
		CU_ASSERT_EQUAL(stream_parse_line((struct slice){ cut, n },
		    &l), -1);
		free(cut);
	}
	CU_ASSERT_EQUAL(stream_parse_line(good, &l), 0);
	CU_ASSERT_TRUE(slice_is(l.seq, "z9-12"));
	CU_ASSERT_TRUE(slice_is(l.id, "i\\\"d"));
	CU_ASSERT_TRUE(slice_is(l.at, "t\\\\"));
	CU_ASSERT_EQUAL(l.resend, 41);
	CU_ASSERT_TRUE(!l.backfill && slice_eq(l.text, good));
	CU_ASSERT_EQUAL(stream_parse_line(SLICE("{\"spool\":{\"seq\":\"z-1\","
	    "\"id\":\"i\",\"at\":\"\",\"backfill\":true},"), &l), 0);
	CU_ASSERT_TRUE(l.backfill && l.resend == 0);
}

static void
test_segment_order(void)
{
	CU_ASSERT_TRUE(stream_segment_cmp(FIRST, SECOND) < 0);
	CU_ASSERT_TRUE(stream_segment_cmp(SECOND ".gz", FIRST) > 0);
	CU_ASSERT_EQUAL(stream_segment_cmp(FIRST, FIRST ".gz"), 0);
	CU_ASSERT_TRUE(stream_segment_cmp("", FIRST) < 0);
	/* The sequence counts, not the clock. */
	CU_ASSERT_TRUE(stream_segment_cmp(
	    "threat-20270101T000000.000000Z-000000000009.ndjson",
	    "threat-20260101T000000.000000Z-000000000010.ndjson") < 0);
}

static void
test_prefix_needs_room(void)
{
	struct spool_rig f;
	struct buf small;

	rig_setup(&f);
	buf_init(&small, 60);
	rig_begin(&f);
	CU_ASSERT_EQUAL(stream_prefix(f.st, &small, SLICE("i"), SLICE(""), 0),
	    -1);
	CU_ASSERT_EQUAL(small.len, 0);
	rig_line(&f, "a");
	CU_ASSERT_EQUAL(rig_append(&f), 1);
	buf_fini(&small);
	rig_teardown(&f);
}

static const struct unit_test tests[] = {
	{ "lines and names", test_lines_and_names },
	{ "folder names", test_folder_names },
	{ "a batch that is given up", test_batch_given_up },
	{ "a miscounted batch is refused", test_miscounted_batch },
	{ "a prefix that does not fit", test_prefix_needs_room },
	{ "sealed by size", test_sealed_by_size },
	{ "sealed by age", test_sealed_by_age },
	{ "sealed when idle", test_sealed_when_idle },
	{ "the clock jumps back", test_clock_jumps_back },
	{ "read back from a position", test_read_back_from_a_position },
	{ "packed segments", test_packed_segments },
	{ "everything is pruned", test_everything_pruned },
	{ "torn tails and damaged lines", test_torn_and_damaged },
	{ "long lines", test_long_lines },
	{ "parse a line", test_parse_line },
	{ "the order of segments", test_segment_order },
};

UNIT_MAIN("stream", tests)
