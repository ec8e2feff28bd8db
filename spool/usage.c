#include "config.h"

#include "spool/usage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "collector/base/xalloc.h"
#include "spool/segment.h"

struct measuring {
	struct usage *u;
	int dirfd;
};

/* The bytes of the segments in a folder; -1 with errno. */
static int64_t
sum_folder(int dirfd, const char *folder, const char *dataset)
{
	struct segment_list l = { 0 };
	int64_t sum = 0;
	struct stat sb;

	if (segment_list_add(&l, dirfd, folder, dataset) != 0)
		sum = -1;
	for (size_t i = 0; sum >= 0 && i < l.n; i++)
		/* It may have been pruned meanwhile. */
		if (fstatat(dirfd, l.files[i].path, &sb, 0) == 0)
			sum += sb.st_size;
	segment_list_fini(&l);
	return sum;
}

/* The entry of a console; they come one after another. */
static struct usage_console *
entry_of(struct usage *u, const char *console)
{
	if (u->n > 0 && strcmp(u->consoles[u->n - 1].name, console) == 0)
		return &u->consoles[u->n - 1];
	u->consoles = xreallocarray(u->consoles, u->n + 1,
	    sizeof(*u->consoles));
	u->consoles[u->n] = (struct usage_console){ xstrdup(console), 0 };
	return &u->consoles[u->n++];
}

static int
add_stream(void *cookie, const char *console, const char *dataset)
{
	struct measuring *m = cookie;
	char *folder = xasprintf("%s/%s", console, dataset);
	char *archive = xasprintf("%s/archive/%s", console, dataset);
	int64_t unshipped = sum_folder(m->dirfd, folder, dataset);
	int64_t archived = sum_folder(m->dirfd, archive, dataset);
	int saved = errno;

	free(folder);
	free(archive);
	errno = saved;
	if (unshipped < 0 || archived < 0)
		return -1;
	entry_of(m->u, console)->unshipped += unshipped;
	m->u->unshipped += unshipped;
	m->u->archived += archived;
	return 0;
}

int
usage_measure(struct usage *u, int spool_dirfd)
{
	struct measuring m = { u, spool_dirfd };
	struct statvfs fs;
	int saved;

	*u = (struct usage){ 0 };
	if (fstatvfs(spool_dirfd, &fs) == 0) {
		u->free = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
		if (segment_each_stream(spool_dirfd, add_stream, &m) == 0)
			return 0;
	}
	saved = errno;
	usage_fini(u);
	errno = saved;
	return -1;
}

void
usage_fini(struct usage *u)
{
	for (size_t i = 0; i < u->n; i++)
		free(u->consoles[i].name);
	free(u->consoles);
	*u = (struct usage){ 0 };
}

static int
compare(const void *key, const void *entry)
{
	return strcmp(key, ((const struct usage_console *)entry)->name);
}

static struct usage_console *
find(const struct usage *u, const char *console)
{
	return u->n == 0 ? NULL : bsearch(console, u->consoles, u->n,
	    sizeof(*u->consoles), compare);
}

int64_t
usage_of(const struct usage *u, const char *console)
{
	const struct usage_console *c = find(u, console);

	return c == NULL ? 0 : c->unshipped;
}

void
usage_add(struct usage *u, const char *console, int64_t bytes)
{
	struct usage_console *c = find(u, console);

	if (c != NULL)
		c->unshipped += bytes;
	u->unshipped += bytes;
	u->free -= bytes < u->free ? bytes : u->free;
}
