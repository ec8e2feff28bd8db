#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
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
#define THIRD "threat-20260101T000000.000002Z-000000000003.ndjson"

/* What a line takes whose id is one letter. */
#define LINE_LEN (sizeof("{\"spool\":{\"seq\":\"hefg8dts00-1\",\"id\":\"a\"," \
    "\"at\":\"a\"},\"x\":1}\n") - 1)

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

/* Line numbers follow what was appended, whatever became of a batch. */
static void
test_batch_given_up(void)
{
	struct fixture f;

	setup(&f);
	append_one(&f, "a");
	begin(&f);
	line(&f, "b");
	line(&f, "c");
	begin(&f);
	line(&f, "d");
	CU_ASSERT_EQUAL(append(&f), 1);
	check_content(&f, FIRST,
	    "{\"spool\":{\"seq\":\"hefg8dts00-1\",\"id\":\"a\",\"at\":\"a\"},"
	    "\"x\":1}\n"
	    "{\"spool\":{\"seq\":\"hefg8dts00-2\",\"id\":\"d\",\"at\":\"a\"},"
	    "\"x\":1}\n");
	teardown(&f);
}

/* A batch whose lines are not those that got a prefix would break the
 * numbering: it is refused. */
static void
test_miscounted_batch(void)
{
	struct fixture f;

	setup(&f);
	begin(&f);
	line(&f, "a");
	f.n_lines = 2;
	CU_ASSERT_EQUAL(append(&f), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	f.n_lines = 1;
	CU_ASSERT_EQUAL(append(&f), -1); /* not without stream_begin() */
	CU_ASSERT_EQUAL(errno, EINVAL);
	check_files(&f, "");
	CU_ASSERT_FALSE(stream_is_dirty(f.st));
	append_one(&f, "a");
	check_back(&f, NULL, "a");
	teardown(&f);
}

static void
test_sealed_by_size(void)
{
	struct fixture f;

	setup(&f);
	f.opt.segment_max_bytes = 150;
	reopen(&f);
	append_one(&f, "a"); /* 57 bytes; 100 more are announced each time */
	append_one(&f, "b");
	check_files(&f, FIRST " " SECOND);
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	begin(&f);
	check_files(&f, FIRST " " SECOND);
	check_back(&f, NULL, "a b");
	teardown(&f);
}

static void
test_sealed_by_age(void)
{
	struct fixture f;

	setup(&f);
	begin(&f);
	mono_ms += 100000; /* the age counts from the first line */
	line(&f, "a");
	CU_ASSERT_EQUAL(append(&f), 1);
	mono_ms += 60000;
	append_one(&f, "b");
	check_files(&f, FIRST);
	mono_ms += 1;
	append_one(&f, "c");
	check_files(&f, FIRST " " SECOND);
	check_back(&f, NULL, "a b c");
	teardown(&f);
}

static void
test_sealed_when_idle(void)
{
	struct fixture f;

	setup(&f);
	CU_ASSERT_FALSE(stream_seal(f.st, false));
	append_one(&f, "a");
	mono_ms += 9000;
	append_one(&f, "b");
	mono_ms += 10000;
	CU_ASSERT_FALSE(stream_seal(f.st, false));
	mono_ms += 1;
	/* Not while a batch is being made for it. */
	begin(&f);
	line(&f, "c");
	CU_ASSERT_FALSE(stream_seal(f.st, true));
	CU_ASSERT_EQUAL(append(&f), 1);
	mono_ms += 10001;
	CU_ASSERT_TRUE(stream_seal(f.st, false));
	CU_ASSERT_TRUE(stream_is_dirty(f.st)); /* a commit is due still */
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	append_one(&f, "d");
	check_files(&f, FIRST " " SECOND);
	teardown(&f);
}

/* The clock stands or jumps back: names and line heads stay unique. */
static void
test_clock_jumps_back(void)
{
	struct fixture f;

	setup(&f);
	append_one(&f, "a");
	stream_seal(f.st, true);
	now_us -= 86400000000;
	append_one(&f, "b");
	reopen(&f);
	append_one(&f, "c");
	check_files(&f, FIRST " " SECOND " " THIRD);
	check_back(&f, NULL, "a b c");
	teardown(&f);
}

static void
pack(struct fixture *f, const char *name, const char *to_folder)
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
unlink_segment(struct fixture *f, const char *name)
{
	CU_ASSERT_EQUAL(unlink(scratch_path(f->dir,
	    scratch_path(FOLDER, name))), 0);
}

static void
test_packed_segments(void)
{
	struct stream_pos pos;
	struct fixture f;

	setup(&f);
	append_one(&f, "a");
	stream_end(f.st, &pos);
	append_one(&f, "b");
	stream_seal(f.st, true);
	append_one(&f, "c");
	stream_seal(f.st, true);
	mkdir(scratch_path(f.dir, "acme/archive"), 0750);
	pack(&f, FIRST, "acme/archive/threat");
	/* A death before the unlinking left both. */
	check_back(&f, NULL, "a b c");
	unlink_segment(&f, FIRST);
	check_back(&f, NULL, "a b c");
	check_back(&f, &pos, "b c");
	pack(&f, SECOND, FOLDER);
	unlink_segment(&f, SECOND);
	check_back(&f, &pos, "b c");

	/* The sequence goes on, and the end is known. */
	reopen(&f);
	stream_end(f.st, &pos);
	UNIT_TEXT(pos.segment, SECOND);
	check_back(&f, &pos, "");
	append_one(&f, "d");
	check_back(&f, &pos, "d");
	check_files(&f, SECOND ".gz " THIRD);
	teardown(&f);
}

/* All files of a stream are gone: the position in the journal is enough for
 * the sequence to go on. */
static void
test_everything_pruned(void)
{
	struct stream_pos pos, end;
	struct fixture f;

	setup(&f);
	append_one(&f, "a");
	stream_seal(f.st, true);
	append_one(&f, "b");
	stream_end(f.st, &pos);
	stream_seal(f.st, true);
	unlink_segment(&f, FIRST);
	unlink_segment(&f, SECOND);
	reopen(&f);
	check_back(&f, &pos, "");
	stream_end(f.st, &end);
	UNIT_TEXT(end.segment, pos.segment);
	append_one(&f, "c");
	check_back(&f, &pos, "c");
	stream_end(f.st, &end);
	CU_ASSERT_TRUE(stream_segment_cmp(end.segment, SECOND) > 0);
	teardown(&f);
}

static bool
stop_at_b(void *cookie, const struct stream_line *l)
{
	collect(cookie, l);
	return !slice_is(l->id, "b");
}

static void
test_torn_and_damaged(void)
{
	struct stream_pos start = { 0 };
	struct fixture f;
	struct buf ids;
	size_t damaged;

	setup(&f);
	append_one(&f, "a");
	reopen(&f);
	scratch_append(f.dir, FOLDER "/" FIRST, SLICE("{\"spool\":{\"seq"));
	append_one(&f, "b");
	check_files(&f, FIRST " " SECOND);
	check_back(&f, NULL, "a b");

	scratch_append(f.dir, FOLDER "/" SECOND, SLICE("{}\n\n"));
	append_one(&f, "c");
	buf_init(&ids, 1000);
	CU_ASSERT_EQUAL(stream_read_back(f.st, &start, collect, &ids,
	    &damaged), 0);
	CU_ASSERT_EQUAL(damaged, 2);
	UNIT_TEXT(ids.p, "a b c");
	buf_reset(&ids);
	CU_ASSERT_EQUAL(stream_read_back(f.st, &start, stop_at_b, &ids,
	    &damaged), 0);
	UNIT_TEXT(ids.p, "a b");
	buf_fini(&ids);
	teardown(&f);
}

/* A line that is too long for memory is handed out by its head; and one that
 * takes many reads is whole. */
static void
test_long_lines(void)
{
	struct stream_pos start = { 0 };
	struct fixture f;
	struct buf ids;
	size_t damaged;

	setup(&f);
	begin(&f);
	CU_ASSERT_EQUAL(stream_prefix(f.st, &f.batch, SLICE("long"),
	    SLICE(""), 0), 0);
	for (int i = 0; i < 100000; i++)
		buf_adds(&f.batch, "0123456789");
	buf_addc(&f.batch, '\n');
	f.n_lines = 1;
	CU_ASSERT_EQUAL(append(&f), 1);
	reopen(&f);
	CU_ASSERT_EQUAL(truncate(scratch_path(f.dir, FOLDER "/" FIRST),
	    70 << 20), 0);
	scratch_append(f.dir, FOLDER "/" FIRST, SLICE("\n{\"spool\":{\"seq\":"
	    "\"1-1\",\"id\":\"after\",\"at\":\"\"},}\n"));
	buf_init(&ids, 1000);
	CU_ASSERT_EQUAL(stream_read_back(f.st, &start, collect, &ids,
	    &damaged), 0);
	CU_ASSERT_EQUAL(damaged, 1);
	UNIT_TEXT(ids.p, "long after");
	buf_fini(&ids);
	teardown(&f);
}

/* The first `whole` lines of a batch of three are kept when n bytes of it got
 * to the disk. */
static void
check_short_write(size_t n, int whole)
{
	struct fault fault = { .call = "write", .path = ".ndjson",
		.count = 1, .error = ENOSPC };
	struct stream_pos pos;
	struct fixture f;

	setup(&f);
	append_one(&f, "a");
	begin(&f);
	line(&f, "b");
	line(&f, "c");
	line(&f, "d");
	fault.short_bytes = n;
	fault_set(&fault);
	CU_ASSERT_EQUAL(append(&f), -1 - whole);
	CU_ASSERT_EQUAL(errno, ENOSPC);
	fault_set(NULL);
	stream_end(f.st, &pos);
	UNIT_TEXT(pos.segment, FIRST);
	CU_ASSERT_EQUAL(pos.offset, (int64_t)LINE_LEN * (1 + whole));
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);

	append_one(&f, "e");
	check_files(&f, FIRST " " SECOND);
	check_back(&f, NULL, whole == 0 ? "a e" : whole == 1 ? "a b e" :
	    "a b c e");
	teardown(&f);
}

static void
test_short_write(void)
{
	check_short_write(0, 0);
	check_short_write(1, 0);
	check_short_write(LINE_LEN - 1, 0);
	check_short_write(LINE_LEN, 1);
	check_short_write(2 * LINE_LEN - 1, 1);
	check_short_write(3 * LINE_LEN - 1, 2);
}

/* No space for the batch is noticed before a byte is written, and leaves no
 * empty file behind. */
static void
test_no_space_to_reserve(void)
{
	const struct fault fault = { .call = "fallocate", .count = 2,
		.error = ENOSPC };
	struct fixture f;

	setup(&f);
	fault_set(&fault);
	for (int i = 0; i < 2; i++) {
		begin(&f);
		line(&f, "a");
		CU_ASSERT_EQUAL(append(&f), -1);
		CU_ASSERT_EQUAL(errno, ENOSPC);
		check_files(&f, "");
		CU_ASSERT_FALSE(stream_is_dirty(f.st));
	}
	append_one(&f, "a");
	check_back(&f, NULL, "a");
	teardown(&f);
}

static void
test_file_system_without_reservation(void)
{
	static const int errors[] = { EOPNOTSUPP, ENOSYS, EINVAL };
	struct fixture f;

	setup(&f);
	for (size_t i = 0; i < 3; i++) {
		const struct fault fault = { .call = "fallocate",
			.error = errors[i] };

		fault_set(&fault);
		append_one(&f, "a");
		CU_ASSERT_EQUAL(fault_hits(), 1);
	}
	check_back(&f, NULL, "a a a");
	teardown(&f);
}

/* A name that is taken is left alone. */
static void
test_name_is_taken(void)
{
	struct fixture f;

	setup(&f);
	scratch_write(f.dir, FOLDER "/" FIRST, SLICE("x"));
	begin(&f);
	line(&f, "a");
	CU_ASSERT_EQUAL(append(&f), -1);
	CU_ASSERT_EQUAL(errno, EEXIST);
	append_one(&f, "b");
	check_content(&f, FIRST, "x");
	check_files(&f, FIRST " " SECOND);
	teardown(&f);
}

static void
test_failed_sync(void)
{
	const struct fault fault = { .call = "fdatasync", .path = ".ndjson",
		.count = 1, .error = EIO };
	struct stream_pos pos;
	struct fixture f;

	setup(&f);
	append_one(&f, "a");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	append_one(&f, "b");
	fault_set(&fault);
	CU_ASSERT_EQUAL(stream_sync(f.st), -1);
	CU_ASSERT_EQUAL(errno, EIO);
	CU_ASSERT_FALSE(stream_is_dirty(f.st));

	/* Never again is the file's last part counted on. */
	stream_end(f.st, &pos);
	UNIT_TEXT(pos.segment, FIRST);
	CU_ASSERT_EQUAL(pos.offset, 2 * LINE_LEN);
	append_one(&f, "b");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	check_files(&f, FIRST " " SECOND);
	teardown(&f);
}

/* The failure hits while the segment is being sealed: the sync that follows
 * says so, and does not trust what came after either. */
static void
test_failed_sync_while_sealing(void)
{
	const struct fault fault = { .call = "fdatasync", .path = ".ndjson",
		.count = 1, .error = EIO };
	struct fixture f;

	setup(&f);
	append_one(&f, "a");
	fault_set(&fault);
	CU_ASSERT_TRUE(stream_seal(f.st, true));
	append_one(&f, "b");
	CU_ASSERT_EQUAL(stream_sync(f.st), -1);
	CU_ASSERT_EQUAL(errno, EIO);
	append_one(&f, "b");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	check_files(&f, FIRST " " SECOND " " THIRD);
	teardown(&f);
}

static void
test_folder_is_synced(void)
{
	const struct fault fault = { .call = "fsync", .path = FOLDER,
		.count = 1, .error = EIO };
	struct fixture f;

	setup(&f);
	append_one(&f, "a");
	fault_set(&fault);
	CU_ASSERT_EQUAL(stream_sync(f.st), -1);
	CU_ASSERT_EQUAL(fault_hits(), 1);
	append_one(&f, "b");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);

	/* Once for a segment is enough. */
	append_one(&f, "c");
	fault_set(&fault);
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	CU_ASSERT_EQUAL(fault_hits(), 0);
	teardown(&f);
}

/* What counts as written after a restart has to be on disk, whether or not the
 * process that wrote it got so far. */
static void
test_read_back_syncs(void)
{
	const struct stream_pos start = { 0 };
	const struct fault fault = { .call = "fdatasync", .path = FIRST,
		.count = 1, .error = EIO };
	struct fixture f;
	struct buf ids;
	size_t damaged;

	setup(&f);
	append_one(&f, "a");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	reopen(&f);
	buf_init(&ids, 1000);
	fault_set(&fault);
	CU_ASSERT_EQUAL(stream_read_back(f.st, &start, collect, &ids,
	    &damaged), -1);
	CU_ASSERT_EQUAL(errno, EIO);
	UNIT_TEXT(ids.p, "");
	buf_fini(&ids);
	check_back(&f, NULL, "a");
	teardown(&f);
}

/* Append until it fails, then give room again.  Everything that was said to be
 * in is in, once. */
static bool
fill_up(struct fixture *f)
{
	char id[16];
	int n, total = 0, error;
	struct buf want, got;
	size_t damaged;
	bool same;

	buf_init(&want, 8 << 20);
	buf_init(&got, 8 << 20);
	do {
		begin(f);
		for (int i = 0; i < 7; i++) {
			snprintf(id, sizeof(id), "%d", total + i);
			line(f, id);
		}
		n = append(f);
		total += n > 0 ? n : -1 - n;
		error = errno;
	} while (n > 0 && total < 1000000);
	for (int i = 0; i < total; i++)
		buf_addf(&want, "%s%d", i > 0 ? " " : "", i);
	CU_ASSERT_EQUAL(stream_read_back(f->st, &(struct stream_pos){ 0 },
	    collect, &got, &damaged), 0);
	same = n < 0 && damaged == 0 && slice_eq(buf_slice(&want),
	    buf_slice(&got));
	buf_fini(&want);
	buf_fini(&got);
	errno = error;
	return same;
}

static void
test_file_size_limit(void)
{
	struct rlimit was, small;
	struct fixture f;

	setup(&f);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	small = was;
	small.rlim_cur = 1000;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
	CU_ASSERT_TRUE(fill_up(&f));
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &was), 0);
	append_one(&f, "later");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	teardown(&f);
}

/* In a child with its own mounts; 77 where these are not allowed. */
static int
run_on_full_disk(void)
{
	struct fixture f;
	bool good;

	setup(&f);
	stream_close(f.st);
	spool_close(f.sp);
	f.st = NULL;
	f.sp = NULL;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", f.dir, "tmpfs", 0, "size=256k") < 0) {
		teardown(&f);
		return 77;
	}
	f.opt.segment_max_bytes = 20000;
	reopen(&f);
	good = fill_up(&f) && errno == ENOSPC;
	/* Nothing empty is left, and with room it goes on. */
	unlink_segment(&f, FIRST);
	append_one(&f, "later");
	good = good && stream_sync(f.st) == 0;
	stream_close(f.st);
	spool_close(f.sp);
	f.st = NULL;
	f.sp = NULL;
	umount(f.dir);
	teardown(&f);
	return good && CU_get_number_of_failures() == 0 ? 0 : 1;
}

static void
test_full_disk(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(run_on_full_disk());
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		fprintf(stderr, "no mounts here: full disk not tried\n");
	else
		CU_ASSERT_EQUAL(status, 0);
}

static void
test_folder_names(void)
{
	static const char *const bad[] = { "", "..", "a/b", "Acme", "archive",
		".hidden", "a b", "0123456789012345678901234567890123456789"
		"0123456789012345678901234" };
	struct fixture f;
	struct buf why;

	setup(&f);
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
	teardown(&f);
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
		char *cut = malloc(n + 1);

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
	CU_ASSERT_TRUE(slice_eq(l.text, good));
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
	struct fixture f;
	struct buf small;

	setup(&f);
	buf_init(&small, 60);
	begin(&f);
	CU_ASSERT_EQUAL(stream_prefix(f.st, &small, SLICE("i"), SLICE(""), 0),
	    -1);
	CU_ASSERT_EQUAL(small.len, 0);
	line(&f, "a");
	CU_ASSERT_EQUAL(append(&f), 1);
	buf_fini(&small);
	teardown(&f);
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
	{ "read back makes durable", test_read_back_syncs },
	{ "a short write keeps whole lines", test_short_write },
	{ "no space to reserve", test_no_space_to_reserve },
	{ "a file system that cannot reserve",
	    test_file_system_without_reservation },
	{ "a name that is taken", test_name_is_taken },
	{ "a failed sync", test_failed_sync },
	{ "a failed sync while sealing", test_failed_sync_while_sealing },
	{ "the folder is synced once a segment", test_folder_is_synced },
	{ "the file size limit", test_file_size_limit },
	{ "a full disk", test_full_disk },
	{ "parse a line", test_parse_line },
	{ "the order of segments", test_segment_order },
};

UNIT_MAIN("stream", tests)
