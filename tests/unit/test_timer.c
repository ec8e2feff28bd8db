#include "config.h"

#include <stdint.h>
#include <stdio.h>

#include "collector/base/clock.h"
#include "collector/base/timer.h"
#include "tests/unit/unit.h"

static int64_t now_ms;

static int64_t
fake_wall(void)
{
	return 0;
}

static int64_t
fake_mono(void)
{
	return now_ms;
}

static const struct clock fake = { fake_wall, fake_mono };

/* A timer that writes its name down when it fires. */
struct probe {
	struct timer t;
	char name;
	void (*also)(struct probe *p);
	struct timer *other;
};

static char trace[4096];
static size_t n_trace;

static void
fire(void *cookie)
{
	struct probe *p = cookie;

	if (n_trace < sizeof(trace) - 1)
		trace[n_trace++] = p->name;
	trace[n_trace] = '\0';
	if (p->also != NULL)
		p->also(p);
}

static void
probe_init(struct probe *p, char name)
{
	*p = (struct probe){ .name = name };
	timer_init(&p->t, fire, p);
}

static void
begin(void)
{
	clock_set(&fake);
	now_ms = 1000;
	n_trace = 0;
	trace[0] = '\0';
}

static void
test_order(void)
{
	struct probe p[5];

	begin();
	for (int i = 0; i < 5; i++)
		probe_init(&p[i], (char)('a' + i));
	CU_ASSERT_EQUAL(timer_next_ms(5000), 5000);
	timer_set(&p[0].t, 30);
	timer_set(&p[1].t, 10);
	timer_set(&p[2].t, 20);
	timer_set(&p[3].t, 10);
	timer_set(&p[4].t, -5);
	CU_ASSERT_EQUAL(timer_next_ms(5000), 0);
	timer_run_due();
	UNIT_TEXT(trace, "e");
	CU_ASSERT_EQUAL(timer_next_ms(5000), 10);
	CU_ASSERT_EQUAL(timer_next_ms(3), 3);
	now_ms += 9;
	timer_run_due();
	UNIT_TEXT(trace, "e");
	now_ms += 1;
	timer_run_due();
	UNIT_TEXT(trace, "ebd"); /* equal times: in the order of setting */
	now_ms += 1000;
	CU_ASSERT_EQUAL(timer_next_ms(5000), 0);
	timer_run_due();
	UNIT_TEXT(trace, "ebdca");
	CU_ASSERT_EQUAL(timer_next_ms(5000), 5000);
	timer_run_due();
	UNIT_TEXT(trace, "ebdca");
}

static void
test_reset_and_cancel(void)
{
	struct probe a, b;

	begin();
	probe_init(&a, 'a');
	probe_init(&b, 'b');
	timer_cancel(&a.t);
	timer_set(&a.t, 10);
	timer_set(&b.t, 20);
	timer_set(&a.t, 30);
	timer_cancel(&b.t);
	timer_cancel(&b.t);
	now_ms += 25;
	timer_run_due();
	UNIT_TEXT(trace, "");
	CU_ASSERT_EQUAL(timer_next_ms(100), 5);
	now_ms += 5;
	timer_run_due();
	UNIT_TEXT(trace, "a");
}

static void
set_self(struct probe *p)
{
	timer_set(&p->t, 0);
}

static void
cancel_other(struct probe *p)
{
	timer_cancel(p->other);
}

static void
test_from_within(void)
{
	struct probe a, b, c;

	begin();
	probe_init(&a, 'a');
	probe_init(&b, 'b');
	probe_init(&c, 'c');
	a.also = set_self;
	b.also = cancel_other;
	b.other = &c.t;
	timer_set(&a.t, 5);
	timer_set(&b.t, 5);
	timer_set(&c.t, 5);
	now_ms += 5;
	timer_run_due();
	UNIT_TEXT(trace, "ab"); /* c was due, and cancelled in time */
	timer_run_due();
	UNIT_TEXT(trace, "aba"); /* once a call, though due at once */
	timer_cancel(&a.t);
	timer_run_due();
	UNIT_TEXT(trace, "aba");
}

static void
test_far_away(void)
{
	struct probe a;

	begin();
	probe_init(&a, 'a');
	timer_set(&a.t, INT64_MAX);
	CU_ASSERT_EQUAL(timer_next_ms(INT64_MAX), INT64_MAX - now_ms);
	timer_run_due();
	UNIT_TEXT(trace, "");
	timer_cancel(&a.t);
}

#define MANY 1000

static int64_t last_fired;
static int n_fired, n_wrong;

static void
check_sorted(void *cookie)
{
	const struct timer *t = cookie;

	n_wrong += t->at_ms < last_fired || t->at_ms > now_ms || t->slot != 0;
	last_fired = t->at_ms;
	n_fired++;
}

/* Random setting, setting again and cancelling against a plain list. */
static void
test_many(void)
{
	static struct timer t[MANY];
	uint32_t seed = 12345;
	int n_set = 0;

	begin();
	n_fired = n_wrong = 0;
	for (int i = 0; i < MANY; i++)
		timer_init(&t[i], check_sorted, &t[i]);
	for (int round = 0; round < 20000; round++) {
		struct timer *one;

		seed = seed * 1664525 + 1013904223;
		one = &t[(seed >> 8) % MANY];
		if ((seed >> 20) % 4 == 0)
			timer_cancel(one);
		else
			timer_set(one, (seed >> 12) % 5000);
	}
	for (int i = 0; i < MANY; i++)
		n_set += t[i].slot != 0;
	CU_ASSERT_TRUE(n_set > MANY / 2 && n_set < MANY);

	last_fired = 0;
	for (int step = 0; step < 500; step++) {
		int64_t next = INT64_MAX;

		for (int i = 0; i < MANY; i++)
			if (t[i].slot != 0 && t[i].at_ms < next)
				next = t[i].at_ms;
		if (next != INT64_MAX)
			n_wrong += timer_next_ms(INT64_MAX) !=
			    (next > now_ms ? next - now_ms : 0);
		now_ms += 10;
		timer_run_due();
	}
	CU_ASSERT_EQUAL(n_wrong, 0);
	CU_ASSERT_EQUAL(n_fired, n_set);
	CU_ASSERT_EQUAL(timer_next_ms(7), 7);
}

static const struct unit_test tests[] = {
	{ "fires in order of time, then of setting", test_order },
	{ "set again and cancelled", test_reset_and_cancel },
	{ "set and cancelled from within", test_from_within },
	{ "a delay beyond the end of time", test_far_away },
	{ "a thousand at random", test_many },
};

UNIT_MAIN("timer", tests)
