/*
 * Files that are whole or not there, and directories that are synced.
 * All functions: 0 or a descriptor on success, -1 with errno on failure.
 * Descriptors are close-on-exec and belong to the caller.
 */
#ifndef S1SPOOL_FSUTIL_H
#define S1SPOOL_FSUTIL_H

#include <sys/types.h>

#include "collector/base/buf.h"

/* Write all n bytes unless an error stops it.  Returns bytes written; less
 * than n means errno is set. */
size_t fs_write_full(int fd, const void *p, size_t n);

/* Does this errno say that a file system, or a user's part of it, is full? */
bool fs_is_full(int error);

/* Append the file's whole content to b.  EFBIG when b's cap is too small; b is
 * as it was on failure. */
int fs_read_file(int dirfd, const char *name, struct buf *b);

/*
 * Replace dirfd/name by content: temporary name (name.tmp) beside it, fsync,
 * rename, fsync of the directory.  The file has the given mode whatever the
 * umask is; name is no path.  On failure the old file is as it was; only when
 * the very last step failed, the new content may be there already.
 */
int fs_replace(int dirfd, const char *name, struct slice content, mode_t mode);

/*
 * The same in steps, for content that is not in memory as a whole: write to
 * the descriptor that fs_replace_begin() returns, then end it or cancel it.
 * A successful fs_replace_end() leaves the descriptor open, on the new file;
 * after a failed one only fs_replace_cancel() remains to be called, which
 * closes it, removes the temporary file and preserves errno.
 */
int fs_replace_begin(int dirfd, const char *name, mode_t mode);
int fs_replace_end(int dirfd, const char *name, int fd);
void fs_replace_cancel(int dirfd, const char *name, int fd);

/* fsync a directory, so that names made in it survive a power cut: an open one,
 * or one below dirfd. */
int fs_sync_dir(int dirfd);
int fs_sync_folder(int dirfd, const char *path);

/* Make a directory below dirfd (AT_FDCWD) with its missing parents, and sync
 * the parents of what was made. */
int fs_mkdirs(int dirfd, const char *path, mode_t mode);

/* Open a directory for *at() calls. */
int fs_open_dir(int dirfd, const char *path);

/*
 * Create dirfd/name if needed and take an exclusive advisory lock on it, with
 * the own process id as content.  Returns a descriptor that holds the lock
 * until closed.  EWOULDBLOCK when another process holds it: *holder is then
 * its process id, 0 if unknown.
 */
int fs_lock(int dirfd, const char *name, pid_t *holder);

#endif
