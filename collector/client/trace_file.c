#include "config.h"

#include "collector/client/trace_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"

#define FOLDER "trace"
#define PREFIX "http-request-trace-"

/* The file that is written to, and the n-th older one. */
static char *
name_of(const char *label, int n)
{
	return n == 0 ? xasprintf(PREFIX "%s.ndjson", label) :
	    xasprintf(PREFIX "%s.%d.ndjson", label, n);
}

static int
open_folder(int state_dirfd, const char *console)
{
	char *path = xasprintf(FOLDER "/%s", console);
	int dirfd = -1;

	if (fs_mkdirs(state_dirfd, path, 0700) == 0)
		dirfd = fs_open_dir(state_dirfd, path);
	free(path);
	return dirfd;
}

static int
open_file(int dirfd, const char *label)
{
	char *name = name_of(label, 0);
	int fd = openat(dirfd, name, O_WRONLY | O_APPEND | O_CREAT |
	    O_CLOEXEC | O_NOFOLLOW, 0600);

	free(name);
	return fd;
}

/* Each becomes the one behind it, over the last. */
static int
make_way(int dirfd, const char *label)
{
	int rc = 0;

	for (int n = TRACE_FILES - 1; n > 0 && rc == 0; n--) {
		char *from = name_of(label, n - 1), *to = name_of(label, n);

		rc = renameat(dirfd, from, dirfd, to);
		if (rc != 0 && errno == ENOENT)
			rc = 0;
		free(from);
		free(to);
	}
	return rc;
}

static int
append(int fd, struct slice line)
{
	struct stat st;
	int saved;

	if (fstat(fd, &st) != 0)
		return -1;
	if (fs_write_full(fd, line.p, line.len) == line.len)
		return 0;
	saved = errno;
	(void)!ftruncate(fd, st.st_size);
	errno = saved;
	return -1;
}

static bool
has_room(int fd, size_t bytes)
{
	struct stat st;

	return fstat(fd, &st) == 0 &&
	    (st.st_size == 0 || st.st_size + (off_t)bytes <= TRACE_FILE_MAX);
}

static int
add(int dirfd, const char *label, struct slice line)
{
	int fd = open_file(dirfd, label), rc, saved;

	if (fd < 0)
		return -1;
	if (!has_room(fd, line.len)) {
		close(fd);
		if (make_way(dirfd, label) != 0)
			return -1;
		fd = open_file(dirfd, label);
		if (fd < 0)
			return -1;
	}
	rc = append(fd, line);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

int
trace_file_add(int state_dirfd, const char *console, const char *label,
    struct slice line)
{
	int dirfd = open_folder(state_dirfd, console), rc, saved;

	if (dirfd < 0)
		return -1;
	rc = add(dirfd, label, line);
	saved = errno;
	close(dirfd);
	errno = saved;
	return rc;
}

/* The label of a file's name; empty when it is none of ours. */
static struct slice
label_of(const char *name)
{
	if (strncmp(name, PREFIX, sizeof(PREFIX) - 1) != 0)
		return SLICE("");
	name += sizeof(PREFIX) - 1;
	return (struct slice){ name, strcspn(name, ".") };
}

/* Call fn for each name in a folder, which is closed then. */
static void
each_name(int dirfd, void (*fn)(void *cookie, int dirfd, const char *name),
    void *cookie)
{
	DIR *dir = dirfd < 0 ? NULL : fdopendir(dirfd);
	const struct dirent *entry;

	if (dir == NULL) {
		if (dirfd >= 0)
			close(dirfd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			fn(cookie, dirfd, entry->d_name);
	closedir(dir);
}

struct tidy {
	trace_file_wanted *wanted;
	const void *cookie;
	const char *console;
};

static void
tidy_file(void *cookie, int dirfd, const char *name)
{
	const struct tidy *t = cookie;
	struct slice label = label_of(name);

	if (label.len > 0 && !t->wanted(t->cookie, t->console, label))
		unlinkat(dirfd, name, 0);
}

static int
open_below(int dirfd, const char *name)
{
	return openat(dirfd, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A folder goes when nothing is left in it. */
static void
tidy_console(void *cookie, int dirfd, const char *name)
{
	struct tidy *t = cookie;

	t->console = name;
	each_name(open_below(dirfd, name), tidy_file, t);
	unlinkat(dirfd, name, AT_REMOVEDIR);
}

void
trace_file_tidy(int state_dirfd, trace_file_wanted *wanted,
    const void *cookie)
{
	struct tidy t = { .wanted = wanted, .cookie = cookie };

	each_name(open_below(state_dirfd, FOLDER), tidy_console, &t);
	unlinkat(state_dirfd, FOLDER, AT_REMOVEDIR);
}
