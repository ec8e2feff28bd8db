#include "config.h"

#include <stdio.h>

#include "collector/base/buf.h"
#include "collector/base/xalloc.h"
#include "tests/unit/unit.h"

static void
test_append_and_cut(void)
{
	struct buf b;

	buf_init(&b, 100);
	UNIT_TEXT(b.p, "");
	CU_ASSERT_EQUAL(buf_adds(&b, "alpha"), 0);
	CU_ASSERT_EQUAL(buf_addf(&b, "-%d", 42), 0);
	CU_ASSERT_EQUAL(buf_addc(&b, '!'), 0);
	UNIT_TEXT(b.p, "alpha-42!");
	buf_consume(&b, 6);
	UNIT_TEXT(b.p, "42!");
	buf_cut(&b, 2);
	UNIT_TEXT(b.p, "42");
	buf_reset(&b);
	UNIT_TEXT(b.p, "");
	buf_fini(&b);
	UNIT_TEXT(b.p, "");
}

static void
test_cap_is_exact(void)
{
	struct buf b;

	buf_init(&b, 4);
	CU_ASSERT_EQUAL(buf_adds(&b, "four"), 0);
	CU_ASSERT_EQUAL(buf_addc(&b, 'x'), -1);
	CU_ASSERT_EQUAL(buf_addf(&b, "%s", "x"), -1);
	CU_ASSERT_PTR_NULL(buf_reserve(&b, 1));
	UNIT_TEXT(b.p, "four");
	buf_fini(&b);
}

/* What was allocated before is not what an empty buffer holds. */
static void
test_nothing_is_text(void)
{
	struct buf b;
	char *used = xmalloc(256);

	memset(used, 'x', 256);
	free(used);
	buf_init(&b, 1000);
	CU_ASSERT_EQUAL(buf_adds(&b, ""), 0);
	UNIT_TEXT(b.p, "");
	CU_ASSERT_PTR_NOT_NULL(buf_reserve(&b, 100));
	UNIT_TEXT(b.p, "");
	buf_fini(&b);
}

static const struct unit_test tests[] = {
	{ "append, consume, cut", test_append_and_cut },
	{ "nothing, added to nothing", test_nothing_is_text },
	{ "the cap is exact and leaves the buffer as it was",
	    test_cap_is_exact },
};

UNIT_MAIN("buf", tests)
