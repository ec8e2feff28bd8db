#include "config.h"

#include "spool/prune.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/crashpoint.h"
#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/archives.h"
#include "spool/lines.h"
#include "spool/pack.h"
#include "spool/segment.h"

#define LOCK ".prune.lock"

struct prune {
	const struct prune_options *opt;
	int dirfd; /* the spool directory */
	int directory_len; /* of its name, without slashes at its end */
	int lock;
	int64_t now_ms;
	void (*message)(void *cookie, enum prune_level level,
	    const char *path, const char *text);
	void *cookie;
	struct prune_counts counts;
};

static void say(const struct prune *p, enum prune_level level,
    const char *path, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void
say(const struct prune *p, enum prune_level level, const char *path,
    const char *fmt, ...)
{
	struct buf text;
	va_list ap;

	buf_init(&text, 4096);
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	p->message(p->cookie, level, path, text.p);
	buf_fini(&text);
}

/* Count and say a failure; errno says why. */
static void
failed(struct prune *p, const char *path, const char *what)
{
	int error = errno;

	p->counts.failed++;
	say(p, PRUNE_ERROR, path, "cannot %s: %s", what,
	    strerror(error));
}

static void
take_lock(struct prune *p, struct buf *err)
{
	pid_t holder;

	p->lock = fs_lock(p->dirfd, LOCK, &holder);
	if (p->lock >= 0)
		return;
	if (errno == EWOULDBLOCK)
		buf_addf(err, "process %ld prunes %s already; wait for its end",
		    (long)holder, p->opt->directory);
	else
		buf_addf(err, "cannot lock %s/" LOCK ": %s", p->opt->directory,
		    strerror(errno));
}

struct prune *
prune_begin(const struct prune_options *opt,
    void (*message)(void *cookie, enum prune_level level, const char *path,
        const char *text), void *cookie, struct buf *err)
{
	struct prune *p = xcalloc(1, sizeof(*p));
	int saved;

	*p = (struct prune){ .opt = opt, .lock = -1, .message = message,
		.cookie = cookie, .now_ms = clock_wall_us() / 1000,
		.directory_len = (int)strlen(opt->directory) };
	while (p->directory_len > 1 &&
	    opt->directory[p->directory_len - 1] == '/')
		p->directory_len--;
	p->dirfd = fs_open_dir(AT_FDCWD, opt->directory);
	if (p->dirfd < 0)
		buf_addf(err, "cannot open the spool directory %s: %s",
		    opt->directory, strerror(errno));
	else
		take_lock(p, err);
	if (p->lock >= 0)
		return p;
	saved = errno;
	prune_end(p);
	errno = saved;
	return NULL;
}

void
prune_end(struct prune *p)
{
	if (p == NULL)
		return;
	if (p->lock >= 0)
		close(p->lock);
	if (p->dirfd >= 0)
		close(p->dirfd);
	free(p);
}

const struct prune_counts *
prune_counts(const struct prune *p)
{
	return &p->counts;
}

/* one segment */

/* A stream, and the segment of it that is being looked at. */
struct task {
	struct prune *p;
	const char *folder; /* shippers look here */
	const char *archive;
	bool said[2]; /* why its first waits, by "cannot tell" or not */
	bool unlinked; /* segments; a sync of the folder is due */
	const struct segment_file *file;
	struct stat sb;
};

/* May it be touched at all: sealed, and not needed by a start any more? */
static bool
is_free(const struct task *t, const struct prune_published *pub)
{
	int cmp;

	if (stream_segment_cmp(t->file->name, pub->sealed) > 0)
		return false;
	cmp = stream_segment_cmp(t->file->name, pub->needed.segment);
	if (cmp != 0)
		return cmp < 0;
	return lines_follow(t->p->dirfd, t->file->path,
	    pub->needed.offset) == 0;
}

/* Why it waits, for the first of a stream; the others mostly do for the same
 * reason, and there may be thousands. */
static void
say_waiting(struct task *t, enum shipper_answer answer,
    const struct shipper *s, const char *why)
{
	bool *said = &t->said[answer == SHIPPER_CANNOT_TELL];

	if (!*said)
		say(t->p, answer == SHIPPER_CANNOT_TELL ? PRUNE_WARNING :
		    PRUNE_INFO, t->file->path, "waits for %s: %s",
		    shipper_name(s), why);
	*said = true;
}

static bool
all_have(struct task *t)
{
	const struct prune_options *opt = t->p->opt;
	char *full = xasprintf("%.*s/%s", t->p->directory_len, opt->directory,
	    t->file->path);
	struct shipper_file f = { t->p->dirfd, t->file->path, full };
	enum shipper_answer answer = SHIPPER_HAS;
	struct buf why;

	buf_init(&why, 4096);
	for (size_t i = 0; answer == SHIPPER_HAS && i < opt->n_shippers; i++) {
		if (opt->shippers[i] == NULL) {
			answer = SHIPPER_CANNOT_TELL;
			break;
		}
		answer = shipper_ask(opt->shippers[i], &f, &why);
		if (answer != SHIPPER_HAS)
			say_waiting(t, answer, opt->shippers[i], why.p);
	}
	buf_fini(&why);
	free(full);
	return answer == SHIPPER_HAS;
}

static bool
is_shipped(struct task *t)
{
	int64_t rested = t->p->now_ms - (int64_t)t->sb.st_mtime * 1000;

	/* A clock that was set back says nothing; shippers do. */
	if (rested < t->p->opt->hold_ms &&
	    (rested >= 0 || t->p->opt->n_shippers == 0))
		return false;
	return all_have(t);
}

static int
digest_of(const struct task *t, const char *path, struct pack_info *info)
{
	return (lines_is_packed(path) ? pack_check : pack_digest)(t->p->dirfd,
	    path, info);
}

/* Its content, packed or not, is whole under this name. */
static bool
is_at(const struct task *t, const char *path)
{
	struct pack_info here, there;

	return faccessat(t->p->dirfd, path, F_OK, 0) == 0 &&
	    digest_of(t, path, &there) == 0 &&
	    digest_of(t, t->file->path, &here) == 0 &&
	    memcmp(here.sha256, there.sha256, PACK_DIGEST_LEN) == 0;
}

/* The same file under a second name: nothing is copied. */
static int
link_into_archive(const struct task *t, const char *path)
{
	int r = linkat(t->p->dirfd, t->file->path, t->p->dirfd, path, 0);

	/* What is there is not what is to be there: see is_archived(). */
	if (r != 0 && errno == EEXIST &&
	    unlinkat(t->p->dirfd, path, 0) == 0)
		r = linkat(t->p->dirfd, t->file->path, t->p->dirfd, path, 0);
	if (r == 0) {
		crash_point("prune_linked");
		r = fs_sync_folder(t->p->dirfd, t->archive);
	}
	return r;
}

static int
pack(const struct task *t, const char *folder)
{
	char *name = xasprintf("%s.gz", t->file->name);
	struct pack_info info;
	int r = pack_file(t->p->dirfd, t->file->path, t->archive, folder, name,
	    &info);

	if (r == 0) {
		t->p->counts.packed++;
		t->p->counts.packed_bytes += (uint64_t)info.unpacked;
	}
	free(name);
	return r;
}

/* Put it into a folder, under its own name or packed; what a run that died
 * has left there need only be made durable.  0, or -1 with errno. */
static int
put(const struct task *t, const char *folder, const char *path, bool packs)
{
	if (is_at(t, path))
		return fs_sync_folder(t->p->dirfd, folder);
	return packs ? pack(t, folder) : link_into_archive(t, path);
}

/* From where it is to there, where it is durable before it goes here. */
static int
move(struct task *t, const char *folder, const char *path, bool packs)
{
	struct prune *p = t->p;

	if (p->opt->dry_run) {
		p->counts.packed += packs;
		p->counts.packed_bytes += packs ? (uint64_t)t->sb.st_size : 0;
		return 0;
	}
	if (put(t, folder, path, packs) != 0)
		return -1;
	crash_point("prune_archived");
	if (unlinkat(p->dirfd, t->file->path, 0) != 0)
		return -1;
	t->unlinked = true;
	crash_point("prune_unlinked");
	return 0;
}

static void
archive(struct task *t)
{
	bool packs = t->p->opt->compress != PRUNE_COMPRESS_NEVER &&
	    !t->file->gz;
	char *path = xasprintf("%s/%s", t->archive, t->file->name);
	char *packed = xasprintf("%s.gz", path);
	const char *to = packs || is_at(t, packed) ? packed : path;

	if (move(t, t->archive, to, packs) == 0) {
		t->p->counts.archived++;
		say(t->p, PRUNE_INFO, t->file->path, "shipped: %s %s",
		    t->p->opt->dry_run ? "would be" : "now", to);
	} else {
		failed(t->p, t->file->path, "archive it");
	}
	free(packed);
	free(path);
}

/* Packed where shippers see it: the packed twin appears before the plain one
 * goes, and shippers take both for the same file. */
static void
pack_in_place(struct task *t)
{
	char *path = xasprintf("%s.gz", t->file->path);

	if (move(t, t->folder, path, true) != 0)
		failed(t->p, t->file->path, "pack it");
	free(path);
}

static void
look_at(struct task *t)
{
	if (fstatat(t->p->dirfd, t->file->path, &t->sb, 0) != 0) {
		failed(t->p, t->file->path, "look at it");
		return;
	}
	if (is_shipped(t)) {
		archive(t);
		return;
	}
	t->p->counts.waiting++;
	t->p->counts.waiting_bytes += (uint64_t)t->sb.st_size;
	if (t->p->opt->compress == PRUNE_COMPRESS_SEALED && !t->file->gz)
		pack_in_place(t);
}

static int
prepare(const struct prune *p, const char *archive_folder)
{
	if (p->opt->dry_run)
		return 0;
	if (fs_mkdirs(p->dirfd, archive_folder, 0750) != 0)
		return -1;
	return pack_clean(p->dirfd, archive_folder);
}

static void
look_at_all(struct task *t, struct segment_list *l,
    const struct prune_published *published)
{
	segment_list_sort(l);
	for (size_t i = 0; i < l->n; i++) {
		t->file = &l->files[i];
		if (is_free(t, published))
			look_at(t);
	}
	/* Once for all: one that comes back is only there in both forms. */
	if (t->unlinked && fs_sync_folder(t->p->dirfd, t->folder) != 0)
		failed(t->p, t->folder, "sync it");
}

void
prune_stream(struct prune *p, const char *console, const char *dataset,
    const struct prune_published *published)
{
	char *folder = xasprintf("%s/%s", console, dataset);
	char *archive_folder = xasprintf("%s/archive/%s", console, dataset);
	struct segment_list l = { 0 };
	struct task t = { .p = p, .folder = folder,
		.archive = archive_folder };

	if (segment_list_add(&l, p->dirfd, folder, dataset) != 0)
		failed(p, folder, "look into it");
	else if (l.n > 0 && prepare(p, archive_folder) != 0)
		failed(p, archive_folder, "prepare it");
	else
		look_at_all(&t, &l, published);
	segment_list_fini(&l);
	free(archive_folder);
	free(folder);
}

/* archives */

static void
on_removed(void *cookie, const char *path, int64_t bytes, const char *why)
{
	struct prune *p = cookie;

	p->counts.removed++;
	p->counts.removed_bytes += (uint64_t)bytes;
	say(p, PRUNE_INFO, path, "%sremoved: %s",
	    p->opt->dry_run ? "would be " : "", why);
}

static void
on_failed(void *cookie, const char *path, const char *what)
{
	failed(cookie, path, what);
}

void
prune_archives(struct prune *p)
{
	const struct archives_rule rule = {
		.now_ms = p->now_ms,
		.max_age_ms = p->opt->archive_max_age_ms,
		.max_bytes = p->opt->archive_max_bytes,
		.dry_run = p->opt->dry_run,
	};

	archives_trim(p->dirfd, &rule,
	    &(struct archives_sink){ on_removed, on_failed, p });
}
