#include "config.h"

#include "spool/usage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "collector/base/clock.h"
#include "collector/base/xalloc.h"
#include "spool/segment.h"

/* File systems tell times in ticks, and two changes can have the same: only
 * what is older than this is surely not changed once more. */
#define SETTLE_US 2000000

struct measuring {
	struct usage now;
	const struct usage *before;
	int dirfd;
};

/* Count the segments in a folder.  0, or -1 with errno. */
static int
sum_folder(int dirfd, const char *folder, const char *dataset,
    struct usage_folder *f)
{
	struct segment_list l = { 0 };
	int r = segment_list_add(&l, dirfd, folder, dataset);
	struct stat sb;

	for (size_t i = 0; r == 0 && i < l.n; i++) {
		/* It may have been pruned meanwhile. */
		if (fstatat(dirfd, l.files[i].path, &sb, 0) != 0)
			continue;
		f->files++;
		f->bytes += sb.st_size;
	}
	segment_list_fini(&l);
	return r;
}

static bool
is_unchanged(const struct usage_folder *f, const struct timespec *changed)
{
	return f->settled && f->changed.tv_sec == changed->tv_sec &&
	    f->changed.tv_nsec == changed->tv_nsec;
}

static int
measure_folder(int dirfd, const char *folder, const char *dataset,
    const struct usage_folder *before, struct usage_folder *now)
{
	int64_t changed_us;
	struct stat sb;

	*now = (struct usage_folder){ .settled = false };
	if (fstatat(dirfd, folder, &sb, 0) != 0)
		return errno == ENOENT ? 0 : -1;
	if (before != NULL && is_unchanged(before, &sb.st_ctim)) {
		*now = *before;
		return 0;
	}
	changed_us = (int64_t)sb.st_ctim.tv_sec * 1000000 +
	    sb.st_ctim.tv_nsec / 1000;
	now->changed = sb.st_ctim;
	now->settled = clock_wall_us() - changed_us > SETTLE_US;
	return sum_folder(dirfd, folder, dataset, now);
}

static int
compare(const struct usage_stream *s, const char *console, const char *dataset)
{
	int cmp = strcmp(s->console, console);

	return cmp != 0 ? cmp : strcmp(s->dataset, dataset);
}

/* The place of a stream: the first that is not less. */
static size_t
find(const struct usage *u, const char *console, const char *dataset)
{
	size_t lo = 0, hi = u->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (compare(&u->streams[mid], console, dataset) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct usage_stream *
stream_of(const struct usage *u, const char *console, const char *dataset)
{
	size_t i = find(u, console, dataset);

	return i < u->n && compare(&u->streams[i], console, dataset) == 0 ?
	    &u->streams[i] : NULL;
}

const struct usage_stream *
usage_find(const struct usage *u, const char *console, const char *dataset)
{
	return stream_of(u, console, dataset);
}

/* They come in order. */
static struct usage_stream *
push(struct usage *u, const char *console, const char *dataset)
{
	if (u->n == u->room) {
		u->room = u->room == 0 ? 16 : u->room * 2;
		u->streams = xreallocarray(u->streams, u->room,
		    sizeof(*u->streams));
	}
	u->streams[u->n] = (struct usage_stream){
		.console = xstrdup(console),
		.dataset = xstrdup(dataset),
	};
	return &u->streams[u->n++];
}

static int
measure_stream(void *cookie, const char *console, const char *dataset)
{
	struct measuring *m = cookie;
	const struct usage_stream *old = stream_of(m->before, console, dataset);
	struct usage_stream *s = push(&m->now, console, dataset);
	char *folder = xasprintf("%s/%s", console, dataset);
	char *archive = xasprintf("%s/archive/%s", console, dataset);
	int r, saved;

	r = measure_folder(m->dirfd, folder, dataset,
	    old != NULL ? &old->plain : NULL, &s->plain);
	if (r == 0)
		r = measure_folder(m->dirfd, archive, dataset,
		    old != NULL ? &old->archive : NULL, &s->archive);
	saved = errno;
	free(folder);
	free(archive);
	errno = saved;
	m->now.unshipped += s->plain.bytes;
	m->now.archived += s->archive.bytes;
	return r;
}

int
usage_measure(struct usage *u, int spool_dirfd)
{
	struct measuring m = { .before = u, .dirfd = spool_dirfd };
	struct statvfs fs;
	int saved;

	if (fstatvfs(spool_dirfd, &fs) == 0 &&
	    segment_each_stream(spool_dirfd, measure_stream, &m) == 0) {
		m.now.free = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
		usage_fini(u);
		*u = m.now;
		return 0;
	}
	saved = errno;
	usage_fini(&m.now);
	errno = saved;
	return -1;
}

void
usage_fini(struct usage *u)
{
	for (size_t i = 0; i < u->n; i++) {
		free(u->streams[i].console);
		free(u->streams[i].dataset);
	}
	free(u->streams);
	*u = (struct usage){ 0 };
}

int64_t
usage_of(const struct usage *u, const char *console)
{
	int64_t sum = 0;

	for (size_t i = find(u, console, ""); i < u->n &&
	    strcmp(u->streams[i].console, console) == 0; i++)
		sum += u->streams[i].plain.bytes;
	return sum;
}

void
usage_add(struct usage *u, const char *console, const char *dataset,
    int64_t bytes)
{
	struct usage_stream *s = stream_of(u, console, dataset);

	if (s != NULL)
		s->plain.bytes += bytes;
	u->unshipped += bytes;
	u->free -= bytes < u->free ? bytes : u->free;
}
