#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "tests/faults/fault.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static void
test_read_file(void)
{
	char *dir = scratch_make();
	struct buf b;

	scratch_write(dir, "f", SLICE("0123456789"));
	buf_init(&b, 12);
	buf_adds(&b, "> ");
	CU_ASSERT_EQUAL(fs_read_file(AT_FDCWD, scratch_path(dir, "f"), &b), 0);
	UNIT_TEXT(b.p, "> 0123456789");

	buf_cut(&b, 3);
	CU_ASSERT_EQUAL(fs_read_file(AT_FDCWD, scratch_path(dir, "f"), &b),
	    -1);
	CU_ASSERT_EQUAL(errno, EFBIG);
	UNIT_TEXT(b.p, "> 0");
	CU_ASSERT_EQUAL(fs_read_file(AT_FDCWD, scratch_path(dir, "none"), &b),
	    -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
	buf_fini(&b);
	scratch_remove(dir);
}

/* A file of several read chunks. */
static void
test_read_large_file(void)
{
	char *dir = scratch_make();
	struct buf want, got;

	buf_init(&want, 1 << 20);
	buf_init(&got, 1 << 20);
	while (want.len < 300000)
		buf_addf(&want, "%zu ", want.len);
	scratch_write(dir, "f", buf_slice(&want));
	CU_ASSERT_EQUAL(fs_read_file(AT_FDCWD, scratch_path(dir, "f"), &got),
	    0);
	CU_ASSERT_TRUE(slice_eq(buf_slice(&got), buf_slice(&want)));
	buf_fini(&want);
	buf_fini(&got);
	scratch_remove(dir);
}

static void
test_write_full_reports_what_fitted(void)
{
	const struct fault short_write = { .call = "write", .path = "/f",
		.count = 1, .error = ENOSPC, .short_bytes = 4 };
	char *dir = scratch_make(), *text;
	int fd = open(scratch_path(dir, "f"), O_WRONLY | O_CREAT, 0600);

	fault_set(&short_write);
	CU_ASSERT_EQUAL(fs_write_full(fd, "alphabet", 8), 4);
	CU_ASSERT_EQUAL(errno, ENOSPC);
	fault_set(NULL);
	close(fd);
	text = scratch_read(dir, "f", NULL);
	UNIT_TEXT(text, "alph");
	free(text);
	scratch_remove(dir);
}

static void
test_replace(void)
{
	char *dir = scratch_make(), *text;
	mode_t mask = umask(077);
	int dirfd = fs_open_dir(AT_FDCWD, dir);
	struct stat sb;

	CU_ASSERT_EQUAL(fs_replace(dirfd, "f", SLICE("one"), 0640), 0);
	CU_ASSERT_EQUAL(fs_replace(dirfd, "f", SLICE("two"), 0640), 0);
	umask(mask);
	text = scratch_read(dir, "f", NULL);
	UNIT_TEXT(text, "two");
	free(text);
	CU_ASSERT_EQUAL(fstatat(dirfd, "f", &sb, 0), 0);
	CU_ASSERT_EQUAL(sb.st_mode & 07777, 0640);
	close(dirfd);
	scratch_remove(dir);
}

/* At whatever step it fails, the old content stays and nothing is left. */
static void
test_replace_failures(void)
{
	static const struct fault faults[] = {
		{ .call = "openat", .path = "f.tmp", .error = EACCES },
		{ .call = "write", .path = "f.tmp", .error = ENOSPC },
		{ .call = "write", .path = "f.tmp", .error = ENOSPC,
		    .short_bytes = 2 },
		{ .call = "fsync", .path = "f.tmp", .error = EIO },
		{ .call = "renameat", .error = EIO },
	};
	char *dir = scratch_make(), *text;
	int dirfd = fs_open_dir(AT_FDCWD, dir);

	scratch_write(dir, "f", SLICE("old"));
	/* And a crash may have left one. */
	scratch_write(dir, "f.tmp", SLICE("left over"));
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		fault_set(&faults[i]);
		CU_ASSERT_EQUAL(fs_replace(dirfd, "f", SLICE("new"), 0640),
		    -1);
		CU_ASSERT_EQUAL(errno, faults[i].error);
		CU_ASSERT_EQUAL(fault_hits(), 1);
		text = scratch_read(dir, "f", NULL);
		UNIT_TEXT(text, "old");
		free(text);
		text = scratch_list(dir, ".");
		UNIT_TEXT(text, "f");
		free(text);
	}
	fault_set(NULL);
	close(dirfd);
	scratch_remove(dir);
}

static void
test_mkdirs(void)
{
	char *dir = scratch_make();
	int dirfd = fs_open_dir(AT_FDCWD, dir);
	struct stat sb;

	CU_ASSERT_EQUAL(fs_mkdirs(dirfd, "a/b//c/", 0750), 0);
	CU_ASSERT_EQUAL(fs_mkdirs(dirfd, "a/b/c", 0750), 0);
	CU_ASSERT_EQUAL(fstatat(dirfd, "a/b/c", &sb, 0), 0);
	CU_ASSERT_TRUE(S_ISDIR(sb.st_mode));
	CU_ASSERT_EQUAL(sb.st_mode & 07777, 0750);

	scratch_write(dir, "a/file", SLICE("x"));
	CU_ASSERT_EQUAL(fs_mkdirs(dirfd, "a/file", 0750), -1);
	CU_ASSERT_EQUAL(errno, ENOTDIR);
	CU_ASSERT_EQUAL(fs_mkdirs(dirfd, "a/file/below", 0750), -1);
	CU_ASSERT_EQUAL(errno, ENOTDIR);
	CU_ASSERT_EQUAL(fs_mkdirs(AT_FDCWD, scratch_path(dir, "x/y"), 0700),
	    0);
	CU_ASSERT_EQUAL(fstatat(dirfd, "x/y", &sb, 0), 0);
	close(dirfd);
	scratch_remove(dir);
}

/* Making "a" syncs the directory above it, making "a/b" syncs "a". */
static void
test_mkdirs_syncs_parents(void)
{
	const struct fault second = { .call = "fsync", .path = "/a", .nth = 1,
		.count = 1, .error = EIO };
	char *dir = scratch_make();
	int dirfd = fs_open_dir(AT_FDCWD, dir);

	fault_set(&second);
	CU_ASSERT_EQUAL(fs_mkdirs(dirfd, "a", 0750), 0);
	CU_ASSERT_EQUAL(fs_mkdirs(dirfd, "a/b", 0750), -1);
	CU_ASSERT_EQUAL(errno, EIO);
	fault_set(NULL);
	close(dirfd);
	scratch_remove(dir);
}

static void
test_lock(void)
{
	char *dir = scratch_make(), *text;
	int dirfd = fs_open_dir(AT_FDCWD, dir), fd, status = -1;
	pid_t holder = -1, child;

	scratch_write(dir, ".lock", SLICE("4711 and more\n"));
	fd = fs_lock(dirfd, ".lock", &holder);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	text = scratch_read(dir, ".lock", NULL);
	CU_ASSERT_EQUAL(strtol(text, NULL, 10), getpid());
	CU_ASSERT_PTR_NOT_NULL(strchr(text, '\n'));
	free(text);

	child = fork();
	if (child == 0) {
		bool refused = fs_lock(dirfd, ".lock", &holder) < 0 &&
		    errno == EWOULDBLOCK && holder == getppid();

		_exit(refused ? 0 : 1);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(status, 0);

	close(fd);
	fd = fs_lock(dirfd, ".lock", &holder);
	CU_ASSERT_TRUE(fd >= 0);
	close(fd);
	close(dirfd);
	scratch_remove(dir);
}

static const struct unit_test tests[] = {
	{ "a file is read whole or not", test_read_file },
	{ "a large file", test_read_large_file },
	{ "a short write says how short", test_write_full_reports_what_fitted },
	{ "replace, with the mode asked for", test_replace },
	{ "a failed replace changes nothing", test_replace_failures },
	{ "directories with their parents", test_mkdirs },
	{ "parents are synced", test_mkdirs_syncs_parents },
	{ "a lock keeps others out", test_lock },
};

UNIT_MAIN("fsutil", tests)
