/*
 * Archives by age and size.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/faults/fault.h"
#include "tests/unit/prune_rig.h"
#include "tests/unit/unit.h"

#define REMOVED(name) "I " ARCHIVE "/" name ".gz: removed: "
#define REMOVED_DRY(name) "I " ARCHIVE "/" name ".gz: would be removed: "
#define OLD "older than archive.max_age\n"
#define LARGE "the archives are larger than archive.max_size\n"

static const char nothing[] =
    "0 archived 0 packed 0 removed 0 waiting 0 failed";

/* All three archived; what one takes. */
static int64_t
begin(struct spool_rig *r)
{
	struct stat sb;

	prune_rig_begin(r);
	prune_rig_run(r, &prune_rig_plain, THIRD, FOURTH,
	    SHIPPED(FIRST) ".gz\n" SHIPPED(SECOND) ".gz\n"
	    SHIPPED(THIRD) ".gz\n"
	    "3 archived 3 packed 0 removed 0 waiting 0 failed");
	fstatat(spool_dirfd(r->sp), ARCHIVE "/" SECOND ".gz", &sb, 0);
	return sb.st_size;
}

static int64_t
sum(const struct spool_rig *r)
{
	static const char *const names[] = { FIRST, SECOND, THIRD };
	char path[300];
	int64_t all = 0;
	struct stat sb;

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), ARCHIVE "/%s.gz", names[i]);
		if (fstatat(spool_dirfd(r->sp), path, &sb, 0) == 0)
			all += sb.st_size;
	}
	return all;
}

/* The oldest go, until the rest is small enough. */
static void
test_size(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;
	int64_t all;

	begin(&r);
	all = sum(&r);
	opt.archive_max_bytes = all;
	prune_rig_run(&r, &opt, THIRD, FOURTH, nothing);
	opt.archive_max_bytes = all - 1;
	prune_rig_run(&r, &opt, THIRD, FOURTH, REMOVED(FIRST) LARGE
	    "0 archived 0 packed 1 removed 0 waiting 0 failed");
	CU_ASSERT_EQUAL(prune_rig_counts.removed_bytes,
	    (uint64_t)(all - sum(&r)));
	rig_check_back(&r, NULL, "b c");
	opt.archive_max_bytes = 1;
	opt.dry_run = true;
	prune_rig_run(&r, &opt, THIRD, FOURTH, REMOVED_DRY(SECOND) LARGE
	    REMOVED_DRY(THIRD) LARGE
	    "0 archived 0 packed 2 removed 0 waiting 0 failed");
	rig_check_back(&r, NULL, "b c");
	rig_teardown(&r);
}

/* It counts from when they were archived: a long outage of the shipper must not
 * have its segments gone as soon as they are shipped. */
static void
test_age(void)
{
	const struct timespec long_ago[2] = { { 0 }, { 0 } };
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;

	begin(&r);
	CU_ASSERT_EQUAL(utimensat(spool_dirfd(r.sp), ARCHIVE "/" FIRST ".gz",
	    long_ago, 0), 0);
	opt.archive_max_age_ms = DAY;
	prune_rig_run(&r, &opt, THIRD, FOURTH, nothing);
	rig_now_us += (DAY + 60000) * 1000;
	opt.archive_max_age_ms = 0;
	prune_rig_run(&r, &opt, THIRD, FOURTH, nothing);
	opt.archive_max_age_ms = DAY;
	prune_rig_run(&r, &opt, THIRD, FOURTH, REMOVED(FIRST) OLD
	    REMOVED(SECOND) OLD REMOVED(THIRD) OLD
	    "0 archived 0 packed 3 removed 0 waiting 0 failed");
	rig_check_back(&r, NULL, "");
	rig_teardown(&r);
}

/* One that cannot be removed stays, is told, and still counts. */
static void
test_stuck(void)
{
	const struct fault stuck = { .call = "unlinkat", .path = FIRST,
		.error = 5 };
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;
	int64_t one;

	one = begin(&r);
	opt.archive_max_bytes = 2 * one + one / 2;
	fault_set(&stuck);
	prune_rig_run(&r, &opt, THIRD, FOURTH,
	    "E " ARCHIVE "/" FIRST ".gz: cannot remove it: Input/output error\n"
	    REMOVED(SECOND) LARGE
	    "0 archived 0 packed 1 removed 0 waiting 1 failed");
	rig_check_back(&r, NULL, "a c");
	rig_teardown(&r);
}

/* The daemon may be quicker, when the disk is needed. */
static void
test_gone(void)
{
	const struct fault gone = { .call = "unlinkat", .path = FIRST,
		.error = 2 };
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;

	begin(&r);
	opt.archive_max_bytes = sum(&r) - 1;
	fault_set(&gone);
	prune_rig_run(&r, &opt, THIRD, FOURTH, REMOVED(FIRST) LARGE
	    "0 archived 0 packed 1 removed 0 waiting 0 failed");
	rig_teardown(&r);
}

/* Gone between listing and looking, as a link to nothing is; or whatever this
 * may be. */
static void
test_no_file(void)
{
	struct spool_rig r;

	begin(&r);
	CU_ASSERT_EQUAL(symlinkat("nothing", spool_dirfd(r.sp),
	    ARCHIVE "/" FOURTH ".gz"), 0);
	prune_rig_run(&r, &prune_rig_plain, THIRD, FOURTH, nothing);
	CU_ASSERT_EQUAL(symlinkat(FOURTH, spool_dirfd(r.sp),
	    ARCHIVE "/" FOURTH), 0);
	prune_rig_run(&r, &prune_rig_plain, THIRD, FOURTH, "E " ARCHIVE "/"
	    FOURTH ": cannot look at it: Too many levels of symbolic links\n"
	    "0 archived 0 packed 0 removed 0 waiting 1 failed");
	rig_teardown(&r);
}

static const struct unit_test tests[] = {
	{ "size", test_size },
	{ "age", test_age },
	{ "one that cannot be removed", test_stuck },
	{ "one that another process removed", test_gone },
	{ "no file", test_no_file },
};

UNIT_MAIN("archives", tests)
