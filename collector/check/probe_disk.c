/*
 * Is there room for what is not shipped yet, and will there be?
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/check/check.h"
#include "collector/check/span.h"
#include "spool/usage.h"

#define STATE_FREE_MIN (64LL << 20)
#define INODES_MIN 1000
/* Of a budget: from here on it is worth a warning. */
#define NEARLY(bytes) ((bytes) / 5 * 4)

static const struct subject about = { .topic = "disk" };

static int64_t
free_bytes(const struct statvfs *fs)
{
	return (int64_t)fs->f_bavail * (int64_t)fs->f_frsize;
}

/* What any directory on any disk may suffer from. */
static void
judge_system(struct check *c, const char *path, const struct statvfs *fs,
    int64_t needed)
{
	char has[NUM_TEXT], wants[NUM_TEXT];

	if ((fs->f_flag & ST_RDONLY) != 0)
		finding_mend(finding_add(&c->found, LEVEL_ERROR, &about,
		    "%s is mounted read-only", path), "see to the disk, and "
		    "mount it read-write");
	if (free_bytes(fs) < needed)
		finding_mend(finding_add(&c->found, LEVEL_ERROR, &about,
		    "%s: %s are free, and %s have to be: polling waits", path,
		    size_text(free_bytes(fs), has), size_text(needed, wants)),
		    "make room on the disk");
	if (fs->f_files > 0 && fs->f_favail < INODES_MIN)
		finding_mend(finding_add(&c->found, LEVEL_ERROR, &about,
		    "%s: room for no more than %ju files", path,
		    (uintmax_t)fs->f_favail), "remove files from the disk");
}

static void
judge_budget(struct check *c, const char *console, const char *option,
    int64_t used, int64_t max)
{
	const struct subject whose = { "disk", console, NULL };
	char has[NUM_TEXT], most[NUM_TEXT];
	struct finding *f;

	if (max == 0 || used < NEARLY(max))
		return;
	f = finding_add(&c->found, used < max ? LEVEL_WARNING : LEVEL_ERROR,
	    &whose, "%s are not shipped yet, and %s is %s%s",
	    size_text(used, has), option, size_text(max, most),
	    used < max ? "" : ": polling waits");
	finding_mend(f, "see to the shipper, run s1spool prune, or raise %s",
	    option);
}

static void
judge_usage(struct check *c, const struct usage *u, const struct statvfs *fs)
{
	const struct conf *conf = c->conf;
	int64_t room = free_bytes(fs) + u->archived - conf->spool.min_free;
	int64_t wanted = conf->spool.max_size - u->unshipped;
	char a[NUM_TEXT], b[NUM_TEXT];

	judge_budget(c, NULL, "spool.max_size", u->unshipped,
	    conf->spool.max_size);
	for (size_t i = 0; i < conf->n_consoles; i++)
		if (check_wants(c, conf->console[i]))
			judge_budget(c, conf->console[i]->name, "max_size",
			    usage_of(u, conf->console[i]->name),
			    conf->console[i]->max_size);
	if (wanted > 0 && room >= 0 && room < wanted)
		finding_mend(finding_add(&c->found, LEVEL_WARNING, &about,
		    "the disk is full before spool.max_size is reached: %s are "
		    "left for a backlog of %s", size_text(room, a),
		    size_text(wanted, b)), "a larger disk, or a smaller "
		    "spool.max_size that says what to expect");
}

static void
tell_usage(struct check *c, const struct usage *u, const struct statvfs *fs)
{
	char unshipped[NUM_TEXT], archived[NUM_TEXT], left[NUM_TEXT];

	finding_figure(finding_add(&c->found, LEVEL_OK, &about, "%s: %s not "
	    "shipped or not archived yet, %s of archives, %s free",
	    c->conf->spool.directory, size_text(u->unshipped, unshipped),
	    size_text(u->archived, archived),
	    size_text(free_bytes(fs), left)), "free", free_bytes(fs));
}

static void
probe_spool(struct check *c, const struct statvfs *fs)
{
	size_t before = c->found.n;
	struct usage u = { 0 };
	int dirfd;

	judge_system(c, c->conf->spool.directory, fs, c->conf->spool.min_free);
	dirfd = fs_open_dir(AT_FDCWD, c->conf->spool.directory);
	if (dirfd < 0 || usage_measure(&u, dirfd) != 0) {
		finding_mend(finding_add(&c->found, LEVEL_WARNING, &about,
		    "%s cannot be measured: %s", c->conf->spool.directory,
		    strerror(errno)), "run the check as root or as the "
		    "daemon's user");
	} else {
		judge_usage(c, &u, fs);
		if (c->found.n == before)
			tell_usage(c, &u, fs);
	}
	usage_fini(&u);
	if (dirfd >= 0)
		close(dirfd);
}

/* A directory that is not there is told elsewhere. */
void
probe_disk(struct check *c)
{
	struct statvfs spool, state;

	if (statvfs(c->conf->spool.directory, &spool) == 0)
		probe_spool(c, &spool);
	else
		spool.f_fsid = 0;
	if (statvfs(c->conf->state.directory, &state) == 0 &&
	    state.f_fsid != spool.f_fsid)
		judge_system(c, c->conf->state.directory, &state,
		    STATE_FREE_MIN);
}
