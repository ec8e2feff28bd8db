#include "config.h"

#include "spool/idset.h"

#include <endian.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "spool/idset_internal.h"

#define SLOTS_MIN 16
#define ID_LEN 28 /* Base64 of a SHA-1 */
#define DIGEST_LEN 20

struct idset *
idset_new(size_t max_entries)
{
	struct idset *s = xcalloc(1, sizeof(*s));

	s->max = max_entries > 0 ? max_entries : 1;
	return s;
}

void
idset_clear(struct idset *s)
{
	free(s->slots);
	s->slots = NULL;
	s->n_slots = s->count = 0;
}

void
idset_free(struct idset *s)
{
	if (s == NULL)
		return;
	idset_clear(s);
	free(s);
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The digest that an id spells.  False when it has any other form. */
static bool
decode(struct slice id, unsigned char out[DIGEST_LEN])
{
	uint32_t bits = 0;
	size_t n = 0;
	int v;

	if (id.len != ID_LEN || id.p[ID_LEN - 1] != '=')
		return false;
	for (size_t i = 0; i < ID_LEN - 1; i++) {
		v = base64_value(id.p[i]);
		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		/* Of the first of four characters no byte is complete yet. */
		if (i % 4 != 0)
			out[n++] = (unsigned char)(bits >> (6 - i % 4 * 2));
	}
	return (bits & 3) == 0;
}

/* Spread a re-send number over 64 bits; 0 stays 0 (splitmix64). */
static uint64_t
mix(uint64_t v)
{
	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9u;
	v = (v ^ v >> 27) * 0x94d049bb133111ebu;
	return v ^ v >> 31;
}

struct idset_key
idset_key(struct slice id, int64_t resend)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct idset_key key;

	if (!decode(id, digest))
		SHA256((const unsigned char *)id.p, id.len, digest);
	memcpy(key.word, digest, sizeof(key.word));
	key.word[0] ^= htole64(mix((uint64_t)resend));
	return key;
}

static bool
is_key(const struct slot *slot, struct idset_key key)
{
	return slot->key.word[0] == key.word[0] &&
	    slot->key.word[1] == key.word[1];
}

/*
 * Larger hashes have later homes, in a table of any size: make_room() goes by
 * that.  Digests are random already, all their bits count all the same.
 */
static size_t
home(const struct idset *s, struct idset_key key)
{
	uint64_t hash = key.word[0] * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)((hash >> 32) * (uint64_t)s->n_slots >> 32);
}

static size_t
next(const struct idset *s, size_t i)
{
	return i + 1 < s->n_slots ? i + 1 : 0;
}

/* Steps from one slot on to another. */
static size_t
distance(const struct idset *s, size_t from, size_t to)
{
	return to >= from ? to - from : to + s->n_slots - from;
}

/* The slot of a key, or the free one where it would go. */
static size_t
find(const struct idset *s, struct idset_key key)
{
	size_t i = home(s, key);

	while (!slot_is_free(&s->slots[i]) && !is_key(&s->slots[i], key))
		i = next(s, i);
	return i;
}

bool
idset_has(const struct idset *s, struct idset_key key)
{
	return s->count > 0 && !slot_is_free(&s->slots[find(s, key)]);
}

/*
 * Free a slot without leaving a mark: later entries of the same run that may
 * stand there move up, each leaving the next gap.
 */
static void
free_slot(struct idset *s, size_t gap)
{
	size_t i = gap, from;

	for (;;) {
		i = next(s, i);
		if (slot_is_free(&s->slots[i]))
			break;
		from = home(s, s->slots[i].key);
		if (distance(s, from, i) >= distance(s, gap, i)) {
			s->slots[gap] = s->slots[i];
			gap = i;
		}
	}
	s->slots[gap].at_ms = SLOT_FREE;
	s->count--;
}

static void
put(struct idset *s, struct idset_key key, int64_t at_ms)
{
	s->slots[find(s, key)] = (struct slot){ key, at_ms };
	s->count++;
	if (at_ms < s->oldest_ms || s->count == 1)
		s->oldest_ms = at_ms;
}

static void
set_free(struct slot *slots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		slots[i].at_ms = SLOT_FREE;
}

/* Move all entries to the table's end, in their order. */
static size_t
pack(struct idset *s, size_t n_old)
{
	size_t to = s->n_slots;

	for (size_t i = n_old; i-- > 0; )
		if (!slot_is_free(&s->slots[i]))
			s->slots[--to] = s->slots[i];
	return to;
}

/*
 * Grow the table where it is: two at a time would be the most memory that the
 * process ever takes.  The entries are nearly in the order of their homes, so
 * packed to the end they leave room for those that come first.  The few whose
 * home is not free of packed ones yet wait aside.
 */
static void
make_room(struct idset *s, size_t n_slots)
{
	size_t n_old = s->n_slots, n_aside = 0, room = 0, first;
	struct slot *aside = NULL, slot;

	s->slots = xreallocarray(s->slots, n_slots, sizeof(*s->slots));
	s->n_slots = n_slots;
	first = pack(s, n_old);
	set_free(s->slots, first);
	for (size_t i = first; i < n_slots; i++) {
		slot = s->slots[i];
		s->slots[i].at_ms = SLOT_FREE;
		if (home(s, slot.key) <= i) {
			s->slots[find(s, slot.key)] = slot;
			continue;
		}
		if (n_aside == room)
			aside = xreallocarray(aside, room = room * 2 + 64,
			    sizeof(*aside));
		aside[n_aside++] = slot;
	}
	for (size_t i = 0; i < n_aside; i++)
		s->slots[find(s, aside[i].key)] = aside[i];
	free(aside);
}

static void
move_to_smaller(struct idset *s, size_t n_slots)
{
	struct slot *old = s->slots;
	size_t n_old = s->n_slots;

	s->n_slots = n_slots;
	s->slots = xreallocarray(NULL, n_slots, sizeof(*s->slots));
	set_free(s->slots, n_slots);
	for (size_t i = 0; i < n_old; i++)
		if (!slot_is_free(&old[i]))
			s->slots[find(s, old[i].key)] = old[i];
	free(old);
}

/* As many entries as that many slots may hold. */
static size_t
capacity(size_t n_slots)
{
	return n_slots - n_slots / 5;
}

void
idset_resize(struct idset *s, size_t n_entries)
{
	size_t n_slots = n_entries + n_entries / 4 + 2;

	if (n_slots < SLOTS_MIN)
		n_slots = SLOTS_MIN;
	if (n_slots > s->n_slots)
		make_room(s, n_slots);
	else if (n_slots < s->n_slots)
		move_to_smaller(s, n_slots);
}

static int
time_cmp(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The time before which a tenth of the entries lie, one at least. */
static int64_t
tenth_time(const struct idset *s)
{
	int64_t *times = xreallocarray(NULL, s->count, sizeof(*times)), at;
	size_t n = 0;

	for (size_t i = 0; i < s->n_slots; i++)
		if (!slot_is_free(&s->slots[i]))
			times[n++] = s->slots[i].at_ms;
	qsort(times, n, sizeof(*times), time_cmp);
	at = times[(n - 1) / 10];
	free(times);
	return at;
}

/*
 * Make room in a full set: everything as old as the oldest tenth goes, up to
 * that number where many have the same time.
 */
static void
drop_oldest(struct idset *s)
{
	size_t n = (s->count - 1) / 10 + 1;
	int64_t upto_ms = tenth_time(s);

	for (size_t i = 0; i < s->n_slots && n > 0; ) {
		if (slot_is_free(&s->slots[i]) || s->slots[i].at_ms > upto_ms) {
			i++;
			continue;
		}
		/* Another entry may move up here: look again. */
		free_slot(s, i);
		n--;
	}
}

bool
idset_add(struct idset *s, struct idset_key key, int64_t at_ms)
{
	struct slot *slot;

	if (at_ms == SLOT_FREE)
		at_ms++;
	if (s->n_slots == 0)
		idset_resize(s, 0);
	slot = &s->slots[find(s, key)];
	if (!slot_is_free(slot)) {
		if (at_ms > slot->at_ms)
			slot->at_ms = at_ms;
		return false;
	}

	if (s->count >= s->max)
		drop_oldest(s);
	if (s->count + 1 > capacity(s->n_slots))
		idset_resize(s, s->count + s->count / 8 + 1);
	put(s, key, at_ms);
	return true;
}

/* Give memory back once most of the table is empty. */
static void
shrink(struct idset *s)
{
	if (s->n_slots > SLOTS_MIN && s->count < s->n_slots / 8)
		idset_resize(s, s->count * 2);
}

void
idset_remove(struct idset *s, struct idset_key key)
{
	size_t i;

	if (s->count == 0)
		return;
	i = find(s, key);
	if (slot_is_free(&s->slots[i]))
		return;
	free_slot(s, i);
	shrink(s);
}

void
idset_expire(struct idset *s, int64_t at_ms)
{
	int64_t oldest_ms = INT64_MAX;

	if (s->count == 0 || at_ms <= s->oldest_ms)
		return;
	for (size_t i = 0; i < s->n_slots; ) {
		if (slot_is_free(&s->slots[i])) {
			i++;
		} else if (s->slots[i].at_ms < at_ms) {
			free_slot(s, i);
		} else {
			if (s->slots[i].at_ms < oldest_ms)
				oldest_ms = s->slots[i].at_ms;
			i++;
		}
	}
	s->oldest_ms = oldest_ms;
	shrink(s);
}

void
idset_drop_from(struct idset *s, int64_t at_ms)
{
	if (s->count == 0)
		return;
	for (size_t i = 0; i < s->n_slots; ) {
		/* Another entry may move up here: look again. */
		if (!slot_is_free(&s->slots[i]) && s->slots[i].at_ms >= at_ms)
			free_slot(s, i);
		else
			i++;
	}
	shrink(s);
}

size_t
idset_count(const struct idset *s)
{
	return s->count;
}

size_t
idset_memory_bytes(const struct idset *s)
{
	return sizeof(*s) + s->n_slots * sizeof(*s->slots);
}
