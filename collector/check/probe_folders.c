/*
 * The spool and the state directory: are they there, whose are they, and is
 * something in them that the daemon cannot use?
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "collector/check/check.h"
#include "collector/check/rights.h"

#define DEPTH_MAX 4 /* <spool>/<console>/archive/<dataset>/ */
#define ENTRIES_MAX 200000 /* more are not looked at */

/* One of the two directories. */
struct folder {
	struct check *c;
	struct subject about;
	const char *path, *option;
	const struct user *daemon;
	struct stat sb;
	size_t entries, foreign, closed;
	char *example; /* of what is foreign; owned */
};

static void look_into(struct folder *f, int dirfd, const char *path,
    int depth);

static void
look_at(struct folder *f, int dirfd, const char *folder, const char *name,
    int depth)
{
	struct stat sb;
	char *path;

	if (fstatat(dirfd, name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return; /* gone meanwhile */
	f->entries++;
	path = xasprintf("%s/%s", folder, name);
	if (sb.st_uid != f->sb.st_uid && f->foreign++ == 0)
		f->example = xstrdup(path);
	if (S_ISDIR(sb.st_mode) && depth < DEPTH_MAX)
		look_into(f, dirfd, path, depth + 1);
	free(path);
}

static void
look_into(struct folder *f, int dirfd, const char *path, int depth)
{
	const char *name = depth == 0 ? path : strrchr(path, '/') + 1;
	int fd = fs_open_dir(dirfd, name);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (d == NULL) {
		f->closed += errno == EACCES;
		if (fd >= 0)
			close(fd);
		return;
	}
	while (f->entries < ENTRIES_MAX && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			look_at(f, fd, path, e->d_name, depth);
	closedir(d);
}

static void
tell_missing(struct folder *f, int error)
{
	struct finding *x;

	if (error == EACCES) {
		x = finding_add(&f->c->found, LEVEL_WARNING, &f->about,
		    "%s cannot be seen by this user", f->path);
		finding_mend(x, "run the check as root or as the daemon's user");
		return;
	}
	x = finding_add(&f->c->found, LEVEL_ERROR, &f->about, "%s: %s",
	    f->path, strerror(error));
	finding_mend(x, "install -d -m 0750 -o s1spool -g s1spool %s, or set "
	    "%s", f->path, f->option);
}

/* What of the folder itself is not as it should be; the number of findings. */
static size_t
judge_folder(struct folder *f)
{
	size_t before = f->c->found.n;
	struct findings *found = &f->c->found;
	struct buf text;

	buf_init(&text, 4096);
	if (!S_ISDIR(f->sb.st_mode))
		finding_add(found, LEVEL_ERROR, &f->about,
		    "%s is no directory", f->path);
	else if (f->daemon != NULL && f->sb.st_uid != f->daemon->uid) {
		rights_text(&f->sb, &text);
		finding_mend(finding_add(found, LEVEL_ERROR, &f->about,
		    "%s (%s) is not that of user %s, who owns the spool",
		    f->path, text.p, f->daemon->name), "chown -R %s %s",
		    f->daemon->name, f->path);
	} else if (f->daemon != NULL && user_may_reach(f->daemon, f->path,
	    R_OK | W_OK | X_OK, &text) != 0)
		finding_mend(finding_add(found, LEVEL_ERROR, &f->about, "%s",
		    text.p), "chmod u=rwx %s, chmod +x for the folders above "
		    "it", f->path);
	buf_fini(&text);
	if ((f->sb.st_mode & S_IRWXO) != 0)
		finding_mend(finding_add(found, (f->sb.st_mode & S_IWOTH) != 0 ?
		    LEVEL_ERROR : LEVEL_WARNING, &f->about,
		    "%s is open to everybody (mode %04o)", f->path,
		    (unsigned)f->sb.st_mode & 07777), "chmod o= %s", f->path);
	return found->n - before;
}

static size_t
judge_content(struct folder *f)
{
	struct findings *found = &f->c->found;

	look_into(f, AT_FDCWD, f->path, 0);
	if (f->foreign > 0)
		finding_mend(finding_add(found, LEVEL_ERROR, &f->about,
		    "%zu files or folders in %s are not its owner's, such as "
		    "%s: was s1spool run as another user?", f->foreign,
		    f->path, f->example), "chown -R --reference=%s %s",
		    f->path, f->path);
	free(f->example);
	if (f->closed > 0)
		finding_mend(finding_add(found, LEVEL_WARNING, &f->about,
		    "%s cannot be looked into by this user", f->path),
		    "run the check as root or as the daemon's user");
	return f->foreign + f->closed;
}

static void
probe_folder(struct check *c, const char *path, const char *option,
    const struct user *daemon)
{
	struct folder f = { .c = c, .about = { .topic = "folders" },
		.path = path, .option = option, .daemon = daemon };
	struct buf text;

	if (stat(path, &f.sb) != 0) {
		tell_missing(&f, errno);
		return;
	}
	if (judge_folder(&f) + judge_content(&f) > 0)
		return;
	buf_init(&text, 256);
	rights_text(&f.sb, &text);
	finding_figure(finding_add(&c->found, LEVEL_OK, &f.about,
	    "%s: %s, %zu entries", path, text.p, f.entries), "entries",
	    (int64_t)f.entries);
	buf_fini(&text);
}

void
probe_folders(struct check *c)
{
	struct user daemon;
	bool known = user_of_daemon(&daemon, c->conf);

	probe_folder(c, c->conf->spool.directory, "spool.directory",
	    known ? &daemon : NULL);
	probe_folder(c, c->conf->state.directory, "state.directory",
	    known ? &daemon : NULL);
	if (known)
		user_fini(&daemon);
}
