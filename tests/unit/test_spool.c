#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/lockdir.h"
#include "spool/segment.h"
#include "spool/spool.h"
#include "tests/faults/fault.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static int64_t now_us;

static int64_t
fake_wall(void)
{
	return now_us;
}

static int64_t
fake_mono(void)
{
	return 0;
}

static const struct clock fake_clock = { fake_wall, fake_mono };

static struct spool *
open_spool(const char *dir, struct buf *why)
{
	const struct spool_options opt = { .directory = dir };

	return spool_open(&opt, why);
}

/* Opening fails with this message. */
static void
check_refused(const char *dir, const char *want)
{
	struct spool *sp;
	struct buf why;

	buf_init(&why, 1000);
	sp = open_spool(dir, &why);
	CU_ASSERT_PTR_NULL(sp);
	UNIT_TEXT(why.p, want);
	buf_fini(&why);
	spool_close(sp);
}

static void
test_missing(void)
{
	char *dir = scratch_make(), *want;

	want = xasprintf("spool directory %s/none does not exist: create it "
	    "or set spool.directory", dir);
	check_refused(scratch_path(dir, "none"), want);
	free(want);
	scratch_write(dir, "file", SLICE(""));
	want = xasprintf("spool directory %s/file: Not a directory", dir);
	check_refused(scratch_path(dir, "file"), want);
	free(want);
	scratch_remove(dir);
}

/* Run a check in a child and say whether it went well. */
static bool
in_child(void (*check)(const char *dir, long arg), const char *dir, long arg)
{
	unsigned before = CU_get_number_of_failures();
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		check(dir, arg);
		_exit(CU_get_number_of_failures() == before ? 0 : 1);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static void
refused_as_held(const char *dir, long holder)
{
	char *want = xasprintf("spool directory %s is held by process %ld "
	    "(another s1spool?)", dir, holder);

	check_refused(dir, want);
	free(want);
}

static void
accepted(const char *dir, long arg)
{
	struct spool *sp;
	struct buf why;

	(void)arg;
	buf_init(&why, 1000);
	sp = open_spool(dir, &why);
	CU_ASSERT_PTR_NOT_NULL(sp);
	UNIT_TEXT(why.p, "");
	spool_close(sp);
	buf_fini(&why);
}

static void
test_one_writer(void)
{
	char *dir = scratch_make(), *want;
	struct spool *sp;
	struct buf why;

	buf_init(&why, 1000);
	CU_ASSERT_EQUAL(lockdir_holder(dir), 0); /* no lock file yet */
	sp = open_spool(dir, &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sp);
	CU_ASSERT_TRUE(in_child(refused_as_held, dir, getpid()));
	CU_ASSERT_EQUAL(lockdir_holder(dir), getpid());
	want = xasprintf("spool directory %s is in use by this process "
	    "already: spool and state need a directory each", dir);
	check_refused(dir, want);
	free(want);

	/* A lock whose holder did not write its number. */
	scratch_write(dir, ".lock", SLICE(""));
	want = xasprintf("spool directory %s is held by another process "
	    "(another s1spool?)", dir);
	check_refused(dir, want);
	free(want);

	spool_close(sp);
	CU_ASSERT_EQUAL(lockdir_holder(dir), 0);
	CU_ASSERT_EQUAL(lockdir_holder(scratch_path(dir, "none")), -1);
	CU_ASSERT_TRUE(in_child(accepted, dir, 0));
	buf_fini(&why);
	scratch_remove(dir);
}

static void
not_writable(const char *dir, long arg)
{
	char *want = xasprintf("spool directory %s is not writable for user",
	    dir);
	struct buf why;

	(void)arg;
	if (getuid() == 0 && setuid(65534) < 0)
		_exit(99);
	buf_init(&why, 1000);
	CU_ASSERT_PTR_NULL(open_spool(dir, &why));
	CU_ASSERT_EQUAL(strncmp(why.p, want, strlen(want)), 0);
	buf_fini(&why);
	free(want);
}

static void
test_not_writable(void)
{
	char *dir = scratch_make();

	chmod(dir, 0555);
	CU_ASSERT_TRUE(in_child(not_writable, dir, 0));
	chmod(dir, 0755);
	scratch_remove(dir);
}

static void
test_unreadable(void)
{
	char *dir = scratch_make(), *want;

	mkdir(scratch_path(dir, "acme"), 0750);
	fault_set(&(struct fault){ .call = "openat", .path = "acme",
	    .error = EIO });
	want = xasprintf("cannot read spool directory %s: Input/output error",
	    dir);
	check_refused(dir, want);
	fault_set(NULL);
	free(want);
	accepted(dir, 0);
	scratch_remove(dir);
}

static void
make_segment(const char *dir, const char *folder, int64_t birth_us,
    const char *suffix)
{
	char name[STREAM_NAME_MAX], path[300];

	CU_ASSERT_EQUAL(segment_format(name, "threat", birth_us, 1), 0);
	snprintf(path, sizeof(path), "%s/%s%s", folder, name, suffix);
	CU_ASSERT_EQUAL(fs_mkdirs(-1, scratch_path(dir, folder), 0750), 0);
	scratch_write(dir, path, SLICE(""));
}

static void
test_births_grow(void)
{
	char *dir = scratch_make();
	struct spool *sp;
	struct buf why;

	buf_init(&why, 1000);
	clock_set(&fake_clock);
	make_segment(dir, "a/threat", 5000, "");
	make_segment(dir, "b/archive/threat", 7000, ".gz");
	make_segment(dir, "b/other", 9000, ""); /* not of that dataset */
	now_us = 6000;
	sp = open_spool(dir, &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sp);
	CU_ASSERT_EQUAL(spool_birth(sp), 7001);
	CU_ASSERT_EQUAL(spool_birth(sp), 7002);
	now_us = 8000;
	CU_ASSERT_EQUAL(spool_birth(sp), 8000);
	now_us = 100;
	CU_ASSERT_EQUAL(spool_birth(sp), 8001);
	clock_set(NULL);
	spool_close(sp);
	buf_fini(&why);
	scratch_remove(dir);
}

static void
test_segment_names(void)
{
	static const char *const bad[] = {
		"", ".ndjson", "x.ndjson",
		"threat-20260101T000000.000000Z-000000000001",
		"threat-20260101T000000.000000Z-000000000001.ndjson.tmp",
		"threat-20260101T000000.000000Z-000000000000.ndjson",
		"threat-20260101T000000.000000Z-00000000001.ndjson",
		"threat-20260101T000000.000000Z-00000000000x.ndjson",
		"threat-20260101T000000.00000Z-000000000001.ndjson",
		"threat-20261301T000000.000000Z-000000000001.ndjson",
		"threat-20260230T000000.000000Z-000000000001.ndjson",
		"threat-20260101T240000.000000Z-000000000001.ndjson",
		"threat-20260101 000000.000000Z-000000000001.ndjson",
		"threat+20260101T000000.000000Z-000000000001.ndjson",
		"threat-20260101T000000.000000Z+000000000001.ndjson",
	};
	struct segment_name s = { .seq = 42 };
	char name[STREAM_NAME_MAX], dataset[200];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_EQUAL(segment_parse(bad[i], &s), -1);
	CU_ASSERT_EQUAL(s.seq, 42);

	CU_ASSERT_EQUAL(segment_format(name, "a-b_c", 1767225600123456, 77),
	    0);
	UNIT_TEXT(name, "a-b_c-20260101T000000.123456Z-000000000077.ndjson");
	CU_ASSERT_EQUAL(segment_parse(name, &s), 0);
	CU_ASSERT_TRUE(slice_is(s.dataset, "a-b_c"));
	CU_ASSERT_EQUAL(s.birth_us, 1767225600123456);
	CU_ASSERT_EQUAL(s.seq, 77);
	CU_ASSERT_FALSE(s.gz);
	CU_ASSERT_EQUAL(segment_parse("threat-20240229T235959.999999Z-"
	    "999999999999.ndjson.gz", &s), 0);
	CU_ASSERT_EQUAL(s.birth_us, 1709251199999999);
	CU_ASSERT_EQUAL(s.seq, 999999999999);
	CU_ASSERT_TRUE(s.gz);

	memset(dataset, 'd', sizeof(dataset) - 1);
	dataset[sizeof(dataset) - 1] = '\0';
	CU_ASSERT_EQUAL(segment_format(name, dataset, 1, 1), -1);
	CU_ASSERT_EQUAL(segment_format(name, "d", -1, 1), -1);
	CU_ASSERT_EQUAL(segment_format(name, "d", INT64_MAX, 1), -1);
}

static const struct unit_test tests[] = {
	{ "a directory that is missing", test_missing },
	{ "one writer", test_one_writer },
	{ "a directory that is not writable", test_not_writable },
	{ "a directory that is not readable", test_unreadable },
	{ "births grow whatever the clock does", test_births_grow },
	{ "segment names", test_segment_names },
};

UNIT_MAIN("spool", tests)
