/*
 * What waits, what was delivered, what is archived.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "spool/backlog.h"
#include "tests/unit/beat_rig.h"
#include "tests/unit/prune_rig.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static struct beat beat;

static void
begin(struct spool_rig *r)
{
	prune_rig_begin(r);
	beat_begin(&beat, r->dir);
}

static void
end(struct spool_rig *r)
{
	beat_end(&beat);
	rig_teardown(r);
}

/* The shipper has got to an offset of a segment. */
static void
deliver(const struct spool_rig *r, const char *name, int64_t offset)
{
	char *path = xasprintf("%s/" FOLDER "/%s", r->dir, name);

	memlog_set(&beat.log, "in", "path", path, path, offset);
	free(path);
	beat_read(&beat);
}

static void
check(const struct backlog_place *place, int waiting, int shipped,
    int archived)
{
	struct backlog b;

	CU_ASSERT_EQUAL(backlog_count(place, "acme", "threat", &b), 0);
	CU_ASSERT_EQUAL(b.waiting.segments, waiting);
	CU_ASSERT_EQUAL(b.waiting.bytes, waiting * (int64_t)LINE_LEN);
	CU_ASSERT_EQUAL(b.shipped.segments, shipped);
	CU_ASSERT_EQUAL(b.shipped.bytes, shipped * (int64_t)LINE_LEN);
	CU_ASSERT_EQUAL(b.archived.segments, archived);
	CU_ASSERT_EQUAL(b.archived.bytes > 0, archived > 0);
}

static void
test_count(void)
{
	struct prune_options opt = prune_rig_plain;
	struct backlog_place place = { .n_shippers = 0 };
	struct spool_rig r;
	char *directory;

	begin(&r);
	directory = xasprintf("%s//", r.dir);
	place.directory = directory;
	place.dirfd = spool_dirfd(r.sp);
	check(&place, 3, 0, 0);
	deliver(&r, FIRST, LINE_LEN);
	deliver(&r, SECOND, LINE_LEN - 1);
	/* Without shippers nobody knows. */
	check(&place, 3, 0, 0);
	place.shippers = &beat.shipper;
	place.n_shippers = 1;
	check(&place, 2, 1, 0);
	/* Nor does one that cannot be read. */
	place.shippers = &(struct shipper *){ NULL };
	check(&place, 3, 0, 0);
	place.shippers = &beat.shipper;
	opt.shippers = &beat.shipper;
	opt.n_shippers = 1;
	prune_rig_run(&r, &opt, FIRST, FOURTH, SHIPPED(FIRST) ".gz\n"
	    "1 archived 1 packed 0 removed 0 waiting 0 failed");
	check(&place, 2, 0, 1);
	free(directory);
	end(&r);
}

static void
test_nothing(void)
{
	struct backlog_place place = { .n_shippers = 0 };
	struct spool_rig r;
	struct backlog b;

	begin(&r);
	place.directory = r.dir;
	place.dirfd = spool_dirfd(r.sp);
	CU_ASSERT_EQUAL(backlog_count(&place, "acme", "alert", &b), 0);
	CU_ASSERT_EQUAL(b.waiting.segments, 0);
	CU_ASSERT_EQUAL(b.archived.segments, 0);
	end(&r);
}

static const struct unit_test tests[] = {
	{ "waiting, delivered, archived", test_count },
	{ "a stream that has no folder", test_nothing },
};

UNIT_MAIN("backlog", tests)
