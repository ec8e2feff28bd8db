/*
 * Which consoles can do with one mapper.
 */
#include "config.h"

#include "collector/walk/mappers.h"
#include "tests/unit/unit.h"

static char *no_tags[] = { NULL };
static char *one_tag[] = { (char[]){ "one" }, NULL };
static char *two_tags[] = { (char[]){ "one" }, (char[]){ "two" }, NULL };
static const struct map_options plain = { .name = "group",
	.namespace = "default", .tags = one_tag };

static struct mapper *
get(struct mappers *m, struct map_options options)
{
	return mappers_get(m, dataset_find(SLICE("group")), &options);
}

static void
test_equal_options_share(void)
{
	char space[] = "default", tag[] = "one", *tags[] = { tag, NULL };
	struct map_options same = plain;
	struct mappers m = { 0 };
	struct mapper *first = get(&m, plain);

	same.namespace = space;
	same.tags = tags;
	CU_ASSERT_PTR_EQUAL(get(&m, same), first);
	/* The texts are copied. */
	space[0] = tag[0] = 'X';
	CU_ASSERT_PTR_EQUAL(get(&m, plain), first);
	CU_ASSERT_PTR_NOT_EQUAL(mappers_get(&m, dataset_find(SLICE("agent")),
	    &plain), first);
	CU_ASSERT_EQUAL(m.n, 2);
	mappers_fini(&m);
}

static void
test_each_option_counts(void)
{
	struct map_options other[] = { plain, plain, plain, plain, plain,
		plain, plain, plain, plain };
	size_t n = sizeof(other) / sizeof(other[0]);
	struct mappers m = { 0 };

	other[1].namespace = "west";
	other[2].tags = no_tags;
	other[3].tags = two_tags;
	other[4].preserve_original_event = true;
	other[5].preserve_duplicate_custom_fields = true;
	other[6].raw = true;
	other[7].resend_period_ms = 1;
	other[8].switches = 1;
	for (int again = 0; again < 2; again++)
		for (size_t i = 0; i < n; i++)
			get(&m, other[i]);
	CU_ASSERT_EQUAL(m.n, n);
	mappers_fini(&m);
}

/* One that nobody uses any more goes: a reload may bring others. */
static void
test_put_back(void)
{
	struct map_options other = plain;
	struct mappers m = { 0 };
	struct mapper *first = get(&m, plain), *second;

	other.raw = true;
	second = get(&m, other);
	get(&m, plain);
	mappers_put(&m, first);
	CU_ASSERT_EQUAL(m.n, 2);
	mappers_put(&m, first);
	CU_ASSERT_EQUAL(m.n, 1);
	CU_ASSERT_PTR_EQUAL(get(&m, other), second);
	mappers_put(&m, NULL);
	CU_ASSERT_EQUAL(m.n, 1);
	mappers_fini(&m);
}

static const struct unit_test tests[] = {
	{ "equal options share a mapper", test_equal_options_share },
	{ "those that are put back go", test_put_back },
	{ "each option makes a mapper of its own", test_each_option_counts },
};

UNIT_MAIN("walk mappers", tests)
