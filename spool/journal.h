/*
 * The journal: one append-only, checksummed file that holds all positions of
 * the process as a map from a key to a JSON text.  The newest record of a key
 * wins.  Compacted by writing a new file and renaming it.
 */
#ifndef S1SPOOL_JOURNAL_H
#define S1SPOOL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/base/buf.h"

struct journal;

/*
 * Open <dir>/journal, taking the lock of the state directory, and read it.  A
 * torn tail (the process died while writing) is dropped.  A file with damage
 * before its tail or an unreadable header is kept aside as
 * journal.damaged-<time>, everything readable in it is used, and *damaged is
 * set.  Begins with a compacted file; on a full disk the first commit does, and
 * what is there stays.  NULL with a message in err and errno when the directory
 * is missing, not writable or locked (EWOULDBLOCK), or the file cannot be read
 * or is of a later version (EPROTONOSUPPORT).
 */
struct journal *journal_open(const char *dir, bool *damaged, struct buf *err);

/*
 * Read <dir>/journal, which another process may be writing, as it is now: for
 * journal_get(), journal_each() and journal_close() only.  NULL with a message
 * in err and errno when there is none, EBADMSG when it is damaged,
 * EPROTONOSUPPORT when it is of a later version.
 */
struct journal *journal_peek(const char *dir, struct buf *err);

/* Close without committing. */
void journal_close(struct journal *j);

/* The newest value of a key, borrowed until its next put or remove; a slice
 * with p == NULL when there is none. */
struct slice journal_get(const struct journal *j, const char *key);

/* Change a value in memory and queue the record; durable after a successful
 * journal_commit().  `value` is copied and must be one line of JSON; a key is
 * printable ASCII without quotes and backslashes. */
void journal_put(struct journal *j, const char *key, struct slice value);
void journal_remove(struct journal *j, const char *key);

/* Call fn for each key with the given prefix, in key order.  fn must not put
 * or remove. */
void journal_each(const struct journal *j, const char *prefix,
    void (*fn)(void *cookie, const char *key, struct slice value),
    void *cookie);

/*
 * Append all queued records with one write and one fdatasync, as a whole: after
 * a death either all or none of them are there.  Compacts the file when it has
 * grown far beyond its content.  0, or -1 with errno: then nothing of the queue
 * counts as durable; it stays queued, and the next commit writes a whole new
 * file.
 */
int journal_commit(struct journal *j);
bool journal_is_dirty(const struct journal *j);

/* The state directory's descriptor, for files beside the journal. */
int journal_dirfd(const struct journal *j);

#endif
