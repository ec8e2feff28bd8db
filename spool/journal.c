#include "config.h"

#include "spool/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/crashpoint.h"
#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/journal_file.h"
#include "spool/lockdir.h"
#include "spool/version.h"

#define NAME "journal"
#define FILE_MODE 0640
#define JOURNAL_MAX (1 << 30)
#define COMPACT_MIN (1 << 20)
#define COMPACT_FACTOR 4
#define COPIES_MAX 9 /* of damaged files, in one second */

struct entry {
	char *key;
	char *value;
	size_t len;
};

struct journal {
	struct lockdir dir;
	int fd;

	struct entry *entries; /* sorted by key */
	size_t n, room;

	struct buf queue; /* framed records since the last commit */
	size_t queued;
	uint64_t commits; /* number of the last commit in the file */

	int64_t size; /* of the file */
	int64_t compact_at; /* rewrite the file once it is larger */
	bool rewrite; /* the file cannot be appended to */
};

/* The place of a key: the first entry that is not less. */
static size_t
find(const struct journal *j, const char *key)
{
	size_t lo = 0, hi = j->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(j->entries[mid].key, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool
is_at(const struct journal *j, size_t i, const char *key)
{
	return i < j->n && strcmp(j->entries[i].key, key) == 0;
}

static void
map_remove(struct journal *j, const char *key)
{
	size_t i = find(j, key);

	if (!is_at(j, i, key))
		return;
	free(j->entries[i].key);
	free(j->entries[i].value);
	j->n--;
	memmove(&j->entries[i], &j->entries[i + 1],
	    (j->n - i) * sizeof(j->entries[0]));
}

static struct entry *
map_insert(struct journal *j, size_t i, const char *key)
{
	if (j->n == j->room) {
		j->room = j->room == 0 ? 64 : j->room * 2;
		j->entries = xreallocarray(j->entries, j->room,
		    sizeof(j->entries[0]));
	}
	memmove(&j->entries[i + 1], &j->entries[i],
	    (j->n - i) * sizeof(j->entries[0]));
	j->n++;
	j->entries[i] = (struct entry){ .key = xstrdup(key) };
	return &j->entries[i];
}

static void
map_put(struct journal *j, const char *key, struct slice value)
{
	size_t i = find(j, key);
	struct entry *e;
	char *copy;

	copy = xmalloc(value.len);
	memcpy(copy, value.p, value.len);
	e = is_at(j, i, key) ? &j->entries[i] : map_insert(j, i, key);
	free(e->value);
	e->value = copy;
	e->len = value.len;
}

static void
load_record(void *cookie, const char *key, struct slice value)
{
	struct journal *j = cookie;

	if (value.p != NULL)
		map_put(j, key, value);
	else
		map_remove(j, key);
}

static void
queue_reset(struct journal *j)
{
	buf_reset(&j->queue);
	j->queued = 0;
}

static void
queue_record(struct journal *j, const char *key, struct slice value)
{
	if (j->rewrite)
		return; /* the whole map will be written */
	if (journal_file_record(&j->queue, key, value) < 0)
		j->rewrite = true;
	else
		j->queued++;
}

/* All that there is to know, as one commit. */
static int
print_all(const struct journal *j, struct buf *b)
{
	int r = journal_file_header(b);

	for (size_t i = 0; r == 0 && i < j->n; i++) {
		const struct entry *e = &j->entries[i];

		r = journal_file_record(b, e->key,
		    (struct slice){ e->value, e->len });
	}
	return r < 0 ? r : journal_file_commit(b, j->commits + 1, j->n);
}

static int64_t
compaction_size(int64_t size)
{
	size *= COMPACT_FACTOR;
	return size > COMPACT_MIN ? size : COMPACT_MIN;
}

/* Write a new file in place of the old one and go on in it. */
static int
rewrite(struct journal *j)
{
	struct buf all;
	int fd;

	buf_init(&all, JOURNAL_MAX);
	if (print_all(j, &all) < 0) {
		errno = EFBIG;
		goto err0;
	}
	fd = fs_replace_begin(j->dir.dirfd, NAME, FILE_MODE);
	if (fd < 0)
		goto err0;
	if (fs_write_full(fd, all.p, all.len) < all.len ||
	    fs_replace_end(j->dir.dirfd, NAME, fd) < 0)
		goto err1;

	if (j->fd >= 0)
		close(j->fd);
	j->fd = fd;
	j->size = (int64_t)all.len;
	j->compact_at = compaction_size(j->size);
	j->commits++;
	j->rewrite = false;
	queue_reset(j);
	buf_fini(&all);
	return 0;

err1:
	fs_replace_cancel(j->dir.dirfd, NAME, fd);
err0:
	buf_fini(&all);
	return -1;
}

/*
 * Copy a damaged file aside, if it can be under a name that no copy has: the
 * clock may have been set back.  A copy and not a rename, so that there is a
 * journal at any moment.
 */
static int
keep_aside(struct journal *j, struct slice content)
{
	time_t now = (time_t)(clock_wall_us() / 1000000);
	char name[80];
	struct tm tm;
	size_t n;

	if (gmtime_r(&now, &tm) == NULL || (n = strftime(name, sizeof(name),
	    NAME ".damaged-%Y%m%dT%H%M%SZ", &tm)) == 0) {
		errno = EOVERFLOW;
		return -1;
	}
	for (unsigned i = 2; i <= COPIES_MAX &&
	     faccessat(j->dir.dirfd, name, F_OK, 0) == 0; i++)
		snprintf(name + n, sizeof(name) - n, "-%u", i);
	return fs_replace(j->dir.dirfd, name, content, FILE_MODE);
}

/* 0, or -1 with errno: EPROTONOSUPPORT when it is of a later version. */
static int
load(struct journal *j, bool *damaged)
{
	enum journal_found found = JOURNAL_SOUND;
	struct buf content;
	int r = 0;

	buf_init(&content, JOURNAL_MAX);
	if (fs_read_file(j->dir.dirfd, NAME, &content) == 0)
		found = journal_file_read(buf_slice(&content), load_record, j,
		    &j->commits);
	else if (errno != ENOENT)
		r = -1;
	if (found == JOURNAL_LATER) {
		errno = EPROTONOSUPPORT;
		r = -1;
	} else if (found == JOURNAL_DAMAGED) {
		*damaged = true;
		r = keep_aside(j, buf_slice(&content));
	}
	buf_fini(&content);
	return r;
}

static void
explain(struct buf *err, const char *path, const char *what)
{
	if (errno == EPROTONOSUPPORT)
		version_explain(err, path);
	else
		buf_addf(err, "cannot %s %s: %s", what, path, strerror(errno));
}

struct journal *
journal_open(const char *dir, bool *damaged, struct buf *err)
{
	struct journal *j = xcalloc(1, sizeof(*j));
	char *path;
	int saved;

	j->fd = -1;
	buf_init(&j->queue, JOURNAL_MAX);
	*damaged = false;
	if (lockdir_open(&j->dir, dir, "state", "state.directory", err) < 0) {
		free(j);
		return NULL;
	}
	path = xasprintf("%s/" NAME, dir);
	if (load(j, damaged) < 0) {
		explain(err, path, "read");
		goto err;
	}
	/* A full disk is waited for like any other failed commit. */
	if (rewrite(j) < 0 && !fs_is_full(errno)) {
		explain(err, path, "write");
		goto err;
	}
	j->rewrite = j->fd < 0;
	free(path);
	return j;

err:
	saved = errno;
	free(path);
	journal_close(j);
	errno = saved;
	return NULL;
}

struct journal *
journal_peek(const char *dir, struct buf *err)
{
	struct journal *j = xcalloc(1, sizeof(*j));
	char *path = xasprintf("%s/" NAME, dir);
	enum journal_found found;
	struct buf content;
	int saved;

	j->fd = -1;
	j->dir = (struct lockdir){ -1, -1 };
	buf_init(&j->queue, JOURNAL_MAX);
	buf_init(&content, JOURNAL_MAX);
	if (fs_read_file(AT_FDCWD, path, &content) < 0) {
		explain(err, path, "read");
		goto err;
	}
	found = journal_file_read(buf_slice(&content), load_record, j,
	    &j->commits);
	if (found == JOURNAL_LATER) {
		errno = EPROTONOSUPPORT;
		explain(err, path, "read");
		goto err;
	}
	if (found == JOURNAL_DAMAGED) {
		buf_addf(err, "%s is damaged; the next start of the daemon "
		    "mends it", path);
		errno = EBADMSG;
		goto err;
	}
	buf_fini(&content);
	free(path);
	return j;

err:
	saved = errno;
	buf_fini(&content);
	free(path);
	journal_close(j);
	errno = saved;
	return NULL;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	for (size_t i = 0; i < j->n; i++) {
		free(j->entries[i].key);
		free(j->entries[i].value);
	}
	free(j->entries);
	buf_fini(&j->queue);
	if (j->fd >= 0)
		close(j->fd);
	if (j->dir.dirfd >= 0)
		lockdir_close(&j->dir);
	free(j);
}

struct slice
journal_get(const struct journal *j, const char *key)
{
	size_t i = find(j, key);

	if (!is_at(j, i, key))
		return (struct slice){ NULL, 0 };
	return (struct slice){ j->entries[i].value, j->entries[i].len };
}

void
journal_put(struct journal *j, const char *key, struct slice value)
{
	assert(journal_file_is_key(key));
	assert(value.len > 0 && memchr(value.p, '\n', value.len) == NULL);
	map_put(j, key, value);
	queue_record(j, key, value);
}

void
journal_remove(struct journal *j, const char *key)
{
	if (journal_get(j, key).p == NULL)
		return;
	map_remove(j, key);
	queue_record(j, key, (struct slice){ NULL, 0 });
}

void
journal_each(const struct journal *j, const char *prefix,
    void (*fn)(void *cookie, const char *key, struct slice value),
    void *cookie)
{
	size_t n = strlen(prefix);

	for (size_t i = find(j, prefix); i < j->n; i++) {
		const struct entry *e = &j->entries[i];

		if (strncmp(e->key, prefix, n) != 0)
			break;
		fn(cookie, e->key, (struct slice){ e->value, e->len });
	}
}

static size_t
write_queue(struct journal *j)
{
	if (crash_point_due("journal_half_written")) {
		fs_write_full(j->fd, j->queue.p, j->queue.len / 2);
		crash_point_die();
	}
	return fs_write_full(j->fd, j->queue.p, j->queue.len);
}

static int
append(struct journal *j)
{
	if (journal_file_commit(&j->queue, j->commits + 1, j->queued) < 0 ||
	    write_queue(j) < j->queue.len)
		return -1;
	crash_point("journal_written");
	if (fdatasync(j->fd) < 0)
		return -1;
	crash_point("journal_synced");
	j->size += (int64_t)j->queue.len;
	j->commits++;
	queue_reset(j);
	return 0;
}

/* Is the file that we write to still the one with the name? */
static bool
has_name(const struct journal *j)
{
	struct stat named, ours;

	return fstatat(j->dir.dirfd, NAME, &named, 0) == 0 &&
	    fstat(j->fd, &ours) == 0 && named.st_dev == ours.st_dev &&
	    named.st_ino == ours.st_ino;
}

/* The file holds every commit already, so a failure only puts this off. */
static void
compact(struct journal *j)
{
	if (j->size <= j->compact_at || rewrite(j) == 0)
		return;
	j->compact_at = j->size + COMPACT_MIN;
	j->rewrite = !has_name(j);
}

int
journal_commit(struct journal *j)
{
	if (j->rewrite)
		return rewrite(j);
	if (j->queued == 0)
		return 0;
	if (append(j) < 0) {
		j->rewrite = true;
		return -1;
	}
	compact(j);
	return 0;
}

bool
journal_is_dirty(const struct journal *j)
{
	return j->rewrite || j->queued > 0;
}

int
journal_dirfd(const struct journal *j)
{
	return j->dir.dirfd;
}
