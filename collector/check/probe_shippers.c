/*
 * The shippers: can their registries be read, do they move, and what do they
 * still have to deliver?
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "collector/check/check.h"
#include "collector/check/span.h"
#include "collector/walk/position.h"
#include "collector/walk/ship.h"
#include "spool/journal.h"
#include "spool/segment.h"

/* A line should be delivered within this time. */
#define FRESH_MS (10 * 60 * 1000LL)
#define LATE_MS (3600 * 1000LL)

/* What one shipper has done of the spool. */
struct delivery {
	struct check *c;
	struct subject about;
	const char *name;
	const struct shipper *shipper;
	const struct journal *journal; /* NULL: which are sealed is unknown */
	int spool_dirfd;
	struct shipper_view view;
	size_t waiting, unclear, packed;
	size_t left; /* delivered long ago, and not archived */
	int64_t waiting_bytes;
	int64_t oldest_ms; /* of what waits, written last */
	int64_t missed_ms; /* of what the registry is older than, though there
			    * was time; the oldest; 0: nothing */
	char *why; /* of the first that is unclear; owned */
};

static int64_t
least_time(int64_t known, int64_t ms)
{
	return known == 0 || ms < known ? ms : known;
}

/* Could s1spool prune have archived it long since? */
static bool
is_left(const struct delivery *d, const struct segment_file *file,
    const struct position *pos, int64_t written_ms)
{
	return stream_segment_cmp(file->name, pos->ids.segment) < 0 &&
	    d->c->now_ms - written_ms > d->c->conf->spool.hold + LATE_MS;
}

static void
ask(struct delivery *d, const struct segment_file *file,
    const struct position *pos, const struct stat *sb)
{
	int64_t written = (int64_t)sb->st_mtime * 1000;
	struct shipper_file f = { .dirfd = d->spool_dirfd,
		.path = file->path };
	char *full = xasprintf("%s/%s", d->c->conf->spool.directory,
	    file->path);
	enum shipper_answer answer;
	struct buf why;

	buf_init(&why, 4096);
	f.full_path = full;
	answer = shipper_ask(d->shipper, &f, &why);
	if (answer == SHIPPER_HAS) {
		d->left += is_left(d, file, pos, written);
	} else {
		d->waiting++;
		d->waiting_bytes += sb->st_size;
		d->oldest_ms = least_time(d->oldest_ms, written);
	}
	if (answer == SHIPPER_CANNOT_TELL && written < d->view.changed_ms &&
	    d->unclear++ == 0)
		d->why = xasprintf("%s: %s", file->path, why.p);
	buf_fini(&why);
	free(full);
}

/* Has the registry not been written since, although there was time? */
static void
look_at_age(struct delivery *d, const struct segment_file *file,
    const struct stat *sb)
{
	int64_t written = (int64_t)sb->st_mtime * 1000;
	int64_t born = file->birth_us / 1000;
	int64_t since = born > d->view.changed_ms && born < written ? born :
	    written;

	if (since > d->view.changed_ms && d->c->now_ms - since > FRESH_MS)
		d->missed_ms = least_time(d->missed_ms, since);
}

static void
look_at_segment(struct delivery *d, const struct segment_file *file,
    const struct position *pos)
{
	struct stat sb;

	if (fstatat(d->spool_dirfd, file->path, &sb, 0) != 0)
		return; /* archived meanwhile */
	d->packed += file->gz;
	look_at_age(d, file, &sb);
	if (pos->sealed[0] != '\0' &&
	    stream_segment_cmp(file->name, pos->sealed) <= 0)
		ask(d, file, pos, &sb);
}

static int
look_at_stream(void *cookie, const char *console, const char *dataset)
{
	struct delivery *d = cookie;
	char *folder = xasprintf("%s/%s", console, dataset);
	struct segment_list l = { 0 };
	struct position pos;

	position_init(&pos);
	if (d->journal != NULL &&
	    journal_get(d->journal, folder).p != NULL)
		(void)position_parse(&pos, journal_get(d->journal, folder));
	if (segment_list_add(&l, d->spool_dirfd, folder, dataset) == 0)
		for (size_t i = 0; i < l.n; i++)
			look_at_segment(d, &l.files[i], &pos);
	segment_list_fini(&l);
	position_fini(&pos);
	free(folder);
	return 0;
}

/* What is delivered goes into the archive: by a run that somebody starts. */
static void
judge_left(struct delivery *d)
{
	if (d->left > 0 && d->waiting == 0)
		finding_mend(finding_add(&d->c->found, LEVEL_WARNING,
		    &d->about, "%s: has delivered %zu files that are not "
		    "archived", d->name, d->left),
		    "let a timer run s1spool prune every few minutes");
}

/* What compress: sealed asks of a shipper. */
static void
judge_packed(struct delivery *d)
{
	struct findings *found = &d->c->found;

	if (d->c->conf->spool.compress != COMPRESS_SEALED)
		return;
	if (d->view.by_fingerprint < d->view.files)
		finding_mend(finding_add(found, LEVEL_ERROR, &d->about,
		    "%s: it tells %zu of %zu files apart by path or inode, which "
		    "packing changes: with compress: sealed it would send "
		    "them again", d->name, d->view.files - d->view.by_fingerprint,
		    d->view.files), "give its inputs the fingerprint identity "
		    "(s1spool setup filebeat does), or set spool.compress to "
		    "archive");
	else if (d->view.packed == 0 && d->packed > 0)
		finding_mend(finding_add(found, LEVEL_WARNING, &d->about,
		    "%s: %zu files are packed, and it has delivered none of "
		    "such", d->name, d->packed), "compress: sealed needs Filebeat 9.3 or later "
		    "with compression: auto and paths like *.ndjson*; else "
		    "set spool.compress to archive");
}

static void
judge_waiting(struct delivery *d)
{
	char amount[NUM_TEXT], age[NUM_TEXT];
	int64_t late = d->c->now_ms - d->oldest_ms;
	enum level level = d->waiting > 0 && late > LATE_MS ? LEVEL_WARNING :
	    LEVEL_OK;
	struct finding *f;

	if (d->waiting == 0)
		f = finding_add(&d->c->found, LEVEL_OK, &d->about,
		    "%s: knows %zu files of the spool%s", d->name,
		    d->view.files,
		    d->journal != NULL ? ", has delivered all that are sealed" :
		    "");
	else
		f = finding_add(&d->c->found, level, &d->about,
		    "%s: %zu sealed files (%s) wait, the oldest for %s",
		    d->name, d->waiting, size_text(d->waiting_bytes, amount),
		    span_text(late > 0 ? late : 0, age));
	finding_figure(f, "waiting_bytes", d->waiting_bytes);
	if (level != LEVEL_OK)
		finding_mend(f, "see its log and its output; s1spool prune "
		    "--dry-run names the files");
}

static void
judge(struct delivery *d)
{
	char age[NUM_TEXT], missed[NUM_TEXT];
	int64_t silent = d->c->now_ms - d->missed_ms;

	judge_packed(d);
	judge_left(d);
	if (d->unclear > 0)
		finding_mend(finding_add(&d->c->found, LEVEL_WARNING,
		    &d->about, "%s: of %zu files it cannot be told whether "
		    "they are delivered: %s", d->name, d->unclear, d->why),
		    "they stay in the spool; s1spool prune --dry-run names "
		    "them");
	if (d->missed_ms == 0) {
		judge_waiting(d);
		return;
	}
	finding_mend(finding_add(&d->c->found, silent > LATE_MS ?
	    LEVEL_ERROR : LEVEL_WARNING, &d->about, "%s: its registry was "
	    "written last %s ago, and lines wait for %s", d->name,
	    span_text(d->c->now_ms - d->view.changed_ms, age),
	    span_text(silent, missed)),
	    "does it run, does it reach its output, do its paths match %s?",
	    d->c->conf->spool.directory);
}

static void
probe_delivery(struct check *c, const struct subject *about,
    const struct shipper *shipper, const struct journal *journal)
{
	struct delivery d = { .c = c, .about = *about, .shipper = shipper,
		.name = shipper_name(shipper), .journal = journal };

	shipper_look(shipper, c->conf->spool.directory, &d.view);
	d.spool_dirfd = fs_open_dir(AT_FDCWD, c->conf->spool.directory);
	if (d.spool_dirfd < 0)
		return; /* told with the folders */
	if (segment_each_stream(d.spool_dirfd, look_at_stream, &d) != 0)
		finding_add(&c->found, LEVEL_WARNING, about, "the spool "
		    "cannot be read: %s", strerror(errno));
	close(d.spool_dirfd);
	judge(&d);
	free(d.why);
}

/* Root reads any registry: where root cannot, something is wrong. */
static void
tell_unreadable(struct check *c, const struct subject *about,
    const struct shipper_options *opt, const char *text)
{
	bool is_pattern = strpbrk(opt->registry, "*?[") != NULL;
	bool denied = access(opt->registry, R_OK | X_OK) != 0 &&
	    errno == EACCES;

	/* A pattern finds nothing in a folder that is closed. */
	if (geteuid() != 0 && (denied || is_pattern))
		finding_mend(finding_add(&c->found, LEVEL_WARNING, about,
		    "%s cannot be read by this user", opt->registry),
		    "run the check as root, as s1spool prune is");
	else
		finding_mend(finding_add(&c->found, LEVEL_ERROR, about, "%s",
		    text), "name the folder with its log.json in "
		    "shippers.registry; until then nothing counts as "
		    "delivered");
}

static void
probe_shipper(struct check *c, const struct conf_shipper *conf,
    const struct journal *journal)
{
	const struct subject about = { .topic = "shipper" };
	struct shipper_options opt;
	struct shipper *shipper;
	struct buf err;

	buf_init(&err, 64 << 10);
	ship_options(conf, &opt);
	shipper = shipper_read(&opt, &err);
	if (shipper != NULL)
		probe_delivery(c, &about, shipper, journal);
	else
		tell_unreadable(c, &about, &opt, err.p);
	shipper_free(shipper);
	buf_fini(&err);
}

/* Without a journal it is not known what is sealed; the daemon has not run
 * yet, or this user may not see it, which is told with the folders. */
void
probe_shippers(struct check *c)
{
	struct journal *journal;
	struct buf err;

	if (c->conf->n_shippers == 0)
		return;
	buf_init(&err, 4096);
	journal = journal_peek(c->conf->state.directory, &err);
	if (journal == NULL && errno != ENOENT && errno != EACCES)
		finding_add(&c->found, LEVEL_ERROR,
		    &(struct subject){ .topic = "daemon" }, "%s", err.p);
	buf_fini(&err);
	for (size_t i = 0; i < c->conf->n_shippers; i++)
		probe_shipper(c, &c->conf->shipper[i], journal);
	if (journal != NULL)
		journal_close(journal);
}
