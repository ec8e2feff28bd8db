/*
 * A journal that cannot be written: nothing is lost, and it goes on by itself.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/faults/fault.h"
#include "tests/unit/journal_rig.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

/* Until the file is written anew nothing is durable; then all of it is. */
static void
check_failed_commit(const struct fault *f)
{
	char *dir = scratch_make(), *before, *after;
	struct journal *j = journal_rig_sound(dir);

	journal_rig_put(j, "a", "1");
	CU_ASSERT_EQUAL(journal_commit(j), 0);
	before = scratch_read(dir, "journal", NULL);
	journal_rig_put(j, "b", "2");
	fault_set(f);
	CU_ASSERT_EQUAL(journal_commit(j), -1);
	CU_ASSERT_EQUAL(errno, f->error);
	CU_ASSERT_EQUAL(fault_hits(), 1);
	CU_ASSERT_TRUE(journal_is_dirty(j));
	journal_rig_put(j, "c", "3");

	/* A second failure, of the rewrite, changes nothing. */
	fault_set(&(struct fault){ .call = "renameat", .error = ENOSPC });
	CU_ASSERT_EQUAL(journal_commit(j), -1);
	fault_set(NULL);
	after = scratch_read(dir, "journal", NULL);
	CU_ASSERT_EQUAL(strncmp(before, after, strlen(before)), 0);

	CU_ASSERT_EQUAL(journal_commit(j), 0);
	CU_ASSERT_FALSE(journal_is_dirty(j));
	journal_rig_put(j, "d", "4");
	CU_ASSERT_EQUAL(journal_commit(j), 0);
	journal_close(j);
	j = journal_rig_sound(dir);
	journal_rig_check(j, "a=1 b=2 c=3 d=4 ");
	journal_close(j);
	free(before);
	free(after);
	scratch_remove(dir);
}

static void
test_failed_commit(void)
{
	static const struct fault faults[] = {
		{ .call = "write", .path = "/journal", .error = ENOSPC },
		{ .call = "write", .path = "/journal", .error = EIO,
		    .short_bytes = 30 },
		{ .call = "fdatasync", .path = "/journal", .error = EIO },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		check_failed_commit(&faults[i]);
}

/* A compaction that fails is put off: the commits count all the same, and go
 * on to the file that has the name. */
static void
check_failed_compaction(const struct fault *f)
{
	char *dir = scratch_make(), *text;
	struct journal *j = journal_rig_sound(dir);
	int commits;

	fault_set(f);
	CU_ASSERT_TRUE(journal_rig_compact(j, dir, &commits) < 3000);
	CU_ASSERT_TRUE(fault_hits() > 0);
	fault_set(NULL);
	journal_rig_put(j, "b", "2");
	CU_ASSERT_EQUAL(journal_commit(j), 0);
	journal_close(j);
	j = journal_rig_sound(dir);
	text = journal_rig_content(j, "");
	CU_ASSERT_EQUAL(strncmp(text, "b=2 k=777", 9), 0);
	free(text);
	text = scratch_list(dir, ".");
	UNIT_TEXT(text, "journal");
	free(text);
	journal_close(j);
	scratch_remove(dir);
}

static void
test_failed_compaction(void)
{
	static const struct fault faults[] = {
		{ .call = "openat", .path = "journal.tmp", .count = 1,
		    .error = ENOSPC },
		{ .call = "write", .path = "journal.tmp", .count = 1,
		    .error = ENOSPC },
		{ .call = "fsync", .path = "journal.tmp", .count = 1,
		    .error = EIO },
		{ .call = "renameat", .count = 1, .error = EIO },
		/* The new file is there, its name not durable. */
		{ .call = "fsync", .path = "/s1spool-test-", .nth = 2,
		    .count = 1, .error = EIO },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		check_failed_compaction(&faults[i]);
}

/* What is there can be read, and written once there is room. */
static void
check_full_start(const struct fault *fault)
{
	char *dir = scratch_make(), *before, *after;
	struct journal *j = journal_rig_sound(dir);

	journal_put(j, "a", SLICE("1"));
	CU_ASSERT_EQUAL(journal_commit(j), 0);
	journal_close(j);
	before = scratch_read(dir, "journal", NULL);
	fault_set(fault);
	j = journal_rig_sound(dir);
	CU_ASSERT_TRUE(fault_hits() > 0);
	CU_ASSERT_TRUE(journal_is_dirty(j));
	CU_ASSERT_TRUE(slice_is(journal_get(j, "a"), "1"));
	journal_put(j, "b", SLICE("2"));
	CU_ASSERT_EQUAL(journal_commit(j), -1);
	CU_ASSERT_EQUAL(errno, fault->error);
	after = scratch_read(dir, "journal", NULL);
	UNIT_TEXT(after, before);
	fault_set(NULL);
	CU_ASSERT_EQUAL(journal_commit(j), 0);
	journal_close(j);
	j = journal_rig_sound(dir);
	CU_ASSERT_TRUE(slice_is(journal_get(j, "a"), "1"));
	CU_ASSERT_TRUE(slice_is(journal_get(j, "b"), "2"));
	journal_close(j);
	free(before);
	free(after);
	scratch_remove(dir);
}

static void
test_full_start(void)
{
	static const struct fault faults[] = {
		{ .call = "openat", .path = "journal.tmp", .error = ENOSPC },
		{ .call = "write", .path = "journal.tmp", .error = EDQUOT },
		{ .call = "fsync", .path = "journal.tmp", .error = ENOSPC },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		check_full_start(&faults[i]);
}

static const struct unit_test tests[] = {
	{ "a failed commit", test_failed_commit },
	{ "a failed compaction", test_failed_compaction },
	{ "a start on a full disk", test_full_start },
};

UNIT_MAIN("journal_faults", tests)
