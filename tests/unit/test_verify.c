#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/xalloc.h"
#include "tests/faults/fault.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"
#include "tests/unit/verify_rig.h"

/* One segment with this content, and what there is to say of it; %s is its
 * name. */
static void
check_segment(const char *content, const char *finding)
{
	char *dir = verify_rig_spool(), *want;
	size_t lines = 0;

	for (const char *p = content; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	scratch_write(dir, FIRST, slice_of(content));
	want = xasprintf("%s= acme/threat 1 files %zu lines %zu bytes%s\n",
	    finding, lines, strlen(content),
	    strstr(content, "03:04:05Z") != NULL ? " 1767323045-1767323045" :
	    "");
	verify_rig_check(dir, want);
	free(want);
	scratch_remove(dir);
}

static void
test_sound(void)
{
	char *dir = verify_rig_spool();

	check_segment(LINE("10-1", "a", "") LINE("10-2", "b", ""), "");
	check_segment("", "");
	/* The same document, sent again on purpose. */
	check_segment(LINE("10-1", "a", "") LINE("10-2", "a",
	    ",\"resend\":1") LINE("10-3", "a", ",\"resend\":2"), "");
	/* Nothing at all is fine. */
	verify_rig_check(dir, "= acme/threat 0 files 0 lines 0 bytes\n");
	verify_rig_below(dir, "acme/archive/threat", "");
	scratch_remove(dir);
}

static void
test_torn_tail(void)
{
	check_segment(LINE("10-1", "a", "") "{\"spool\":{",
	    "W " FIRST ":2: 10 bytes without a newline at the end, as a death "
	    "in the middle of a write leaves them, and a write that goes "
	    "on\n");
}

/* What follows the right head of a line, and how the finding begins: the rest
 * of it is json-c's. */
static void
check_rest(const char *rest, const char *start)
{
	char *dir = verify_rig_spool(), *text;
	struct buf got;
	bool same;

	buf_init(&got, 1 << 20);
	text = xasprintf("{\"spool\":{\"seq\":\"10-1\",\"id\":\"a\",\"at\":\""
	    "\"},%s\n", rest);
	scratch_write(dir, FIRST, slice_of(text));
	free(text);
	verify_rig_look(dir, "", &got);
	text = xasprintf("E " FIRST ":1: %s", start);
	same = strncmp(got.p, text, strlen(text)) == 0;
	CU_ASSERT_TRUE(same);
	if (!same)
		fprintf(stderr, "got  %s\twant %s\n", got.p, text);
	free(text);
	buf_fini(&got);
	scratch_remove(dir);
}

static void
test_bad_json(void)
{
	check_rest("\"x\":}", "no JSON: ");
	check_rest("\"x\":1", "no JSON: it ends too early at byte 47");
	check_rest("\"x\":\"\xff\"}", "no JSON: ");
	check_rest("\"x\":1,}", "no JSON: ");
	check_rest("\"x\":tru}", "no JSON: ");
	check_rest("\"x\":1}}", "");
	check_rest("\"x\":1} {}", "");
	check_segment("[]\n", "E " FIRST ":1: not a JSON object\n"
	    "E " FIRST ":1: no spool member at its head\n");
	check_segment("null\n", "E " FIRST ":1: not a JSON object\n"
	    "E " FIRST ":1: no spool member at its head\n");
	check_segment("\n", "E " FIRST ":1: no JSON: it ends too early at "
	    "byte 1\nE " FIRST ":1: no spool member at its head\n");
}

static void
test_bad_prefix(void)
{
	check_segment("{\"x\":1}\n" LINE("10-2", "a", ""),
	    "E " FIRST ":1: no spool member at its head\n");
	check_segment(LINE("11-1", "a", ""),
	    "E " FIRST ":1: spool.seq 11-1 belongs to another segment\n");
	check_segment(LINE("10-2", "a", "") LINE("10-3", "b", ""),
	    "E " FIRST ":1: line number 2 in spool.seq where 1 should be\n");
	check_segment(LINE("10-1", "a", "") LINE("10-1", "b", ""),
	    "E " FIRST ":2: line number 1 in spool.seq where 2 should be\n");
	check_segment(LINE("10-1", "a", "") LINE("10-2", "b", "")
	    LINE("10-3", "a", ""),
	    "E " FIRST ":3: id a, re-send 0, is in an earlier line already\n");
}

/* A broken file is not described line by line. */
static void
test_many_findings(void)
{
	char *dir = verify_rig_spool(), *text;
	struct buf b, want;

	buf_init(&b, 10000);
	buf_init(&want, 10000);
	for (int i = 1; i <= 50; i++)
		buf_adds(&b, "{}\n");
	for (int i = 1; i <= 20; i++)
		buf_addf(&want, "E " FIRST ":%d: no spool member at its head\n",
		    i);
	buf_adds(&want, "E " FIRST ":0: 30 more findings\n"
	    "= acme/threat 1 files 50 lines 150 bytes\n");
	scratch_write(dir, FIRST, buf_slice(&b));
	text = xstrndup(want.p, want.len);
	verify_rig_check(dir, text);
	free(text);
	buf_fini(&b);
	buf_fini(&want);
	scratch_remove(dir);
}

/* Folders of a spool by themselves. */
static void
test_folders(void)
{
	char *dir = verify_rig_archive(), *want;
	const char *one = LINE("10-1", "a", "");

	/* All of the dataset is archived. */
	verify_rig_one(dir, "acme/threat", "", "acme/threat");
	verify_rig_one(dir, "acme/threat/", "", "acme/threat");
	verify_rig_one(dir, "acme", "", "acme/threat");
	verify_rig_one(dir, "acme/archive/threat", "", "archive/threat");
	verify_rig_one(dir, "acme/archive", "", "archive/threat");

	mkdir(scratch_path(dir, "beta"), 0700);
	mkdir(scratch_path(dir, "beta/group"), 0700);
	scratch_write(dir, "beta/group/group-19700101T000000.000036Z-"
	    "000000000001.ndjson", slice_of(one));
	scratch_write(dir, SECOND, SLICE(LINE("11-1", "b", "")));
	want = xasprintf("= acme/threat 2 files 2 lines %zu bytes "
	    "1767323045-1767323045\n", 2 * strlen(one));
	verify_rig_below(dir, "acme/threat", want);
	verify_rig_below(dir, "acme", want);
	free(want);
	verify_rig_one(dir, "beta", "", "beta/group");

	/* Segments of several datasets in a folder of any name. */
	scratch_write(dir, "beta/group/threat-19700101T000000.000036Z-"
	    "000000000001.ndjson", slice_of(one));
	want = xasprintf("= group/group 1 files 1 lines %zu bytes 1767323045-"
	    "1767323045\n= group/threat 1 files 1 lines %zu bytes 1767323045-"
	    "1767323045\n", strlen(one), strlen(one));
	verify_rig_below(dir, "beta/group", want);
	free(want);
	scratch_remove(dir);
}

/* At the first line that is read, prune moves a segment, which was listed. */
struct mover {
	struct buf got;
	char *dir;
	void (*move)(const char *dir);
};

static void
move_message(void *cookie, enum verify_level level, const char *file,
    uint64_t line, const char *text)
{
	verify_rig_message(&((struct mover *)cookie)->got, level, file, line,
	    text);
}

static void
move_stream(void *cookie, const struct verify_stream *s)
{
	verify_rig_stream(&((struct mover *)cookie)->got, s);
}

static void
move_line(void *cookie, const struct verify_stream *s, struct slice id,
    bool again)
{
	struct mover *m = cookie;

	(void)s;
	(void)id;
	(void)again;
	if (m->move != NULL)
		m->move(m->dir);
	m->move = NULL;
}

static void
move_to_archive(const char *dir)
{
	verify_rig_pack(dir, SECOND, "acme/archive/threat");
}

static void
move_in_place(const char *dir)
{
	verify_rig_pack(dir, SECOND, "acme/threat");
}

static void
move_unpacked(const char *dir)
{
	CU_ASSERT_EQUAL(rename(scratch_path(dir, SECOND), scratch_path(dir,
	    "acme/archive/threat/" SECOND_NAME)), 0);
}

static void
remove_second(const char *dir)
{
	CU_ASSERT_EQUAL(unlink(scratch_path(dir, SECOND)), 0);
}

static void
test_moved_meanwhile(void)
{
	static const struct {
		void (*move)(const char *dir);
		size_t files;
	} moves[] = { { move_to_archive, 2 }, { move_in_place, 2 },
		{ move_unpacked, 2 }, { remove_second, 1 } };

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		struct mover m = { .dir = verify_rig_spool(),
			.move = moves[i].move };
		const struct verify_sink sink = { move_message, move_stream,
			move_line, &m };
		char *want = xasprintf("= acme/threat %zu files %zu lines %zu "
		    "bytes 1767323045-1767323045\n", moves[i].files,
		    moves[i].files, moves[i].files *
		    strlen(LINE("10-1", "a", "")));

		buf_init(&m.got, 1 << 20);
		scratch_write(m.dir, FIRST, SLICE(LINE("10-1", "a", "")));
		scratch_write(m.dir, SECOND, SLICE(LINE("11-1", "b", "")));
		CU_ASSERT_EQUAL(verify_path(m.dir, &sink), 0);
		CU_ASSERT_PTR_NULL(m.move);
		UNIT_TEXT(m.got.p, want);
		free(want);
		buf_fini(&m.got);
		scratch_remove(m.dir);
	}
}

static void
test_sequence_and_strangers(void)
{
	char *dir = verify_rig_spool();

	scratch_write(dir, FIRST, SLICE(""));
	scratch_write(dir, "acme/threat/threat-19700101T000000.000037Z-"
	    "000000000001.ndjson", SLICE(""));
	verify_rig_check(dir,
	    "E acme/threat/threat-19700101T000000.000037Z-000000000001"
	    ".ndjson:0: has the sequence number of threat-19700101T000000."
	    "000036Z-000000000001.ndjson\n"
	    "= acme/threat 2 files 0 lines 0 bytes\n");
	scratch_remove(dir);

	dir = verify_rig_spool();
	scratch_write(dir, "acme/threat/notes.ndjson", SLICE("x"));
	scratch_write(dir, "acme/threat/.hidden", SLICE("x"));
	scratch_write(dir, "acme/stray", SLICE("x"));
	verify_rig_check(dir, "W acme/threat/notes.ndjson:0: is no segment\n"
	    "= acme/threat 0 files 0 lines 0 bytes\n");
	scratch_remove(dir);
}

/* Whichever reading of a folder fails: it is told. */
static void
test_unreadable_folder(void)
{
	char *dir = verify_rig_spool();
	struct fault fault = { "readdir", "/threat/", 1, 1, EIO, 0 };
	struct buf got;
	unsigned hits;

	scratch_write(dir, FIRST, SLICE(LINE("10-1", "a", "")));
	do {
		buf_init(&got, 1 << 20);
		fault_set(&fault);
		verify_rig_look(dir, "", &got);
		hits = fault_hits();
		fault_set(NULL);
		CU_ASSERT_EQUAL(strstr(got.p, "E acme/threat:0: cannot be "
		    "read: Input/output error\n") != NULL, hits > 0);
		buf_fini(&got);
		fault.nth++;
	} while (hits > 0);
	/* Twice: what is listed, and what is foreign. */
	CU_ASSERT_TRUE(fault.nth > 2 * 4);
	scratch_remove(dir);
}

static void
test_single_file(void)
{
	char *dir = verify_rig_spool();
	const struct verify_sink none = { 0 };

	scratch_write(dir, FIRST, SLICE(LINE("10-1", "a", "")));
	verify_rig_one(dir, FIRST, "", FIRST);
	scratch_write(dir, "other", SLICE(LINE("10-1", "a", "")));
	verify_rig_one(dir, "other", "W other:0: is not named like a segment\n",
	    "other");
	CU_ASSERT_EQUAL(verify_path(scratch_path(dir, "none"), &none), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
	scratch_remove(dir);
}

static const struct unit_test tests[] = {
	{ "a sound spool", test_sound },
	{ "a torn tail is a warning", test_torn_tail },
	{ "lines that are no JSON", test_bad_json },
	{ "heads that are wrong", test_bad_prefix },
	{ "many findings in one file", test_many_findings },
	{ "folders of a spool", test_folders },
	{ "segments that are moved meanwhile", test_moved_meanwhile },
	{ "sequence numbers and strangers", test_sequence_and_strangers },
	{ "folders that cannot be read", test_unreadable_folder },
	{ "a single file", test_single_file },
};

UNIT_MAIN("verify", tests)
