#include "config.h"

#include "spool/verify.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/segment.h"
#include "spool/verify_internal.h"

/* What is in a directory. */
struct content {
	bool lock; /* a spool's */
	bool archive;
	bool segments; /* of any dataset */
	bool strangers; /* among them some of other datasets than its name */
	bool streams; /* folders with segments in them */
};

/* Call fn for each name; 0, or -1 with errno. */
static int
each_name(const char *path, void (*fn)(void *cookie, const char *name),
    void *cookie)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	int saved;

	if (dir == NULL)
		return -1;
	while (errno = 0, (e = readdir(dir)) != NULL)
		fn(cookie, e->d_name);
	saved = errno;
	closedir(dir);
	errno = saved;
	return saved == 0 ? 0 : -1;
}

static void
note_segment(void *cookie, const char *name)
{
	struct segment_name s;

	if (segment_parse(name, &s) == 0)
		*(bool *)cookie = true;
}

struct look {
	const char *path, *name;
	struct content *content;
};

static void
look_at_name(void *cookie, const char *name)
{
	const struct look *l = cookie;
	struct content *c = l->content;
	struct segment_name s;
	char *path;

	if (strcmp(name, ".lock") == 0) {
		c->lock = true;
	} else if (name[0] == '.') {
		return;
	} else if (segment_parse(name, &s) == 0) {
		c->segments = true;
		c->strangers |= !slice_is(s.dataset, l->name);
	} else if (strcmp(name, "archive") == 0) {
		c->archive = true;
	} else {
		/* What is no directory, or cannot be read, has none. */
		path = xasprintf("%s/%s", l->path, name);
		each_name(path, note_segment, &c->streams);
		free(path);
	}
}

static bool
is_dir(const char *path)
{
	struct stat sb;

	return stat(path, &sb) == 0 && S_ISDIR(sb.st_mode);
}

/* Of a dataset whose segments are all archived there is an empty folder. */
static bool
is_archived(const char *parent, const char *name)
{
	char *archive = xasprintf("%s/archive/%s", parent, name);
	bool is = is_dir(archive);

	free(archive);
	return is;
}

/* Cut the last component off a real path, and return it. */
static const char *
cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	*slash = '\0';
	return slash + 1;
}

/* The datasets whose segments lie in a folder. */
struct datasets {
	char **name;
	size_t n;
};

static void
note_dataset(void *cookie, const char *name)
{
	struct datasets *d = cookie;
	struct segment_name s;

	if (segment_parse(name, &s) < 0)
		return;
	for (size_t i = 0; i < d->n; i++)
		if (slice_is(s.dataset, d->name[i]))
			return;
	d->name = xreallocarray(d->name, d->n + 1, sizeof(*d->name));
	d->name[d->n++] = xstrndup(s.dataset.p, s.dataset.len);
}

static int
name_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
each_stream(void *cookie, const char *console, const char *dataset)
{
	verify_stream(cookie, console, dataset);
	return 0;
}

/* What a path may be, each with what is left of it behind its root. */

static int
verify_spool(struct verify_root *root, const char *console, const char *name)
{
	(void)console;
	(void)name;
	return segment_each_stream(root->dirfd, each_stream, root);
}

static int
verify_console(struct verify_root *root, const char *console, const char *name)
{
	(void)console;
	return segment_each_dataset(root->dirfd, name, each_stream, root);
}

static int
verify_dataset(struct verify_root *root, const char *console, const char *name)
{
	return each_stream(root, console, name);
}

static int
verify_any(struct verify_root *root, const char *console, const char *name)
{
	char *path = xasprintf("%s/%s", root->name, name);
	struct datasets d = { 0 };
	int r = each_name(path, note_dataset, &d);

	(void)console;
	if (d.n > 0)
		qsort(d.name, d.n, sizeof(*d.name), name_cmp);
	for (size_t i = 0; i < d.n; i++) {
		verify_folder(root, name, d.name[i]);
		free(d.name[i]);
	}
	free(d.name);
	free(path);
	return r;
}

static const struct kind {
	int (*verify)(struct verify_root *root, const char *console,
	    const char *name);
	unsigned depth; /* below the root */
} spool_kind = { verify_spool, 0 }, console_kind = { verify_console, 1 },
    dataset_kind = { verify_dataset, 2 }, any_kind = { verify_any, 1 };

/* Of the directory parent/name. */
static const struct kind *
kind_of(const char *parent, const char *name, const struct content *c)
{
	if (c->lock)
		return &spool_kind;
	if (c->segments)
		return c->strangers || *parent == '\0' ?
		    &any_kind : &dataset_kind;
	if (c->archive || c->streams)
		return &console_kind;
	return is_archived(parent, name) ? &dataset_kind : &spool_kind;
}

static int
verify_below(const char *path, const struct verify_sink *sink,
    const struct kind *kind, const char *console, const char *name)
{
	struct verify_root root = { .sink = sink, .name = path };
	int r, saved;

	root.dirfd = fs_open_dir(AT_FDCWD, *path == '\0' ? "/" : path);
	if (root.dirfd < 0)
		return -1;
	r = kind->verify(&root, console, name);
	saved = errno;
	close(root.dirfd);
	errno = saved;
	return r;
}

static int
verify_dir(const char *path, const struct verify_sink *sink)
{
	struct content content = { 0 };
	char *real = realpath(path, NULL);
	const char *name, *console = NULL;
	const struct kind *kind;
	struct look look;
	int r;

	if (real == NULL)
		return -1;
	name = cut_last(real);
	look = (struct look){ path, name, &content };
	r = each_name(path, look_at_name, &look);
	if (r == 0) {
		kind = kind_of(real, name, &content);
		if (kind->depth == 2)
			console = cut_last(real);
		r = verify_below(kind->depth == 0 ? path : real, sink, kind,
		    console, name);
	}
	free(real);
	return r;
}

int
verify_path(const char *path, const struct verify_sink *sink)
{
	const struct verify_root here = { .sink = sink, .dirfd = AT_FDCWD };
	struct stat sb;

	if (stat(path, &sb) < 0)
		return -1;
	if (S_ISDIR(sb.st_mode))
		return verify_dir(path, sink);
	verify_file(&here, path);
	return 0;
}
