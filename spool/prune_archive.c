/*
 * The archives: what is too old goes, then the oldest of what is too much.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/crashpoint.h"
#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/prune_internal.h"

int
prune_sync_folder(const struct prune *p, const char *folder)
{
	int fd = fs_open_dir(p->dirfd, folder), r, saved;

	if (fd < 0)
		return -1;
	r = fs_sync_dir(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return r;
}

bool
prune_is_packed(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && strcmp(path + n - 3, ".gz") == 0;
}

/* An archived segment. */
struct archived {
	char *path;
	int64_t birth_us;
	int64_t archived_ms;
	int64_t bytes;
};

struct archives {
	struct prune *p;
	struct archived *files;
	size_t n, room;
	int64_t bytes;
};

static void
push(struct archives *a, const struct segment_file *f)
{
	struct stat sb;

	if (fstatat(a->p->dirfd, f->path, &sb, 0) != 0) {
		prune_failed(a->p, f->path, "look at it");
		return;
	}
	if (a->n == a->room) {
		a->room = a->room == 0 ? 64 : a->room * 2;
		a->files = xreallocarray(a->files, a->room,
		    sizeof(*a->files));
	}
	/* Renamed or linked to this name: its status changed then. */
	a->files[a->n++] = (struct archived){ xstrdup(f->path), f->birth_us,
		(int64_t)sb.st_ctime * 1000, sb.st_size };
	a->bytes += sb.st_size;
}

static int
add_stream(void *cookie, const char *console, const char *dataset)
{
	struct archives *a = cookie;
	char *folder = xasprintf("%s/archive/%s", console, dataset);
	struct segment_list l = { 0 };

	if (segment_list_add(&l, a->p->dirfd, folder, dataset) != 0)
		prune_failed(a->p, folder, "look into it");
	for (size_t i = 0; i < l.n; i++)
		push(a, &l.files[i]);
	segment_list_fini(&l);
	free(folder);
	return 0;
}

static int
older(const void *x, const void *y)
{
	const struct archived *a = x, *b = y;

	return (a->birth_us > b->birth_us) - (a->birth_us < b->birth_us);
}

static bool
is_too_old(const struct archives *a, const struct archived *f)
{
	int64_t max = a->p->opt->archive_max_age_ms;

	return max > 0 && a->p->now_ms - f->archived_ms > max;
}

static bool
is_too_much(const struct archives *a)
{
	int64_t max = a->p->opt->archive_max_bytes;

	return max > 0 && a->bytes > max;
}

static void
remove_archive(struct archives *a, const struct archived *f, const char *why)
{
	if (!a->p->opt->dry_run && unlinkat(a->p->dirfd, f->path, 0) != 0) {
		prune_failed(a->p, f->path, "remove it");
		return;
	}
	crash_point("archive_removed");
	a->bytes -= f->bytes;
	a->p->counts.removed++;
	a->p->counts.removed_bytes += (uint64_t)f->bytes;
	prune_say(a->p, PRUNE_INFO, f->path, "removed: %s", why);
}

void
prune_archives(struct prune *p)
{
	struct archives a = { .p = p };

	if (segment_each_stream(p->dirfd, add_stream, &a) != 0)
		prune_failed(p, ".", "look into it");
	if (a.n > 0)
		qsort(a.files, a.n, sizeof(*a.files), older);
	for (size_t i = 0; i < a.n; i++) {
		if (is_too_old(&a, &a.files[i]))
			remove_archive(&a, &a.files[i], "older than "
			    "archive.max_age");
		else if (is_too_much(&a))
			remove_archive(&a, &a.files[i], "the archives are "
			    "larger than archive.max_size");
		free(a.files[i].path);
	}
	free(a.files);
}
