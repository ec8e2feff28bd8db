#include "config.h"

#include "spool/lockdir.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include "collector/base/fsutil.h"

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
	d->lockfd = fs_lock(d->dirfd, ".lock", &holder);
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
