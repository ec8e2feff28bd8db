#include "config.h"

#include "collector/client/backoff.h"
#include "tests/unit/unit.h"

static const struct backoff b = { 1000, 60000 };

static void
test_ceiling_doubles_to_the_cap(void)
{
	static const int64_t want[] = { 1000, 2000, 4000, 8000, 16000, 32000,
	    60000, 60000 };

	for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		CU_ASSERT_EQUAL(backoff_delay(&b, i + 1, -1, UINT32_MAX),
		    want[i]);
		CU_ASSERT_EQUAL(backoff_delay(&b, i + 1, -1, 0), 1);
		CU_ASSERT_EQUAL(backoff_delay(&b, i + 1, -1, 0x80000000u),
		    want[i] / 2 + 1);
	}
	CU_ASSERT_EQUAL(backoff_delay(&b, UINT32_MAX, -1, UINT32_MAX), 60000);
	CU_ASSERT_EQUAL(backoff_delay(&b, 0, -1, UINT32_MAX), 1000);
}

static void
test_retry_after_is_the_minimum(void)
{
	CU_ASSERT_EQUAL(backoff_delay(&b, 1, 30000, 0), 30001);
	CU_ASSERT_EQUAL(backoff_delay(&b, 1, 30000, UINT32_MAX), 31000);
	CU_ASSERT_EQUAL(backoff_delay(&b, 9, 30000, UINT32_MAX), 31000);
	CU_ASSERT_EQUAL(backoff_delay(&b, 9, 0, 0), 1);
}

static void
test_default_is_what_the_header_says(void)
{
	CU_ASSERT_EQUAL(backoff_delay(&backoff_default, 1, -1, UINT32_MAX),
	    5000);
	CU_ASSERT_EQUAL(backoff_delay(&backoff_default, 99, -1, UINT32_MAX),
	    300000);
}

static const struct unit_test tests[] = {
	{ "the ceiling doubles up to the cap, the draw fills it",
	    test_ceiling_doubles_to_the_cap },
	{ "Retry-After is the minimum", test_retry_after_is_the_minimum },
	{ "default", test_default_is_what_the_header_says },
};

UNIT_MAIN("backoff", tests)
