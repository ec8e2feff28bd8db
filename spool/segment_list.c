#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/segment.h"

static void
list_push(struct segment_list *l, const char *folder, const char *name,
    const struct segment_name *s)
{
	struct segment_file *f;

	if (l->n == l->room) {
		l->room = l->room == 0 ? 16 : l->room * 2;
		l->files = xreallocarray(l->files, l->room, sizeof(*l->files));
	}
	f = &l->files[l->n++];
	f->path = xasprintf("%s/%s", folder, name);
	f->name = f->path + strlen(folder) + 1;
	f->birth_us = s->birth_us;
	f->seq = s->seq;
	f->gz = s->gz;
}

static DIR *
open_dir(int dirfd, const char *path)
{
	int fd = fs_open_dir(dirfd, path);
	DIR *dir;

	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (dir == NULL)
		close(fd);
	return dir;
}

/* Does the failure of open_dir() mean that there is nothing to list? */
static bool
is_nothing(int err)
{
	return err == ENOENT || err == ENOTDIR;
}

int
segment_list_add(struct segment_list *l, int dirfd, const char *folder,
    const char *dataset)
{
	DIR *dir = open_dir(dirfd, folder);
	struct segment_name s;
	struct dirent *e;
	int err;

	if (dir == NULL)
		return is_nothing(errno) ? 0 : -1;
	while (errno = 0, (e = readdir(dir)) != NULL)
		if (segment_parse(e->d_name, &s) == 0 &&
		    slice_is(s.dataset, dataset))
			list_push(l, folder, e->d_name, &s);
	err = errno;
	closedir(dir);
	errno = err;
	return err == 0 ? 0 : -1;
}

static int
file_cmp(const void *a, const void *b)
{
	const struct segment_file *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	if (x->birth_us != y->birth_us)
		return x->birth_us < y->birth_us ? -1 : 1;
	return (int)x->gz - (int)y->gz;
}

static bool
is_same_segment(const struct segment_file *a, const struct segment_file *b)
{
	return a->seq == b->seq && a->birth_us == b->birth_us;
}

void
segment_list_sort(struct segment_list *l)
{
	size_t kept = 0;

	if (l->n > 0)
		qsort(l->files, l->n, sizeof(*l->files), file_cmp);
	for (size_t i = 0; i < l->n; i++) {
		if (kept > 0 && is_same_segment(&l->files[i],
		    &l->files[kept - 1]))
			free(l->files[i].path);
		else
			l->files[kept++] = l->files[i];
	}
	l->n = kept;
}

void
segment_list_fini(struct segment_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->files[i].path);
	free(l->files);
	*l = (struct segment_list){ 0 };
}

int
segment_list_stream(struct segment_list *l, int spool_dirfd,
    const char *console, const char *dataset)
{
	char *folder = xasprintf("%s/%s", console, dataset);
	char *archive = xasprintf("%s/archive/%s", console, dataset);
	int r;

	/* A segment that is packed in place during a reading of the folder may
	 * be met under neither name, but not twice; one that is archived is met
	 * there at the latest. */
	r = segment_list_add(l, spool_dirfd, folder, dataset);
	if (r == 0)
		r = segment_list_add(l, spool_dirfd, folder, dataset);
	if (r == 0)
		r = segment_list_add(l, spool_dirfd, archive, dataset);
	if (r == 0)
		segment_list_sort(l);
	free(folder);
	free(archive);
	return r;
}

char *
segment_place(const char *console, const char *dataset, const char *name,
    unsigned place)
{
	static const struct {
		const char *folder, *suffix;
	} places[SEGMENT_PLACES] = {
		{ "", "" }, { "", ".gz" }, { "archive/", ".gz" },
		{ "archive/", "" },
	};
	size_t len = strlen(name);

	if (len > 3 && strcmp(name + len - 3, ".gz") == 0)
		len -= 3;
	return xasprintf("%s/%s%s/%.*s%s", console, places[place].folder,
	    dataset, (int)len, name, places[place].suffix);
}

struct names {
	char **v;
	size_t n, room;
};

static void
names_fini(struct names *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
}

static int
name_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Add the sub-directories of dirfd/path that do not begin with a dot. */
static int
names_add(struct names *s, int dirfd, const char *path)
{
	DIR *dir = open_dir(dirfd, path);
	struct dirent *e;
	int err;

	if (dir == NULL)
		return is_nothing(errno) ? 0 : -1;
	while (errno = 0, (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' ||
		    (e->d_type != DT_DIR && e->d_type != DT_UNKNOWN))
			continue;
		if (s->n == s->room) {
			s->room = s->room == 0 ? 16 : s->room * 2;
			s->v = xreallocarray(s->v, s->room, sizeof(*s->v));
		}
		s->v[s->n++] = xstrdup(e->d_name);
	}
	err = errno;
	closedir(dir);
	errno = err;
	return err == 0 ? 0 : -1;
}

static void
names_sort(struct names *s)
{
	size_t kept = 0;

	if (s->n > 0)
		qsort(s->v, s->n, sizeof(*s->v), name_cmp);
	for (size_t i = 0; i < s->n; i++) {
		if (kept > 0 && strcmp(s->v[i], s->v[kept - 1]) == 0)
			free(s->v[i]);
		else
			s->v[kept++] = s->v[i];
	}
	s->n = kept;
}

int
segment_each_dataset(int spool_dirfd, const char *console,
    int (*fn)(void *cookie, const char *console, const char *dataset),
    void *cookie)
{
	char *archive = xasprintf("%s/archive", console);
	struct names s = { 0 };
	int r;

	r = names_add(&s, spool_dirfd, console);
	if (r == 0)
		r = names_add(&s, spool_dirfd, archive);
	free(archive);
	names_sort(&s);
	for (size_t i = 0; r == 0 && i < s.n; i++)
		if (strcmp(s.v[i], "archive") != 0)
			r = fn(cookie, console, s.v[i]);
	names_fini(&s);
	return r;
}

int
segment_each_stream(int spool_dirfd,
    int (*fn)(void *cookie, const char *console, const char *dataset),
    void *cookie)
{
	struct names s = { 0 };
	int r;

	r = names_add(&s, spool_dirfd, ".");
	names_sort(&s);
	for (size_t i = 0; r == 0 && i < s.n; i++)
		r = segment_each_dataset(spool_dirfd, s.v[i], fn, cookie);
	names_fini(&s);
	return r;
}
