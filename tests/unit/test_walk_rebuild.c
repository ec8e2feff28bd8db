/*
 * A state that is lost or damaged: what the lines of the spool tell of it, and
 * that a poller which goes on from there loses nothing and repeats nothing.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/iso8601.h"
#include "collector/walk/rebuild.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

static const struct bounds_rule plain = {
	.initial_ms = RIG_DAY,
	.look_back_ms = RIG_MINUTE,
	.pass = { { 10 * RIG_MINUTE, 10 * RIG_MINUTE } },
	.n_passes = 1,
};

static void
line(struct rebuild *r, int64_t at_ms, int64_t resend, bool damaged)
{
	char at[ISO8601_LEN];
	struct stream_line l = { .resend = resend };

	iso8601_format(at_ms, at);
	l.at = (struct slice){ at, sizeof(at) };
	rebuild_line(r, &l, damaged);
}

static void
test_newest_line(void)
{
	struct coverage c;
	struct rebuild r;
	struct window w;

	rebuild_init(&r, &plain);
	coverage_init(&c);
	CU_ASSERT_FALSE(rebuild_coverage(&r, true, &c));
	rebuild_line(&r, &(struct stream_line){ .at = SLICE("soon") }, false);
	CU_ASSERT_FALSE(rebuild_coverage(&r, true, &c));

	line(&r, RIG_START - 5 * RIG_HOUR, 0, false);
	line(&r, RIG_START, 0, false);
	line(&r, RIG_START - 9 * RIG_MINUTE, 0, false); /* late */
	CU_ASSERT_TRUE(rebuild_coverage(&r, true, &c));
	bounds_begin(&plain, &c, RIG_START + RIG_DAY, &w);
	CU_ASSERT_EQUAL(w.lower, RIG_START - 20 * RIG_MINUTE);
	CU_ASSERT_EQUAL(w.passes, 1);
	/* The ids of what is read again are not dropped before that. */
	CU_ASSERT(bounds_keep(&plain, &c) <= w.lower);
}

static void
test_without_passes(void)
{
	static const struct bounds_rule rule = {
		.initial_ms = RIG_DAY, .look_back_ms = RIG_MINUTE,
	};
	struct coverage c;
	struct rebuild r;
	struct window w;

	rebuild_init(&r, &rule);
	line(&r, RIG_START - RIG_HOUR, 0, false);
	line(&r, RIG_START, 0, false);
	CU_ASSERT_TRUE(rebuild_coverage(&r, true, &c));
	bounds_begin(&rule, &c, RIG_START + RIG_DAY, &w);
	CU_ASSERT_EQUAL(w.lower, RIG_START - RIG_MINUTE);
}

/* Lines that were sent again have no order of time, and say when that was. */
static void
test_resent_lines(void)
{
	struct coverage c;
	struct rebuild r;

	rebuild_init(&r, &plain);
	CU_ASSERT_EQUAL(r.resent, TIME_NONE);
	line(&r, RIG_START - RIG_HOUR, 0, false);
	line(&r, RIG_START, RIG_START / 1000, false);
	line(&r, RIG_START, RIG_START / 1000 - 60, false);
	CU_ASSERT_EQUAL(r.resent, RIG_START);
	CU_ASSERT_TRUE(rebuild_coverage(&r, true, &c));
	CU_ASSERT_EQUAL(c.watermark, RIG_START - RIG_HOUR - 10 * RIG_MINUTE);
}

/* What was behind a hole may have been written before what was in it. */
static void
test_hole(void)
{
	struct coverage c;
	struct rebuild r;

	rebuild_init(&r, &plain);
	line(&r, RIG_START - RIG_HOUR, 0, false);
	line(&r, RIG_START, 0, true);
	line(&r, RIG_START + RIG_HOUR, 0, false);
	CU_ASSERT_TRUE(rebuild_coverage(&r, true, &c));
	CU_ASSERT_EQUAL(c.watermark, RIG_START - RIG_HOUR - 10 * RIG_MINUTE);
}

/* The console's clock was a day ahead for some time. */
static void
test_clock_set_back(void)
{
	struct coverage c;
	struct rebuild r;

	rebuild_init(&r, &plain);
	line(&r, RIG_START + RIG_DAY, 0, false);
	line(&r, RIG_START, 0, false);
	line(&r, RIG_START + RIG_HOUR, 0, false);
	CU_ASSERT_TRUE(rebuild_coverage(&r, true, &c));
	CU_ASSERT_EQUAL(c.watermark, RIG_START + 50 * RIG_MINUTE);
}

static int64_t
floor_of(const struct bounds_rule *rule, int64_t first, int64_t last,
    bool complete)
{
	struct coverage c;
	struct rebuild r;

	rebuild_init(&r, rule);
	line(&r, first, 0, false);
	line(&r, last, 0, false);
	CU_ASSERT_TRUE(rebuild_coverage(&r, complete, &c));
	return c.floor;
}

/* A trailing window does not bring what was before the first walk. */
static void
test_floor(void)
{
	struct bounds_rule rule = plain;
	int64_t first = RIG_START - RIG_HOUR;

	rule.pass[rule.n_passes++] = (struct pass){ RIG_HOUR, 7 * RIG_DAY };
	CU_ASSERT_EQUAL(floor_of(&rule, first, RIG_START, true), first);
	CU_ASSERT_EQUAL(floor_of(&rule, RIG_START, RIG_START, true),
	    RIG_START - 20 * RIG_MINUTE);
	CU_ASSERT_EQUAL(floor_of(&rule, first, RIG_START, false), TIME_NONE);
	rule.start_ms = RIG_START - 5 * RIG_MINUTE;
	CU_ASSERT_EQUAL(floor_of(&rule, RIG_START, RIG_START, true),
	    rule.start_ms);
	CU_ASSERT_EQUAL(floor_of(&rule, RIG_START, RIG_START, false),
	    rule.start_ms);
	/* It was set later: rows before it were wanted. */
	CU_ASSERT_EQUAL(floor_of(&rule, first, RIG_START, true), first);
	rule.inventory = true;
	CU_ASSERT_EQUAL(floor_of(&rule, first, RIG_START, true), TIME_NONE);
}

/* The poller. */

static void
lose(const struct rig *r, const char *name)
{
	CU_ASSERT_EQUAL(unlink(scratch_path(r->dir, name)), 0);
}

/* Rows first..last, one a minute, the newest now. */
static void
add_rows(struct rig *r, int first, int last)
{
	for (int i = first; i <= last; i++)
		rig_add(r, i, fake_now_ms() - (last - i) * RIG_MINUTE, 0);
}

static void
first_lower(const struct rig *r, char out[64])
{
	char path[1024];

	snprintf(path, sizeof(path), "%.*s", (int)strcspn(r->asked.p, "\n"),
	    r->asked.p);
	rig_param(path, "updatedAt__gte", out, 64);
}

/* Down for longer than initial_interval, and the journal is gone. */
static void
test_lost_journal(void)
{
	char lower[64];
	struct rig r;

	rig_init(&r, &rig_toy);
	r.set->initial_interval = 2 * RIG_HOUR;
	add_rows(&r, 1, 100);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	rig_stop(&r);
	lose(&r, "state/journal");
	fake_run(5 * RIG_HOUR);
	add_rows(&r, 101, 350);
	rig_forget_asked(&r);
	rig_open(&r);
	first_lower(&r, lower);
	fake_run(RIG_MINUTE);
	rig_check(&r, RIG_START - 99 * RIG_MINUTE, INT64_MAX);
	first_lower(&r, lower);
	UNIT_TEXT(lower, "2026-03-04T08:40:00Z");
	/* Of what was there only the overlap, and the look back after that. */
	CU_ASSERT(r.poller->intake.counts.seen >= 21);
	CU_ASSERT(r.poller->intake.counts.seen < 30);
	rig_fini(&r);
}

/* An inventory that is sorted by id begins again; nothing is written twice. */
static void
test_lost_inventory(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	r.set->inventory = true;
	r.set->resend = RIG_DAY;
	add_rows(&r, 1, 35);
	rig_open(&r);
	/* Not all of it, with the newest row by chance. */
	r.toy[2].updated_ms = RIG_START - 1;
	for (int i = 0; i < 5000 && rig_lines(&r, NULL) == 0; i++)
		fake_run(1);
	CU_ASSERT(rig_lines(&r, NULL) > 0);
	CU_ASSERT(rig_lines(&r, NULL) < 35);
	rig_kill(&r);
	lose(&r, "state/journal");
	rig_forget_asked(&r);
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	rig_check(&r, 0, INT64_MAX);
	CU_ASSERT_EQUAL(rig_asked(&r, "sortBy=id"), 4);

	/* The day of the last re-send is known from its lines. */
	fake_run(RIG_DAY + RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"resend\":"), 35);
	rig_stop(&r);
	lose(&r, "state/journal");
	fake_run(RIG_HOUR);
	rig_open(&r);
	fake_run(RIG_DAY - RIG_HOUR - 2 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"resend\":"), 35);
	fake_run(4 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"resend\":"), 70);
	rig_fini(&r);
}

/*
 * An older position than the snapshot of the ids knows, as after damage to the
 * end of the journal: the ids that were dropped since are in the spool.
 */
static void
test_older_position(void)
{
	char *old;
	size_t len;
	struct rig r;

	rig_init(&r, &rig_toy);
	add_rows(&r, 1, 100);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	rig_stop(&r);
	old = scratch_read(r.dir, "state/journal", &len);
	add_rows(&r, 101, 101);
	rig_open(&r);
	fake_run(3 * RIG_HOUR);
	add_rows(&r, 102, 110);
	fake_run(RIG_HOUR);
	rig_stop(&r);
	scratch_write(r.dir, "state/journal", (struct slice){ old, len });
	free(old);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

/* A position of a later version is not replaced. */
static void
test_later_position(void)
{
	struct rig r;
	struct buf err;

	rig_init(&r, &rig_toy);
	add_rows(&r, 1, 3);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	journal_put(r.journal, "acme/toy", SLICE("{\"version\":2}"));
	buf_init(&err, 4096);
	CU_ASSERT_PTR_NULL(poller_new(&r.env, r.tenant, &r.conf, r.dataset,
	    r.set, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, "the position of acme/toy in "
	    "the journal was written by a later version"));
	CU_ASSERT_TRUE(slice_is(journal_get(r.journal, "acme/toy"),
	    "{\"version\":2}"));
	buf_fini(&err);
	rig_fini(&r);
}

/* Throw away, or spoil, some of the state. */
static void
spoil(struct rig *r)
{
	const char *name = random() % 2 == 0 ? "state/journal" :
					       "state/ids/acme.toy";
	size_t len;
	char *text;

	if (access(scratch_path(r->dir, name), F_OK) != 0)
		return;
	text = scratch_read(r->dir, name, &len);
	switch (random() % 4) {
	case 0:
		lose(r, name);
		break;
	case 1:
		text[random() % (long)len] ^= (char)(1 + random() % 255);
		scratch_write(r->dir, name, (struct slice){ text, len });
		break;
	case 2:
		scratch_write(r->dir, name, (struct slice){ text,
		    (size_t)random() % len });
		break;
	case 3:
		memset(text, 0, len);
		scratch_write(r->dir, name, (struct slice){ text, len });
		break;
	}
	free(text);
}

/*
 * A living console with late rows and ties, and a collector that is killed now
 * and then, loses its state and is down for longer than initial_interval.
 */
static void
live(unsigned seed)
{
	int64_t end = RIG_START + 40 * RIG_HOUR, now;
	struct rig r;
	int id = 0;

	srandom(seed);
	rig_init(&r, &rig_toy);
	r.set->page_size = 1 + random() % 20;
	r.set->initial_interval = 20 * RIG_MINUTE;
	rig_add(&r, 0, RIG_START - RIG_MINUTE, 0);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	while ((now = fake_now_ms()) < end) {
		int ties = 1 + random() % 5;
		bool down = random() % 30 == 0;

		for (int i = 0; i < ties; i++)
			rig_add(&r, ++id, now, random() % (9 * RIG_MINUTE));
		fake_run(1 + random() % (4 * RIG_MINUTE));
		if (!down && random() % 6 != 0)
			continue;
		if (random() % 2 == 0)
			poller_save(r.poller);
		if (random() % 3 == 0)
			rig_stop(&r);
		else
			rig_kill(&r);
		if (random() % 2 == 0)
			spoil(&r);
		for (int i = 0; down && i < 20; i++) {
			rig_add(&r, ++id, fake_now_ms(), 0);
			fake_run(random() % (10 * RIG_MINUTE));
		}
		rig_open(&r);
	}
	fake_run(30 * RIG_MINUTE);
	rig_check(&r, 0, end);
	if (r.n_bad > 0)
		fprintf(stderr, "seed %u\n", seed);
	rig_fini(&r);
}

static void
test_live(void)
{
	for (unsigned seed = 1; seed <= 12; seed++)
		live(seed);
}

static const struct unit_test tests[] = {
	{ "the newest line tells how far it was", test_newest_line },
	{ "without passes", test_without_passes },
	{ "lines that were sent again", test_resent_lines },
	{ "a hole in the lines", test_hole },
	{ "the console's clock was set back", test_clock_set_back },
	{ "nothing from before the first walk", test_floor },
	{ "a journal that is lost", test_lost_journal },
	{ "an inventory whose journal is lost", test_lost_inventory },
	{ "a position older than the ids", test_older_position },
	{ "a position of a later version", test_later_position },
	{ "live, late, tied, killed, spoiled", test_live },
};

UNIT_MAIN("walk rebuild", tests)
