#include "config.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/stream.h"
#include "tests/faults/fault.h"
#include "tests/unit/scratch.h"
#include "tests/unit/spool_rig.h"
#include "tests/unit/unit.h"

/* The first `whole` lines of a batch of three are kept when n bytes of it got
 * to the disk. */
static void
check_short_write(size_t n, int whole)
{
	struct fault fault = { .call = "write", .path = ".ndjson",
		.count = 1, .error = ENOSPC };
	struct stream_pos pos;
	struct spool_rig f;

	rig_setup(&f);
	rig_append_one(&f, "a");
	rig_begin(&f);
	rig_line(&f, "b");
	rig_line(&f, "c");
	rig_line(&f, "d");
	fault.short_bytes = n;
	fault_set(&fault);
	CU_ASSERT_EQUAL(rig_append(&f), -1 - whole);
	CU_ASSERT_EQUAL(errno, ENOSPC);
	fault_set(NULL);
	stream_end(f.st, &pos);
	UNIT_TEXT(pos.segment, FIRST);
	CU_ASSERT_EQUAL(pos.offset, (int64_t)LINE_LEN * (1 + whole));
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);

	rig_append_one(&f, "e");
	rig_check_files(&f, FIRST " " SECOND);
	rig_check_back(&f, NULL, whole == 0 ? "a e" : whole == 1 ? "a b e" :
	    "a b c e");
	rig_teardown(&f);
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
	struct spool_rig f;

	rig_setup(&f);
	fault_set(&fault);
	for (int i = 0; i < 2; i++) {
		rig_begin(&f);
		rig_line(&f, "a");
		CU_ASSERT_EQUAL(rig_append(&f), -1);
		CU_ASSERT_EQUAL(errno, ENOSPC);
		rig_check_files(&f, "");
		CU_ASSERT_FALSE(stream_is_dirty(f.st));
	}
	rig_append_one(&f, "a");
	rig_check_back(&f, NULL, "a");
	rig_teardown(&f);
}

static void
test_file_system_without_reservation(void)
{
	static const int errors[] = { EOPNOTSUPP, ENOSYS, EINVAL };
	struct spool_rig f;

	rig_setup(&f);
	for (size_t i = 0; i < 3; i++) {
		const struct fault fault = { .call = "fallocate",
			.error = errors[i] };

		fault_set(&fault);
		rig_append_one(&f, "a");
		CU_ASSERT_EQUAL(fault_hits(), 1);
	}
	rig_check_back(&f, NULL, "a a a");
	rig_teardown(&f);
}

/* A name that is taken is left alone. */
static void
test_name_is_taken(void)
{
	struct spool_rig f;

	rig_setup(&f);
	scratch_write(f.dir, FOLDER "/" FIRST, SLICE("x"));
	rig_begin(&f);
	rig_line(&f, "a");
	CU_ASSERT_EQUAL(rig_append(&f), -1);
	CU_ASSERT_EQUAL(errno, EEXIST);
	rig_append_one(&f, "b");
	rig_check_content(&f, FIRST, "x");
	rig_check_files(&f, FIRST " " SECOND);
	rig_teardown(&f);
}

static void
test_failed_sync(void)
{
	const struct fault fault = { .call = "fdatasync", .path = ".ndjson",
		.count = 1, .error = EIO };
	struct stream_pos pos;
	struct spool_rig f;

	rig_setup(&f);
	rig_append_one(&f, "a");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	rig_append_one(&f, "b");
	fault_set(&fault);
	CU_ASSERT_EQUAL(stream_sync(f.st), -1);
	CU_ASSERT_EQUAL(errno, EIO);
	CU_ASSERT_FALSE(stream_is_dirty(f.st));

	/* Never again is the file's last part counted on. */
	stream_end(f.st, &pos);
	UNIT_TEXT(pos.segment, FIRST);
	CU_ASSERT_EQUAL(pos.offset, 2 * LINE_LEN);
	rig_append_one(&f, "b");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	rig_check_files(&f, FIRST " " SECOND);
	rig_teardown(&f);
}

/* The failure hits while the segment is being sealed: the sync that follows
 * says so, and does not trust what came after either. */
static void
test_failed_sync_while_sealing(void)
{
	const struct fault fault = { .call = "fdatasync", .path = ".ndjson",
		.count = 1, .error = EIO };
	struct spool_rig f;

	rig_setup(&f);
	rig_append_one(&f, "a");
	fault_set(&fault);
	CU_ASSERT_TRUE(stream_seal(f.st, true));
	rig_append_one(&f, "b");
	CU_ASSERT_EQUAL(stream_sync(f.st), -1);
	CU_ASSERT_EQUAL(errno, EIO);
	rig_append_one(&f, "b");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	rig_check_files(&f, FIRST " " SECOND " " THIRD);
	rig_teardown(&f);
}

static void
test_folder_is_synced(void)
{
	const struct fault fault = { .call = "fsync", .path = FOLDER,
		.count = 1, .error = EIO };
	struct spool_rig f;

	rig_setup(&f);
	rig_append_one(&f, "a");
	fault_set(&fault);
	CU_ASSERT_EQUAL(stream_sync(f.st), -1);
	CU_ASSERT_EQUAL(fault_hits(), 1);
	rig_append_one(&f, "b");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);

	/* Once for a segment is enough. */
	rig_append_one(&f, "c");
	fault_set(&fault);
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	CU_ASSERT_EQUAL(fault_hits(), 0);
	rig_teardown(&f);
}

/* No file is free: nothing was tried, and nothing is in doubt. */
static void
test_folder_is_not_opened(void)
{
	const struct fault fault = { .call = "openat", .count = 1,
		.error = EMFILE };
	struct spool_rig f;

	rig_setup(&f);
	rig_append_one(&f, "a");
	fault_set(&fault);
	CU_ASSERT_EQUAL(stream_sync(f.st), -1);
	CU_ASSERT_EQUAL(errno, EMFILE);
	CU_ASSERT_TRUE(stream_is_dirty(f.st));
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	CU_ASSERT_FALSE(stream_is_dirty(f.st));
	rig_append_one(&f, "b");
	rig_check_files(&f, FIRST);
	rig_check_back(&f, NULL, "a b");
	rig_teardown(&f);
}

/* What counts as written after a restart has to be on disk, whether or not the
 * process that wrote it got so far. */
static void
test_read_back_syncs(void)
{
	const struct stream_pos start = { 0 };
	const struct fault fault = { .call = "fdatasync", .path = FIRST,
		.count = 1, .error = EIO };
	struct spool_rig f;
	struct buf ids;
	size_t damaged;

	rig_setup(&f);
	rig_append_one(&f, "a");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	rig_reopen(&f);
	buf_init(&ids, 1000);
	fault_set(&fault);
	CU_ASSERT_EQUAL(stream_read_back(f.st, &start, rig_collect, &ids,
	    &damaged), -1);
	CU_ASSERT_EQUAL(errno, EIO);
	UNIT_TEXT(ids.p, "");
	buf_fini(&ids);
	rig_check_back(&f, NULL, "a");
	rig_teardown(&f);
}

/* Append until it fails, then give room again.  Everything that was said to be
 * in is in, once. */
static bool
fill_up(struct spool_rig *f)
{
	char id[16];
	int n, total = 0, error;
	struct buf want, got;
	size_t damaged;
	bool same;

	buf_init(&want, 8 << 20);
	buf_init(&got, 8 << 20);
	do {
		rig_begin(f);
		for (int i = 0; i < 7; i++) {
			snprintf(id, sizeof(id), "%d", total + i);
			rig_line(f, id);
		}
		n = rig_append(f);
		total += n > 0 ? n : -1 - n;
		error = errno;
	} while (n > 0 && total < 1000000);
	for (int i = 0; i < total; i++)
		buf_addf(&want, "%s%d", i > 0 ? " " : "", i);
	CU_ASSERT_EQUAL(stream_read_back(f->st, &(struct stream_pos){ 0 },
	    rig_collect, &got, &damaged), 0);
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
	struct spool_rig f;

	rig_setup(&f);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	small = was;
	small.rlim_cur = 1000;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
	CU_ASSERT_TRUE(fill_up(&f));
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &was), 0);
	rig_append_one(&f, "later");
	CU_ASSERT_EQUAL(stream_sync(f.st), 0);
	rig_teardown(&f);
}

/* In a child with its own mounts; 77 where these are not allowed. */
static int
run_on_full_disk(void)
{
	struct spool_rig f;
	bool good;

	rig_setup(&f);
	stream_close(f.st);
	spool_close(f.sp);
	f.st = NULL;
	f.sp = NULL;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", f.dir, "tmpfs", 0, "size=256k") < 0) {
		rig_teardown(&f);
		return 77;
	}
	f.opt.segment_max_bytes = 20000;
	rig_reopen(&f);
	good = fill_up(&f) && errno == ENOSPC;
	/* Nothing empty is left, and with room it goes on. */
	rig_unlink_segment(&f, FIRST);
	rig_append_one(&f, "later");
	good = good && stream_sync(f.st) == 0;
	stream_close(f.st);
	spool_close(f.sp);
	f.st = NULL;
	f.sp = NULL;
	umount(f.dir);
	rig_teardown(&f);
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

/* What is left of it counts as damaged, and the rest of the stream is read. */
static void
test_damaged_archive(void)
{
	struct stream_pos start = { 0 };
	struct spool_rig f;
	struct buf ids;
	size_t damaged;

	rig_setup(&f);
	rig_append_one(&f, "a");
	rig_reopen(&f);
	rig_append_one(&f, "b");
	rig_reopen(&f);
	CU_ASSERT_TRUE(stream_is_complete(f.st));
	rig_unlink_segment(&f, FIRST);
	scratch_write(f.dir, FOLDER "/" FIRST ".gz",
	    SLICE("\x1f\x8b\x08 no archive at all, whatever it is called"));
	buf_init(&ids, 1000);
	CU_ASSERT_EQUAL(stream_read_back(f.st, &start, rig_collect, &ids,
	    &damaged), 0);
	CU_ASSERT_EQUAL(damaged, 1);
	UNIT_TEXT(ids.p, "b");
	buf_fini(&ids);

	rig_unlink_segment(&f, FIRST ".gz");
	rig_reopen(&f);
	CU_ASSERT_FALSE(stream_is_complete(f.st));
	rig_teardown(&f);
}

static const struct unit_test tests[] = {
	{ "read back makes durable", test_read_back_syncs },
	{ "a short write keeps whole lines", test_short_write },
	{ "no space to reserve", test_no_space_to_reserve },
	{ "a file system that cannot reserve",
	    test_file_system_without_reservation },
	{ "a name that is taken", test_name_is_taken },
	{ "a failed sync", test_failed_sync },
	{ "a failed sync while sealing", test_failed_sync_while_sealing },
	{ "the folder is synced once a segment", test_folder_is_synced },
	{ "the folder cannot be opened", test_folder_is_not_opened },
	{ "the file size limit", test_file_size_limit },
	{ "a full disk", test_full_disk },
	{ "a damaged archive", test_damaged_archive },
};

UNIT_MAIN("stream_faults", tests)
