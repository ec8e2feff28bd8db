/*
 * Which segments go, and how; tests/faults has what fails and dies in it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/pack.h"
#include "tests/unit/prune_rig.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static const char nothing[] =
    "0 archived 0 packed 0 removed 0 waiting 0 failed";

static void
test_archive(void)
{
	struct spool_rig r;
	struct pack_info info;

	prune_rig_begin(&r);
	prune_rig_run(&r, &prune_rig_plain, SECOND, THIRD,
	    SHIPPED(FIRST) ".gz\n" SHIPPED(SECOND) ".gz\n"
	    "2 archived 2 packed 0 removed 0 waiting 0 failed");
	CU_ASSERT_EQUAL(prune_rig_counts.packed_bytes, 2 * LINE_LEN);
	prune_rig_check(&r, THIRD, FIRST ".gz " SECOND ".gz");
	CU_ASSERT_EQUAL(pack_check(spool_dirfd(r.sp), ARCHIVE "/" FIRST ".gz",
	    &info), 0);
	CU_ASSERT_EQUAL(info.unpacked, (int64_t)LINE_LEN);
	/* Nothing is left to do. */
	prune_rig_run(&r, &prune_rig_plain, SECOND, THIRD, nothing);
	prune_rig_run(&r, &prune_rig_plain, THIRD, THIRD, SHIPPED(THIRD)
	    ".gz\n1 archived 1 packed 0 removed 0 waiting 0 failed");
	prune_rig_check(&r, "", FIRST ".gz " SECOND ".gz " THIRD ".gz");
	rig_teardown(&r);
}

/* Prune with a start that reads from an offset in FIRST. */
static void
prune_from(struct spool_rig *r, int64_t offset, const char *want)
{
	struct prune_options opt = prune_rig_plain;
	struct prune_published pub = { .sealed = THIRD,
		.needed = { FIRST, offset } };
	struct prune *p;
	struct buf err;

	opt.directory = r->dir;
	buf_init(&err, 4096);
	p = prune_begin(&opt, prune_rig_message, &err, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	prune_stream(p, "acme", "threat", &pub);
	UNIT_TEXT(err.p, want);
	prune_end(p);
	buf_fini(&err);
}

/* What is not sealed, or needed by a start, is not touched at all. */
static void
test_published(void)
{
	struct spool_rig r;

	prune_rig_begin(&r);
	prune_rig_run(&r, &prune_rig_plain, "", "", nothing);
	prune_rig_run(&r, &prune_rig_plain, THIRD, "", nothing);
	prune_rig_run(&r, &prune_rig_plain, "", THIRD, nothing);
	/* The snapshot ends before the segment's last line. */
	prune_from(&r, LINE_LEN - 1, "");
	prune_from(&r, LINE_LEN, SHIPPED(FIRST) ".gz\n");
	prune_rig_check(&r, SECOND " " THIRD, FIRST ".gz");
	rig_teardown(&r);
}

/* The torn line of a death is no reason to keep a segment. */
static void
test_torn_tail(void)
{
	struct spool_rig r;

	prune_rig_begin(&r);
	scratch_append(r.dir, FOLDER "/" FIRST, SLICE("{\"spool\":"));
	prune_from(&r, LINE_LEN, SHIPPED(FIRST) ".gz\n");
	prune_rig_check(&r, SECOND " " THIRD, FIRST ".gz");
	rig_teardown(&r);
}

/* Nobody knows whether a start needs what cannot be read. */
static void
test_unreadable(void)
{
	static const char whole[] = { 0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, 3,
		'r', 'o', 't', 't', 'e', 'n', 1, 2, 3, 4, 57, 0, 0, 0 };
	struct spool_rig r;

	prune_rig_begin(&r);
	rig_unlink_segment(&r, FIRST);
	scratch_write(r.dir, FOLDER "/" FIRST ".gz",
	    (struct slice){ whole, sizeof(whole) });
	prune_from(&r, LINE_LEN, "");
	rig_teardown(&r);
}

static void
test_never_packed(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;
	struct stat before, after;

	prune_rig_begin(&r);
	opt.compress = PRUNE_COMPRESS_NEVER;
	fstatat(spool_dirfd(r.sp), FOLDER "/" FIRST, &before, 0);
	prune_rig_run(&r, &opt, FIRST, THIRD, SHIPPED(FIRST) "\n"
	    "1 archived 0 packed 0 removed 0 waiting 0 failed");
	CU_ASSERT_EQUAL(prune_rig_counts.packed_bytes, 0);
	prune_rig_check(&r, SECOND " " THIRD, FIRST);
	fstatat(spool_dirfd(r.sp), ARCHIVE "/" FIRST, &after, 0);
	CU_ASSERT_EQUAL(before.st_ino, after.st_ino);
	rig_teardown(&r);
}

/* What rests too short a time waits, packed where shippers see it. */
static void
test_sealed(void)
{
	struct prune_options opt = prune_rig_plain;
	struct stat before, after;
	struct spool_rig r;

	prune_rig_begin(&r);
	opt.compress = PRUNE_COMPRESS_SEALED;
	opt.hold_ms = DAY;
	fstatat(spool_dirfd(r.sp), FOLDER "/" FIRST, &before, 0);
	prune_rig_run(&r, &opt, SECOND, THIRD,
	    "0 archived 2 packed 0 removed 2 waiting 0 failed");
	CU_ASSERT_EQUAL(prune_rig_counts.packed_bytes, 2 * LINE_LEN);
	CU_ASSERT_EQUAL(prune_rig_counts.waiting_bytes, 2 * LINE_LEN);
	prune_rig_check(&r, FIRST ".gz " SECOND ".gz " THIRD, "");
	/* Shippers read it, and it is as old as its last line. */
	fstatat(spool_dirfd(r.sp), FOLDER "/" FIRST ".gz", &after, 0);
	CU_ASSERT_EQUAL(after.st_mode & 0777, 0640);
	CU_ASSERT_EQUAL(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	CU_ASSERT_EQUAL(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	prune_rig_run(&r, &opt, SECOND, THIRD,
	    "0 archived 0 packed 0 removed 2 waiting 0 failed");
	/* Shipped, it goes as it is. */
	opt.hold_ms = 0;
	prune_rig_run(&r, &opt, SECOND, THIRD,
	    SHIPPED(FIRST ".gz") "\n" SHIPPED(SECOND ".gz") "\n"
	    "2 archived 0 packed 0 removed 0 waiting 0 failed");
	prune_rig_check(&r, THIRD, FIRST ".gz " SECOND ".gz");
	rig_teardown(&r);
}

/* The option is changed while packed segments wait: they go as they are. */
static void
test_sealed_no_more(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;

	prune_rig_begin(&r);
	opt.compress = PRUNE_COMPRESS_SEALED;
	opt.hold_ms = DAY;
	prune_rig_run(&r, &opt, SECOND, FOURTH,
	    "0 archived 2 packed 0 removed 2 waiting 0 failed");
	opt = prune_rig_plain;
	prune_rig_run(&r, &opt, FIRST, FOURTH, SHIPPED(FIRST ".gz") "\n"
	    "1 archived 0 packed 0 removed 0 waiting 0 failed");
	opt.compress = PRUNE_COMPRESS_NEVER;
	prune_rig_run(&r, &opt, THIRD, FOURTH,
	    SHIPPED(SECOND ".gz") "\n" SHIPPED(THIRD) "\n"
	    "2 archived 0 packed 0 removed 0 waiting 0 failed");
	prune_rig_check(&r, "", FIRST ".gz " SECOND ".gz " THIRD);
	rig_teardown(&r);
}

static void
test_hold(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;

	prune_rig_begin(&r);
	opt.hold_ms = DAY;
	prune_rig_run(&r, &opt, SECOND, THIRD,
	    "0 archived 0 packed 0 removed 2 waiting 0 failed");
	/* A clock that was set back says nothing of how long it was. */
	rig_now_us -= 3600 * INT64_C(1000000);
	opt.hold_ms = 0;
	prune_rig_run(&r, &opt, SECOND, THIRD,
	    "0 archived 0 packed 0 removed 2 waiting 0 failed");
	rig_now_us += (DAY + 7200 * 1000) * 1000;
	opt.hold_ms = DAY;
	prune_rig_run(&r, &opt, SECOND, THIRD,
	    SHIPPED(FIRST) ".gz\n" SHIPPED(SECOND) ".gz\n"
	    "2 archived 2 packed 0 removed 0 waiting 0 failed");
	rig_teardown(&r);
}

/* It is the last line that counts, not when the file was given to somebody
 * else, or got a second name. */
static void
test_hold_since_last_line(void)
{
	struct prune_options opt = prune_rig_plain;
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { 0 } };
	struct spool_rig r;

	prune_rig_begin(&r);
	opt.hold_ms = DAY;
	times[1].tv_sec = (time_t)(rig_now_us / 1000000 - DAY / 1000);
	CU_ASSERT_EQUAL(utimensat(spool_dirfd(r.sp), FOLDER "/" FIRST, times,
	    0), 0);
	prune_rig_run(&r, &opt, FIRST, THIRD, SHIPPED(FIRST) ".gz\n"
	    "1 archived 1 packed 0 removed 0 waiting 0 failed");
	rig_teardown(&r);
}

static void
test_dry_run(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;

	prune_rig_begin(&r);
	opt.dry_run = true;
	prune_rig_run(&r, &opt, SECOND, THIRD,
	    SHIPPED_DRY(FIRST) ".gz\n" SHIPPED_DRY(SECOND) ".gz\n"
	    "2 archived 2 packed 0 removed 0 waiting 0 failed");
	CU_ASSERT_EQUAL(prune_rig_counts.packed_bytes, 2 * LINE_LEN);
	opt.compress = PRUNE_COMPRESS_NEVER;
	prune_rig_run(&r, &opt, FIRST, THIRD, SHIPPED_DRY(FIRST) "\n"
	    "1 archived 0 packed 0 removed 0 waiting 0 failed");
	CU_ASSERT_EQUAL(prune_rig_counts.packed_bytes, 0);
	opt.compress = PRUNE_COMPRESS_SEALED;
	opt.hold_ms = DAY;
	prune_rig_run(&r, &opt, FIRST, THIRD,
	    "0 archived 1 packed 0 removed 1 waiting 0 failed");
	CU_ASSERT_EQUAL(prune_rig_counts.packed_bytes, LINE_LEN);
	prune_rig_check(&r, FIRST " " SECOND " " THIRD, "");
	CU_ASSERT_NOT_EQUAL(faccessat(spool_dirfd(r.sp), ARCHIVE, F_OK, 0), 0);
	rig_teardown(&r);
}

static void
test_two_runs(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;
	struct prune *p;
	struct buf err;
	char *want;

	prune_rig_begin(&r);
	opt.directory = r.dir;
	buf_init(&err, 4096);
	p = prune_begin(&opt, prune_rig_message, &err, &err);
	CU_ASSERT_PTR_NOT_NULL(p);
	CU_ASSERT_PTR_NULL(prune_begin(&opt, prune_rig_message, &err, &err));
	CU_ASSERT_EQUAL(errno, EWOULDBLOCK);
	want = xasprintf("process %ld prunes %s already; wait for its end",
	    (long)getpid(), r.dir);
	UNIT_TEXT(err.p, want);
	free(want);
	prune_end(p);
	p = prune_begin(&opt, prune_rig_message, &err, &err);
	CU_ASSERT_PTR_NOT_NULL(p);
	prune_end(p);
	buf_reset(&err);
	opt.directory = "/nowhere";
	CU_ASSERT_PTR_NULL(prune_begin(&opt, prune_rig_message, &err, &err));
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
	struct prune_options opt = prune_rig_plain;
	char same_size[LINE_LEN] = "garbage";
	struct spool_rig r;

	prune_rig_begin(&r);
	CU_ASSERT_EQUAL(fs_mkdirs(spool_dirfd(r.sp), ARCHIVE, 0700), 0);
	scratch_write(r.dir, ARCHIVE "/" FIRST ".gz", SLICE("garbage"));
	scratch_write(r.dir, ARCHIVE "/." SECOND ".gz.tmp", SLICE("half"));
	prune_rig_run(&r, &opt, FIRST, THIRD, SHIPPED(FIRST) ".gz\n"
	    "1 archived 1 packed 0 removed 0 waiting 0 failed");
	opt.compress = PRUNE_COMPRESS_NEVER;
	scratch_write(r.dir, ARCHIVE "/" SECOND,
	    (struct slice){ same_size, sizeof(same_size) });
	prune_rig_run(&r, &opt, SECOND, THIRD, SHIPPED(SECOND) "\n"
	    "1 archived 0 packed 0 removed 0 waiting 0 failed");
	prune_rig_check(&r, THIRD, FIRST ".gz " SECOND);
	CU_ASSERT_NOT_EQUAL(faccessat(spool_dirfd(r.sp),
	    ARCHIVE "/." SECOND ".gz.tmp", F_OK, 0), 0);
	rig_teardown(&r);
}

/* An archive of an earlier run counts, though runs of now would not pack. */
static void
test_option_changed(void)
{
	struct prune_options opt = prune_rig_plain;
	struct pack_info info;
	struct spool_rig r;

	prune_rig_begin(&r);
	CU_ASSERT_EQUAL(fs_mkdirs(spool_dirfd(r.sp), ARCHIVE, 0700), 0);
	CU_ASSERT_EQUAL(pack_file(spool_dirfd(r.sp), FOLDER "/" FIRST, ARCHIVE,
	    ARCHIVE, FIRST ".gz", &info), 0);
	opt.compress = PRUNE_COMPRESS_NEVER;
	prune_rig_run(&r, &opt, FIRST, THIRD, SHIPPED(FIRST) ".gz\n"
	    "1 archived 0 packed 0 removed 0 waiting 0 failed");
	prune_rig_check(&r, SECOND " " THIRD, FIRST ".gz");
	rig_teardown(&r);
}

/* One message for a folder that nothing can be put into, and not one for each
 * of thousands of segments; the next stream has its turn. */
static void
test_no_archive(void)
{
	struct spool_rig r;

	prune_rig_begin(&r);
	CU_ASSERT_EQUAL(fs_mkdirs(spool_dirfd(r.sp), "acme/archive", 0700), 0);
	scratch_write(r.dir, ARCHIVE, SLICE("no folder"));
	prune_rig_run(&r, &prune_rig_plain, SECOND, THIRD,
	    "E " ARCHIVE ": cannot prepare it: Not a directory\n"
	    "0 archived 0 packed 0 removed 0 waiting 1 failed");
	CU_ASSERT_EQUAL(unlinkat(spool_dirfd(r.sp), ARCHIVE, 0), 0);
	prune_rig_check(&r, FIRST " " SECOND " " THIRD, "");
	rig_teardown(&r);
}

static const struct unit_test tests[] = {
	{ "archive", test_archive },
	{ "what is not published", test_published },
	{ "a torn tail", test_torn_tail },
	{ "what cannot be read", test_unreadable },
	{ "compress: never", test_never_packed },
	{ "compress: sealed", test_sealed },
	{ "compress: sealed no more", test_sealed_no_more },
	{ "hold", test_hold },
	{ "hold since the last line", test_hold_since_last_line },
	{ "a dry run", test_dry_run },
	{ "two runs", test_two_runs },
	{ "something else in the archive", test_wrong_archive },
	{ "another option than before", test_option_changed },
	{ "no place for archives", test_no_archive },
};

UNIT_MAIN("prune", tests)
