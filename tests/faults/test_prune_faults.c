/*
 * System calls of prune: each step is durable before the next, a failing one
 * loses nothing, and a start finds what is moved under its hands.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/pack.h"
#include "tests/faults/fault.h"
#include "tests/unit/prune_rig.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define NTH_MAX 100

/* the order */

static struct buf calls;
static const char *below; /* paths are told from here on */

/* Append "path" or "path/name" of a descriptor, FIRST as "*". */
static void
tell_path(int fd, const char *name)
{
	char link[64], path[1000], *rest, *first;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) / 2);
	CU_ASSERT_TRUE_FATAL(n > 0);
	snprintf(path + n, sizeof(path) / 2, "%s%s", name != NULL ? "/" : "",
	    name != NULL ? name : "");
	rest = path + strlen(below) + 1;
	first = strstr(rest, FIRST);
	if (first != NULL)
		buf_addf(&calls, " %.*s*%s", (int)(first - rest), rest,
		    first + strlen(FIRST));
	else
		buf_addf(&calls, " %s", rest);
}

static void
note(const char *call, int fd, const char *from, const char *name)
{
	/* What a death may have left is removed first; mostly there is none. */
	if (strcmp(call, "unlinkat") == 0 && strstr(name, ".tmp") != NULL)
		return;
	buf_adds(&calls, call);
	tell_path(fd, strcmp(call, "openat") == 0 ? NULL : name);
	if (from != NULL)
		buf_addf(&calls, " from %c", from[0]);
	buf_addc(&calls, '\n');
}

static void
check_calls(struct spool_rig *r, const struct prune_options *opt,
    const char *counts, const char *want)
{
	buf_init(&calls, 1 << 16);
	below = r->dir;
	fault_watch(note);
	prune_rig_run(r, opt, FIRST, THIRD, counts);
	fault_watch(NULL);
	UNIT_TEXT(calls.p, want);
	buf_fini(&calls);
}

#define PACKED(to)                                                           \
	"openat " ARCHIVE "/.*.gz.tmp\nfsync " ARCHIVE "/.*.gz.tmp\n"        \
	"renameat " to "/*.gz from .\nfsync " to "\n"
#define GONE "unlinkat acme/threat/*\nfsync acme/threat\n"
#define ONE "1 archived 1 packed 0 removed 0 waiting 0 failed"
#define NONE "1 archived 0 packed 0 removed 0 waiting 0 failed"
#define WAITS "0 archived 1 packed 0 removed 1 waiting 0 failed"

static void
test_order(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;

	prune_rig_begin(&r);
	CU_ASSERT_EQUAL(fs_mkdirs(spool_dirfd(r.sp), ARCHIVE, 0700), 0);
	check_calls(&r, &opt, SHIPPED(FIRST) ".gz\n" ONE,
	    PACKED(ARCHIVE) GONE);
	rig_teardown(&r);

	prune_rig_begin(&r);
	CU_ASSERT_EQUAL(fs_mkdirs(spool_dirfd(r.sp), ARCHIVE, 0700), 0);
	opt.compress = PRUNE_COMPRESS_NEVER;
	check_calls(&r, &opt, SHIPPED(FIRST) "\n" NONE,
	    "linkat " ARCHIVE "/*\nfsync " ARCHIVE "\n" GONE);
	rig_teardown(&r);

	prune_rig_begin(&r);
	CU_ASSERT_EQUAL(fs_mkdirs(spool_dirfd(r.sp), ARCHIVE, 0700), 0);
	opt.compress = PRUNE_COMPRESS_SEALED;
	opt.hold_ms = DAY;
	check_calls(&r, &opt, WAITS, PACKED("acme/threat") GONE);
	opt.hold_ms = 0;
	check_calls(&r, &opt, SHIPPED(FIRST ".gz") "\n" NONE,
	    "linkat " ARCHIVE "/*.gz\nfsync " ARCHIVE "\n"
	    "unlinkat acme/threat/*.gz\nfsync acme/threat\n");
	rig_teardown(&r);
}

/* What the run before has left may not be durable yet. */
static void
test_order_of_second_run(void)
{
	const struct prune_options *opt = &prune_rig_plain;
	struct pack_info info;
	struct spool_rig r;

	prune_rig_begin(&r);
	CU_ASSERT_EQUAL(fs_mkdirs(spool_dirfd(r.sp), ARCHIVE, 0700), 0);
	CU_ASSERT_EQUAL(pack_file(spool_dirfd(r.sp), FOLDER "/" FIRST, ARCHIVE,
	    ARCHIVE, FIRST ".gz", &info), 0);
	check_calls(&r, opt, SHIPPED(FIRST) ".gz\n" NONE,
	    "fsync " ARCHIVE "\n" GONE);
	rig_teardown(&r);
}

/* failing calls */

static void
forget(void *cookie, enum prune_level level, const char *path,
    const char *text)
{
	(void)cookie;
	(void)level;
	(void)path;
	(void)text;
}

/* Archive FIRST and SECOND; failures, or -1 when it could not begin. */
static int
prune(struct spool_rig *r, const struct prune_options *options)
{
	struct prune_options opt = *options;
	const struct prune_published pub = { SECOND, { THIRD, 0 } };
	struct prune *p;
	struct buf err;
	int n = -1;

	opt.directory = r->dir;
	buf_init(&err, 4096);
	p = prune_begin(&opt, forget, NULL, &err);
	CU_ASSERT_EQUAL(p == NULL, err.len > 0);
	if (p != NULL) {
		prune_stream(p, "acme", "threat", &pub);
		n = (int)prune_counts(p)->failed;
	}
	prune_end(p);
	buf_fini(&err);
	return n;
}

/* False when there were not so many calls. */
static bool
fail_nth(const struct prune_options *opt, struct fault fault)
{
	bool hit;
	struct spool_rig r;

	prune_rig_begin(&r);
	fault_set(&fault);
	CU_ASSERT_EQUAL(prune(&r, opt) != 0, fault_hits() > 0);
	hit = fault_hits() > 0;
	fault_set(NULL);
	rig_check_back(&r, NULL, "a b c");
	CU_ASSERT_EQUAL(prune(&r, opt), 0);
	CU_ASSERT_EQUAL(prune(&r, opt), 0);
	if (opt->compress == PRUNE_COMPRESS_NEVER)
		prune_rig_check(&r, THIRD, FIRST " " SECOND);
	else if (opt->hold_ms == 0)
		prune_rig_check(&r, THIRD, FIRST ".gz " SECOND ".gz");
	else
		prune_rig_check(&r, FIRST ".gz " SECOND ".gz " THIRD, "");
	rig_teardown(&r);
	return hit;
}

static const struct prune_options modes[] = {
	{ .compress = PRUNE_COMPRESS_ARCHIVE },
	{ .compress = PRUNE_COMPRESS_NEVER },
	{ .compress = PRUNE_COMPRESS_SEALED, .hold_ms = DAY },
};

/* How many calls there were to fail. */
static int
fail_each(const struct prune_options *opt, struct fault fault)
{
	fault.nth = 1;
	while (fault.nth < NTH_MAX && fail_nth(opt, fault))
		fault.nth++;
	CU_ASSERT_TRUE(fault.nth < NTH_MAX);
	return (int)fault.nth - 1;
}

static void
test_failing(void)
{
	/* The lock's content is of no account, and what is removed before it
	 * is made is mostly not there. */
	static const struct fault faults[] = {
		{ .call = "openat", .error = EMFILE },
		{ .call = "openat", .error = EACCES, .count = 2 },
		{ .call = "write", .path = ".tmp", .error = EIO },
		{ .call = "write", .path = ".tmp", .error = ENOSPC,
		    .short_bytes = 50 },
		{ .call = "fsync", .error = EIO },
		{ .call = "renameat", .error = EIO },
		{ .call = "linkat", .error = EMLINK },
		{ .call = "unlinkat", .path = FOLDER, .error = EROFS },
	};
	int all = 0;

	for (size_t m = 0; m < 3; m++)
		for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
			all += fail_each(&modes[m], faults[i]);
	CU_ASSERT_TRUE(all > 100);
}

/* Whatever a disk may say, once. */
static void
test_each_error(void)
{
	static const int errors[] = { ENOSPC, EDQUOT, EIO, EROFS };
	static const struct fault faults[] = {
		{ .call = "openat", .path = ".tmp", .count = 1 },
		{ .call = "write", .path = ".tmp", .count = 1 },
		{ .call = "fsync", .count = 1 },
		{ .call = "renameat", .count = 1 },
		{ .call = "linkat", .count = 1 },
		{ .call = "unlinkat", .path = FOLDER, .count = 1 },
	};
	int all = 0;

	for (size_t e = 0; e < 4; e++)
		for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]);
		     i++) {
			struct fault fault = faults[i];

			fault.error = errors[e];
			for (size_t m = 0; m < 3; m++)
				all += fail_each(&modes[m], fault);
		}
	CU_ASSERT_TRUE(all > 100);
}

/* a start */

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
	/* One that waits packed, and is shipped. */
	CU_ASSERT_EQUAL(renameat(dirfd, FOLDER "/threat-20260101T000000."
	    "000005Z-000000000006.ndjson.gz", dirfd, ARCHIVE "/threat-"
	    "20260101T000000.000005Z-000000000006.ndjson.gz"), 0);
	return true;
}

static void
test_read_back_meanwhile(void)
{
	static const char sixth[] =
	    FOLDER "/threat-20260101T000000.000005Z-000000000006.ndjson";
	const struct stream_pos start = { "", 0 };
	struct pack_info info;
	struct spool_rig r;
	size_t damaged;

	prune_rig_begin(&r);
	rig_now_us = 1767225600000000;
	for (int i = 3; i < 7; i++) {
		rig_append_one(&r, (char[]){ (char)('a' + i), '\0' });
		CU_ASSERT_EQUAL(stream_sync(r.st), 0);
		stream_seal(r.st, true);
	}
	CU_ASSERT_EQUAL(pack_file(spool_dirfd(r.sp), sixth, FOLDER, FOLDER,
	    "threat-20260101T000000.000005Z-000000000006.ndjson.gz", &info),
	    0);
	CU_ASSERT_EQUAL(unlinkat(spool_dirfd(r.sp), sixth, 0), 0);
	buf_reset(&r.batch);
	CU_ASSERT_EQUAL(stream_read_back(r.st, &start, move_on, &r, &damaged),
	    0);
	UNIT_TEXT(r.batch.p, "abcdfg");
	CU_ASSERT_EQUAL(damaged, 0);
	rig_teardown(&r);
}

/* The last segment is gone when a start looks at it: `misses` times, then it is
 * found, if a start looks again. */
static bool
open_with_misses(struct spool_rig *r, unsigned misses)
{
	const struct fault missing = { .call = "openat", .path = THIRD ".gz",
		.error = ENOENT, .count = misses };
	struct stream_pos end;
	struct stream *st;
	struct buf err;
	bool good;

	buf_init(&err, 4096);
	fault_set(&missing);
	st = stream_open(r->sp, "acme", "threat", &err);
	CU_ASSERT_EQUAL(fault_hits(), misses);
	fault_set(NULL);
	good = st != NULL;
	CU_ASSERT_EQUAL(good, err.len == 0);
	if (good) {
		stream_end(st, &end);
		UNIT_TEXT(end.segment, THIRD);
		CU_ASSERT_EQUAL(end.offset, LINE_LEN);
	}
	stream_close(st);
	buf_fini(&err);
	return good;
}

static void
test_find_end_meanwhile(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;

	prune_rig_begin(&r);
	opt.compress = PRUNE_COMPRESS_SEALED;
	opt.hold_ms = DAY;
	prune_rig_run(&r, &opt, THIRD, FOURTH,
	    "0 archived 3 packed 0 removed 3 waiting 0 failed");
	/* Packed, archived, removed: more often it cannot move. */
	CU_ASSERT_TRUE(open_with_misses(&r, 1));
	CU_ASSERT_TRUE(open_with_misses(&r, 3));
	CU_ASSERT_FALSE(open_with_misses(&r, 4));
	rig_teardown(&r);
}

/* All of a stream is gone for good; only its position is left. */
static void
test_nothing_left(void)
{
	const struct stream_pos end = { THIRD, LINE_LEN };
	struct spool_rig r;

	prune_rig_begin(&r);
	UNIT_TEXT(stream_sealed(r.st), THIRD);
	rig_unlink_segment(&r, FIRST);
	rig_unlink_segment(&r, SECOND);
	rig_unlink_segment(&r, THIRD);
	rig_reopen(&r);
	UNIT_TEXT(stream_sealed(r.st), "");
	rig_check_back(&r, &end, "");
	UNIT_TEXT(stream_sealed(r.st), THIRD);
	rig_teardown(&r);
}

static const struct unit_test tests[] = {
	{ "the order of steps", test_order },
	{ "what a run before has left", test_order_of_second_run },
	{ "failing calls", test_failing },
	{ "each error of a disk", test_each_error },
	{ "the spool is read back meanwhile", test_read_back_meanwhile },
	{ "the end is looked for meanwhile", test_find_end_meanwhile },
	{ "nothing is left", test_nothing_left },
};

UNIT_MAIN("prune faults", tests)
