#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/base/iso8601.h"
#include "tests/faults/fault.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

/* The parameter of the nth request, counted from 0. */
static void
nth_param(const struct rig *r, size_t nth, const char *name, char out[64])
{
	const char *line = r->asked.p;
	char path[1024];

	while (nth-- > 0) {
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(line, "\n"), line);
	rig_param(path, name, out, 64);
}

static void
test_bounds_are_frozen(void)
{
	char lower[64], upper[64], text[64];
	struct rig r;

	rig_init(&r, &rig_toy);
	rig_history(&r, 35);
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	rig_check(&r, 0, INT64_MAX);
	CU_ASSERT_EQUAL(rig_asked(&r, "\n"), 4);
	CU_ASSERT_EQUAL(rig_asked(&r, "cursor="), 3);
	nth_param(&r, 0, "updatedAt__gte", lower);
	nth_param(&r, 0, "updatedAt__lt", upper);
	UNIT_TEXT(lower, "2026-03-03T09:00:00Z");
	UNIT_TEXT(upper, "2026-03-04T09:00:00Z");
	for (size_t i = 1; i < 4; i++) {
		nth_param(&r, i, "updatedAt__gte", text);
		UNIT_TEXT(text, lower);
		nth_param(&r, i, "updatedAt__lt", text);
		UNIT_TEXT(text, upper);
	}
	nth_param(&r, 3, "cursor", text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "/30="));
	/* No room is kept for the next page. */
	CU_ASSERT_PTR_NULL(r.poller->seen.fresh);
	CU_ASSERT_EQUAL(r.poller->seen.cap, 0);
	rig_fini(&r);
}

static void
test_idle_polls_write_nothing(void)
{
	struct rig r;
	char text[64];

	rig_init(&r, &rig_toy);
	rig_history(&r, 5);
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 5);
	rig_forget_asked(&r);
	fake_run(20 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 5);
	CU_ASSERT_EQUAL(rig_asked(&r, "\n"), 40);
	/* One poll looked back to the last row, and one pass to all. */
	CU_ASSERT_EQUAL(r.poller->intake.counts.seen, 1 + 5);
	nth_param(&r, 0, "updatedAt__gte", text);
	UNIT_TEXT(text, "2026-03-04T08:59:00Z");
	rig_fini(&r);
}

/* The console's time is what counts, and a row of the future waits for it. */
static void
test_console_clock(void)
{
	struct rig r;
	char text[64];

	rig_init(&r, &rig_toy);
	fake_set_offset(-3 * RIG_HOUR);
	rig_add(&r, 1, RIG_START - 3 * RIG_HOUR - RIG_MINUTE, 0);
	rig_add(&r, 2, RIG_START - 3 * RIG_HOUR + 30 * RIG_MINUTE,
	    -2 * RIG_HOUR);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 1);
	nth_param(&r, 0, "updatedAt__lt", text);
	UNIT_TEXT(text, "2026-03-04T06:00:00Z");
	rig_add(&r, 3, RIG_START - 3 * RIG_HOUR + 10 * RIG_MINUTE, 0);
	fake_run(20 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 2);
	fake_run(20 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 3);
	rig_fini(&r);
}

static void
test_console_without_date(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	fake_set_no_date(true);
	rig_history(&r, 3);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	rig_check(&r, 0, INT64_MAX);
	rig_fini(&r);
}

static void
test_inventory_and_resend(void)
{
	struct rig r;

	rig_init(&r, &rig_toy);
	r.set->inventory = true;
	r.set->resend = RIG_HOUR;
	r.set->page_size = 2;
	rig_add(&r, 1, RIG_START - 300 * RIG_DAY, 0);
	for (int i = 2; i <= 40; i++)
		rig_add(&r, i, RIG_START - i * RIG_DAY, 0);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	rig_check(&r, 0, INT64_MAX);
	CU_ASSERT_EQUAL(rig_asked(&r, "sortBy=id"), 20);
	CU_ASSERT_EQUAL(rig_asked(&r, "sortBy=id&updatedAt"), 0);

	fake_run(RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 80);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"resend\":177261840"), 40);
	fake_run(RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 120);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"resend\":177262200"), 40);
	rig_fini(&r);
}

static bool
slow_pages(struct rig *r, const char *path, struct fake_reply *reply)
{
	(void)path;
	(void)reply;
	/* A new row with every answer; each page lasts a poll interval. */
	if (r->n > 0 && strstr(path, "sortBy=id") != NULL) {
		rig_add(r, 1000 + r->n, fake_now_ms() - 1, 0);
		r->n--;
		r->poller->poll_due_ms = 0;
	}
	return false;
}

static void
test_resend_does_not_hold_up_polls(void)
{
	struct rig r;
	size_t lines;

	rig_init(&r, &rig_toy);
	r.set->inventory = true;
	r.set->resend = RIG_HOUR;
	r.set->page_size = 2;
	rig_history(&r, 20);
	rig_open(&r);
	fake_run(30 * RIG_MINUTE);
	rig_forget_asked(&r);
	r.meddle = slow_pages;
	r.n = 5;
	fake_run(RIG_HOUR);
	lines = rig_lines(&r, NULL);
	CU_ASSERT_EQUAL(r.n, 0);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"id\":\"0010"), 10);
	/* Between two pages of the re-send there was a poll. */
	CU_ASSERT_PTR_NOT_NULL(strstr(strstr(r.asked.p, "sortBy=id"),
	    "sortBy=updatedAt"));
	fake_run(5 * RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), lines);
	rig_fini(&r);
}

/* A console at work: ties, rows up to the overlap late, changes; and a
 * collector that is killed or stopped now and then. */
static void
live(unsigned seed)
{
	const int64_t end = RIG_START + 6 * RIG_HOUR;
	int64_t now;
	struct rig r;
	int id = 0;

	srandom(seed);
	rig_init(&r, &rig_toy);
	r.set->page_size = 1 + random() % 20;
	rig_open(&r);
	while ((now = fake_now_ms()) < end) {
		int ties = 1 + random() % 5;

		for (int i = 0; i < ties; i++)
			rig_add(&r, random() % 3 == 0 ?
			    10 * i + random() % 10 : ++id + 100, now, random() % (9 * RIG_MINUTE));
		fake_run(1 + random() % (4 * RIG_MINUTE));
		if (random() % 4 != 0)
			continue;
		if (random() % 2 == 0)
			poller_save(r.poller);
		if (random() % 3 == 0)
			rig_stop(&r);
		else
			rig_kill(&r);
		rig_open(&r);
	}
	fake_run(30 * RIG_MINUTE);
	rig_check(&r, 0, end);
	rig_fini(&r);
}

static void
test_live(void)
{
	for (unsigned seed = 1; seed <= 12; seed++)
		live(seed);
}

/* Lines that are too long, and what is no record. */

static bool
large_records(struct rig *r, const char *path, struct fake_reply *reply)
{
	if (!rig_is_list(path))
		return false;
	buf_adds(&reply->body, "{\"data\":[{\"id\":\"1\",\"pad\":\"");
	for (int i = 0; i < 700; i++)
		buf_addc(&reply->body, 'x');
	buf_adds(&reply->body, "\"},{\"id\":\"2\",\"pad\":\"");
	for (int i = 0; i < 1400; i++)
		buf_addc(&reply->body, 'y');
	buf_adds(&reply->body, "\"},\n17,{\"id\":\"3\",\"pad\":\"");
	for (int i = 0; i < 5000; i++)
		buf_addc(&reply->body, 'z');
	buf_adds(&reply->body, "\"},{\"id\":\"4\"}]}");
	r->n++;
	return true;
}

static void
test_large_records(void)
{
	struct rig r;
	char *rejected;

	rig_init(&r, &rig_toy);
	r.max_line = 1400;
	r.set->preserve_original_event = true;
	r.meddle = large_records;
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 2);
	CU_ASSERT_EQUAL(rig_lines(&r, "event_original_dropped"), 1);
	CU_ASSERT_EQUAL(rig_lines(&r, "\"original\":"), 1);
	CU_ASSERT_EQUAL(r.poller->intake.counts.shortened, 1);
	CU_ASSERT_EQUAL(r.poller->intake.counts.rejected, 3);
	fake_run(60 * RIG_SECOND);
	CU_ASSERT(r.n > 1);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 2);
	rejected = scratch_read(r.dir, "state/rejected/acme-toy.ndjson", NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(rejected, "yyyy\"}\n17\n"));
	free(rejected);
	rig_fini(&r);
}

/* The disk. */

static const struct fault disk_faults[] = {
	{ "write", "/spool/", 1, 3, ENOSPC, 0 },
	{ "write", "/spool/", 2, 1, ENOSPC, 700 },
	{ "fdatasync", "/spool/", 1, 1, EIO, 0 },
	{ "openat", ".ndjson", 1, 2, ENOSPC, 0 },
	{ "openat", "/spool/", 2, 1, EMFILE, 0 }, /* of the folder, to sync */
	{ "fallocate", "/spool/", 1, 4, ENOSPC, 0 },
	{ "write", "journal", 1, 2, ENOSPC, 0 },
	{ "fdatasync", "journal", 1, 1, EIO, 0 },
};

static void
test_disk_failures(void)
{
	for (size_t i = 0; i < sizeof(disk_faults) / sizeof(disk_faults[0]);
	     i++) {
		struct rig r;
		bool doubles = strcmp(disk_faults[i].call, "fdatasync") == 0;

		rig_init(&r, &rig_toy);
		rig_history(&r, 65);
		rig_open(&r);
		fault_set(&disk_faults[i]);
		fake_run(2 * RIG_MINUTE);
		CU_ASSERT(fault_hits() > 0);
		fault_set(NULL);
		fake_run(2 * RIG_MINUTE);
		CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
		if (doubles && disk_faults[i].path[0] == '/') {
			size_t lines = rig_lines(&r, NULL);

			CU_ASSERT(lines >= 65);
			CU_ASSERT(r.poller->counts.maybe_doubled > 0);
			CU_ASSERT(lines <=
			    65 + r.poller->counts.maybe_doubled);
		} else {
			CU_ASSERT_EQUAL(r.poller->counts.maybe_doubled, 0);
			rig_check(&r, 0, INT64_MAX);
		}
		rig_kill(&r);
		rig_open(&r);
		fake_run(RIG_MINUTE);
		if (!doubles)
			rig_check(&r, 0, INT64_MAX);
		rig_fini(&r);
	}
}

static const struct unit_test tests[] = {
	{ "bounds are frozen for a walk", test_bounds_are_frozen },
	{ "idle polls write nothing", test_idle_polls_write_nothing },
	{ "the console's clock counts", test_console_clock },
	{ "a console without Date headers", test_console_without_date },
	{ "inventory and re-send", test_inventory_and_resend },
	{ "a re-send does not hold up polls",
	    test_resend_does_not_hold_up_polls },
	{ "live, late, tied, killed", test_live },
	{ "large records", test_large_records },
	{ "the disk fails", test_disk_failures },
};

UNIT_MAIN("walk poller", tests)
