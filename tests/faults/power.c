#include "config.h"

#include "tests/faults/power.h"

#include <dlfcn.h>
#include <err.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/faults/fault.h"

#define FILES_MAX 200
#define PATH_LEN 400

/* One file that may lose something. */
struct file {
	char path[PATH_LEN];
	char old[PATH_LEN]; /* what its name stood for before, "" if nothing */
	long long synced; /* bytes */
	int named; /* its name is safe */
};

static struct file files[FILES_MAX];
static size_t n_files;
static char memory_path[PATH_LEN];
static unsigned short seed_state[3];
static bool cuts;

/* The path that fd is open on, and "/name" unless NULL. */
static void
path_of(int fd, const char *name, char path[PATH_LEN])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_LEN / 2);
	if (n < 0)
		err(99, "%s", link);
	path[n] = '\0';
	if (name != NULL)
		snprintf(path + n, PATH_LEN / 2, "/%s", name);
}

static struct file *
find(const char *path)
{
	for (size_t i = 0; i < n_files; i++)
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	return NULL;
}

static void
forget(struct file *f)
{
	if (f == NULL)
		return;
	if (f->old[0] != '\0')
		unlink(f->old);
	*f = files[--n_files];
}

static void
made(const char *path)
{
	if (n_files == FILES_MAX)
		errx(99, "too many files to watch");
	files[n_files] = (struct file){ .named = 0 };
	snprintf(files[n_files++].path, PATH_LEN, "%s", path);
}

/* Only the new name may be lost: the bytes are there under another one. */
static void
linked(const char *path)
{
	struct stat sb;

	if (stat(path, &sb) == 0)
		files[n_files - 1].synced = sb.st_size;
}

/* The old content of a name has to be there in case the rename is undone. */
static void
renamed(const char *from, const char *to)
{
	struct file *f;
	char old[PATH_LEN];

	forget(find(to));
	f = find(from);
	if (f == NULL)
		return;
	snprintf(old, sizeof(old), "%.390s.old", to);
	unlink(old);
	if (link(to, old) == 0)
		memcpy(f->old, old, sizeof(old));
	snprintf(f->path, PATH_LEN, "%s", to);
	f->named = 0;
}

static void
synced(int fd, const char *path)
{
	size_t n = strlen(path);
	struct file *f = find(path);
	struct stat sb;

	if (f != NULL && fstat(fd, &sb) == 0)
		f->synced = sb.st_size;
	for (size_t i = 0; i < n_files; i++) {
		f = &files[i];
		/* Names directly in the folder, if it is one. */
		if (strncmp(f->path, path, n) != 0 || f->path[n] != '/' ||
		    strchr(f->path + n + 1, '/') != NULL)
			continue;
		f->named = 1;
		if (f->old[0] != '\0')
			unlink(f->old);
		f->old[0] = '\0';
	}
}

static void
watch(const char *call, int fd, const char *from, const char *name)
{
	char path[PATH_LEN], from_path[PATH_LEN];

	if (strcmp(call, "openat") == 0) {
		path_of(fd, NULL, path);
		made(path);
	} else if (strcmp(call, "linkat") == 0) {
		path_of(fd, name, path);
		made(path);
		linked(path);
	} else if (strcmp(call, "renameat") == 0) {
		path_of(fd, from, from_path);
		path_of(fd, name, path);
		renamed(from_path, path);
	} else if (strcmp(call, "unlinkat") == 0) {
		path_of(fd, name, path);
		forget(find(path));
	} else {
		path_of(fd, NULL, path);
		synced(fd, path);
	}
}

/* Lose the end of a file, or find zeros in it. */
static void
lose_bytes(const struct file *f, long long size)
{
	static const char zeros[64];
	long long keep = f->synced + nrand48(seed_state) % (size - f->synced +
	    1);
	FILE *file;

	if (truncate(f->path, keep) < 0)
		err(99, "%s", f->path);
	if (nrand48(seed_state) % 2 == 0 || keep == size)
		return;
	file = fopen(f->path, "ae");
	if (file == NULL)
		err(99, "%s", f->path);
	fwrite(zeros, 1, (size_t)(size - keep < 64 ? size - keep : 64), file);
	fclose(file);
}

static void
lose_name(const struct file *f)
{
	if (f->old[0] == '\0')
		unlink(f->path);
	else if (rename(f->old, f->path) < 0)
		err(99, "%s", f->path);
}

void
power_cut(void)
{
	struct stat sb;

	fault_watch(NULL);
	for (size_t i = 0; i < n_files; i++) {
		const struct file *f = &files[i];

		if (stat(f->path, &sb) < 0)
			continue;
		if (!f->named && nrand48(seed_state) % 2 == 0)
			lose_name(f);
		else if (sb.st_size > f->synced)
			lose_bytes(f, sb.st_size);
		if (f->old[0] != '\0')
			unlink(f->old);
	}
	n_files = 0;
	unlink(memory_path);
}

void
power_save(void)
{
	FILE *file = fopen(memory_path, "we");

	if (file == NULL || fwrite(files, sizeof(files[0]), n_files, file) <
	    n_files || fclose(file) != 0)
		err(99, "%s", memory_path);
}

void
power_watch(const char *memory, bool cut, unsigned seed)
{
	FILE *file;

	snprintf(memory_path, sizeof(memory_path), "%s", memory);
	n_files = 0;
	file = fopen(memory_path, "re");
	if (file != NULL) {
		n_files = fread(files, sizeof(files[0]), FILES_MAX, file);
		fclose(file);
	}
	cuts = cut;
	seed_state[0] = (unsigned short)seed;
	seed_state[1] = 1;
	seed_state[2] = 2;
	fault_watch(watch);
}

/* Hides the C library's: death at a crash point comes through here. */
int
kill(pid_t pid, int sig)
{
	int (*next)(pid_t, int);

	*(void **)&next = dlsym(RTLD_NEXT, "kill");
	if (memory_path[0] != '\0' && pid == getpid() && sig == SIGKILL) {
		if (cuts)
			power_cut();
		else
			power_save();
	}
	return next(pid, sig);
}
