#include "config.h"

#include "collector/walk/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/walk/figures.h"

#define PERIOD_MS 15000
#define STREAM_MS 10 /* more for each dataset */
#define MODE 0644

/* The folder of a path, as a descriptor, and the name in it. */
static int
open_folder(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int dirfd;

	*name = slash != NULL ? slash + 1 : path;
	if (slash == NULL)
		return fs_open_dir(AT_FDCWD, ".");
	folder = xstrndup(path, (size_t)(slash - path) + 1);
	dirfd = fs_open_dir(AT_FDCWD, folder);
	free(folder);
	return dirfd;
}

static int
put(void *cookie, struct slice piece)
{
	const int *fd = cookie;

	return fs_write_full(*fd, piece.p, piece.len) == piece.len ? 0 : -1;
}

/* 0, or -1 with errno. */
static int
replace(const char *path, const struct figures *f)
{
	const char *name;
	int dirfd = open_folder(path, &name), fd = -1, r = -1, saved;

	if (dirfd >= 0)
		fd = fs_replace_begin(dirfd, name, MODE);
	if (fd >= 0 && metrics_print(f, put, &fd) == 0 &&
	    fs_replace_end(dirfd, name, fd) == 0) {
		close(fd);
		r = 0;
	} else if (fd >= 0) {
		fs_replace_cancel(dirfd, name, fd);
	}
	saved = errno;
	if (dirfd >= 0)
		close(dirfd);
	errno = saved;
	return r;
}

/* The number of datasets, as it was just written. */
static size_t
write_now(struct metrics *m)
{
	struct figures f;
	size_t n;

	figures_take(&f, m->engine);
	if (replace(m->file, &f) != 0)
		log_warn("cannot write metrics.file, %s: %s", m->file,
		    strerror(errno));
	n = f.n_streams;
	figures_fini(&f);
	return n;
}

static void
on_timer(void *cookie)
{
	struct metrics *m = cookie;
	size_t n = write_now(m);

	timer_set(&m->timer, PERIOD_MS + (int64_t)n * STREAM_MS);
}

void
metrics_init(struct metrics *m, struct engine *e)
{
	*m = (struct metrics){ .engine = e };
	timer_init(&m->timer, on_timer, m);
}

/* What nobody writes any more would be taken for true for ever. */
static void
forget(struct metrics *m)
{
	if (m->file != NULL && unlink(m->file) != 0 && errno != ENOENT)
		log_warn("cannot remove the old metrics.file, %s: %s", m->file,
		    strerror(errno));
	free(m->file);
	m->file = NULL;
}

void
metrics_start(struct metrics *m)
{
	const char *file = m->engine->conf->metrics.file;

	if (m->engine->env.once)
		return;
	timer_cancel(&m->timer);
	if (m->file != NULL && (file == NULL || strcmp(m->file, file) != 0))
		forget(m);
	if (file == NULL)
		return;
	if (m->file == NULL)
		m->file = xstrdup(file);
	timer_set(&m->timer, 0);
}

void
metrics_stop(struct metrics *m)
{
	timer_cancel(&m->timer);
	if (m->file != NULL)
		write_now(m);
}

void
metrics_fini(struct metrics *m)
{
	timer_cancel(&m->timer);
	free(m->file);
	m->file = NULL;
}
