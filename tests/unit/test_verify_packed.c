/*
 * What verify says of archives: sound, damaged, carried away.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/xalloc.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"
#include "tests/unit/verify_rig.h"

#define PACKED_NAME "threat-19700101T000000.000036Z-000000000001.ndjson.gz"
#define PACKED "acme/archive/threat/" PACKED_NAME
#define DAMAGED " damaged: it is not a single gzip member, or its content is " \
	"not the one of its header's SHA-256\n"

static void
test_archive(void)
{
	char *dir = verify_rig_archive();
	const char *one = LINE("10-1", "a", "");
	char want[400];

	verify_rig_one(dir, "", "", "acme/threat");

	/* Ids are compared across segments, packed or not. */
	scratch_write(dir, SECOND, SLICE(LINE("11-1", "a", "")));
	snprintf(want, sizeof(want), "E " SECOND ":1: id a, re-send 0, is in "
	    "an earlier line already\n= acme/threat 2 files 2 lines %zu bytes "
	    "1767323045-1767323045\n", 2 * strlen(one));
	verify_rig_check(dir, want);

	/* Packed, but not unlinked yet: one and the same. */
	scratch_write(dir, FIRST, slice_of(one));
	verify_rig_check(dir, want);
	scratch_remove(dir);
}

/* Change the packed file in a way, and see what is said of it. */
static void
check_damaged(void (*damage)(unsigned char *p, size_t *len),
    const char *finding)
{
	char *dir = verify_rig_archive();
	size_t len;
	char *text = scratch_read(dir, PACKED, &len);
	char *room = xmalloc(2 * len);

	memcpy(room, text, len);
	memcpy(room + len, text, len);
	damage((unsigned char *)room, &len);
	scratch_write(dir, PACKED, (struct slice){ room, len });
	verify_rig_one(dir, "", finding, "acme/threat");
	free(room);
	free(text);
	scratch_remove(dir);
}

static void
damage_tail(unsigned char *p, size_t *len)
{
	(void)p;
	*len -= 6; /* within the eight after the data */
}

/* The comment ends before the data: change the digit that it ends with. */
static void
damage_digest(unsigned char *p, size_t *len)
{
	size_t at = 10;

	for (int zeros = 0; at < *len && zeros < 2; at++)
		zeros += p[at] == 0;
	p[at - 2] = p[at - 2] == '0' ? '1' : '0';
}

static void
add_garbage(unsigned char *p, size_t *len)
{
	memcpy(p + *len, "garbage", 7);
	*len += 7;
}

static void
damage_comment(unsigned char *p, size_t *len)
{
	size_t at = 10 + strlen((char *)p + 10) + 1;

	(void)len;
	memcpy(p + at, "md5sum", 6);
}

static void
test_damaged_archive(void)
{
	check_damaged(damage_tail, "E " PACKED ":2: cannot be read: damaged "
	    "gzip\n");
	check_damaged(damage_digest, "E " PACKED ":0:" DAMAGED);
	check_damaged(add_garbage, "E " PACKED ":0:" DAMAGED);
	check_damaged(damage_comment, "W " PACKED ":0: was not packed by "
	    "s1spool: there is no SHA-256 of the content in its header\n");
}

/* zlib sees it before it has handed out a byte. */
static void
test_wrong_checksum(void)
{
	char *dir = verify_rig_archive();
	size_t len;
	char *text = scratch_read(dir, PACKED, &len);

	text[len - 8] ^= 1;
	scratch_write(dir, PACKED, (struct slice){ text, len });
	verify_rig_check(dir, "E " PACKED ":1: cannot be read: damaged gzip\n"
	    "= acme/threat 1 files 0 lines 0 bytes\n");
	free(text);
	scratch_remove(dir);
}

/* Two members: the second is no empty one. */
static void
test_two_members(void)
{
	char *dir = verify_rig_archive(), *want;
	const char *one = LINE("10-1", "a", "");
	size_t len;
	char *text = scratch_read(dir, PACKED, &len);

	scratch_append(dir, PACKED, (struct slice){ text, len });
	want = xasprintf("E " PACKED ":2: line number 1 in spool.seq where 2 "
	    "should be\nE " PACKED ":2: id a, re-send 0, is in an earlier line "
	    "already\nE " PACKED ":0:" DAMAGED "= acme/threat 1 files 2 lines "
	    "%zu bytes 1767323045-1767323045\n", 2 * strlen(one));
	verify_rig_check(dir, want);
	free(want);
	free(text);
	scratch_remove(dir);
}

/* A packed file wherever it was taken. */
static void
test_carried_away(void)
{
	char *dir = verify_rig_archive();
	gzFile gz;

	verify_rig_one(dir, PACKED, "", PACKED);
	mkdir(scratch_path(dir, "usb"), 0700);
	CU_ASSERT_EQUAL(rename(scratch_path(dir, PACKED),
	    scratch_path(dir, "usb/" PACKED_NAME)), 0);
	verify_rig_one(dir, "usb/" PACKED_NAME, "", "usb/" PACKED_NAME);
	verify_rig_one(dir, "usb", "", "usb/threat");

	gz = gzopen(scratch_path(dir, "x.gz"), "wb");
	gzputs(gz, LINE("10-1", "a", ""));
	CU_ASSERT_EQUAL(gzclose(gz), Z_OK);
	verify_rig_one(dir, "x.gz", "W x.gz:0: is not named like a segment\n"
	    "W x.gz:0: was not packed by s1spool: there is no SHA-256 of the "
	    "content in its header\n", "x.gz");
	scratch_remove(dir);
}

static const struct unit_test tests[] = {
	{ "archives", test_archive },
	{ "archives that are damaged or not ours", test_damaged_archive },
	{ "an archive with a wrong checksum", test_wrong_checksum },
	{ "an archive of two members", test_two_members },
	{ "archives carried away", test_carried_away },
};

UNIT_MAIN("verify_packed", tests)
