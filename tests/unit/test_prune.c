#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/pack.h"
#include "spool/prune.h"
#include "tests/unit/memlog.h"
#include "tests/unit/scratch.h"
#include "tests/unit/spool_rig.h"
#include "tests/unit/unit.h"

#define ARCHIVE "acme/archive/threat"
#define DAY INT64_C(86400000)
#define FOURTH "threat-20260101T000000.000003Z-000000000004.ndjson"

/* The clock of the files is the kernel's, so that of the rig is set to it. */
static void
begin(struct spool_rig *r)
{
	rig_setup(r);
	rig_now_us = (int64_t)time(NULL) * 1000000;
}

static const struct prune_options plain_options = {
	.compress = PRUNE_COMPRESS_ARCHIVE,
};

static void
take_message(void *cookie, enum prune_level level, const char *path,
    const char *text)
{
	buf_addf(cookie, "%c %s: %s\n", "IWE"[level], path, text);
}

/* Prune with segments up to `sealed` published and the lines up to the one of
 * `needed` in the snapshot; the messages as text. */
static void
prune(struct spool_rig *r, const struct prune_options *options,
    const char *sealed, const char *needed, const char *want)
{
	struct prune_options opt = *options;
	struct prune_published pub = { .sealed = sealed,
		.needed.offset = LINE_LEN };
	struct prune *p;
	struct buf got;

	opt.directory = r->dir;
	snprintf(pub.needed.segment, sizeof(pub.needed.segment), "%s", needed);
	buf_init(&got, 1 << 20);
	p = prune_begin(&opt, take_message, &got, &got);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	prune_stream(p, "acme", "threat", &pub);
	prune_archives(p);
	buf_addf(&got, "%d archived %d packed %d removed %d waiting %d failed",
	    (int)prune_counts(p)->archived, (int)prune_counts(p)->packed,
	    (int)prune_counts(p)->removed, (int)prune_counts(p)->waiting,
	    (int)prune_counts(p)->failed);
	UNIT_TEXT(got.p, want);
	prune_end(p);
	buf_fini(&got);
}

/* Segments FIRST, SECOND, THIRD with lines "a", "b", "c". */
static void
make_segments(struct spool_rig *r)
{
	/* Births are what the names of the rig say. */
	rig_now_us = 1767225600000000;
	for (int i = 0; i < 3; i++) {
		rig_append_one(r, (char[]){ (char)('a' + i), '\0' });
		CU_ASSERT_EQUAL(stream_sync(r->st), 0);
		stream_seal(r->st, true);
	}
	rig_now_us = (int64_t)time(NULL) * 1000000;
}

static void
check_folder(struct spool_rig *r, const char *folder, const char *want)
{
	bool is_there = faccessat(spool_dirfd(r->sp), folder, F_OK, 0) == 0;
	char *names = is_there ? scratch_list(r->dir, folder) : xstrdup("");

	UNIT_TEXT(names, want);
	free(names);
}

static void
check_folders(struct spool_rig *r, const char *plain, const char *archived)
{
	check_folder(r, FOLDER, plain);
	check_folder(r, ARCHIVE, archived);
	rig_check_back(r, NULL, "a b c");
}

#define SHIPPED(name) "I acme/threat/" name ": shipped: now " ARCHIVE "/" name

static void
test_archive(void)
{
	struct spool_rig r;
	struct pack_info info;

	begin(&r);
	make_segments(&r);
	prune(&r, &plain_options, SECOND, THIRD,
	    SHIPPED(FIRST) ".gz\n" SHIPPED(SECOND) ".gz\n"
	    "2 archived 2 packed 0 removed 0 waiting 0 failed");
	check_folders(&r, THIRD, FIRST ".gz " SECOND ".gz");
	CU_ASSERT_EQUAL(pack_check(spool_dirfd(r.sp), ARCHIVE "/" FIRST ".gz",
	    &info), 0);
	CU_ASSERT_EQUAL(info.unpacked, (int64_t)LINE_LEN);
	/* Nothing is left to do. */
	prune(&r, &plain_options, SECOND, THIRD,
	    "0 archived 0 packed 0 removed 0 waiting 0 failed");
	prune(&r, &plain_options, THIRD, THIRD, SHIPPED(THIRD) ".gz\n"
	    "1 archived 1 packed 0 removed 0 waiting 0 failed");
	check_folders(&r, "", FIRST ".gz " SECOND ".gz " THIRD ".gz");
	rig_teardown(&r);
}

/* What is not sealed, or needed by a start, is not touched at all. */
static void
test_published(void)
{
	static const char nothing[] =
	    "0 archived 0 packed 0 removed 0 waiting 0 failed";
	struct prune_options opt = plain_options;
	struct prune_published pub = { .sealed = THIRD };
	struct spool_rig r;
	struct prune *p;
	struct buf said;

	begin(&r);
	make_segments(&r);
	prune(&r, &plain_options, "", "", nothing);
	prune(&r, &plain_options, THIRD, "", nothing);
	prune(&r, &plain_options, "", THIRD, nothing);
	/* The snapshot ends before the segment's last line. */
	opt.directory = r.dir;
	buf_init(&said, 4096);
	snprintf(pub.needed.segment, sizeof(pub.needed.segment), FIRST);
	pub.needed.offset = LINE_LEN - 1;
	p = prune_begin(&opt, take_message, &said, &said);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	prune_stream(p, "acme", "threat", &pub);
	UNIT_TEXT(said.p, "");
	pub.needed.offset = LINE_LEN;
	prune_stream(p, "acme", "threat", &pub);
	UNIT_TEXT(said.p, SHIPPED(FIRST) ".gz\n");
	prune_end(p);
	buf_fini(&said);
	check_folders(&r, SECOND " " THIRD, FIRST ".gz");
	rig_teardown(&r);
}

/* The torn line of a death is no reason to keep a segment. */
static void
test_torn_tail(void)
{
	struct prune_options opt = plain_options;
	struct prune_published pub = { .sealed = FIRST,
		.needed = { FIRST, LINE_LEN } };
	struct spool_rig r;
	struct prune *p;
	struct buf said;

	begin(&r);
	make_segments(&r);
	scratch_append(r.dir, FOLDER "/" FIRST, SLICE("{\"spool\":"));
	opt.directory = r.dir;
	buf_init(&said, 4096);
	p = prune_begin(&opt, take_message, &said, &said);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	prune_stream(p, "acme", "threat", &pub);
	UNIT_TEXT(said.p, SHIPPED(FIRST) ".gz\n");
	prune_end(p);
	buf_fini(&said);
	check_folders(&r, SECOND " " THIRD, FIRST ".gz");
	rig_teardown(&r);
}

static void
test_never_packed(void)
{
	struct prune_options opt = plain_options;
	struct spool_rig r;
	struct stat before, after;

	begin(&r);
	make_segments(&r);
	opt.compress = PRUNE_COMPRESS_NEVER;
	fstatat(spool_dirfd(r.sp), FOLDER "/" FIRST, &before, 0);
	prune(&r, &opt, FIRST, THIRD, SHIPPED(FIRST) "\n"
	    "1 archived 0 packed 0 removed 0 waiting 0 failed");
	check_folders(&r, SECOND " " THIRD, FIRST);
	fstatat(spool_dirfd(r.sp), ARCHIVE "/" FIRST, &after, 0);
	CU_ASSERT_EQUAL(before.st_ino, after.st_ino);
	rig_teardown(&r);
}

/* What rests too short a time waits, packed where shippers see it. */
static void
test_sealed(void)
{
	struct prune_options opt = plain_options;
	struct spool_rig r;
	struct stat before, after;

	begin(&r);
	make_segments(&r);
	opt.compress = PRUNE_COMPRESS_SEALED;
	opt.hold_ms = DAY;
	fstatat(spool_dirfd(r.sp), FOLDER "/" FIRST, &before, 0);
	prune(&r, &opt, SECOND, THIRD,
	    "0 archived 2 packed 0 removed 2 waiting 0 failed");
	check_folders(&r, FIRST ".gz " SECOND ".gz " THIRD, "");
	/* Shippers read it, and it is as old as its last line. */
	fstatat(spool_dirfd(r.sp), FOLDER "/" FIRST ".gz", &after, 0);
	CU_ASSERT_EQUAL(after.st_mode & 0777, 0640);
	CU_ASSERT_EQUAL(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	CU_ASSERT_EQUAL(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	prune(&r, &opt, SECOND, THIRD,
	    "0 archived 0 packed 0 removed 2 waiting 0 failed");
	/* Shipped, it goes as it is. */
	opt.hold_ms = 0;
	prune(&r, &opt, SECOND, THIRD,
	    SHIPPED(FIRST ".gz") "\n" SHIPPED(SECOND ".gz") "\n"
	    "2 archived 0 packed 0 removed 0 waiting 0 failed");
	check_folders(&r, THIRD, FIRST ".gz " SECOND ".gz");
	rig_teardown(&r);
}

static void
test_hold(void)
{
	struct prune_options opt = plain_options;
	struct spool_rig r;

	begin(&r);
	make_segments(&r);
	opt.hold_ms = DAY;
	prune(&r, &opt, SECOND, THIRD,
	    "0 archived 0 packed 0 removed 2 waiting 0 failed");
	/* A clock that was set back says nothing of how long it was. */
	rig_now_us -= 3600 * INT64_C(1000000);
	opt.hold_ms = 0;
	prune(&r, &opt, SECOND, THIRD,
	    "0 archived 0 packed 0 removed 2 waiting 0 failed");
	rig_now_us += (DAY + 7200 * 1000) * 1000;
	opt.hold_ms = DAY;
	prune(&r, &opt, SECOND, THIRD,
	    SHIPPED(FIRST) ".gz\n" SHIPPED(SECOND) ".gz\n"
	    "2 archived 2 packed 0 removed 0 waiting 0 failed");
	rig_teardown(&r);
}

static struct shipper *
read_shipper(const char *dir, struct shipper_options *opt)
{
	struct shipper *s;
	struct buf err;

	*opt = (struct shipper_options){ .name = "beat",
		.registry = scratch_path(dir, "registry"),
		.fingerprint_length = 64 };
	buf_init(&err, 4096);
	s = shipper_read(opt, &err);
	UNIT_TEXT(err.p, "");
	buf_fini(&err);
	return s;
}

/* All shippers must have it; what each waits for is told once a stream. */
static void
test_shippers(void)
{
	static struct memlog m;
	struct prune_options opt = plain_options;
	struct shipper_options sopt;
	struct shipper *both[2] = { NULL, NULL };
	struct spool_rig r;
	char *full;

	begin(&r);
	make_segments(&r);
	mkdir(scratch_path(r.dir, "registry"), 0700);
	memlog_open(&m, scratch_path(r.dir, "registry"), 0);
	full = xstrdup(scratch_path(r.dir, FOLDER "/" FIRST));
	both[0] = read_shipper(r.dir, &sopt);
	opt.shippers = both;
	opt.n_shippers = 1;
	prune(&r, &opt, SECOND, THIRD, "I acme/threat/" FIRST ": waits for "
	    "beat: it does not know the file yet\n"
	    "0 archived 0 packed 0 removed 2 waiting 0 failed");
	memlog_set(&m, "in", "path", full, full, LINE_LEN);
	shipper_free(both[0]);
	both[0] = read_shipper(r.dir, &sopt);
	/* One of them could not be read. */
	opt.n_shippers = 2;
	prune(&r, &opt, SECOND, THIRD, "I acme/threat/" SECOND ": waits for "
	    "beat: it does not know the file yet\n"
	    "0 archived 0 packed 0 removed 2 waiting 0 failed");
	check_folders(&r, FIRST " " SECOND " " THIRD, "");
	opt.n_shippers = 1;
	prune(&r, &opt, SECOND, THIRD, SHIPPED(FIRST) ".gz\n"
	    "I acme/threat/" SECOND ": waits for beat: it does not know the "
	    "file yet\n1 archived 1 packed 0 removed 1 waiting 0 failed");
	check_folders(&r, SECOND " " THIRD, FIRST ".gz");
	/* What does not fit together is worth a warning. */
	free(full);
	full = xstrdup(scratch_path(r.dir, FOLDER "/" SECOND));
	memlog_set(&m, "in", "path", full, full, LINE_LEN + 1);
	shipper_free(both[0]);
	both[0] = read_shipper(r.dir, &sopt);
	prune(&r, &opt, SECOND, THIRD, "W acme/threat/" SECOND ": waits for "
	    "beat: input in has got to byte 58 of a file that has 57\n"
	    "0 archived 0 packed 0 removed 1 waiting 0 failed");
	shipper_free(both[0]);
	memlog_close(&m);
	free(full);
	rig_teardown(&r);
}

static void
test_dry_run(void)
{
	struct prune_options opt = plain_options;
	struct spool_rig r;

	begin(&r);
	make_segments(&r);
	opt.dry_run = true;
	prune(&r, &opt, SECOND, THIRD,
	    SHIPPED(FIRST) ".gz\n" SHIPPED(SECOND) ".gz\n"
	    "2 archived 2 packed 0 removed 0 waiting 0 failed");
	check_folders(&r, FIRST " " SECOND " " THIRD, "");
	prune(&r, &plain_options, SECOND, THIRD,
	    SHIPPED(FIRST) ".gz\n" SHIPPED(SECOND) ".gz\n"
	    "2 archived 2 packed 0 removed 0 waiting 0 failed");
	opt.archive_max_bytes = 1;
	prune(&r, &opt, SECOND, THIRD,
	    "I " ARCHIVE "/" FIRST ".gz: removed: the archives are larger than "
	    "archive.max_size\n"
	    "I " ARCHIVE "/" SECOND ".gz: removed: the archives are larger "
	    "than archive.max_size\n"
	    "0 archived 0 packed 2 removed 0 waiting 0 failed");
	check_folders(&r, THIRD, FIRST ".gz " SECOND ".gz");
	rig_teardown(&r);
}

static void
test_old_archives(void)
{
	struct prune_options opt = plain_options;
	struct spool_rig r;
	struct stat sb;

	begin(&r);
	make_segments(&r);
	prune(&r, &opt, THIRD, FOURTH,
	    SHIPPED(FIRST) ".gz\n" SHIPPED(SECOND) ".gz\n"
	    SHIPPED(THIRD) ".gz\n"
	    "3 archived 3 packed 0 removed 0 waiting 0 failed");
	/* The oldest go, until the rest is small enough. */
	fstatat(spool_dirfd(r.sp), ARCHIVE "/" THIRD ".gz", &sb, 0);
	opt.archive_max_bytes = sb.st_size * 2 + 2;
	opt.archive_max_age_ms = DAY;
	prune(&r, &opt, THIRD, FOURTH, "I " ARCHIVE "/" FIRST ".gz: removed: "
	    "the archives are larger than archive.max_size\n"
	    "0 archived 0 packed 1 removed 0 waiting 0 failed");
	rig_check_back(&r, NULL, "b c");
	rig_now_us += (DAY + 60000) * 1000;
	prune(&r, &opt, THIRD, FOURTH, "I " ARCHIVE "/" SECOND ".gz: removed: "
	    "older than archive.max_age\n"
	    "I " ARCHIVE "/" THIRD ".gz: removed: older than archive.max_age\n"
	    "0 archived 0 packed 2 removed 0 waiting 0 failed");
	rig_check_back(&r, NULL, "");
	rig_teardown(&r);
}

static void
test_two_runs(void)
{
	struct prune_options opt = plain_options;
	struct spool_rig r;
	struct prune *p;
	struct buf err;
	char *want;

	begin(&r);
	opt.directory = r.dir;
	buf_init(&err, 4096);
	p = prune_begin(&opt, take_message, &err, &err);
	CU_ASSERT_PTR_NOT_NULL(p);
	CU_ASSERT_PTR_NULL(prune_begin(&opt, take_message, &err, &err));
	CU_ASSERT_EQUAL(errno, EWOULDBLOCK);
	want = xasprintf("process %ld prunes %s already; wait for its end",
	    (long)getpid(), r.dir);
	UNIT_TEXT(err.p, want);
	free(want);
	prune_end(p);
	p = prune_begin(&opt, take_message, &err, &err);
	CU_ASSERT_PTR_NOT_NULL(p);
	prune_end(p);
	buf_reset(&err);
	opt.directory = "/nowhere";
	CU_ASSERT_PTR_NULL(prune_begin(&opt, take_message, &err, &err));
	CU_ASSERT_EQUAL(errno, ENOENT);
	UNIT_TEXT(err.p, "cannot open the spool directory /nowhere: No such "
	    "file or directory");
	buf_fini(&err);
	rig_teardown(&r);
}

/* What is in the archive under its name, but is something else, is replaced;
 * never taken for the segment. */
static void
test_wrong_archive(void)
{
	struct prune_options opt = plain_options;
	struct spool_rig r;

	begin(&r);
	make_segments(&r);
	CU_ASSERT_EQUAL(fs_mkdirs(spool_dirfd(r.sp), ARCHIVE, 0700), 0);
	scratch_write(r.dir, ARCHIVE "/" FIRST ".gz", SLICE("garbage"));
	scratch_write(r.dir, ARCHIVE "/." SECOND ".gz.tmp", SLICE("half"));
	prune(&r, &opt, FIRST, THIRD, SHIPPED(FIRST) ".gz\n"
	    "1 archived 1 packed 0 removed 0 waiting 0 failed");
	opt.compress = PRUNE_COMPRESS_NEVER;
	scratch_write(r.dir, ARCHIVE "/" SECOND, SLICE("garbage"));
	prune(&r, &opt, SECOND, THIRD, SHIPPED(SECOND) "\n"
	    "1 archived 0 packed 0 removed 0 waiting 0 failed");
	check_folders(&r, THIRD, FIRST ".gz " SECOND);
	CU_ASSERT_NOT_EQUAL(faccessat(spool_dirfd(r.sp),
	    ARCHIVE "/." SECOND ".gz.tmp", F_OK, 0), 0);
	rig_teardown(&r);
}

/* An archive of an earlier run counts, though runs of now would not pack. */
static void
test_option_changed(void)
{
	struct prune_options opt = plain_options;
	struct pack_info info;
	struct spool_rig r;

	begin(&r);
	make_segments(&r);
	CU_ASSERT_EQUAL(fs_mkdirs(spool_dirfd(r.sp), ARCHIVE, 0700), 0);
	CU_ASSERT_EQUAL(pack_file(spool_dirfd(r.sp), FOLDER "/" FIRST, ARCHIVE,
	    ARCHIVE, FIRST ".gz", &info), 0);
	opt.compress = PRUNE_COMPRESS_NEVER;
	prune(&r, &opt, FIRST, THIRD, SHIPPED(FIRST) ".gz\n"
	    "1 archived 0 packed 0 removed 0 waiting 0 failed");
	check_folders(&r, SECOND " " THIRD, FIRST ".gz");
	rig_teardown(&r);
}

/* In the middle of reading the spool back, all moves on. */
static bool
move_on(void *cookie, const struct stream_line *line)
{
	struct spool_rig *r = cookie;
	int dirfd = spool_dirfd(r->sp);
	struct pack_info info;

	buf_add(&r->batch, line->id.p, line->id.len);
	if (!slice_is(line->id, "a"))
		return true;
	CU_ASSERT_EQUAL(fs_mkdirs(dirfd, ARCHIVE, 0700), 0);
	CU_ASSERT_EQUAL(pack_file(dirfd, FOLDER "/" SECOND, ARCHIVE, ARCHIVE,
	    SECOND ".gz", &info), 0);
	CU_ASSERT_EQUAL(unlinkat(dirfd, FOLDER "/" SECOND, 0), 0);
	CU_ASSERT_EQUAL(pack_file(dirfd, FOLDER "/" THIRD, ARCHIVE, FOLDER,
	    THIRD ".gz", &info), 0);
	CU_ASSERT_EQUAL(unlinkat(dirfd, FOLDER "/" THIRD, 0), 0);
	CU_ASSERT_EQUAL(renameat(dirfd, FOLDER "/" FOURTH, dirfd,
	    ARCHIVE "/" FOURTH), 0);
	/* And one whose archive is removed already. */
	CU_ASSERT_EQUAL(unlinkat(dirfd, FOLDER "/threat-20260101T000000."
	    "000004Z-000000000005.ndjson", 0), 0);
	return true;
}

static void
test_read_back_meanwhile(void)
{
	const struct stream_pos start = { "", 0 };
	struct spool_rig r;
	size_t damaged;

	begin(&r);
	make_segments(&r);
	rig_now_us = 1767225600000000;
	for (int i = 3; i < 6; i++) {
		rig_append_one(&r, (char[]){ (char)('a' + i), '\0' });
		CU_ASSERT_EQUAL(stream_sync(r.st), 0);
		stream_seal(r.st, true);
	}
	buf_reset(&r.batch);
	CU_ASSERT_EQUAL(stream_read_back(r.st, &start, move_on, &r, &damaged),
	    0);
	UNIT_TEXT(r.batch.p, "abcdf");
	CU_ASSERT_EQUAL(damaged, 0);
	rig_teardown(&r);
}

static const struct unit_test tests[] = {
	{ "archive", test_archive },
	{ "what is not published", test_published },
	{ "a torn tail", test_torn_tail },
	{ "compress: never", test_never_packed },
	{ "compress: sealed", test_sealed },
	{ "hold", test_hold },
	{ "shippers", test_shippers },
	{ "a dry run", test_dry_run },
	{ "old archives", test_old_archives },
	{ "two runs", test_two_runs },
	{ "something else in the archive", test_wrong_archive },
	{ "another option than before", test_option_changed },
	{ "the spool is read back meanwhile", test_read_back_meanwhile },
};

UNIT_MAIN("prune", tests)
