/*
 * The collector dies at every named point, at every pass through it, and at
 * random moments, with and without a power cut; started again, it has neither
 * lost nor doubled a line.
 */
#include "config.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/crashpoint.h"
#include "tests/faults/power.h"
#include "tests/faults/toy.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define PASSES_MAX 500
#define KILLS 60

static void
check_once(const char *dir, const char *what)
{
	size_t lost, doubled;
	int r = toy_count(dir, &lost, &doubled);

	CU_ASSERT_EQUAL(r, 0);
	CU_ASSERT_EQUAL(lost, 0);
	CU_ASSERT_EQUAL(doubled, 0);
	if (r != 0 || lost > 0 || doubled > 0)
		fprintf(stderr, "%s: result %d, %zu lost, %zu doubled\n", what,
		    r, lost, doubled);
}

static void
test_undisturbed(void)
{
	char *dir = toy_make_dirs();

	CU_ASSERT_EQUAL(toy_finish(toy_start(dir, NULL)), 0);
	check_once(dir, "undisturbed");
	scratch_remove(dir);
}

/* Die in the nth pass, and again on the way back `again` times.  False when
 * there is no nth pass. */
static bool
die_at(const char *name, int n, int again)
{
	char *dir = toy_make_dirs(), point[64];
	bool died;

	snprintf(point, sizeof(point), "%s:%d", name, n);
	died = toy_finish(toy_start(dir, point)) == SIGKILL;
	for (; died && again > 0; again--)
		toy_finish(toy_start(dir, name));
	CU_ASSERT_EQUAL(toy_finish(toy_start(dir, NULL)), 0);
	check_once(dir, point);
	scratch_remove(dir);
	return died;
}

static void
at_every_pass(bool (*die)(const char *name, int n, int variant))
{
	for (const char *const *p = crash_point_names; *p != NULL; p++) {
		int n = 1;

		while (n < PASSES_MAX && die(*p, n, n % 3))
			n++;
		/* Every point is passed, and the last run went through. */
		CU_ASSERT_TRUE(n > 1 && n < PASSES_MAX);
		if (n == 1)
			fprintf(stderr, "%s is never passed\n", *p);
	}
}

static void
test_named_points(void)
{
	at_every_pass(die_at);
}

/* Like toy_start(), under watch; what is not synced goes in a death with `cut`, and
 * always at the end. */
static pid_t
start_watched(const char *dir, const char *point, bool cut, int seed)
{
	pid_t pid = fork();
	int r;

	if (pid < 0)
		err(99, "fork");
	if (pid > 0)
		return pid;
	if (crash_point_set(point) < 0)
		_exit(98);
	power_watch(scratch_path(dir, "memory"), cut, (unsigned)seed);
	r = toy_run(dir, 0);
	power_cut();
	_exit(r == 0 ? 0 : 1);
}

/*
 * Die in the nth pass.  Variant 0: with a power cut.  Else without one; what
 * the next process finds it may count on, though the power goes in its turn,
 * after that died at the variant's pass through the same point.
 */
static bool
cut_at(const char *name, int n, int variant)
{
	char *dir = toy_make_dirs(), point[64], again[64];
	bool died;

	snprintf(point, sizeof(point), "%s:%d", name, n);
	died = toy_finish(start_watched(dir, point, variant == 0, n)) == SIGKILL;
	if (died && variant > 0) {
		snprintf(again, sizeof(again), "%s:%d", name, variant);
		toy_finish(start_watched(dir, again, true, n));
	}
	CU_ASSERT_EQUAL(toy_finish(start_watched(dir, NULL, true, n)), 0);
	check_once(dir, point);
	scratch_remove(dir);
	return died;
}

static void
test_power_cuts(void)
{
	at_every_pass(cut_at);
}

/*
 * Killed from outside after a random while, again and again on one spool until
 * it is full.  The while follows how long an undisturbed run takes here.
 */
static void
test_random_kills(void)
{
	unsigned short seed[3] = { 4, 2, 1 };
	struct timespec from, to, pause = { 0, 0 };
	char *dir = toy_make_dirs();
	long run_ns;

	clock_gettime(CLOCK_MONOTONIC, &from);
	CU_ASSERT_EQUAL(toy_finish(toy_start(dir, NULL)), 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	run_ns = (to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec -
	    from.tv_nsec;
	if (run_ns > 900000000)
		run_ns = 900000000;
	scratch_remove(dir);

	dir = toy_make_dirs();
	for (int i = 0; i < KILLS; i++) {
		pid_t pid = toy_start(dir, NULL);
		int end;

		pause.tv_nsec = nrand48(seed) % run_ns;
		nanosleep(&pause, NULL);
		kill(pid, SIGKILL);
		end = toy_finish(pid);
		CU_ASSERT_TRUE(end == 0 || end == SIGKILL);
		if (end != 0)
			continue;
		check_once(dir, "random kills");
		scratch_remove(dir);
		dir = toy_make_dirs();
	}
	CU_ASSERT_EQUAL(toy_finish(toy_start(dir, NULL)), 0);
	check_once(dir, "after random kills");
	scratch_remove(dir);
}

static void
test_unknown_point_is_refused(void)
{
	CU_ASSERT_EQUAL(crash_point_set("no_such_point"), -1);
	CU_ASSERT_EQUAL(crash_point_set("batch_written:"), -1);
	CU_ASSERT_EQUAL(crash_point_set("batch_written:0"), -1);
	CU_ASSERT_EQUAL(crash_point_set("batch_written:1x"), -1);
	CU_ASSERT_FALSE(crash_point_armed);
	CU_ASSERT_EQUAL(crash_point_set("batch_written:3"), 0);
	CU_ASSERT_TRUE(crash_point_armed);
	CU_ASSERT_FALSE(crash_point_due("batch_written"));
	CU_ASSERT_FALSE(crash_point_due("segment_synced"));
	CU_ASSERT_FALSE(crash_point_due("batch_written"));
	CU_ASSERT_TRUE(crash_point_due("batch_written"));
	CU_ASSERT_EQUAL(crash_point_set(NULL), 0);
}

static const struct unit_test tests[] = {
	{ "undisturbed", test_undisturbed },
	{ "points are named and counted", test_unknown_point_is_refused },
	{ "death at every pass through every point", test_named_points },
	{ "a power cut at every pass through every point",
	    test_power_cuts },
	{ "death at random moments", test_random_kills },
};

UNIT_MAIN("crash", tests)
