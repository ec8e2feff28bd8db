/*
 * The packed form of a segment, and whether it proves what it holds.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/pack.h"
#include "tests/faults/fault.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define LARGE (3u << 20)
#define DIGEST_OF_ABC                                                        \
	"sha256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2"  \
	"0015ad"

static char *dir;
static int dirfd;

static void
begin(void)
{
	dir = scratch_make();
	dirfd = fs_open_dir(AT_FDCWD, dir);
	CU_ASSERT_TRUE_FATAL(dirfd >= 0);
	CU_ASSERT_EQUAL(fs_mkdirs(dirfd, "work", 0700), 0);
	CU_ASSERT_EQUAL(fs_mkdirs(dirfd, "out", 0700), 0);
}

static void
end(void)
{
	fault_set(NULL);
	close(dirfd);
	scratch_remove(dir);
}

static int
pack(struct pack_info *info)
{
	return pack_file(dirfd, "in.ndjson", "work", "out", "in.ndjson.gz",
	    info);
}

static void
check_names(const char *folder, const char *want)
{
	char *names = scratch_list(dir, folder);

	UNIT_TEXT(names, want);
	free(names);
}

/* Compressible, but not so much that it fits into one piece. */
static void
write_large(void)
{
	char *p = xmalloc(LARGE);

	srandom(1);
	for (size_t i = 0; i < LARGE; i++)
		p[i] = (char)(' ' + random() % 64);
	scratch_write(dir, "in.ndjson", (struct slice){ p, LARGE });
	free(p);
}

/* The header, as any gzip tells it. */
static void
test_header(void)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ 1767225600, 123456789 } };
	char name[100] = "", comment[100] = "";
	gz_header head = { .name = (unsigned char *)name, .name_max = 100,
		.comment = (unsigned char *)comment, .comm_max = 100 };
	unsigned char text[10];
	struct pack_info info;
	struct stat sb;
	z_stream z = { 0 };
	char *packed;
	size_t len;
	mode_t mask;

	begin();
	scratch_write(dir, "in.ndjson", SLICE("abc"));
	utimensat(dirfd, "in.ndjson", times, 0);
	mask = umask(077);
	CU_ASSERT_EQUAL(pack(&info), 0);
	umask(mask);
	CU_ASSERT_EQUAL(info.unpacked, 3);
	check_names("out", "in.ndjson.gz");
	check_names("work", "");
	CU_ASSERT_EQUAL(fstatat(dirfd, "out/in.ndjson.gz", &sb, 0), 0);
	CU_ASSERT_EQUAL(info.packed, sb.st_size);
	CU_ASSERT_EQUAL(sb.st_mode & 0777, 0640);
	CU_ASSERT_EQUAL(sb.st_mtim.tv_sec, times[1].tv_sec);
	CU_ASSERT_EQUAL(sb.st_mtim.tv_nsec, times[1].tv_nsec);
	packed = scratch_read(dir, "out/in.ndjson.gz", &len);
	CU_ASSERT_EQUAL(inflateInit2(&z, 15 + 16), Z_OK);
	inflateGetHeader(&z, &head);
	z.next_in = (unsigned char *)packed;
	z.avail_in = (unsigned)len;
	z.next_out = text;
	z.avail_out = sizeof(text);
	CU_ASSERT_EQUAL(inflate(&z, Z_FINISH), Z_STREAM_END);
	CU_ASSERT_EQUAL(z.avail_in, 0);
	UNIT_TEXT(name, "in.ndjson");
	UNIT_TEXT(comment, DIGEST_OF_ABC);
	CU_ASSERT_EQUAL(head.time, (uLong)times[1].tv_sec);
	inflateEnd(&z);
	free(packed);
	end();
}

static void
test_large(void)
{
	struct pack_info packed, plain, back;

	begin();
	write_large();
	CU_ASSERT_EQUAL(pack(&packed), 0);
	CU_ASSERT_EQUAL(pack_digest(dirfd, "in.ndjson", &plain), 0);
	CU_ASSERT_EQUAL(pack_check(dirfd, "out/in.ndjson.gz", &back), 0);
	CU_ASSERT_EQUAL(packed.unpacked, LARGE);
	CU_ASSERT_EQUAL(plain.unpacked, LARGE);
	CU_ASSERT_EQUAL(plain.packed, 0);
	CU_ASSERT_EQUAL(back.unpacked, LARGE);
	CU_ASSERT_EQUAL(back.packed, packed.packed);
	CU_ASSERT_TRUE(packed.packed < LARGE);
	CU_ASSERT_EQUAL(memcmp(packed.sha256, plain.sha256, 32), 0);
	CU_ASSERT_EQUAL(memcmp(packed.sha256, back.sha256, 32), 0);
	end();
}

static void
test_empty(void)
{
	struct pack_info info;

	begin();
	scratch_write(dir, "in.ndjson", SLICE(""));
	CU_ASSERT_EQUAL(pack(&info), 0);
	CU_ASSERT_EQUAL(pack_check(dirfd, "out/in.ndjson.gz", &info), 0);
	CU_ASSERT_EQUAL(info.unpacked, 0);
	end();
}

static void
damaged(const char *content, size_t len)
{
	struct pack_info info;

	scratch_write(dir, "x.gz", (struct slice){ content, len });
	errno = 0;
	CU_ASSERT_EQUAL(pack_check(dirfd, "x.gz", &info), -1);
	CU_ASSERT_EQUAL(errno, EBADMSG);
}

/* Cut anywhere, one byte changed anywhere but in the header's time and name,
 * or something behind it. */
static void
test_damage(void)
{
	struct pack_info info;
	size_t len, comment;
	char *p;

	begin();
	scratch_write(dir, "in.ndjson", SLICE("abc"));
	CU_ASSERT_EQUAL(pack(&info), 0);
	p = scratch_read(dir, "out/in.ndjson.gz", &len);
	p = xrealloc(p, 2 * len);
	comment = sizeof("0123456789in.ndjson");
	for (size_t i = 0; i < len; i++)
		damaged(p, i);
	for (size_t i = comment + sizeof("sha256=") - 1; i < len; i++) {
		p[i] ^= 1;
		damaged(p, len);
		p[i] ^= 1;
	}
	p[len] = '\n';
	damaged(p, len + 1);
	memcpy(p + len, p, len);
	damaged(p, 2 * len);
	damaged("garbage", 7);
	/* Another comment says nothing. */
	p[comment] = 'S';
	scratch_write(dir, "x.gz", (struct slice){ p, len });
	CU_ASSERT_EQUAL(pack_check(dirfd, "x.gz", &info), 0);
	free(p);
	end();
}

/* Not made by us, and with a digest that is not its content's. */
static void
test_others(void)
{
	struct pack_info info;
	gzFile gz;

	begin();
	gz = gzopen(scratch_path(dir, "x.gz"), "wb");
	gzputs(gz, "abc");
	CU_ASSERT_EQUAL(gzclose(gz), Z_OK);
	CU_ASSERT_EQUAL(pack_check(dirfd, "x.gz", &info), 0);
	CU_ASSERT_EQUAL(info.unpacked, 3);
	errno = 0;
	CU_ASSERT_EQUAL(pack_check(dirfd, "nothing.gz", &info), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
	CU_ASSERT_EQUAL(pack_digest(dirfd, "nothing", &info), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
	CU_ASSERT_EQUAL(pack_digest(dirfd, "work", &info), -1);
	CU_ASSERT_EQUAL(errno, EISDIR);
	end();
}

/* Whatever fails, there is nothing half, and nothing in the way. */
static void
test_failures(void)
{
	static const struct fault faults[] = {
		{ .call = "openat", .path = ".tmp", .error = EMFILE },
		{ .call = "write", .path = ".tmp", .error = EIO },
		{ .call = "write", .path = ".tmp", .nth = 2, .error = EDQUOT },
		{ .call = "write", .path = ".tmp", .error = ENOSPC,
		    .short_bytes = 100 },
		{ .call = "fsync", .path = ".tmp", .error = EIO },
		{ .call = "openat", .path = ".tmp", .nth = 2,
		    .error = EMFILE },
		{ .call = "renameat", .error = ENOSPC },
	};
	struct pack_info info;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		begin();
		write_large();
		fault_set(&faults[i]);
		errno = 0;
		CU_ASSERT_EQUAL(pack(&info), -1);
		CU_ASSERT_EQUAL(errno, faults[i].error);
		CU_ASSERT_EQUAL(fault_hits(), 1);
		check_names("out", "");
		CU_ASSERT_NOT_EQUAL(faccessat(dirfd,
		    "work/.in.ndjson.gz.tmp", F_OK, 0), 0);
		fault_set(NULL);
		CU_ASSERT_EQUAL(pack(&info), 0);
		end();
	}
}

/* What was written is not what is on the disk. */
static void
spoil(const char *call, int fd, const char *from, const char *name)
{
	(void)from;
	(void)name;
	if (strcmp(call, "fsync") == 0)
		CU_ASSERT_EQUAL(pwrite(fd, "x", 1, 1 << 20), 1);
}

static void
replace(const char *call, int fd, const char *from, const char *name)
{
	static const unsigned char other[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0,
		3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

	(void)from;
	(void)name;
	if (strcmp(call, "fsync") != 0)
		return;
	CU_ASSERT_EQUAL(ftruncate(fd, 0), 0);
	CU_ASSERT_EQUAL(pwrite(fd, other, sizeof(other), 0),
	    (ssize_t)sizeof(other));
}

static void
test_read_back(void)
{
	struct pack_info info;

	begin();
	write_large();
	fault_watch(spoil);
	errno = 0;
	CU_ASSERT_EQUAL(pack(&info), -1);
	CU_ASSERT_EQUAL(errno, EBADMSG);
	check_names("out", "");
	/* Whole, but something else. */
	fault_watch(replace);
	errno = 0;
	CU_ASSERT_EQUAL(pack(&info), -1);
	CU_ASSERT_EQUAL(errno, EBADMSG);
	check_names("out", "");
	fault_watch(NULL);
	end();
}

/* What waits under the temporary name is not followed, nor kept. */
static void
test_in_the_way(void)
{
	struct pack_info info;
	char *text;

	begin();
	scratch_write(dir, "in.ndjson", SLICE("abc"));
	scratch_write(dir, "victim", SLICE("precious"));
	CU_ASSERT_EQUAL(symlinkat("../victim", dirfd,
	    "work/.in.ndjson.gz.tmp"), 0);
	CU_ASSERT_EQUAL(pack(&info), 0);
	text = scratch_read(dir, "victim", NULL);
	UNIT_TEXT(text, "precious");
	free(text);
	CU_ASSERT_EQUAL(pack_check(dirfd, "out/in.ndjson.gz", &info), 0);
	end();
}

static void
test_clean(void)
{
	begin();
	scratch_write(dir, "work/.a.ndjson.gz.tmp", SLICE("half"));
	scratch_write(dir, "work/.keep", SLICE(""));
	scratch_write(dir, "work/keep.tmp", SLICE(""));
	scratch_write(dir, "work/a.ndjson.gz", SLICE(""));
	CU_ASSERT_EQUAL(pack_clean(dirfd, "work"), 0);
	CU_ASSERT_NOT_EQUAL(faccessat(dirfd, "work/.a.ndjson.gz.tmp", F_OK, 0),
	    0);
	CU_ASSERT_EQUAL(faccessat(dirfd, "work/.keep", F_OK, 0), 0);
	check_names("work", "a.ndjson.gz keep.tmp");
	CU_ASSERT_EQUAL(pack_clean(dirfd, "nowhere"), 0);
	scratch_write(dir, "file", SLICE(""));
	errno = 0;
	CU_ASSERT_EQUAL(pack_clean(dirfd, "file"), -1);
	CU_ASSERT_EQUAL(errno, ENOTDIR);
	end();
}

static const struct unit_test tests[] = {
	{ "header", test_header },
	{ "a large file", test_large },
	{ "an empty file", test_empty },
	{ "damage", test_damage },
	{ "files of others", test_others },
	{ "failures", test_failures },
	{ "what is read back", test_read_back },
	{ "something in the way", test_in_the_way },
	{ "cleaning up", test_clean },
};

UNIT_MAIN("pack", tests)
