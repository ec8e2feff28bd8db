/*
 * Every system call that matters fails once, at each of its calls in turn, or
 * from there on; nothing is lost, and nothing doubled but after a failed
 * fdatasync of a segment.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "tests/faults/fault.h"
#include "tests/faults/toy.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define CALLS_MAX 2000

static const struct {
	struct fault fault;
	bool may_double;
} rows[] = {
	{ { .call = "openat", .path = ".ndjson", .error = EMFILE }, false },
	{ { .call = "openat", .path = "/state", .error = ENOSPC }, false },
	{ { .call = "fallocate", .path = ".ndjson", .error = ENOSPC }, false },
	{ { .call = "fallocate", .path = ".ndjson", .error = EOPNOTSUPP },
	    false },
	{ { .call = "write", .path = ".ndjson", .error = EDQUOT }, false },
	{ { .call = "write", .path = ".ndjson", .error = ENOSPC,
	    .short_bytes = 1 }, false },
	{ { .call = "write", .path = ".ndjson", .error = ENOSPC,
	    .short_bytes = 270 }, false },
	{ { .call = "fdatasync", .path = ".ndjson", .error = EIO }, true },
	{ { .call = "fsync", .path = "/acme", .error = EIO }, true },
	{ { .call = "write", .path = "/journal", .error = ENOSPC }, false },
	{ { .call = "write", .path = "/journal", .error = ENOSPC,
	    .short_bytes = 20 }, false },
	{ { .call = "fdatasync", .path = "/journal", .error = EIO }, false },
	{ { .call = "fsync", .path = "/state", .error = EIO }, false },
	{ { .call = "renameat", .error = EIO }, false },
	{ { .call = "write", .path = "/ids", .error = ENOSPC }, false },
	{ { .call = "unlinkat", .error = EROFS }, false },
};

static void
check(const char *dir, const struct fault *f, bool may_double)
{
	size_t lost, doubled;
	int r = toy_count(dir, &lost, &doubled);
	bool good = r == 0 && lost == 0 && (doubled == 0 || may_double);

	CU_ASSERT_TRUE(good);
	if (!good)
		fprintf(stderr, "%s %u of %s, error %d: result %d, %zu lost, "
		    "%zu doubled\n", f->call, f->nth,
		    f->path != NULL ? f->path : "any", f->error, r, lost,
		    doubled);
}

/* False when there were fewer such calls. */
static bool
fail_once(struct fault f, unsigned nth, bool may_double)
{
	char *dir = toy_make_dirs();
	bool hit;

	f.nth = nth;
	f.count = 1;
	fault_set(&f);
	CU_ASSERT_EQUAL(toy_run(dir, 3), 0);
	hit = fault_hits() > 0;
	fault_set(NULL);
	check(dir, &f, may_double);
	scratch_remove(dir);
	return hit;
}

/* A disk that stays broken for a while: it gives up, and goes on later. */
static void
fail_on(struct fault f, unsigned nth, bool may_double)
{
	char *dir = toy_make_dirs();

	f.nth = nth;
	f.count = 0;
	fault_set(&f);
	toy_run(dir, 10);
	fault_set(NULL);
	CU_ASSERT_EQUAL(toy_run(dir, 0), 0);
	check(dir, &f, may_double);
	scratch_remove(dir);
}

static void
fail_each(const struct fault *f, bool may_double)
{
	unsigned n = 1;

	while (n < CALLS_MAX && fail_once(*f, n, may_double)) {
		fail_on(*f, n, may_double);
		n++;
	}
	CU_ASSERT_TRUE(n < CALLS_MAX);
	/* A fault that hits nothing tests nothing. */
	CU_ASSERT_TRUE(n > 1 || strcmp(f->call, "unlinkat") == 0);
}

static void
test_each_call(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fail_each(&rows[i].fault, rows[i].may_double);
}

/* Whatever a disk may say. */
static void
test_each_error(void)
{
	static const int errors[] = { ENOSPC, EDQUOT, EIO, EROFS };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t k = 0; k < sizeof(errors) / sizeof(errors[0]);
		     k++) {
			struct fault f = rows[i].fault;

			if (f.error == errors[k])
				continue;
			f.error = errors[k];
			fail_each(&f, rows[i].may_double);
		}
}

static const struct unit_test tests[] = {
	{ "each call fails once, and from there on", test_each_call },
	{ "with each error of a disk", test_each_error },
};

UNIT_MAIN("failures", tests)
