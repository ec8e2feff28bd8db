/*
 * Preloaded into the program that is tested: one call of the C library fails
 * at one call site.  A site is the call, the libraries that it was made through
 * if any, with the first one's return address, and the innermost return addresses
 * in the program itself:
 *
 *     write 6c1e4 6b120 61d3a
 *     malloc libc.so.6+9e9aa libcurl.so.4 3a8b0 3a911
 *
 * OpenSSL and libcurl have the program's allocator, which hands out small
 * pieces of large ones.  So what fails is the mapping that this one makes for a
 * piece that it does not have, wherever they ask for one; OpenSSL tells where:
 *
 *     openssl ../crypto/asn1/tasn_new.c:119
 *     libcurl libcurl.so.4+3a8b0 6c1e4 6b120 61d3a
 *
 *   SITE_LIST    file to which each site is appended when it is first met
 *   SITE_CALLS   with that: "system" (default), "memory", "openssl", "libcurl"
 *   SITE_FAIL    the site that fails, as it was listed
 *   SITE_NTH     the first of its calls to fail, from 1 (default 1)
 *   SITE_COUNT   how many fail in a row, 0: all from there on (default 1)
 *   SITE_ERRNO   how (default EIO)
 *   SITE_SHORT   write: so many bytes are written, and the next one to that
 *                file fails; read: no more than so many bytes come
 *   SITE_HIT     file that is made when it failed
 */
#include "config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/faults/errno_name.h"
#include "tests/faults/site.h"

#define FRAMES_MAX 64
#define MODULES_MAX 64
#define SITES_MAX 65536 /* a power of two */
#define DEPTH 3 /* frames of the program */
#define SITE_LEN 200
/* What the C library's own names are behind ours. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static struct {
	int list_fd;
	enum kind lists;
	const char *fail, *hit;
	uintptr_t low_bits; /* of its innermost return address */
	unsigned long nth, count;
	int error;
	size_t short_bytes;
} how = { .list_fd = -1 };

struct module {
	uintptr_t base, end;
	const char *name; /* "" for the program */
};

static struct module modules[MODULES_MAX];
static size_t n_modules;
static uint64_t met[SITES_MAX]; /* hashes, open addressing */
static unsigned long seen;
static int fail_next_fd = -1;
__thread bool site_fail_mmap __attribute__((tls_model("initial-exec")));
static bool ready;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
/* What is called from in here is none of the program's. */
static __thread bool inside __attribute__((tls_model("initial-exec")));

static int
add_module(struct dl_phdr_info *info, size_t size, void *cookie)
{
	struct module *m = &modules[n_modules];
	const char *slash = strrchr(info->dlpi_name, '/');

	(void)size;
	(void)cookie;
	if (n_modules == MODULES_MAX)
		return 1;
	*m = (struct module){ .base = info->dlpi_addr,
		.name = slash != NULL ? slash + 1 : info->dlpi_name };
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uintptr_t end = info->dlpi_addr + ph->p_vaddr + ph->p_memsz;

		if (ph->p_type == PT_LOAD && end > m->end)
			m->end = end;
	}
	n_modules++;
	return 0;
}

static const struct module *
find_module(uintptr_t at)
{
	for (int turn = 0; turn < 2; turn++) {
		for (size_t i = 0; i < n_modules; i++)
			if (at >= modules[i].base && at < modules[i].end)
				return &modules[i];
		/* Libraries come while the program runs. */
		n_modules = 0;
		dl_iterate_phdr(add_module, NULL);
	}
	return NULL;
}

/* The site of a call that returns to `from`, as text. */
static void
describe(const char *call, void *from, char site[SITE_LEN])
{
	void *frame[FRAMES_MAX];
	int n = backtrace(frame, FRAMES_MAX), i = 0, depth = 0;
	size_t len = (size_t)snprintf(site, SITE_LEN, "%s", call);
	const struct module *last = NULL;

	while (i < n && frame[i] != from)
		i++;
	for (; i < n && depth < DEPTH && len < SITE_LEN; i++) {
		const struct module *m = find_module((uintptr_t)frame[i]);
		bool in_program = m != NULL && m->name[0] == '\0';

		if (m == NULL || (!in_program && (depth > 0 || m == last)))
			continue;
		len += (size_t)snprintf(site + len, SITE_LEN - len, " %s",
		    m->name);
		if ((in_program || last == NULL) && len < SITE_LEN)
			len += (size_t)snprintf(site + len, SITE_LEN - len,
			    "%s%lx", in_program ? "" : "+",
			    (unsigned long)((uintptr_t)frame[i] - m->base));
		depth += in_program;
		last = m;
	}
}

/* False when it was met before. */
static bool
is_new(const char *site)
{
	uint64_t hash = 14695981039346656037u;
	size_t at;

	for (const char *p = site; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 1099511628211u;
	for (at = hash % SITES_MAX; met[at] != 0; at = (at + 1) % SITES_MAX)
		if (met[at] == hash)
			return false;
	met[at] = hash;
	return true;
}

static void
list(char site[SITE_LEN + 1])
{
	size_t n = strlen(site);

	if (!is_new(site))
		return;
	site[n++] = '\n';
	syscall(SYS_write, how.list_fd, site, n);
}

/* To describe each call would cost too much. */
static bool
may_be_the_one(const char *call, void *from)
{
	size_t n = strlen(call);

	return ((uintptr_t)from & 0xfff) == how.low_bits &&
	    strncmp(how.fail, call, n) == 0 && how.fail[n] == ' ';
}

static bool
is_the_one(const char *site)
{
	if (strcmp(site, how.fail) != 0 || ++seen < how.nth ||
	    (how.count > 0 && seen - how.nth >= how.count))
		return false;
	if (how.hit != NULL)
		close((int)syscall(SYS_openat, AT_FDCWD, how.hit,
		    O_WRONLY | O_CREAT, 0600));
	return true;
}

bool
site_is_due(const char *call, void *from, enum kind kind)
{
	int saved = errno;
	bool due = false;
	char site[SITE_LEN + 1];

	if (!ready || inside)
		return false;
	inside = true;
	pthread_mutex_lock(&mutex);
	if (how.list_fd >= 0 && kind == how.lists) {
		describe(call, from, site);
		list(site);
	} else if (how.fail != NULL && may_be_the_one(call, from)) {
		describe(call, from, site);
		due = is_the_one(site);
	}
	pthread_mutex_unlock(&mutex);
	inside = false;
	errno = due ? how.error : saved;
	return due;
}

bool
site_is_due_at(const char *file, int line)
{
	char site[SITE_LEN + 1];
	bool due = false;

	snprintf(site, sizeof(site) - 1, "openssl %s:%d", file, line);
	pthread_mutex_lock(&mutex);
	if (how.list_fd >= 0 && how.lists == OPENSSL)
		list(site);
	else if (how.fail != NULL)
		due = is_the_one(site);
	pthread_mutex_unlock(&mutex);
	return due;
}

void *
site_next(const char *name)
{
	bool was_inside = inside;
	void *fn;

	inside = true;
	fn = dlsym(RTLD_NEXT, name);
	inside = was_inside;
	if (fn == NULL)
		abort();
	return fn;
}

#define CALL(type, failed, name, params, ...) \
	type name params \
	{ \
		NEXT(name); \
		return site_is_due(#name, HERE, SYSTEM) ? (failed) : \
		    next(__VA_ARGS__); \
	}

CALL(int, -1, fdatasync, (int fd), fd)
CALL(int, -1, fsync, (int fd), fd)
CALL(int, -1, renameat, (int d, const char *a, int e, const char *b),
    d, a, e, b)
CALL(int, -1, linkat, (int d, const char *a, int e, const char *b, int f),
    d, a, e, b, f)
CALL(int, -1, unlinkat, (int d, const char *name, int f), d, name, f)
CALL(int, -1, unlink, (const char *name), name)
CALL(int, -1, mkdirat, (int d, const char *name, mode_t mode), d, name, mode)
CALL(int, -1, fallocate, (int fd, int mode, off_t at, off_t n),
    fd, mode, at, n)
CALL(int, -1, ftruncate, (int fd, off_t n), fd, n)
CALL(int, -1, fchmod, (int fd, mode_t mode), fd, mode)
CALL(int, -1, futimens, (int fd, const struct timespec t[2]), fd, t)
CALL(int, -1, fstat, (int fd, struct stat *sb), fd, sb)
CALL(int, -1, stat, (const char *name, struct stat *sb), name, sb)
CALL(int, -1, fstatat, (int d, const char *name, struct stat *sb, int f),
    d, name, sb, f)
CALL(int, -1, fstatvfs, (int fd, struct statvfs *sb), fd, sb)
CALL(int, -1, faccessat, (int d, const char *name, int mode, int f),
    d, name, mode, f)
CALL(off_t, -1, lseek, (int fd, off_t at, int whence), fd, at, whence)
CALL(int, -1, flock, (int fd, int what), fd, what)
CALL(ssize_t, -1, pread, (int fd, void *p, size_t n, off_t at), fd, p, n, at)
CALL(ssize_t, -1, readlink, (const char *name, char *p, size_t n), name, p, n)
CALL(ssize_t, -1, getrandom, (void *p, size_t n, unsigned f), p, n, f)
CALL(int, -1, signalfd, (int fd, const sigset_t *set, int f), fd, set, f)
CALL(DIR *, NULL, opendir, (const char *name), name)
CALL(DIR *, NULL, fdopendir, (int fd), fd)
CALL(struct dirent *, NULL, readdir, (DIR *d), d)
CALL(FILE *, NULL, fopen, (const char *name, const char *mode), name, mode)
CALL(char *, NULL, fgets, (char *p, int n, FILE *f), p, n, f)
CALL(int, -1, socket, (int domain, int type, int p), domain, type, p)
CALL(int, -1, connect, (int fd, const struct sockaddr *a, socklen_t n),
    fd, a, n)
CALL(ssize_t, -1, send, (int fd, const void *p, size_t n, int f), fd, p, n, f)
CALL(ssize_t, -1, recv, (int fd, void *p, size_t n, int f), fd, p, n, f)
CALL(int, -1, poll, (struct pollfd *fds, nfds_t n, int ms), fds, n, ms)

ssize_t
write(int fd, const void *p, size_t n)
{
	NEXT(write);

	if (fail_next_fd >= 0 && fd == fail_next_fd) {
		fail_next_fd = -1;
		errno = how.error;
		return -1;
	}
	if (!site_is_due("write", HERE, SYSTEM))
		return next(fd, p, n);
	if (how.short_bytes == 0 || how.short_bytes >= n)
		return -1;
	fail_next_fd = fd;
	return next(fd, p, how.short_bytes);
}

ssize_t
read(int fd, void *p, size_t n)
{
	NEXT(read);

	if (!site_is_due("read", HERE, SYSTEM))
		return next(fd, p, n);
	if (how.short_bytes == 0)
		return -1;
	return next(fd, p, n < how.short_bytes ? n : how.short_bytes);
}

int
openat(int dirfd, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;
	NEXT(openat);

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return site_is_due("openat", HERE, SYSTEM) ? -1 :
	    next(dirfd, name, flags, mode);
}

int
open(const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;
	NEXT(open);

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return site_is_due("open", HERE, SYSTEM) ? -1 : next(name, flags, mode);
}

void *
malloc(size_t n)
{
	return site_is_due("malloc", HERE, MEMORY) ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return site_is_due("calloc", HERE, MEMORY) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return site_is_due("realloc", HERE, MEMORY) ? NULL : __libc_realloc(p, n);
}

void *
mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset)
{
	NEXT(mmap);

	if (site_fail_mmap) {
		site_fail_mmap = false;
		errno = how.error;
		return MAP_FAILED;
	}
	return site_is_due("mmap", HERE, MEMORY) ? MAP_FAILED :
	    next(at, n, prot, flags, fd, offset);
}

static enum kind
kind_of(const char *name)
{
	static const char *const names[] = { "system", "memory", "openssl",
		"libcurl" };
	enum kind kind = SYSTEM;

	while (name != NULL && strcmp(names[kind], name) != 0)
		if (++kind > LIBCURL)
			abort();
	return kind;
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
	const char *file = getenv("SITE_LIST");
	const char *error = getenv("SITE_ERRNO");
	void *frame[2];

	how.fail = getenv("SITE_FAIL");
	how.hit = getenv("SITE_HIT");
	how.nth = env_number("SITE_NTH", 1);
	how.count = env_number("SITE_COUNT", 1);
	how.error = error != NULL ? errno_of_name(error) : EIO;
	how.short_bytes = env_number("SITE_SHORT", 0);
	how.lists = kind_of(getenv("SITE_CALLS"));
	if (how.fail != NULL) {
		const char *first = strchr(how.fail, ' ');
		const char *plus = strrchr(how.fail, '+');

		how.low_bits = strtoul(plus != NULL ? plus + 1 : first + 1,
		    NULL, 16) & 0xfff;
	}
	/* The unwinder is loaded at its first use. */
	backtrace(frame, 2);
	if (file != NULL)
		how.list_fd = (int)syscall(SYS_openat, AT_FDCWD, file,
		    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	ready = true;
}
