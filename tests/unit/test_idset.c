#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "spool/idset.h"
#include "tests/faults/fault.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static struct idset_key
key_of(unsigned n)
{
	char id[32];

	snprintf(id, sizeof(id), "id %u", n);
	return idset_key(slice_of(id), 0);
}

static bool
same(struct idset_key a, struct idset_key b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static void
test_key_is_the_digest(void)
{
	/* SHA-1 of the empty text: da39a3ee 5e6b4b0d 3255bfef 95601890 ... */
	static const unsigned char sha1[16] = { 0xda, 0x39, 0xa3, 0xee, 0x5e,
		0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18,
		0x90 };
	/* SHA-256 of "abc". */
	static const unsigned char sha256[16] = { 0xba, 0x78, 0x16, 0xbf,
		0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae,
		0x22, 0x23 };
	const struct slice id = SLICE("2jmj7l5rSw0yVb/vlWAYkK/YBwk=");
	struct idset_key key = idset_key(id, 0);

	CU_ASSERT_EQUAL(memcmp(key.word, sha1, sizeof(sha1)), 0);
	key = idset_key(SLICE("abc"), 0);
	CU_ASSERT_EQUAL(memcmp(key.word, sha256, sizeof(sha256)), 0);

	CU_ASSERT_FALSE(same(idset_key(id, 1), idset_key(id, 0)));
	CU_ASSERT_FALSE(same(idset_key(id, 1), idset_key(id, 2)));
	CU_ASSERT_TRUE(same(idset_key(id, 2), idset_key(id, 2)));
}

/* Only the one spelling of a digest is decoded; all else is hashed whole. */
static void
test_key_of_other_forms(void)
{
	static const char *const others[] = {
		"2jmj7l5rSw0yVb/vlWAYkK/YBwl=", /* bits beyond the digest */
		"2jmj7l5rSw0yVb/vlWAYkK/YBwkA",
		"2jmj7l5rSw0yVb-vlWAYkK/YBwk=",
		"2jmj7l5rSw0yVb/vlWAYkK/YBwk", "", "2jmj7l5rSw0yVb/vlWAYkK/YB==="
	};
	struct idset_key key;

	key = idset_key(SLICE("2jmj7l5rSw0yVb/vlWAYkK/YBwk="), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CU_ASSERT_FALSE(same(idset_key(slice_of(others[i]), 0), key));
}

static void
test_later_time_is_kept(void)
{
	struct idset *s = idset_new(10);

	CU_ASSERT_FALSE(idset_has(s, key_of(1)));
	CU_ASSERT_TRUE(idset_add(s, key_of(1), 500));
	CU_ASSERT_FALSE(idset_add(s, key_of(1), 400));
	idset_expire(s, 500);
	CU_ASSERT_TRUE(idset_has(s, key_of(1)));
	CU_ASSERT_FALSE(idset_add(s, key_of(1), 600));
	idset_expire(s, 600);
	CU_ASSERT_TRUE(idset_has(s, key_of(1)));
	idset_expire(s, 601);
	CU_ASSERT_FALSE(idset_has(s, key_of(1)));
	CU_ASSERT_EQUAL(idset_count(s), 0);
	idset_remove(s, key_of(1));
	idset_free(s);
}

/*
 * Random operations against plain arrays, on few keys so that runs are long,
 * collide and wrap around.
 */
#define MODEL_KEYS 3000

struct model {
	bool in[MODEL_KEYS];
	int64_t at[MODEL_KEYS];
	size_t count;
};

static void
step(struct idset *s, struct model *m, unsigned op, unsigned n, int64_t at)
{
	if (op < 60) {
		CU_ASSERT_EQUAL(idset_add(s, key_of(n), at), !m->in[n]);
		m->count += !m->in[n];
		if (!m->in[n] || at > m->at[n])
			m->at[n] = at;
		m->in[n] = true;
	} else if (op < 99) {
		idset_remove(s, key_of(n));
		m->count -= m->in[n];
		m->in[n] = false;
	} else {
		bool late = n % 2 == 0;

		if (late)
			idset_drop_from(s, at + 500);
		else
			idset_expire(s, at);
		for (size_t i = 0; i < MODEL_KEYS; i++)
			if (m->in[i] &&
			    (late ? m->at[i] >= at + 500 : m->at[i] < at)) {
				m->in[i] = false;
				m->count--;
			}
	}
}

static bool
agree(const struct idset *s, const struct model *m)
{
	for (unsigned i = 0; i < MODEL_KEYS; i++)
		if (idset_has(s, key_of(i)) != m->in[i])
			return false;
	return idset_count(s) == m->count;
}

static void
test_against_a_model(void)
{
	static struct model m;
	struct idset *s = idset_new(1000000);
	unsigned short seed[3] = { 1, 2, 3 };

	for (unsigned round = 0; round < 40; round++) {
		/* Waves of growing and of shrinking. */
		long bias = round % 2 == 0 ? 100 : 60;

		for (unsigned i = 0; i < 2000; i++) {
			unsigned op = (unsigned)(nrand48(seed) % 100 * 60 /
			    bias);

			if (round % 2 == 1)
				op = (unsigned)(40 + nrand48(seed) % 60);
			/* Keep expiry rare. */
			if (op == 99 && nrand48(seed) % 50 != 0)
				op = 98;
			step(s, &m, op, (unsigned)(nrand48(seed) % MODEL_KEYS),
			    nrand48(seed) % 1000);
		}
		CU_ASSERT_TRUE_FATAL(agree(s, &m));
	}
	idset_free(s);
}

static void
test_full_set_drops_the_oldest(void)
{
	struct idset *s = idset_new(100);

	/* The older the larger the number. */
	for (unsigned i = 0; i < 100; i++)
		idset_add(s, key_of(i), 1000 - (int64_t)i);
	idset_add(s, key_of(500), 2000);
	CU_ASSERT_EQUAL(idset_count(s), 91);
	for (unsigned i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(idset_has(s, key_of(i)), i < 90);
	CU_ASSERT_TRUE(idset_has(s, key_of(500)));

	/* All of one age: a tenth of them, not all. */
	idset_expire(s, 3000);
	for (unsigned i = 0; i < 101; i++)
		idset_add(s, key_of(i), 7);
	CU_ASSERT_EQUAL(idset_count(s), 91);
	idset_free(s);

	s = idset_new(1);
	idset_add(s, key_of(1), 1);
	idset_add(s, key_of(2), 2);
	CU_ASSERT_EQUAL(idset_count(s), 1);
	CU_ASSERT_TRUE(idset_has(s, key_of(2)));
	idset_free(s);
}

static void
test_memory(void)
{
	struct idset *s = idset_new(1000000);

	for (unsigned i = 0; i < 100000; i++)
		idset_add(s, key_of(i), i);
	/* 24 bytes each, in a table of which four fifths are used when it
	 * grows by an eighth. */
	CU_ASSERT_TRUE(idset_memory_bytes(s) <= 100000 * 35);
	idset_expire(s, 99990);
	CU_ASSERT_EQUAL(idset_count(s), 10);
	CU_ASSERT_TRUE(idset_memory_bytes(s) < 2000);
	idset_free(s);
}

static const struct stream_pos pos = { "threat-20260101T000000.000000Z-"
	"000000000001.ndjson", 123456789 };

static void
save(const char *dir, unsigned n)
{
	struct idset *s = idset_new(100000);
	int dirfd = fs_open_dir(AT_FDCWD, dir);

	for (unsigned i = 0; i < n; i++)
		idset_add(s, key_of(i), 1000 + i);
	CU_ASSERT_EQUAL(idset_save(s, dirfd, "ids", &pos), 0);
	close(dirfd);
	idset_free(s);
}

/* The errno of loading the snapshot, 0 when it loads. */
static int
load(struct idset *s, const char *dir, struct stream_pos *at)
{
	int dirfd = fs_open_dir(AT_FDCWD, dir), r;

	r = idset_load(s, dirfd, "ids", at) < 0 ? errno : 0;
	close(dirfd);
	return r;
}

static void
test_snapshot(void)
{
	static const unsigned sizes[] = { 0, 1, 2047, 2048, 2049, 10000 };
	char *dir = scratch_make();

	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		struct idset *s = idset_new(100000);
		struct stream_pos at;

		save(dir, sizes[k]);
		CU_ASSERT_EQUAL(load(s, dir, &at), 0);
		UNIT_TEXT(at.segment, pos.segment);
		CU_ASSERT_EQUAL(at.offset, pos.offset);
		CU_ASSERT_EQUAL(idset_count(s), sizes[k]);
		for (unsigned i = 0; i < sizes[k]; i++)
			CU_ASSERT_TRUE(idset_has(s, key_of(i)));
		/* The times came along. */
		idset_expire(s, 1000 + sizes[k] / 2);
		CU_ASSERT_EQUAL(idset_count(s), sizes[k] - sizes[k] / 2);
		idset_free(s);
	}
	scratch_remove(dir);
}

/* A smaller set than the one that was saved keeps its bound. */
static void
test_snapshot_into_smaller_set(void)
{
	char *dir = scratch_make();
	struct idset *s = idset_new(100);
	struct stream_pos at;

	save(dir, 5000);
	CU_ASSERT_EQUAL(load(s, dir, &at), 0);
	CU_ASSERT_TRUE(idset_count(s) <= 100);
	CU_ASSERT_TRUE(idset_has(s, key_of(4999)));
	idset_free(s);
	scratch_remove(dir);
}

/* Cut anywhere, any byte changed, a byte too many: never anything in it. */
static void
test_damaged_snapshot(void)
{
	char *dir = scratch_make(), *good;
	struct idset *s = idset_new(100000);
	struct stream_pos at = { "untouched", 7 };
	size_t len;

	CU_ASSERT_EQUAL(load(s, dir, &at), ENOENT);
	save(dir, 20);
	good = scratch_read(dir, "ids", &len);
	for (size_t n = 0; n < len; n++) {
		scratch_write(dir, "ids", (struct slice){ good, n });
		CU_ASSERT_EQUAL(load(s, dir, &at), EBADMSG);
		CU_ASSERT_EQUAL(idset_count(s), 0);
	}
	for (size_t n = 0; n < len; n++) {
		good[n] ^= 1 << n % 8;
		scratch_write(dir, "ids", (struct slice){ good, len });
		CU_ASSERT_EQUAL(load(s, dir, &at), EBADMSG);
		CU_ASSERT_EQUAL(idset_count(s), 0);
		good[n] ^= 1 << n % 8;
	}
	UNIT_TEXT(at.segment, "untouched");
	scratch_write(dir, "ids", (struct slice){ good, len });
	CU_ASSERT_EQUAL(load(s, dir, &at), 0);
	CU_ASSERT_EQUAL(idset_count(s), 20);
	scratch_append(dir, "ids", SLICE("x"));
	idset_free(s);
	s = idset_new(100000);
	CU_ASSERT_EQUAL(load(s, dir, &at), EBADMSG);
	free(good);
	idset_free(s);
	scratch_remove(dir);
}

static void
test_failed_save_keeps_the_old(void)
{
	static const struct fault faults[] = {
		{ .call = "write", .path = "ids", .error = ENOSPC },
		{ .call = "write", .path = "ids", .nth = 2, .error = EIO,
		    .short_bytes = 5 },
		{ .call = "fsync", .path = "ids", .error = EIO },
		{ .call = "renameat", .path = "ids", .error = EIO },
	};
	char *dir = scratch_make();
	int dirfd = fs_open_dir(AT_FDCWD, dir);
	struct idset *s = idset_new(100), *old;
	struct stream_pos at;

	save(dir, 3);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		fault_set(&faults[i]);
		CU_ASSERT_EQUAL(idset_save(s, dirfd, "ids", &pos), -1);
		CU_ASSERT_EQUAL(errno, faults[i].error);
		old = idset_new(100);
		CU_ASSERT_EQUAL(load(old, dir, &at), 0);
		CU_ASSERT_EQUAL(idset_count(old), 3);
		idset_free(old);
	}
	fault_set(NULL);
	idset_free(s);
	close(dirfd);
	scratch_remove(dir);
}

static const struct unit_test tests[] = {
	{ "a key is the digest that the id spells", test_key_is_the_digest },
	{ "ids of other forms", test_key_of_other_forms },
	{ "of two times the later counts", test_later_time_is_kept },
	{ "random operations against a model", test_against_a_model },
	{ "a full set drops its oldest tenth", test_full_set_drops_the_oldest },
	{ "memory is bounded and given back", test_memory },
	{ "snapshot and back", test_snapshot },
	{ "snapshot into a smaller set", test_snapshot_into_smaller_set },
	{ "a damaged snapshot is refused", test_damaged_snapshot },
	{ "a failed save keeps the old one", test_failed_save_keeps_the_old },
};

UNIT_MAIN("idset", tests)
