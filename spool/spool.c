#include "config.h"

#include "spool/spool.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/base/clock.h"
#include "collector/base/xalloc.h"
#include "spool/lockdir.h"
#include "spool/segment.h"

struct spool {
	struct lockdir dir;
	struct spool_options options;
	int64_t last_birth_us;
};

static int
note_births(void *cookie, const char *console, const char *dataset)
{
	struct spool *sp = cookie;
	struct segment_list l = { 0 };
	int r;

	r = segment_list_stream(&l, sp->dir.dirfd, console, dataset);
	for (size_t i = 0; i < l.n; i++)
		if (l.files[i].birth_us > sp->last_birth_us)
			sp->last_birth_us = l.files[i].birth_us;
	segment_list_fini(&l);
	return r;
}

struct spool *
spool_open(const struct spool_options *opt, struct buf *err)
{
	struct spool *sp = xcalloc(1, sizeof(*sp));

	spool_set_options(sp, opt);
	if (lockdir_open(&sp->dir, opt->directory, "spool", "spool.directory",
	    err) < 0)
		goto err0;
	if (segment_each_stream(sp->dir.dirfd, note_births, sp) < 0) {
		buf_addf(err, "cannot read spool directory %s: %s",
		    opt->directory, strerror(errno));
		goto err1;
	}
	return sp;

err1:
	lockdir_close(&sp->dir);
err0:
	free(sp);
	return NULL;
}

void
spool_close(struct spool *sp)
{
	if (sp == NULL)
		return;
	lockdir_close(&sp->dir);
	free(sp);
}

int64_t
spool_birth(struct spool *sp)
{
	int64_t now = clock_wall_us();

	if (now <= sp->last_birth_us)
		now = sp->last_birth_us + 1;
	return sp->last_birth_us = now;
}

int
spool_dirfd(const struct spool *sp)
{
	return sp->dir.dirfd;
}

const struct spool_options *
spool_options(const struct spool *sp)
{
	return &sp->options;
}

void
spool_set_options(struct spool *sp, const struct spool_options *opt)
{
	sp->options = *opt;
	sp->options.directory = NULL; /* the caller's */
}
