#include "config.h"

#include "collector/base/fsutil.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/crashpoint.h"
#include "collector/base/xalloc.h"

#define READ_CHUNK 65536

/* close() for the way out of a failure. */
static void
close_quietly(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

bool
fs_is_full(int error)
{
	return error == ENOSPC || error == EDQUOT;
}

size_t
fs_write_full(int fd, const void *p, size_t n)
{
	const char *from = p;
	size_t done = 0;
	ssize_t w;

	while (done < n) {
		w = write(fd, from + done, n - done);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			break;
		done += (size_t)w;
	}
	return done;
}

static int
read_all(int fd, struct buf *b)
{
	size_t room;
	ssize_t r;
	char beyond;

	for (;;) {
		/* At the cap, one more byte tells "full" from "too big". */
		room = b->max - b->len;
		if (room > READ_CHUNK)
			room = READ_CHUNK;
		if (room > 0)
			r = read(fd, buf_reserve(b, room), room);
		else
			r = read(fd, &beyond, 1);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return (int)r;
		if (room == 0) {
			errno = EFBIG;
			return -1;
		}
		buf_commit(b, (size_t)r);
	}
}

int
fs_read_file(int dirfd, const char *name, struct buf *b)
{
	size_t before = b->len;
	int fd, r;

	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	r = read_all(fd, b);
	if (r < 0)
		buf_cut(b, before);
	close_quietly(fd);
	return r;
}

static char *
temporary_name(const char *name)
{
	return xasprintf("%s.tmp", name);
}

int
fs_replace_begin(int dirfd, const char *name, mode_t mode)
{
	char *tmp = temporary_name(name);
	int fd;

	/* One a crash left behind is of no use to anybody. */
	unlinkat(dirfd, tmp, 0);
	fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	free(tmp);
	if (fd < 0)
		return -1;
	if (fchmod(fd, mode) < 0) {
		fs_replace_cancel(dirfd, name, fd);
		return -1;
	}
	return fd;
}

int
fs_replace_end(int dirfd, const char *name, int fd)
{
	char *tmp;
	int r;

	crash_point("replace_written");
	if (fsync(fd) < 0)
		return -1;
	crash_point("replace_synced");

	tmp = temporary_name(name);
	r = renameat(dirfd, tmp, dirfd, name);
	free(tmp);
	if (r < 0)
		return -1;
	crash_point("replace_renamed");
	if (fs_sync_dir(dirfd) < 0)
		return -1;
	crash_point("replace_done");
	return 0;
}

void
fs_replace_cancel(int dirfd, const char *name, int fd)
{
	int saved = errno;
	char *tmp = temporary_name(name);

	close(fd);
	unlinkat(dirfd, tmp, 0);
	free(tmp);
	errno = saved;
}

int
fs_replace(int dirfd, const char *name, struct slice content, mode_t mode)
{
	int fd = fs_replace_begin(dirfd, name, mode);

	if (fd < 0)
		return -1;
	if (fs_write_full(fd, content.p, content.len) < content.len ||
	    fs_replace_end(dirfd, name, fd) < 0) {
		fs_replace_cancel(dirfd, name, fd);
		return -1;
	}
	close(fd);
	return 0;
}

int
fs_sync_dir(int dirfd)
{
	/* Some file systems cannot sync a directory and say so. */
	return fsync(dirfd) < 0 && errno != EINVAL ? -1 : 0;
}

int
fs_sync_folder(int dirfd, const char *path)
{
	int fd = fs_open_dir(dirfd, path), r;

	if (fd < 0)
		return -1;
	r = fs_sync_dir(fd);
	close_quietly(fd);
	return r;
}

/* fsync the directory that holds the last component of path. */
static int
sync_parent(int dirfd, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *parent;
	int r, saved;

	if (slash == NULL)
		parent = xstrdup(".");
	else if (slash == path)
		parent = xstrdup("/");
	else
		parent = xstrndup(path, (size_t)(slash - path));

	r = fs_sync_folder(dirfd, parent);
	saved = errno;
	free(parent);
	errno = saved;
	return r;
}

static int
make_dir(int dirfd, const char *path, mode_t mode)
{
	if (mkdirat(dirfd, path, mode) == 0)
		return sync_parent(dirfd, path);
	return errno == EEXIST ? 0 : -1;
}

int
fs_mkdirs(int dirfd, const char *path, mode_t mode)
{
	char *upto = xstrdup(path), *end = upto, c;
	int fd, r = 0;

	while (r == 0 && *end != '\0') {
		end += strspn(end, "/");
		end += strcspn(end, "/");
		c = *end;
		*end = '\0';
		r = make_dir(dirfd, upto, mode);
		*end = c;
	}
	free(upto);
	if (r < 0)
		return -1;

	/* What was there before may be something else than a directory. */
	fd = fs_open_dir(dirfd, path);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int
fs_open_dir(int dirfd, const char *path)
{
	return openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static pid_t
read_holder(int fd)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	long pid;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	pid = strtol(text, NULL, 10);
	return pid > 0 ? (pid_t)pid : 0;
}

int
fs_lock(int dirfd, const char *name, pid_t *holder)
{
	char text[32];
	int fd, n;

	fd = openat(dirfd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0640);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			*holder = read_holder(fd);
		close_quietly(fd);
		return -1;
	}

	/* The content is for people only: the lock holds without it. */
	n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) == 0)
		fs_write_full(fd, text, (size_t)n);
	return fd;
}
