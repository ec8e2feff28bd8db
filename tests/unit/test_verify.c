#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/xalloc.h"
#include "spool/verify.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

/* Births 36 and 37 microseconds after 1970: "10" and "11". */
#define FIRST "acme/threat/threat-19700101T000000.000036Z-000000000001.ndjson"
#define SECOND "acme/threat/threat-19700101T000000.000037Z-000000000002.ndjson"
#define LINE(seq, id, rest)                                                  \
	"{\"spool\":{\"seq\":\"" seq "\",\"id\":\"" id "\",\"at\":"          \
	"\"2026-01-02T03:04:05Z\"" rest "},\"x\":1}\n"

/* All findings and totals as text. */
static void
print_message(void *cookie, enum verify_level level, const char *file,
    uint64_t line, const char *text)
{
	buf_addf(cookie, "%s %s:%d: %s\n", level == VERIFY_ERROR ? "E" : "W",
	    file, (int)line, text);
}

static void
print_stream(void *cookie, const struct verify_stream *s)
{
	buf_addf(cookie, "= %s %d files %d lines %d bytes", s->name,
	    (int)s->files, (int)s->lines, (int)s->bytes);
	if (s->first_ms <= s->last_ms)
		buf_addf(cookie, " %lld-%lld", (long long)s->first_ms / 1000,
		    (long long)s->last_ms / 1000);
	buf_addc(cookie, '\n');
}

static void
check(const char *path, const char *want)
{
	struct buf got;
	const struct verify_sink sink = { print_message, print_stream, &got };

	buf_init(&got, 1 << 20);
	CU_ASSERT_EQUAL(verify_path(path, &sink), 0);
	UNIT_TEXT(got.p, want);
	buf_fini(&got);
}

static char *
make_spool(void)
{
	char *dir = scratch_make();

	mkdir(scratch_path(dir, "acme"), 0750);
	mkdir(scratch_path(dir, "acme/threat"), 0750);
	mkdir(scratch_path(dir, "acme/archive"), 0750);
	mkdir(scratch_path(dir, "acme/archive/threat"), 0750);
	return dir;
}

/* One segment with this content, and what there is to say of it; %s is its
 * name. */
static void
check_segment(const char *content, const char *finding)
{
	char *dir = make_spool(), *want;
	size_t lines = 0;

	for (const char *p = content; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	scratch_write(dir, FIRST, slice_of(content));
	want = xasprintf("%s= acme/threat 1 files %zu lines %zu bytes%s\n",
	    finding, lines, strlen(content),
	    strstr(content, "03:04:05Z") != NULL ? " 1767323045-1767323045" :
	    "");
	check(dir, want);
	free(want);
	scratch_remove(dir);
}

static void
test_sound(void)
{
	char *dir = make_spool();

	check_segment(LINE("10-1", "a", "") LINE("10-2", "b", ""), "");
	check_segment("", "");
	/* The same document, sent again on purpose. */
	check_segment(LINE("10-1", "a", "") LINE("10-2", "a",
	    ",\"resend\":1") LINE("10-3", "a", ",\"resend\":2"), "");
	/* Nothing at all is fine. */
	check(scratch_path(dir, "acme/threat"), "");
	scratch_remove(dir);
}

static void
test_torn_tail(void)
{
	check_segment(LINE("10-1", "a", "") "{\"spool\":{",
	    "W " FIRST ":2: 10 bytes without a newline at the end, as a death "
	    "in the middle of a write leaves them\n");
}

/* What follows the right head of a line, and how the finding begins: the rest
 * of it is json-c's. */
static void
check_rest(const char *rest, const char *start)
{
	char *dir = make_spool(), *text;
	struct buf got;
	const struct verify_sink sink = { print_message, print_stream, &got };
	bool same;

	buf_init(&got, 1 << 20);
	text = xasprintf("{\"spool\":{\"seq\":\"10-1\",\"id\":\"a\",\"at\":\""
	    "\"},%s\n", rest);
	scratch_write(dir, FIRST, slice_of(text));
	free(text);
	CU_ASSERT_EQUAL(verify_path(dir, &sink), 0);
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
	char *dir = make_spool(), *text;
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
	check(dir, text);
	free(text);
	buf_fini(&b);
	buf_fini(&want);
	scratch_remove(dir);
}

static void
write_packed(const char *dir, const char *name, const char *text, int cut)
{
	const char *path = scratch_path(dir, name);
	gzFile gz = gzopen(path, "wb");
	struct stat sb;

	CU_ASSERT_TRUE(gzputs(gz, text) > 0);
	CU_ASSERT_EQUAL(gzclose(gz), Z_OK);
	CU_ASSERT_EQUAL(stat(path, &sb), 0);
	CU_ASSERT_EQUAL(truncate(path, sb.st_size - cut), 0);
}

#define PACKED "acme/archive/threat/" \
	"threat-19700101T000000.000036Z-000000000001.ndjson.gz"

static void
test_archive(void)
{
	char *dir = make_spool();
	const char *one = LINE("10-1", "a", "");
	char want[400];

	/* Ids are compared across segments, packed or not. */
	write_packed(dir, PACKED, one, 0);
	scratch_write(dir, SECOND, SLICE(LINE("11-1", "a", "")));
	snprintf(want, sizeof(want), "E " SECOND ":1: id a, re-send 0, is in "
	    "an earlier line already\n= acme/threat 2 files 2 lines %zu bytes "
	    "1767323045-1767323045\n", 2 * strlen(one));
	check(dir, want);

	/* Packed, but not unlinked yet: one and the same. */
	scratch_write(dir, FIRST, slice_of(one));
	check(dir, want);

	unlink(scratch_path(dir, FIRST));
	unlink(scratch_path(dir, SECOND));
	write_packed(dir, PACKED, one, 6); /* within the eight after it */
	snprintf(want, sizeof(want), "E " PACKED ":2: cannot be read: damaged "
	    "gzip\n= acme/threat 1 files 1 lines %zu bytes "
	    "1767323045-1767323045\n", strlen(one));
	check(dir, want);
	scratch_remove(dir);
}

static void
test_sequence_and_strangers(void)
{
	char *dir = make_spool();

	scratch_write(dir, FIRST, SLICE(""));
	scratch_write(dir, "acme/threat/threat-19700101T000000.000037Z-"
	    "000000000001.ndjson", SLICE(""));
	check(dir, "E acme/threat/threat-19700101T000000.000037Z-000000000001"
	    ".ndjson:0: has the sequence number of threat-19700101T000000."
	    "000036Z-000000000001.ndjson\n"
	    "= acme/threat 2 files 0 lines 0 bytes\n");
	scratch_remove(dir);

	dir = make_spool();
	scratch_write(dir, "acme/threat/notes.ndjson", SLICE("x"));
	scratch_write(dir, "acme/threat/.hidden", SLICE("x"));
	scratch_write(dir, "acme/stray", SLICE("x"));
	check(dir, "W acme/threat/notes.ndjson:0: is no segment\n"
	    "= acme/threat 0 files 0 lines 0 bytes\n");
	scratch_remove(dir);
}

static void
test_single_file(void)
{
	char *dir = make_spool(), *want;
	const struct verify_sink none = { 0 };

	scratch_write(dir, FIRST, SLICE(LINE("10-1", "a", "")));
	want = xasprintf("= %s/" FIRST " 1 files 1 lines %zu bytes "
	    "1767323045-1767323045\n", dir, strlen(LINE("10-1", "a", "")));
	check(scratch_path(dir, FIRST), want);
	free(want);
	scratch_write(dir, "other", SLICE(LINE("zz-1", "a", "")));
	want = xasprintf("W %s/other:0: is not named like a segment\n"
	    "= %s/other 1 files 1 lines %zu bytes 1767323045-1767323045\n",
	    dir, dir, strlen(LINE("zz-1", "a", "")));
	check(scratch_path(dir, "other"), want);
	free(want);
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
	{ "archives", test_archive },
	{ "sequence numbers and strangers", test_sequence_and_strangers },
	{ "a single file", test_single_file },
};

UNIT_MAIN("verify", tests)
