#include "config.h"

#include "spool/archives.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/crashpoint.h"
#include "collector/base/xalloc.h"
#include "spool/segment.h"

/* An archived segment. */
struct archived {
	char *path;
	int64_t birth_us;
	int64_t archived_ms;
	int64_t bytes;
};

struct archives {
	int dirfd;
	const struct archives_rule *rule;
	const struct archives_sink *sink;
	struct archived *files;
	size_t n, room;
	int64_t bytes;
	int64_t removed; /* bytes */
};

static void
fail(const struct archives *a, const char *path, const char *what)
{
	a->sink->failed(a->sink->cookie, path, what);
}

static void
push(struct archives *a, const struct segment_file *f)
{
	struct stat sb;

	if (fstatat(a->dirfd, f->path, &sb, 0) != 0) {
		/* Another process may have removed it. */
		if (errno != ENOENT)
			fail(a, f->path, "look at it");
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

	if (segment_list_add(&l, a->dirfd, folder, dataset) != 0)
		fail(a, folder, "look into it");
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

/* By which part of the rule an archive goes; NULL: it stays. */
static const char *
reason(const struct archives *a, const struct archived *f)
{
	const struct archives_rule *r = a->rule;

	if (a->removed < r->needed_bytes)
		return "the disk is needed";
	if (r->max_age_ms > 0 && r->now_ms - f->archived_ms > r->max_age_ms)
		return "older than archive.max_age";
	if (r->max_bytes > 0 && a->bytes > r->max_bytes)
		return "the archives are larger than archive.max_size";
	return NULL;
}

static void
remove_one(struct archives *a, const struct archived *f, const char *why)
{
	/* Another process may do the same. */
	if (!a->rule->dry_run && unlinkat(a->dirfd, f->path, 0) != 0 &&
	    errno != ENOENT) {
		fail(a, f->path, "remove it");
		return;
	}
	crash_point("archive_removed");
	a->bytes -= f->bytes;
	a->removed += f->bytes;
	a->sink->removed(a->sink->cookie, f->path, f->bytes, why);
}

void
archives_trim(int spool_dirfd, const struct archives_rule *rule,
    const struct archives_sink *sink)
{
	struct archives a = { .dirfd = spool_dirfd, .rule = rule,
		.sink = sink };

	if (segment_each_stream(spool_dirfd, add_stream, &a) != 0)
		fail(&a, ".", "look into it");
	if (a.n > 0)
		qsort(a.files, a.n, sizeof(*a.files), older);
	for (size_t i = 0; i < a.n; i++) {
		const char *why = reason(&a, &a.files[i]);

		if (why != NULL)
			remove_one(&a, &a.files[i], why);
		free(a.files[i].path);
	}
	free(a.files);
}
