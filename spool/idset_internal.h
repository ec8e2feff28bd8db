/*
 * The table of an idset, for idset.c and its snapshots.
 */
#ifndef S1SPOOL_IDSET_INTERNAL_H
#define S1SPOOL_IDSET_INTERNAL_H

#include "spool/idset.h"

#define SLOT_FREE INT64_MIN

/* 24 bytes an entry: a free slot is told by its time. */
struct slot {
	struct idset_key key;
	int64_t at_ms;
};

/*
 * Open addressing with linear probing: a key stands in the first free slot
 * from its home on, without gaps between.  At most four fifths are used.
 */
struct idset {
	struct slot *slots;
	size_t n_slots; /* 0 before the first entry */
	size_t count;
	size_t max;
	size_t dropped;
	int64_t oldest_ms; /* no entry is older; of no meaning without any */
};

static inline bool
slot_is_free(const struct slot *slot)
{
	return slot->at_ms == SLOT_FREE;
}

/* Move to a table that has room for n_entries, at least those there are. */
void idset_resize(struct idset *s, size_t n_entries);

/* Forget all entries. */
void idset_clear(struct idset *s);

#endif
