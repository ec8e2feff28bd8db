/*
 * s1spool prune dies at every named point, at every pass through it, with the
 * collector down, recovering or running, with and without a power cut: the next
 * run finishes or undoes it, and each line is there once.
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/crashpoint.h"
#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "spool/idset.h"
#include "spool/journal.h"
#include "spool/prune.h"
#include "spool/segment.h"
#include "tests/faults/power.h"
#include "tests/faults/toy.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define PASSES_MAX 100
#define CUTS 4 /* of the power, with another loss each time */
#define ROUNDS 4 /* of a collector that runs meanwhile, for each point */

/* What a collector publishes: the position of its snapshot of ids, and that
 * the segments before it are sealed. */
static bool
published_while_running(const char *dir, char sealed[STREAM_NAME_MAX],
    struct stream_pos *needed)
{
	struct idset *set = idset_new(1000);
	int fd = fs_open_dir(AT_FDCWD, scratch_path(dir, "state"));
	bool good = fd >= 0 && idset_load(set, fd, "ids", needed) == 0;
	struct segment_name name;

	if (fd >= 0)
		close(fd);
	idset_free(set);
	return good && segment_parse(needed->segment, &name) == 0 &&
	    segment_format(sealed, "threat", name.birth_us, name.seq - 1) == 0;
}

/* And when it has ended: everything. */
static bool
published_at_the_end(const char *dir, char sealed[STREAM_NAME_MAX],
    struct stream_pos *needed)
{
	struct journal *j;
	struct slice v;
	char text[300];
	struct buf why;
	int rows;

	buf_init(&why, 1000);
	j = journal_peek(scratch_path(dir, "state"), &why);
	if (j == NULL)
		errx(99, "%s", why.p);
	v = journal_get(j, "acme/threat");
	snprintf(text, sizeof(text), "%.*s", (int)v.len, v.p);
	if (sscanf(text, "[%d,%" SCNd64 ",\"%127[^\"]\"]", &rows,
	    &needed->offset, needed->segment) != 3)
		errx(99, "%s", text);
	memcpy(sealed, needed->segment, STREAM_NAME_MAX);
	journal_close(j);
	buf_fini(&why);
	return true;
}

static void
ignore(void *cookie, enum prune_level level, const char *path,
    const char *text)
{
	(void)cookie;
	if (level == PRUNE_ERROR)
		fprintf(stderr, "%s: %s\n", path, text);
}

/* How a run is made. */
struct run {
	enum prune_compress compress;
	int64_t hold_ms;
	int64_t archive_max_bytes;
	bool at_the_end;
};

static int
prune(const char *dir, const struct run *run)
{
	char *spool = xstrdup(scratch_path(dir, "spool"));
	const struct prune_options opt = {
		.directory = spool,
		.compress = run->compress,
		.hold_ms = run->hold_ms,
		.archive_max_bytes = run->archive_max_bytes,
	};
	char sealed[STREAM_NAME_MAX];
	struct prune_published pub = { .sealed = sealed };
	struct prune *p;
	struct buf why;
	int failed = 0;

	buf_init(&why, 1000);
	p = prune_begin(&opt, ignore, NULL, &why);
	if (p == NULL)
		errx(99, "%s", why.p);
	if ((run->at_the_end ? published_at_the_end :
	    published_while_running)(dir, sealed, &pub.needed))
		prune_stream(p, "acme", "threat", &pub);
	prune_archives(p);
	failed = prune_counts(p)->failed > 0;
	prune_end(p);
	buf_fini(&why);
	free(spool);
	return failed;
}

enum power { POWER_ON, POWER_CUT_AT_DEATH, POWER_CUT_AT_END };

/* Prune in a process of its own, to die at a point unless NULL. */
static int
run_prune(const char *dir, const struct run *run, const char *point,
    enum power power)
{
	static unsigned seed;
	pid_t pid;
	int r;

	/* What is lost is another choice each time. */
	seed++;
	pid = fork();

	if (pid < 0)
		err(99, "fork");
	if (pid > 0)
		return toy_finish(pid);
	if (crash_point_set(point) < 0)
		_exit(98);
	if (power != POWER_ON)
		power_watch(scratch_path(dir, "memory"),
		    power == POWER_CUT_AT_DEATH || point == NULL, seed);
	r = prune(dir, run);
	if (power != POWER_ON)
		power_cut();
	_exit(r);
}

/* counting: what is in the files, whatever the library makes of them */

static void
count_file(const char *path, int counts[TOY_ROWS])
{
	gzFile gz = gzopen(path, "rb");
	const char *id;
	char line[1000];
	int row;

	if (gz == NULL)
		err(99, "%s", path);
	while (gzgets(gz, line, sizeof(line)) != NULL) {
		id = strstr(line, "\"id\":\"row ");
		if (strchr(line, '\n') != NULL && id != NULL &&
		    sscanf(id, "\"id\":\"row %d\"", &row) == 1 &&
		    row < TOY_ROWS)
			counts[row]++;
	}
	gzclose(gz);
}

static size_t
count_folder(const char *dir, const char *pattern, int counts[TOY_ROWS])
{
	char *all = xstrdup(scratch_path(dir, pattern));
	size_t n = 0;
	glob_t g;

	if (glob(all, 0, NULL, &g) == 0) {
		n = g.gl_pathc;
		for (size_t i = 0; i < n; i++)
			count_file(g.gl_pathv[i], counts);
		globfree(&g);
	}
	free(all);
	return n;
}

#define PLAIN "spool/acme/threat/threat-*.ndjson"
#define PACKED "spool/acme/threat/threat-*.ndjson.gz"
#define ARCHIVED "spool/acme/archive/threat/threat-*.ndjson*"
#define LEFT "spool/acme/archive/threat/.threat-*"

static void
check_once(const char *dir, const char *what)
{
	int counts[TOY_ROWS] = { 0 };
	size_t plain = count_folder(dir, PLAIN, counts);
	size_t lost = 0, doubled = 0;

	count_folder(dir, PACKED, counts);
	CU_ASSERT_TRUE(count_folder(dir, ARCHIVED, counts) > 2);
	CU_ASSERT_EQUAL(plain, 0);
	for (int i = 0; i < TOY_ROWS; i++) {
		lost += counts[i] == 0;
		doubled += counts[i] > 1;
	}
	CU_ASSERT_EQUAL(lost, 0);
	CU_ASSERT_EQUAL(doubled, 0);
	CU_ASSERT_EQUAL(count_folder(dir, LEFT, counts), 0);
	if (plain > 0 || lost > 0 || doubled > 0)
		fprintf(stderr, "%s: %zu plain, %zu lost, %zu doubled\n", what,
		    plain, lost, doubled);
	CU_ASSERT_EQUAL(toy_count(dir, &lost, &doubled), 0);
	CU_ASSERT_EQUAL(lost + doubled, 0);
}

/* The way in which prune passes a point. */
static struct run
run_through(const char *point)
{
	struct run run = { .compress = PRUNE_COMPRESS_ARCHIVE,
		.at_the_end = true };

	if (strcmp(point, "prune_linked") == 0)
		run.compress = PRUNE_COMPRESS_NEVER;
	return run;
}

/* With the collector down; even passes die twice. */
static bool
die_down(const char *point, int n)
{
	const struct run run = run_through(point);
	char *dir = toy_make_dirs(), at[64];
	bool died;

	CU_ASSERT_EQUAL(toy_finish(toy_start(dir, NULL)), 0);
	snprintf(at, sizeof(at), "%s:%d", point, n);
	died = run_prune(dir, &run, at, POWER_ON) == SIGKILL;
	if (n % 2 == 0)
		run_prune(dir, &run, point, POWER_ON);
	CU_ASSERT_EQUAL(run_prune(dir, &run, NULL, POWER_ON), 0);
	check_once(dir, at);
	scratch_remove(dir);
	return died;
}

/* Packed where shippers see it first, and archived later. */
static bool
die_sealed(const char *point, int n)
{
	struct run run = { .compress = PRUNE_COMPRESS_SEALED,
		.hold_ms = 3600000, .at_the_end = true };
	char *dir = toy_make_dirs(), at[64];
	bool died;

	CU_ASSERT_EQUAL(toy_finish(toy_start(dir, NULL)), 0);
	snprintf(at, sizeof(at), "%s:%d", point, n);
	died = run_prune(dir, &run, at, POWER_ON) == SIGKILL;
	/* It was shipped meanwhile, or not. */
	run.hold_ms = n % 2 == 0 ? 0 : run.hold_ms;
	run_prune(dir, &run, NULL, POWER_ON);
	run.hold_ms = 0;
	CU_ASSERT_EQUAL(run_prune(dir, &run, NULL, POWER_ON), 0);
	CU_ASSERT_EQUAL(run_prune(dir, &run, NULL, POWER_ON), 0);
	check_once(dir, at);
	scratch_remove(dir);
	return died;
}

/* The collector has died half-way, and begins again with a spool that prune
 * died in, and without the ids that it had. */
static bool
die_recovering(const char *point, int n)
{
	struct run run = run_through(point);
	char *dir = toy_make_dirs(), at[64];
	bool died;

	run.at_the_end = false;
	CU_ASSERT_EQUAL(toy_finish(toy_start(dir, "batch_written:11")), SIGKILL);
	snprintf(at, sizeof(at), "%s:%d", point, n);
	died = run_prune(dir, &run, at, POWER_ON) == SIGKILL;
	unlink(scratch_path(dir, "state/ids"));
	CU_ASSERT_EQUAL(toy_finish(toy_start(dir, NULL)), 0);
	run.at_the_end = true;
	CU_ASSERT_EQUAL(run_prune(dir, &run, NULL, POWER_ON), 0);
	check_once(dir, at);
	scratch_remove(dir);
	return died;
}

/* The power goes at the death; or what the next run finds it counts on, and
 * the power goes when that is done. */
static bool
die_with(const char *point, int n, enum power power)
{
	const struct run run = run_through(point);
	char *dir = toy_make_dirs(), at[64];
	bool died;

	CU_ASSERT_EQUAL(toy_finish(toy_start(dir, NULL)), 0);
	snprintf(at, sizeof(at), "%s:%d", point, n);
	died = run_prune(dir, &run, at, power) == SIGKILL;
	CU_ASSERT_EQUAL(run_prune(dir, &run, NULL, POWER_CUT_AT_END), 0);
	CU_ASSERT_EQUAL(run_prune(dir, &run, NULL, POWER_ON), 0);
	check_once(dir, at);
	scratch_remove(dir);
	return died;
}

static bool
die_with_power(const char *point, int n)
{
	bool died = die_with(point, n, POWER_CUT_AT_DEATH);

	for (int i = 0; i < CUTS; i++)
		died &= die_with(point, n, POWER_CUT_AT_END);
	return died;
}

/* Some points are of no use here: nothing is linked, or it would be removed. */
static bool
has(const char *const *points, const char *point)
{
	while (*points != NULL && strcmp(*points, point) != 0)
		points++;
	return *points != NULL;
}

static void
at_every_pass(bool (*die)(const char *point, int n),
    const char *const *without)
{
	for (const char *const *p = crash_point_prune_names; *p != NULL; p++) {
		int n = 1;

		if (has(without, *p))
			continue;
		while (n < PASSES_MAX && die(*p, n))
			n++;
		/* Every point is passed, and the last run went through. */
		CU_ASSERT_TRUE(n > 1 && n < PASSES_MAX);
		if (n == 1)
			fprintf(stderr, "%s is never passed\n", *p);
	}
}

static const char *const removing[] = { "archive_removed", NULL };
static const char *const linking[] = { "archive_removed", "prune_linked",
	NULL };

static void
test_down(void)
{
	at_every_pass(die_down, removing);
}

static void
test_sealed(void)
{
	at_every_pass(die_sealed, linking);
}

static void
test_recovering(void)
{
	at_every_pass(die_recovering, removing);
}

static void
test_power_cuts(void)
{
	at_every_pass(die_with_power, removing);
}

/* Again and again, while lines come. */
static void
prune_beside(const char *dir, const char *point, int round)
{
	struct run run = run_through(point);
	pid_t toy = toy_start(dir, NULL);
	int status = -1;
	char at[64];

	run.at_the_end = false;
	for (int i = 0; i < 1000 && waitpid(toy, &status, WNOHANG) == 0; i++) {
		snprintf(at, sizeof(at), "%s:%d", point, 1 + (i + round) % 3);
		run_prune(dir, &run, at, POWER_ON);
	}
	CU_ASSERT_EQUAL(status, 0);
	run.at_the_end = true;
	CU_ASSERT_EQUAL(run_prune(dir, &run, NULL, POWER_ON), 0);
	check_once(dir, point);
}

static void
test_running(void)
{
	for (const char *const *p = crash_point_prune_names; *p != NULL; p++)
		for (int i = 0; i < ROUNDS && !has(removing, *p); i++) {
			char *dir = toy_make_dirs();

			prune_beside(dir, *p, i);
			scratch_remove(dir);
		}
}

/* What is too much goes, however often that is tried, and no more. */
static void
test_removing(void)
{
	struct run run = { .compress = PRUNE_COMPRESS_ARCHIVE,
		.at_the_end = true };
	int counts[TOY_ROWS] = { 0 };
	char *dir = toy_make_dirs();
	size_t n;

	CU_ASSERT_EQUAL(toy_finish(toy_start(dir, NULL)), 0);
	CU_ASSERT_EQUAL(run_prune(dir, &run, NULL, POWER_ON), 0);
	n = count_folder(dir, ARCHIVED, counts);
	CU_ASSERT_TRUE(n > 2);
	run.archive_max_bytes = 1;
	while (n > 0) {
		CU_ASSERT_EQUAL(run_prune(dir, &run, "archive_removed",
		    POWER_ON), SIGKILL);
		n--;
		CU_ASSERT_EQUAL_FATAL(count_folder(dir, ARCHIVED, counts), n);
	}
	CU_ASSERT_EQUAL(run_prune(dir, &run, "archive_removed", POWER_ON), 0);
	scratch_remove(dir);
}

static const struct unit_test tests[] = {
	{ "the collector is down", test_down },
	{ "packed where shippers see it", test_sealed },
	{ "the collector recovers", test_recovering },
	{ "the collector runs", test_running },
	{ "power cuts", test_power_cuts },
	{ "archives are removed", test_removing },
};

UNIT_MAIN("prune crash", tests)
