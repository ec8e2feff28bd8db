/*
 * State files of every version that there has been, as they were written then,
 * are read; those of a later version are refused and left alone.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/walk/position.h"
#include "collector/walk/work.h"
#include "spool/idset.h"
#include "spool/journal.h"
#include "spool/version.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define RECORDS                                                              \
	"e080c922 {\"k\":\"acme/threat\",\"v\":{\"version\":1,\"watermark\"" \
	":1700000000000,\"passes\":[1699999990000,null,null,null],\"end\":{" \
	"\"segment\":\"threat-a-2.ndjson\",\"offset\":4711}}}\n"             \
	"6857e48c {\"k\":\"acme/threat#work\",\"v\":{\"version\":1,\"of\":"  \
	"\"17 0 c\",\"parents\":[[\"7\",null,null]]}}\n"                     \
	"63b53694 {\"commit\":1,\"records\":2}\n"

static const char journal_1[] =
    "ea544b66 {\"journal\":\"s1spool\",\"version\":1}\n" RECORDS;

static const char journal_2[] =
    "c17918a5 {\"journal\":\"s1spool\",\"version\":2}\n" RECORDS;

/* Of one entry, the digest of the empty text.  The segment's name is padded
 * with NUL bytes to STREAM_NAME_MAX. */
static const unsigned char idset_1_head[] = {
	0x53, 0x31, 0x49, 0x44, 0x53, 0x45, 0x54, 0x01, 0x01, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x0c, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x74, 0x68, 0x72, 0x65, 0x61, 0x74, 0x2d, 0x61, 0x2d,
	0x32, 0x2e, 0x6e, 0x64, 0x6a, 0x73, 0x6f, 0x6e,
};
static const unsigned char idset_1_tail[] = {
	0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf,
	0xef, 0x95, 0x60, 0x18, 0x90, 0x00, 0x68, 0xe5, 0xcf, 0x8b, 0x01,
	0x00, 0x00, 0x2b, 0x34, 0xc4, 0xd1,
};
#define IDSET_1_SIZE 180

static const unsigned char idset_2[] = {
	0x53, 0x31, 0x49, 0x44, 0x53, 0x45, 0x54, 0x02, 0x73, 0x6f, 0x6d,
	0x65, 0x74, 0x68, 0x69, 0x6e, 0x67, 0x20, 0x65, 0x6c, 0x73, 0x65,
	0xda, 0xfe, 0x9c, 0x3f,
};

static void
test_what_counts(void)
{
	CU_ASSERT_EQUAL(version_check(1, 1), VERSION_KNOWN);
	CU_ASSERT_EQUAL(version_check(1, 3), VERSION_KNOWN);
	CU_ASSERT_EQUAL(version_check(4, 3), VERSION_LATER);
	CU_ASSERT_EQUAL(version_check(INT64_MAX, 1), VERSION_LATER);
	CU_ASSERT_EQUAL(version_check(0, 1), VERSION_NONE);
	CU_ASSERT_EQUAL(version_check(-1, 1), VERSION_NONE);
}

static void
test_journal_1(void)
{
	char *dir = scratch_make();
	bool damaged = true;
	struct journal *j;
	struct position p;
	struct work w;
	struct buf err;

	scratch_write(dir, "journal", slice_of(journal_1));
	buf_init(&err, 1000);
	j = journal_open(dir, &damaged, &err);
	UNIT_TEXT(err.p, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(j);
	CU_ASSERT_FALSE(damaged);

	position_init(&p);
	CU_ASSERT_EQUAL(position_parse(&p, journal_get(j, "acme/threat")), 0);
	CU_ASSERT_EQUAL(p.coverage.watermark, 1700000000000);
	CU_ASSERT_EQUAL(p.end.offset, 4711);
	position_fini(&p);

	work_init(&w, 100);
	CU_ASSERT_EQUAL(work_parse(&w, journal_get(j, "acme/threat#work")), 0);
	CU_ASSERT_EQUAL_FATAL(w.n, 1);
	UNIT_TEXT(w.parent[0].key[0], "7");
	work_reset(&w);

	journal_close(j);
	buf_fini(&err);
	scratch_remove(dir);
}

/* Neither read nor replaced, and no copy made of it. */
static void
test_later_journal(void)
{
	char *dir = scratch_make(), *text;
	bool damaged = true;
	struct buf err;

	scratch_write(dir, "journal", slice_of(journal_2));
	buf_init(&err, 1000);
	CU_ASSERT_PTR_NULL(journal_open(dir, &damaged, &err));
	CU_ASSERT_EQUAL(errno, EPROTONOSUPPORT);
	CU_ASSERT_FALSE(damaged);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, "/journal was written by a later "
	    "version of s1spool"));
	buf_reset(&err);
	CU_ASSERT_PTR_NULL(journal_peek(dir, &err));
	CU_ASSERT_EQUAL(errno, EPROTONOSUPPORT);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, "a later version"));
	buf_fini(&err);

	text = scratch_read(dir, "journal", NULL);
	UNIT_TEXT(text, journal_2);
	free(text);
	text = scratch_list(dir, ".");
	UNIT_TEXT(text, "journal");
	free(text);
	scratch_remove(dir);
}

static void
test_later_records(void)
{
	struct position p;
	struct work w;

	position_init(&p);
	CU_ASSERT_EQUAL(position_parse(&p, SLICE("{\"version\":2}")), -1);
	CU_ASSERT_EQUAL(errno, EPROTONOSUPPORT);
	CU_ASSERT_EQUAL(position_parse(&p, SLICE("{\"version\":0}")), -1);
	CU_ASSERT_EQUAL(errno, EBADMSG);
	position_fini(&p);

	/* What is to be asked for can be listed again. */
	work_init(&w, 100);
	CU_ASSERT_EQUAL(work_parse(&w,
	    SLICE("{\"version\":2,\"parents\":[[\"7\"]]}")), -1);
	CU_ASSERT_EQUAL(w.n, 0);
	work_reset(&w);
}

/* Load what is in the file "ids"; its errno, 0 for success. */
static int
load(const char *dir, struct idset *s, struct stream_pos *pos)
{
	int dirfd = fs_open_dir(AT_FDCWD, dir), r;

	CU_ASSERT_FATAL(dirfd >= 0);
	r = idset_load(s, dirfd, "ids", pos) == 0 ? 0 : errno;
	close(dirfd);
	return r;
}

static void
write_bytes(const char *dir, const void *p, size_t n)
{
	scratch_write(dir, "ids", (struct slice){ p, n });
}

static void
test_idset_1(void)
{
	unsigned char file[IDSET_1_SIZE] = { 0 };
	struct idset *s = idset_new(10);
	char *dir = scratch_make();
	struct stream_pos pos;

	memcpy(file, idset_1_head, sizeof(idset_1_head));
	memcpy(file + IDSET_1_SIZE - sizeof(idset_1_tail), idset_1_tail,
	    sizeof(idset_1_tail));
	write_bytes(dir, file, sizeof(file));
	CU_ASSERT_EQUAL(load(dir, s, &pos), 0);
	CU_ASSERT_EQUAL(idset_count(s), 1);
	CU_ASSERT_TRUE(idset_has(s,
	    idset_key(SLICE("2jmj7l5rSw0yVb/vlWAYkK/YBwk="), 0)));
	UNIT_TEXT(pos.segment, "threat-a-2.ndjson");
	CU_ASSERT_EQUAL(pos.offset, 12);
	idset_free(s);
	scratch_remove(dir);
}

/* Its checksum tells a later version from damage. */
static void
test_later_idset(void)
{
	unsigned char file[sizeof(idset_2)];
	struct idset *s = idset_new(10);
	char *dir = scratch_make();
	struct stream_pos pos;

	write_bytes(dir, idset_2, sizeof(idset_2));
	CU_ASSERT_EQUAL(load(dir, s, &pos), EPROTONOSUPPORT);
	CU_ASSERT_EQUAL(idset_count(s), 0);
	for (size_t i = 0; i < sizeof(file); i++) {
		memcpy(file, idset_2, sizeof(file));
		file[i] ^= 0x10;
		write_bytes(dir, file, sizeof(file));
		CU_ASSERT_EQUAL(load(dir, s, &pos), EBADMSG);
	}
	for (size_t n = 0; n < sizeof(file); n++) {
		write_bytes(dir, idset_2, n);
		CU_ASSERT_EQUAL(load(dir, s, &pos), EBADMSG);
	}
	idset_free(s);
	scratch_remove(dir);
}

static const struct unit_test tests[] = {
	{ "what counts", test_what_counts },
	{ "a journal of version 1", test_journal_1 },
	{ "a later journal", test_later_journal },
	{ "later records", test_later_records },
	{ "ids of version 1", test_idset_1 },
	{ "later ids", test_later_idset },
};

UNIT_MAIN("version", tests)
