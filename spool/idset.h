/*
 * A set of document identities with the time each belongs to: what a stream
 * has spooled lately, so that a row which is read again is not written again.
 *
 * In memory an open hash table; on disk a snapshot, replaced atomically, that
 * names the stream position it stands for.  Lines behind that position are
 * read back at start, so the snapshot may be old; a damaged or missing one is
 * rebuilt from the whole stream.
 */
#ifndef S1SPOOL_IDSET_H
#define S1SPOOL_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "spool/stream.h"

/* 128 bits of the identity's digest; equal keys are equal identities. */
struct idset_key {
	uint64_t word[2];
};

struct idset;

/* An empty set of at most max_entries; past that the oldest tenth (by time)
 * is dropped. */
struct idset *idset_new(size_t max_entries);
void idset_free(struct idset *s);

/*
 * The key of a spool id (the 28 characters of Base64 of a SHA-1: its first 16
 * bytes, decoded) and a re-send number.  An id of any other form is hashed
 * with SHA-256 first.
 */
struct idset_key idset_key(struct slice id, int64_t resend);

bool idset_has(const struct idset *s, struct idset_key key);

/* Add with its time in milliseconds.  False when it was there (the later of
 * the two times is kept). */
bool idset_add(struct idset *s, struct idset_key key, int64_t at_ms);
void idset_remove(struct idset *s, struct idset_key key);

/* Forget everything with a time before at_ms. */
void idset_expire(struct idset *s, int64_t at_ms);
/* ... and everything with this time or a later one. */
void idset_drop_from(struct idset *s, int64_t at_ms);

size_t idset_count(const struct idset *s);
/* For tests and measurements: what it has allocated. */
size_t idset_memory_bytes(const struct idset *s);

/* Write a snapshot that stands for everything up to pos.  0 or -1 + errno. */
int idset_save(const struct idset *s, int dirfd, const char *name,
    const struct stream_pos *pos);

/*
 * Load a snapshot into an empty set.  0 with *pos; -1 with errno, and the set
 * is empty then: ENOENT when there is none, EBADMSG when it is damaged,
 * EPROTONOSUPPORT when it is of a later version.
 */
int idset_load(struct idset *s, int dirfd, const char *name,
    struct stream_pos *pos);

#endif
