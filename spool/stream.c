#include "config.h"

#include "spool/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/crashpoint.h"
#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/lines.h"
#include "spool/segment.h"
#include "spool/stream_internal.h"

#define COMPONENT_MAX 64
#define DIR_MODE 0750
#define FILE_MODE 0640

static bool
is_component(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t n = strlen(s);

	return n > 0 && n <= COMPONENT_MAX && strspn(s, allowed) == n &&
	    strcmp(s, "archive") != 0;
}

/* The sequence and the end of what is there already. */
static int
list_end(struct stream *st)
{
	struct segment_list l = { 0 };
	const struct segment_file *last;
	int64_t size;
	int r, saved;

	r = segment_list_stream(&l, spool_dirfd(st->spool), st->console,
	    st->dataset);
	st->next_seq = 1;
	st->complete = l.n == 0 || l.files[0].seq == 1;
	if (r == 0 && l.n > 0) {
		last = &l.files[l.n - 1];
		st->next_seq = last->seq + 1;
		size = lines_size(spool_dirfd(st->spool), last->path);
		if (size < 0)
			r = -1;
		else
			r = segment_format(st->end.segment, st->dataset,
			    last->birth_us, last->seq);
		st->end.offset = size;
		memcpy(st->sealed, st->end.segment, sizeof(st->sealed));
	}
	saved = errno;
	segment_list_fini(&l);
	errno = saved;
	return r;
}

/* `s1spool prune` may move the last segment right after it was listed: twice,
 * and then remove it. */
static int
find_end(struct stream *st)
{
	int r = list_end(st);

	for (int i = 0; i < 3 && r < 0 && errno == ENOENT; i++)
		r = list_end(st);
	return r;
}

struct stream *
stream_open(struct spool *sp, const char *console, const char *dataset,
    struct buf *err)
{
	struct stream *st;

	if (!is_component(console) || !is_component(dataset)) {
		buf_addf(err, "%s/%s cannot be a spool folder: names are up "
		    "to %d of a-z, 0-9, _ and -, and not \"archive\"", console,
		    dataset, COMPONENT_MAX);
		return NULL;
	}

	st = xcalloc(1, sizeof(*st));
	st->spool = sp;
	st->console = xstrdup(console);
	st->dataset = xstrdup(dataset);
	st->folder = xasprintf("%s/%s", console, dataset);
	st->fd = -1;
	if (fs_mkdirs(spool_dirfd(sp), st->folder, DIR_MODE) < 0) {
		buf_addf(err, "cannot make spool folder %s: %s", st->folder,
		    strerror(errno));
		goto err;
	}
	if (find_end(st) < 0) {
		buf_addf(err, "cannot read spool folder %s: %s", st->folder,
		    strerror(errno));
		goto err;
	}
	return st;

err:
	stream_close(st);
	return NULL;
}

/* fdatasync the segment; a failure waits for stream_sync() to report it. */
static void
sync_segment(struct stream *st)
{
	if (!st->unsynced)
		return;
	st->unsynced = false;
	if (fdatasync(st->fd) < 0)
		st->failed = errno;
	else
		crash_point("segment_synced");
}

/*
 * A new name in the folder is as durable as the folder.  The folder is opened
 * for this only: a process may have many thousands of streams.
 */
static void
sync_folder(struct stream *st, int fd)
{
	if (fs_sync_dir(fd) < 0) {
		st->failed = errno;
	} else {
		st->folder_dirty = false;
		crash_point("folder_synced");
	}
}

/* No more lines for this segment.  It stays as it is, whatever it holds. */
static void
seal(struct stream *st)
{
	if (st->fd >= 0) {
		sync_segment(st);
		close(st->fd);
		st->fd = -1;
		memcpy(st->sealed, st->name, sizeof(st->sealed));
		crash_point("segment_sealed");
	}
	st->name[0] = '\0';
}

void
stream_close(struct stream *st)
{
	if (st == NULL)
		return;
	seal(st);
	free(st->console);
	free(st->dataset);
	free(st->folder);
	free(st);
}

static bool
is_older(int64_t since_ms, int64_t limit_ms)
{
	return limit_ms > 0 && clock_mono_ms() - since_ms > limit_ms;
}

static bool
is_full(const struct stream *st, size_t expected_bytes)
{
	const struct spool_options *opt = spool_options(st->spool);

	return (opt->segment_max_bytes > 0 &&
	    st->size + (int64_t)expected_bytes > opt->segment_max_bytes) ||
	    is_older(st->born_ms, opt->segment_max_age_ms);
}

/* Name the next segment.  The file comes with the first batch, so that there
 * are no empty ones. */
static int
name_segment(struct stream *st)
{
	int64_t birth_us = spool_birth(st->spool);

	if (segment_format(st->name, st->dataset, birth_us, st->next_seq) < 0) {
		st->name[0] = '\0';
		errno = EOVERFLOW;
		return -1;
	}
	prefix_init(&st->prefix, birth_us);
	st->size = 0;
	st->lines = 0;
	return 0;
}

int
stream_begin(struct stream *st, size_t expected_bytes)
{
	if (st->fd >= 0 && is_full(st, expected_bytes))
		seal(st);
	if (st->fd < 0 && name_segment(st) < 0)
		return -1;
	st->prefixed = st->lines;
	return 0;
}

int
stream_prefix(struct stream *st, struct buf *b, struct slice id,
    struct slice at, int64_t resend)
{
	if (prefix_add(&st->prefix, b, st->prefixed + 1, id, at, resend) < 0)
		return -1;
	st->prefixed++;
	return 0;
}

void
stream_unprefix(struct stream *st)
{
	st->prefixed--;
}

static char *
segment_path(const struct stream *st)
{
	return xasprintf("%s/%s", st->folder, st->name);
}

static int
create_segment(struct stream *st)
{
	char *path = segment_path(st);

	st->next_seq++;
	st->fd = openat(spool_dirfd(st->spool), path,
	    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, FILE_MODE);
	free(path);
	if (st->fd < 0)
		return -1;
	st->folder_dirty = true;
	st->born_ms = clock_mono_ms();
	crash_point("segment_opened");
	return 0;
}

/* Have the file system refuse the batch now if it does not fit. */
static int
reserve(const struct stream *st, size_t n)
{
	int r;

	do {
		r = fallocate(st->fd, FALLOC_FL_KEEP_SIZE, st->size, (off_t)n);
	} while (r < 0 && errno == EINTR);
	if (r < 0 && (errno == EOPNOTSUPP || errno == ENOSYS ||
	    errno == EINVAL))
		return 0;
	return r;
}

/* How many of the first n bytes of a batch are whole lines, and how many
 * lines these are. */
static size_t
whole_lines(struct slice batch, size_t n, size_t *n_lines)
{
	const char *p = batch.p, *end = batch.p + n, *newline;

	*n_lines = 0;
	while (p < end &&
	    (newline = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p = newline + 1;
		++*n_lines;
	}
	return (size_t)(p - batch.p);
}

static void
count_appended(struct stream *st, size_t bytes, size_t n_lines)
{
	if (n_lines == 0)
		return;
	st->size += (int64_t)bytes;
	st->lines += (int64_t)n_lines;
	st->used_ms = clock_mono_ms();
	st->dirty = st->unsynced = true;
	memcpy(st->end.segment, st->name, sizeof(st->end.segment));
	st->end.offset = st->size;
}

/*
 * After a failed append.  A file that has not got a single byte is taken away
 * again: nobody can have read anything from it, and a full disk should not
 * gather empty files.
 */
static void
abandon(struct stream *st)
{
	int saved = errno;
	struct stat sb;
	char *path;

	if (st->fd >= 0 && fstat(st->fd, &sb) == 0 && sb.st_size == 0) {
		path = segment_path(st);
		unlinkat(spool_dirfd(st->spool), path, 0);
		free(path);
	}
	seal(st);
	errno = saved;
}

static size_t
write_batch(struct stream *st, struct slice lines)
{
	if (crash_point_due("batch_half_written")) {
		fs_write_full(st->fd, lines.p, lines.len / 2);
		crash_point_die();
	}
	return fs_write_full(st->fd, lines.p, lines.len);
}

int
stream_append(struct stream *st, struct slice lines, size_t n_lines,
    size_t *kept_lines)
{
	size_t written = 0, kept;

	*kept_lines = 0;
	if (lines.len == 0)
		return 0;
	if (st->name[0] == '\0' || n_lines == 0 ||
	    st->lines + (int64_t)n_lines != st->prefixed) {
		errno = EINVAL;
		goto err;
	}
	if (st->fd < 0 && create_segment(st) < 0)
		goto err;
	if (reserve(st, lines.len) < 0)
		goto err;

	written = write_batch(st, lines);
	if (written < lines.len) {
		kept = whole_lines(lines, written, kept_lines);
		count_appended(st, kept, *kept_lines);
		goto err;
	}
	count_appended(st, written, n_lines);
	*kept_lines = n_lines;
	crash_point("batch_written");
	return 0;

err:
	abandon(st);
	return -1;
}

int
stream_sync(struct stream *st)
{
	int folder = -1;

	if (!st->dirty)
		return 0;
	/* Before anything else: what was not tried is not in doubt. */
	if (st->folder_dirty && (folder = fs_open_dir(spool_dirfd(st->spool),
	    st->folder)) < 0)
		return -1;
	st->dirty = false;
	sync_segment(st);
	if (folder >= 0) {
		if (st->failed == 0)
			sync_folder(st, folder);
		close(folder);
	}
	if (st->failed == 0)
		return 0;

	seal(st);
	errno = st->failed;
	st->failed = 0;
	return -1;
}

bool
stream_is_dirty(const struct stream *st)
{
	return st->dirty;
}

void
stream_end(const struct stream *st, struct stream_pos *pos)
{
	*pos = st->end;
}

bool
stream_is_complete(const struct stream *st)
{
	return st->complete;
}

const char *
stream_sealed(const struct stream *st)
{
	return st->sealed;
}

bool
stream_seal(struct stream *st, bool now)
{
	const struct spool_options *opt = spool_options(st->spool);

	if (st->fd < 0)
		return true;
	if (st->prefixed != st->lines)
		return false;
	if (!now && !is_older(st->born_ms, opt->segment_max_age_ms) &&
	    !is_older(st->used_ms, opt->segment_idle_ms))
		return false;
	seal(st);
	return true;
}
