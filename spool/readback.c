#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/lines.h"
#include "spool/segment.h"
#include "spool/stream.h"
#include "spool/stream_internal.h"

struct reader {
	bool (*fn)(void *cookie, const struct stream_line *line);
	void *cookie;
	size_t *damaged;
	bool stopped;
	const char *folder; /* where segments are made */
	bool synced; /* it is */
};

/*
 * Make sure that what is about to count as written is on disk: the process
 * that wrote it may have died before its sync.  And drop it from the page
 * cache, since after a sync that failed the cache can hold bytes that the disk
 * does not.
 */
static int
settle(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	int r, saved;

	if (fd < 0)
		return -1;
	r = fdatasync(fd);
	saved = errno;
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	errno = saved;
	return r;
}

static int
read_lines(struct reader *rd, struct lines *l)
{
	struct stream_line line;
	struct slice text;
	int r;

	while ((r = lines_next(l, &text)) > 0) {
		if (stream_parse_line(text, &line) < 0) {
			++*rd->damaged;
			continue;
		}
		if (!rd->fn(rd->cookie, &line)) {
			rd->stopped = true;
			return 0;
		}
	}
	return r;
}

static int
read_segment(struct reader *rd, int dirfd, const char *path, int64_t offset)
{
	struct lines l;
	int r, saved;

	if (settle(dirfd, path) < 0 || lines_open(&l, dirfd, path, offset) < 0)
		return -1;
	r = read_lines(rd, &l);
	saved = errno;
	lines_close(&l);
	errno = saved;
	return r;
}

/* Where to begin in a segment that is not older than from; -1 for "not at
 * all", so that a packed segment is not unpacked in vain. */
static int64_t
start_offset(int dirfd, const char *path, const char *name,
    const struct stream_pos *from)
{
	size_t n = strlen(from->segment);

	if (n == 0 || strncmp(name, from->segment, n) != 0)
		return 0;
	return lines_size(dirfd, path) == from->offset ? -1 : from->offset;
}

/* The folder is synced once there is something to read: the segments up to the
 * position are in it for good, and a thousand consoles have thousands. */
static int
read_at(struct reader *rd, int dirfd, const char *path, const char *name,
    const struct stream_pos *from)
{
	int64_t offset = start_offset(dirfd, path, name, from);

	if (offset < 0)
		return 0;
	if (!rd->synced && fs_sync_folder(dirfd, rd->folder) < 0)
		return -1;
	rd->synced = true;
	return read_segment(rd, dirfd, path, offset);
}

/*
 * Where a segment is: `s1spool prune` may have moved it since it was listed.  In
 * the end it is removed: then it has no lines any more, as if that had been
 * before the listing.
 */
static int
read_wherever(struct reader *rd, const struct stream *st,
    const struct segment_file *f, const struct stream_pos *from)
{
	int dirfd = spool_dirfd(st->spool), r = -1, saved = ENOENT;

	for (unsigned i = 0; i < SEGMENT_PLACES && r < 0 && saved == ENOENT;
	    i++) {
		char *path = segment_place(st->console, st->dataset, f->name,
		    i);

		r = read_at(rd, dirfd, path, f->name, from);
		saved = errno;
		free(path);
	}
	errno = saved;
	return r < 0 && saved == ENOENT ? 0 : r;
}

static int
read_list(struct reader *rd, const struct stream *st,
    const struct segment_list *l, const struct stream_pos *from)
{
	for (size_t i = 0; i < l->n && !rd->stopped; i++) {
		if (stream_segment_cmp(l->files[i].name, from->segment) < 0 ||
		    read_wherever(rd, st, &l->files[i], from) == 0)
			continue;
		/* An archive that rots must not stand in the way. */
		if (errno != EBADMSG)
			return -1;
		++*rd->damaged;
	}
	return 0;
}

/* The segment of a position may have been pruned since; the sequence goes on
 * behind it all the same. */
static void
continue_after(struct stream *st, const struct stream_pos *from)
{
	struct segment_name s;

	if (segment_parse(from->segment, &s) < 0 || s.seq < st->next_seq)
		return;
	st->next_seq = s.seq + 1;
	st->end = *from;
	memcpy(st->sealed, from->segment, sizeof(st->sealed));
}

int
stream_read_back(struct stream *st, const struct stream_pos *from,
    bool (*fn)(void *cookie, const struct stream_line *line), void *cookie,
    size_t *damaged)
{
	struct reader rd = { .fn = fn, .cookie = cookie, .damaged = damaged,
		.folder = st->folder };
	int dirfd = spool_dirfd(st->spool), r, saved;
	struct segment_list l = { 0 };

	*damaged = 0;
	continue_after(st, from);
	r = segment_list_stream(&l, dirfd, st->console, st->dataset);
	if (r == 0)
		r = read_list(&rd, st, &l, from);
	saved = errno;
	segment_list_fini(&l);
	errno = saved;
	return r;
}

int
stream_segment_cmp(const char *a, const char *b)
{
	struct segment_name x, y;

	if (segment_parse(a, &x) < 0)
		x.seq = 0;
	if (segment_parse(b, &y) < 0)
		y.seq = 0;
	return (x.seq > y.seq) - (x.seq < y.seq);
}
