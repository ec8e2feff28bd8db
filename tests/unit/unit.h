/*
 * What every CUnit program of ours has in common: a table of named tests and
 * an exit code that make check understands.
 */
#ifndef S1SPOOL_UNIT_H
#define S1SPOOL_UNIT_H

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit_test {
	const char *name;
	void (*fn)(void);
};

static inline int
unit_run(const char *suite, const struct unit_test *tests, size_t n)
{
	CU_pSuite s;
	unsigned failed;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 99;
	s = CU_add_suite(suite, NULL, NULL);
	for (size_t i = 0; s != NULL && i < n; i++)
		if (CU_add_test(s, tests[i].name, tests[i].fn) == NULL)
			s = NULL;
	if (s == NULL)
		return 99;
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures();
	CU_cleanup_registry();
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define UNIT_MAIN(suite, tests)                                              \
	int main(void)                                                       \
	{                                                                    \
		return unit_run(suite, tests,                                \
		    sizeof(tests) / sizeof((tests)[0]));                     \
	}

static inline bool
unit_same(const char *got, const char *want, const char *file, int line)
{
	bool same = got != NULL && want != NULL && strcmp(got, want) == 0;

	if (!same)
		fprintf(stderr, "%s:%d: got  %s\n\twant %s\n", file, line,
		    got == NULL ? "NULL" : got, want == NULL ? "NULL" : want);
	return same;
}

/* A text against what was expected, with both in the failure's output. */
#define UNIT_TEXT(got, want)                                                 \
	CU_ASSERT_TRUE(unit_same(got, want, __FILE__, __LINE__))

#endif
