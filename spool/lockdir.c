#include "config.h"

#include "spool/lockdir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fsutil.h"

#define LOCK_NAME ".lock"

/* Opening failed: say why and what to do. */
static void
explain_open(struct buf *err, const char *path, const char *what,
    const char *option)
{
	if (errno == ENOENT)
		buf_addf(err, "%s directory %s does not exist: create it or "
		    "set %s", what, path, option);
	else
		buf_addf(err, "%s directory %s: %s", what, path,
		    strerror(errno));
}

/* Making the lock file failed: most likely a matter of permissions. */
static void
explain_denied(struct buf *err, const char *path, const char *what)
{
	const struct passwd *pw;
	int cause = errno;

	if (cause != EACCES && cause != EPERM) {
		buf_addf(err, "%s directory %s: cannot write .lock: %s", what,
		    path, strerror(cause));
		return;
	}
	pw = getpwuid(geteuid());
	if (pw != NULL)
		buf_addf(err, "%s directory %s is not writable for user %s",
		    what, path, pw->pw_name);
	else
		buf_addf(err, "%s directory %s is not writable for user "
		    "id %lu", what, path, (unsigned long)geteuid());
}

static void
explain_held(struct buf *err, const char *path, const char *what, pid_t holder)
{
	if (holder == getpid())
		buf_addf(err, "%s directory %s is in use by this process "
		    "already: spool and state need a directory each", what,
		    path);
	else if (holder > 0)
		buf_addf(err, "%s directory %s is held by process %ld "
		    "(another s1spool?)", what, path, (long)holder);
	else
		buf_addf(err, "%s directory %s is held by another process "
		    "(another s1spool?)", what, path);
}

int
lockdir_open(struct lockdir *d, const char *path, const char *what,
    const char *option, struct buf *err)
{
	pid_t holder = 0;

	d->dirfd = fs_open_dir(AT_FDCWD, path);
	if (d->dirfd < 0) {
		explain_open(err, path, what, option);
		return -1;
	}
	d->lockfd = fs_lock(d->dirfd, LOCK_NAME, &holder);
	if (d->lockfd >= 0)
		return 0;

	if (errno == EWOULDBLOCK)
		explain_held(err, path, what, holder);
	else
		explain_denied(err, path, what);
	close(d->dirfd);
	return -1;
}

void
lockdir_close(struct lockdir *d)
{
	close(d->lockfd);
	close(d->dirfd);
}

/* "1: FLOCK  ADVISORY  WRITE 4711 fe:01:123456 0 EOF".  By the inode alone:
 * some file systems tell another device here than stat(2) does. */
pid_t
lockdir_holder(const char *path)
{
	int dirfd = fs_open_dir(AT_FDCWD, path), pid;
	uintmax_t inode;
	struct stat sb;
	pid_t holder = 0;
	char line[256];
	FILE *f = NULL;

	if (dirfd >= 0 && fstatat(dirfd, LOCK_NAME, &sb, 0) == 0)
		f = fopen("/proc/locks", "re");
	if (dirfd >= 0)
		close(dirfd);
	if (f == NULL)
		return dirfd >= 0 && errno == ENOENT ? 0 : -1;
	while (holder == 0 && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%*s FLOCK %*s WRITE %d %*x:%*x:%ju", &pid,
		    &inode) == 2 && inode == sb.st_ino)
			holder = pid;
	fclose(f);
	return holder;
}
