#include "config.h"

#include "tests/faults/fault.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/faults/errno_name.h"

static struct fault fault;
static unsigned seen, hits;
static bool fail_next_write;
static void (*watcher)(const char *, int, const char *, const char *);

void
fault_set(const struct fault *f)
{
	fault = f != NULL ? *f : (struct fault){ 0 };
	if (fault.nth == 0)
		fault.nth = 1;
	seen = hits = 0;
	fail_next_write = false;
}

unsigned
fault_hits(void)
{
	return hits;
}

void
fault_watch(void (*fn)(const char *call, int fd, const char *from,
    const char *name))
{
	watcher = fn;
}

static void
tell(const char *call, int fd, const char *from, const char *name)
{
	int saved = errno;

	if (watcher != NULL)
		watcher(call, fd, from, name);
	errno = saved;
}

/* Our names hide the C library's; this finds those. */
static void *
real(const char *name)
{
	void *fn = dlsym(RTLD_NEXT, name);

	if (fn == NULL)
		abort();
	return fn;
}

/* Does "what fd is open on" + "/" + name hold the wanted text? */
static bool
is_wanted(int fd, const char *name)
{
	char link[64], path[8192];
	ssize_t n = -1;

	if (fault.path == NULL)
		return true;
	if (fd >= 0) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof(path) / 2);
	}
	snprintf(path + (n > 0 ? n : 0), sizeof(path) / 2, "/%s", name);
	return strstr(path, fault.path) != NULL;
}

/* Count a call; true when it is one of those to fail. */
static bool
is_due(const char *call, int fd, const char *name)
{
	int saved = errno;
	bool wanted;

	if (fault.call == NULL || strcmp(fault.call, call) != 0)
		return false;
	wanted = is_wanted(fd, name);
	errno = saved;
	if (!wanted || ++seen < fault.nth)
		return false;
	if (fault.count > 0 && seen - fault.nth >= fault.count)
		return false;
	hits++;
	return true;
}

static int
fail(void)
{
	errno = fault.error;
	return -1;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	ssize_t (*next)(int, const void *, size_t);

	*(void **)&next = real("write");
	if (fail_next_write) {
		fail_next_write = false;
		return fail();
	}
	if (!is_due("write", fd, ""))
		return next(fd, p, n);
	if (fault.short_bytes == 0 || fault.short_bytes >= n)
		return fail();
	fail_next_write = true;
	return next(fd, p, fault.short_bytes);
}

int
fdatasync(int fd)
{
	int (*next)(int);

	*(void **)&next = real("fdatasync");
	if (is_due("fdatasync", fd, ""))
		return fail();
	if (next(fd) < 0)
		return -1;
	tell("fdatasync", fd, NULL, NULL);
	return 0;
}

int
fsync(int fd)
{
	int (*next)(int);

	*(void **)&next = real("fsync");
	if (is_due("fsync", fd, ""))
		return fail();
	if (next(fd) < 0)
		return -1;
	tell("fsync", fd, NULL, NULL);
	return 0;
}

int
renameat(int fromfd, const char *from, int tofd, const char *to)
{
	int (*next)(int, const char *, int, const char *);

	*(void **)&next = real("renameat");
	if (is_due("renameat", tofd, to))
		return fail();
	tell("renameat", tofd, from, to);
	return next(fromfd, from, tofd, to);
}

int
linkat(int fromfd, const char *from, int tofd, const char *to, int flags)
{
	int (*next)(int, const char *, int, const char *, int);

	*(void **)&next = real("linkat");
	if (is_due("linkat", tofd, to))
		return fail();
	if (next(fromfd, from, tofd, to, flags) < 0)
		return -1;
	tell("linkat", tofd, NULL, to);
	return 0;
}

int
unlinkat(int dirfd, const char *name, int flags)
{
	int (*next)(int, const char *, int);

	*(void **)&next = real("unlinkat");
	if (is_due("unlinkat", dirfd, name))
		return fail();
	tell("unlinkat", dirfd, NULL, name);
	return next(dirfd, name, flags);
}

int
openat(int dirfd, const char *name, int flags, ...)
{
	int (*next)(int, const char *, int, ...);
	mode_t mode = 0;
	va_list ap;
	int fd;

	*(void **)&next = real("openat");
	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if (is_due("openat", dirfd, name))
		return fail();
	fd = next(dirfd, name, flags, mode);
	if (fd >= 0 && (flags & O_EXCL))
		tell("openat", fd, NULL, name);
	return fd;
}

int
fallocate(int fd, int mode, off_t offset, off_t len)
{
	int (*next)(int, int, off_t, off_t);

	*(void **)&next = real("fallocate");
	return is_due("fallocate", fd, "") ? fail() :
	    next(fd, mode, offset, len);
}

struct dirent *
readdir(DIR *dir)
{
	struct dirent *(*next)(DIR *);

	*(void **)&next = real("readdir");
	if (!is_due("readdir", dirfd(dir), ""))
		return next(dir);
	fail();
	return NULL;
}

static unsigned long
env_number(const char *name, unsigned long otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? strtoul(s, NULL, 10) : otherwise;
}

static void __attribute__((constructor))
set_from_environment(void)
{
	const char *error = getenv("FAULT_ERRNO");
	const struct fault f = {
		.call = getenv("FAULT_CALL"),
		.path = getenv("FAULT_PATH"),
		.nth = (unsigned)env_number("FAULT_NTH", 1),
		.count = (unsigned)env_number("FAULT_COUNT", 1),
		.error = error != NULL ? errno_of_name(error) : EIO,
		.short_bytes = env_number("FAULT_SHORT", 0),
	};

	if (f.call != NULL)
		fault_set(&f);
}
