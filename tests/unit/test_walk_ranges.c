#include "config.h"

#include "collector/walk/ranges.h"
#include "tests/unit/unit.h"

#define TIMES 40

/* The same by marking each millisecond. */
struct model {
	bool in[TIMES];
};

static void
check(const struct ranges *rs, const struct model *m)
{
	for (int64_t t = 0; t < TIMES; t++) {
		size_t n = 0;

		for (size_t i = 0; i < rs->n; i++)
			n += rs->range[i].from <= t && t < rs->range[i].to;
		CU_ASSERT_EQUAL(n, m->in[t] ? 1 : 0);
	}
	for (size_t i = 0; i < rs->n; i++) {
		CU_ASSERT(rs->range[i].from < rs->range[i].to);
		CU_ASSERT(i == 0 || rs->range[i - 1].to < rs->range[i].from);
	}
}

static void
check_gaps(const struct ranges *rs, const struct model *m, struct range within)
{
	int64_t missing = 0, last = -1, first;
	struct range gap;
	bool any;

	for (int64_t t = within.from; t < within.to; t++) {
		missing += !m->in[t];
		if (!m->in[t])
			last = t;
	}
	CU_ASSERT_EQUAL(ranges_gaps(rs, within), missing);
	any = ranges_last_gap(rs, within, &gap);
	CU_ASSERT_EQUAL(any, last >= 0);
	if (!any)
		return;
	for (first = last; first > within.from && !m->in[first - 1]; first--)
		;
	CU_ASSERT_EQUAL(gap.to, last + 1);
	CU_ASSERT_EQUAL(gap.from, first);
}

static void
test_as_the_model(void)
{
	struct ranges rs = { 0 }, copy = { 0 };
	struct model m = { .in = { false } };
	uint32_t seed = 7;

	for (int i = 0; i < 3000; i++) {
		struct range r;
		bool add;

		seed = seed * 1664525 + 1013904223;
		add = (seed >> 8 & 3) != 0;
		r.from = seed >> 12 & 31;
		r.to = r.from + (seed >> 20 & 7);
		if (add)
			ranges_add(&rs, r);
		else
			ranges_remove(&rs, r);
		for (int64_t t = r.from; t < r.to; t++)
			m.in[t] = add;
		check(&rs, &m);
		r.from = seed >> 24 & 15;
		r.to = r.from + (seed >> 28);
		check_gaps(&rs, &m, r);
		if (i % 50 == 49) {
			ranges_copy(&copy, &rs);
			check(&copy, &m);
			ranges_remove(&rs, (struct range){ 0, TIMES });
			CU_ASSERT_EQUAL(rs.n, 0);
			m = (struct model){ .in = { false } };
		}
	}
	ranges_fini(&rs);
	ranges_fini(&copy);
}

static void
test_touching(void)
{
	struct ranges rs = { 0 };

	ranges_add(&rs, (struct range){ 10, 20 });
	ranges_add(&rs, (struct range){ 30, 40 });
	ranges_add(&rs, (struct range){ 20, 30 });
	CU_ASSERT_EQUAL_FATAL(rs.n, 1);
	CU_ASSERT_EQUAL(rs.range[0].from, 10);
	CU_ASSERT_EQUAL(rs.range[0].to, 40);
	ranges_remove(&rs, (struct range){ 15, 16 });
	CU_ASSERT_EQUAL_FATAL(rs.n, 2);
	CU_ASSERT_EQUAL(rs.range[0].to, 15);
	CU_ASSERT_EQUAL(rs.range[1].from, 16);
	ranges_fini(&rs);
}

static const struct unit_test tests[] = {
	{ "as marks for each millisecond", test_as_the_model },
	{ "what touches is one", test_touching },
};

UNIT_MAIN("walk/ranges", tests)
