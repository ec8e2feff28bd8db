/*
 * The text of a journal file.  Framed lines (frame.h), whose bodies are:
 *   {"journal":"s1spool","version":1}      first line, in every version
 *   {"k":"<key>","v":<value>}              a record; null removes the key
 *   {"commit":<number>,"records":<count>}  ends the records of one commit
 * Records count only with their commit, so a commit is whole or not there.
 */
#ifndef S1SPOOL_JOURNAL_FILE_H
#define S1SPOOL_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

/* Append one line.  0, or -1 when b is full (b unchanged). */
int journal_file_header(struct buf *b);
/* A value with p == NULL removes the key. */
int journal_file_record(struct buf *b, const char *key, struct slice value);
int journal_file_commit(struct buf *b, uint64_t number, size_t n_records);

/* May this be a key: text that needs no escape inside JSON quotes. */
bool journal_file_is_key(const char *key);

enum journal_found {
	JOURNAL_SOUND,
	JOURNAL_DAMAGED, /* every readable record counts */
	JOURNAL_LATER /* of a version that is not known: nothing was read */
};

/*
 * Read a whole file: put is called for the records that count, in order.
 * *commits is the number of the last commit, 0 without one.
 *
 * An incomplete last line, or records without their commit at the end, are
 * what a death in the middle of a write leaves: no damage, and they do not
 * count.
 */
enum journal_found journal_file_read(struct slice content,
    void (*put)(void *cookie, const char *key, struct slice value),
    void *cookie, uint64_t *commits);

#endif
