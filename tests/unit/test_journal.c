#include "config.h"

#include <stdio.h>

#include "spool/journal.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static void
test_put_get(void)
{
	char *dir = scratch_make();
	bool damaged = true;
	struct journal *j;
	struct buf why;

	buf_init(&why, 1000);
	j = journal_open(dir, &damaged, &why);
	UNIT_TEXT(why.p, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(j);
	CU_ASSERT_FALSE(damaged);
	journal_put(j, "b", SLICE("{\"x\":1}"));
	journal_put(j, "a", SLICE("1"));
	journal_put(j, "b", SLICE("2"));
	CU_ASSERT_TRUE(journal_is_dirty(j));
	CU_ASSERT_EQUAL(journal_commit(j), 0);
	CU_ASSERT_FALSE(journal_is_dirty(j));
	journal_put(j, "c", SLICE("3"));
	journal_close(j);

	j = journal_open(dir, &damaged, &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(j);
	CU_ASSERT_FALSE(damaged);
	CU_ASSERT_TRUE(slice_is(journal_get(j, "a"), "1"));
	CU_ASSERT_TRUE(slice_is(journal_get(j, "b"), "2"));
	CU_ASSERT_PTR_NULL(journal_get(j, "c").p);
	journal_close(j);
	buf_fini(&why);
	scratch_remove(dir);
}

static const struct unit_test tests[] = {
	{ "put, commit, open again", test_put_get },
};

UNIT_MAIN("journal", tests)
