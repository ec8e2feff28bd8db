/*
 * What the spool takes of the disk, and what then: archives go, polling pauses.
 */
#include "config.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "collector/walk/budget.h"
#include "spool/archives.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define NAME(day, n)                                                         \
	"threat-202601" day "T000000.000000Z-00000000000" n ".ndjson"
#define KIB 1024

static char acme[] = "acme", beta[] = "beta";

/* What was there before is settled, or all is just being changed. */
static int64_t later_us;

static int64_t
fake_wall_us(void)
{
	return INT64_C(1000000) * time(NULL) + later_us;
}

static int64_t
fake_mono_ms(void)
{
	return 1000;
}

static const struct clock fake = { fake_wall_us, fake_mono_ms };

struct rig {
	char *dir;
	struct spool *sp;
	struct conf conf;
	struct conf_console acme, beta;
	struct budget budget;
	bool waits;
};

static void
put(struct rig *r, const char *folder, const char *name, size_t bytes)
{
	char *path = xasprintf("%s/%s", folder, name);
	char *content = xcalloc(1, bytes);

	CU_ASSERT_EQUAL_FATAL(fs_mkdirs(spool_dirfd(r->sp), folder, 0750), 0);
	scratch_write(r->dir, path, (struct slice){ content, bytes });
	free(content);
	free(path);
}

static void
begin(struct rig *r)
{
	struct spool_options opt;
	struct buf err;

	*r = (struct rig){ .dir = scratch_make(), .acme = { .name = acme },
		.beta = { .name = beta } };
	later_us = INT64_C(-3600) * 1000000;
	clock_set(&fake);
	opt = (struct spool_options){ .directory = r->dir };
	buf_init(&err, 4096);
	r->sp = spool_open(&opt, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r->sp);
	buf_fini(&err);
	r->conf.spool.max_size = 100 * KIB;
	budget_init(&r->budget, &r->conf);
	put(r, "acme/threat", NAME("01", "1"), 10 * KIB);
	put(r, "acme/threat", NAME("02", "2") ".gz", 5 * KIB);
	put(r, "acme/threat", "notes.txt", 50 * KIB);
	put(r, "beta/threat", NAME("03", "1"), 20 * KIB);
	put(r, "acme/archive/threat", NAME("04", "3") ".gz", 7 * KIB);
	put(r, "beta/archive/threat", NAME("05", "2") ".gz", 3 * KIB);
}

static void
end(struct rig *r)
{
	budget_fini(&r->budget);
	clock_set(NULL);
	spool_close(r->sp);
	scratch_remove(r->dir);
}

static void
check_room(const struct rig *r, const struct conf_console *c, const char *want)
{
	struct buf why;

	buf_init(&why, 4096);
	CU_ASSERT_EQUAL(budget_has_room(&r->budget, c, r->waits, &why), *want == '\0');
	UNIT_TEXT(why.p, want);
	buf_fini(&why);
}

static void
test_usage(void)
{
	const struct usage_stream *found;
	struct usage u = { 0 };
	struct rig r;

	begin(&r);
	CU_ASSERT_EQUAL_FATAL(usage_measure(&u, spool_dirfd(r.sp)), 0);
	CU_ASSERT_EQUAL(u.unshipped, 35 * KIB);
	CU_ASSERT_EQUAL(u.archived, 10 * KIB);
	CU_ASSERT_TRUE(u.free > 0);
	CU_ASSERT_EQUAL(usage_of(&u, "acme"), 15 * KIB);
	CU_ASSERT_EQUAL(usage_of(&u, "beta"), 20 * KIB);
	CU_ASSERT_EQUAL(usage_of(&u, "none"), 0);
	found = usage_find(&u, "acme", "threat");
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_EQUAL(found->plain.files, 2);
	CU_ASSERT_EQUAL(found->archive.files, 1);
	CU_ASSERT_EQUAL(found->archive.bytes, 7 * KIB);
	CU_ASSERT_PTR_NULL(usage_find(&u, "acme", "alert"));
	usage_add(&u, "beta", "threat", KIB);
	usage_add(&u, "none", "threat", KIB);
	CU_ASSERT_EQUAL(usage_of(&u, "beta"), 21 * KIB);
	CU_ASSERT_EQUAL(u.unshipped, 37 * KIB);
	/* Others make room as well: it is never less than nothing. */
	usage_add(&u, "none", "threat", INT64_MAX / 2);
	CU_ASSERT_EQUAL(u.free, 0);
	usage_fini(&u);
	end(&r);
}

/* A file that grows does not change its folder; one that comes does. */
static void
test_unchanged(void)
{
	struct usage u = { 0 };
	struct rig r;

	begin(&r);
	/* Times of files are told in ticks. */
	nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	CU_ASSERT_EQUAL_FATAL(usage_measure(&u, spool_dirfd(r.sp)), 0);
	put(&r, "acme/threat", NAME("01", "1"), 11 * KIB);
	later_us = -later_us;
	CU_ASSERT_EQUAL_FATAL(usage_measure(&u, spool_dirfd(r.sp)), 0);
	CU_ASSERT_EQUAL(usage_of(&u, "acme"), 16 * KIB);

	put(&r, "acme/threat", NAME("01", "1"), 30 * KIB);
	put(&r, "beta/archive/threat", NAME("05", "2") ".gz", 9 * KIB);
	usage_add(&u, "acme", "threat", KIB);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL_FATAL(usage_measure(&u, spool_dirfd(r.sp)), 0);
		CU_ASSERT_EQUAL(usage_of(&u, "acme"), 17 * KIB);
		CU_ASSERT_EQUAL(u.unshipped, 37 * KIB);
		CU_ASSERT_EQUAL(u.archived, 10 * KIB);
	}
	put(&r, "acme/threat", NAME("06", "4"), KIB);
	CU_ASSERT_EQUAL(unlinkat(spool_dirfd(r.sp), "beta/archive/threat/"
	    NAME("05", "2") ".gz", 0), 0);
	CU_ASSERT_EQUAL_FATAL(usage_measure(&u, spool_dirfd(r.sp)), 0);
	CU_ASSERT_EQUAL(usage_of(&u, "acme"), 36 * KIB);
	CU_ASSERT_EQUAL(u.archived, 7 * KIB);
	usage_fini(&u);
	end(&r);
}

#define FULL                                                                 \
	"files that are not shipped yet have reached spool.max_size, 100KiB"

static void
test_full(void)
{
	struct rig r;

	begin(&r);
	budget_measure(&r.budget, r.sp);
	check_room(&r, &r.acme, "");
	CU_ASSERT_EQUAL(r.budget.since_ms, 0);
	budget_note(&r.budget, "acme", "threat", 65 * KIB - 1);
	check_room(&r, &r.acme, "");
	budget_note(&r.budget, "beta", "threat", 1);
	check_room(&r, &r.acme, FULL);
	check_room(&r, &r.beta, FULL);
	CU_ASSERT_TRUE(r.budget.since_ms > 0);

	/* There is room again below 95 KiB, not at the first byte. */
	put(&r, "beta/threat", NAME("06", "3"), 61 * KIB);
	budget_measure(&r.budget, r.sp);
	CU_ASSERT_EQUAL(r.budget.usage.unshipped, 96 * KIB);
	check_room(&r, &r.acme, FULL);
	put(&r, "beta/threat", NAME("06", "3"), 59 * KIB);
	budget_measure(&r.budget, r.sp);
	check_room(&r, &r.acme, "");
	CU_ASSERT_EQUAL(r.budget.since_ms, 0);
	end(&r);
}

static void
test_one_console_is_full(void)
{
	struct rig r;

	begin(&r);
	r.beta.max_size = 20 * KIB;
	budget_measure(&r.budget, r.sp);
	check_room(&r, &r.acme, "");
	check_room(&r, &r.beta, "its files that are not shipped yet have "
	    "reached max_size, 20KiB");
	CU_ASSERT_EQUAL(r.budget.limit, BUDGET_ROOM);

	/* Who waits goes on well below it. */
	r.beta.max_size = 21 * KIB;
	check_room(&r, &r.beta, "");
	r.waits = true;
	check_room(&r, &r.beta, "its files that are not shipped yet have "
	    "reached max_size, 21KiB");
	r.beta.max_size = 22 * KIB;
	check_room(&r, &r.beta, "");
	end(&r);
}

static bool
is_there(struct rig *r, const char *path)
{
	return faccessat(spool_dirfd(r->sp), path, F_OK, 0) == 0;
}

/* What nobody has looked at yet is no reason to wait. */
static void
test_before_measuring(void)
{
	struct rig r;

	begin(&r);
	r.conf.spool.min_free = 512 * KIB;
	budget_note(&r.budget, "acme", "threat", 10 * KIB);
	check_room(&r, &r.acme, "");
	end(&r);
}

/* The archives go, and what is not shipped stays. */
static void
test_no_disk(void)
{
	struct rig r;

	begin(&r);
	r.conf.spool.min_free = INT64_C(1) << 60;
	budget_measure(&r.budget, r.sp);
	check_room(&r, &r.acme, "less than spool.min_free is left on the disk, "
	    "1048576TiB");
	CU_ASSERT_EQUAL(r.budget.usage.archived, 0);
	CU_ASSERT_FALSE(is_there(&r, "acme/archive/threat/" NAME("04", "3")
	    ".gz"));
	CU_ASSERT_TRUE(is_there(&r, "acme/threat/" NAME("01", "1")));
	CU_ASSERT_TRUE(is_there(&r, "acme/threat/" NAME("02", "2") ".gz"));

	/* Archives go until polling can go on, not only until it pauses. */
	put(&r, "acme/archive/threat", NAME("04", "3") ".gz", 7 * KIB);
	r.conf.spool.min_free = r.budget.usage.free / 100 * 97;
	budget_measure(&r.budget, r.sp);
	CU_ASSERT_EQUAL(r.budget.limit, BUDGET_NO_DISK);
	CU_ASSERT_FALSE(is_there(&r, "acme/archive/threat/" NAME("04", "3")
	    ".gz"));
	r.conf.spool.min_free = 0;
	budget_measure(&r.budget, r.sp);
	check_room(&r, &r.acme, "");
	end(&r);
}

static void
note_removed(void *cookie, const char *path, int64_t bytes, const char *why)
{
	buf_addf(cookie, "%s %d %s\n", path, (int)bytes, why);
}

static void
note_failed(void *cookie, const char *path, const char *what)
{
	buf_addf(cookie, "%s: cannot %s\n", path, what);
}

/* Only as many as are needed, the oldest first, whichever console has them. */
static void
test_only_what_is_needed(void)
{
	struct archives_rule rule = { .needed_bytes = 7 * KIB };
	struct buf said;
	struct rig r;

	begin(&r);
	buf_init(&said, 4096);
	archives_trim(spool_dirfd(r.sp), &rule,
	    &(struct archives_sink){ note_removed, note_failed, &said });
	UNIT_TEXT(said.p, "acme/archive/threat/" NAME("04", "3") ".gz 7168 "
	    "the disk is needed\n");
	CU_ASSERT_TRUE(is_there(&r, "beta/archive/threat/" NAME("05", "2")
	    ".gz"));
	buf_fini(&said);
	end(&r);
}

static const struct unit_test tests[] = {
	{ "what is there is measured", test_usage },
	{ "folders that did not change", test_unchanged },
	{ "what is not shipped reaches its limit", test_full },
	{ "one console has a limit of its own", test_one_console_is_full },
	{ "room before the first look", test_before_measuring },
	{ "the disk's reserve", test_no_disk },
	{ "no more archives go than are needed", test_only_what_is_needed },
};

UNIT_MAIN("budget", tests)
