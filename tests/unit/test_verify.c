#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/xalloc.h"
#include "spool/pack.h"
#include "spool/verify.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

/* Births 36 and 37 microseconds after 1970: "10" and "11". */
#define FIRST "acme/threat/threat-19700101T000000.000036Z-000000000001.ndjson"
#define SECOND_NAME "threat-19700101T000000.000037Z-000000000002.ndjson"
#define SECOND "acme/threat/" SECOND_NAME
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

/* Take a text out wherever it stands. */
static void
strip(struct buf *b, const char *text)
{
	char *at;

	while ((at = strstr(b->p, text)) != NULL) {
		memmove(at, at + strlen(text), strlen(at + strlen(text)) + 1);
		buf_cut(b, b->len - strlen(text));
	}
}

/* What is said of dir/name, without dir. */
static void
check_below(const char *dir, const char *name, const char *want)
{
	const char *path = *name == '\0' ? dir : scratch_path(dir, name);
	char *folder = xasprintf("%s/", dir);
	struct buf got;
	const struct verify_sink sink = { print_message, print_stream, NULL,
		&got };

	buf_init(&got, 1 << 20);
	CU_ASSERT_EQUAL(verify_path(path, &sink), 0);
	strip(&got, folder);
	UNIT_TEXT(got.p, want);
	buf_fini(&got);
	free(folder);
}

static void
check(const char *dir, const char *want)
{
	check_below(dir, "", want);
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
	check(dir, "= acme/threat 0 files 0 lines 0 bytes\n");
	check_below(dir, "acme/archive/threat", "");
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
	char *dir = make_spool(), *text;
	struct buf got;
	const struct verify_sink sink = { print_message, print_stream, NULL,
		&got };
	char *folder = xasprintf("%s/", dir);
	bool same;

	buf_init(&got, 1 << 20);
	text = xasprintf("{\"spool\":{\"seq\":\"10-1\",\"id\":\"a\",\"at\":\""
	    "\"},%s\n", rest);
	scratch_write(dir, FIRST, slice_of(text));
	free(text);
	CU_ASSERT_EQUAL(verify_path(dir, &sink), 0);
	strip(&got, folder);
	free(folder);
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

#define PACKED_NAME "threat-19700101T000000.000036Z-000000000001.ndjson.gz"
#define PACKED "acme/archive/threat/" PACKED_NAME
#define DAMAGED " damaged: it is not a single gzip member, or its content is " \
	"not the one of its header's SHA-256\n"

/* Pack dir/name as `s1spool prune` does, into a folder below dir. */
static void
pack(const char *dir, const char *name, const char *folder)
{
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *to = xasprintf("%s.gz", strrchr(name, '/') + 1);
	struct pack_info info;

	CU_ASSERT_EQUAL(pack_file(dirfd, name, folder, folder, to, &info), 0);
	CU_ASSERT_EQUAL(unlinkat(dirfd, name, 0), 0);
	free(to);
	close(dirfd);
}

/* A spool with one line, which is archived. */
static char *
make_archive(void)
{
	char *dir = make_spool();

	scratch_write(dir, FIRST, SLICE(LINE("10-1", "a", "")));
	pack(dir, FIRST, "acme/archive/threat");
	return dir;
}

/* What verify says of one line in one file. */
static void
check_one(const char *dir, const char *name, const char *finding,
    const char *stream)
{
	char *want = xasprintf("%s= %s 1 files 1 lines %zu bytes "
	    "1767323045-1767323045\n", finding, stream,
	    strlen(LINE("10-1", "a", "")));

	check_below(dir, name, want);
	free(want);
}

static void
test_archive(void)
{
	char *dir = make_archive();
	const char *one = LINE("10-1", "a", "");
	char want[400];

	check_one(dir, "", "", "acme/threat");

	/* Ids are compared across segments, packed or not. */
	scratch_write(dir, SECOND, SLICE(LINE("11-1", "a", "")));
	snprintf(want, sizeof(want), "E " SECOND ":1: id a, re-send 0, is in "
	    "an earlier line already\n= acme/threat 2 files 2 lines %zu bytes "
	    "1767323045-1767323045\n", 2 * strlen(one));
	check(dir, want);

	/* Packed, but not unlinked yet: one and the same. */
	scratch_write(dir, FIRST, slice_of(one));
	check(dir, want);
	scratch_remove(dir);
}

/* Change the packed file in a way, and see what is said of it. */
static void
check_damaged(void (*damage)(unsigned char *p, size_t *len),
    const char *finding)
{
	char *dir = make_archive();
	size_t len;
	char *text = scratch_read(dir, PACKED, &len);
	char *room = xmalloc(2 * len);

	memcpy(room, text, len);
	memcpy(room + len, text, len);
	damage((unsigned char *)room, &len);
	scratch_write(dir, PACKED, (struct slice){ room, len });
	check_one(dir, "", finding, "acme/threat");
	free(room);
	free(text);
	scratch_remove(dir);
}

static void
damage_tail(unsigned char *p, size_t *len)
{
	(void)p;
	*len -= 6; /* within the eight after the data */
}

/* The comment ends before the data: change the digit that it ends with. */
static void
damage_digest(unsigned char *p, size_t *len)
{
	size_t at = 10;

	for (int zeros = 0; at < *len && zeros < 2; at++)
		zeros += p[at] == 0;
	p[at - 2] = p[at - 2] == '0' ? '1' : '0';
}

static void
add_garbage(unsigned char *p, size_t *len)
{
	memcpy(p + *len, "garbage", 7);
	*len += 7;
}

static void
damage_comment(unsigned char *p, size_t *len)
{
	size_t at = 10 + strlen((char *)p + 10) + 1;

	(void)len;
	memcpy(p + at, "md5sum", 6);
}

static void
test_damaged_archive(void)
{
	check_damaged(damage_tail, "E " PACKED ":2: cannot be read: damaged "
	    "gzip\n");
	check_damaged(damage_digest, "E " PACKED ":0:" DAMAGED);
	check_damaged(add_garbage, "E " PACKED ":0:" DAMAGED);
	check_damaged(damage_comment, "W " PACKED ":0: was not packed by "
	    "s1spool: there is no SHA-256 of the content in its header\n");
}

/* zlib sees it before it has handed out a byte. */
static void
test_wrong_checksum(void)
{
	char *dir = make_archive();
	size_t len;
	char *text = scratch_read(dir, PACKED, &len);

	text[len - 8] ^= 1;
	scratch_write(dir, PACKED, (struct slice){ text, len });
	check(dir, "E " PACKED ":1: cannot be read: damaged gzip\n"
	    "= acme/threat 1 files 0 lines 0 bytes\n");
	free(text);
	scratch_remove(dir);
}

/* Two members: the second is no empty one. */
static void
test_two_members(void)
{
	char *dir = make_archive(), *want;
	const char *one = LINE("10-1", "a", "");
	size_t len;
	char *text = scratch_read(dir, PACKED, &len);

	scratch_append(dir, PACKED, (struct slice){ text, len });
	want = xasprintf("E " PACKED ":2: line number 1 in spool.seq where 2 "
	    "should be\nE " PACKED ":2: id a, re-send 0, is in an earlier line "
	    "already\nE " PACKED ":0:" DAMAGED "= acme/threat 1 files 2 lines "
	    "%zu bytes 1767323045-1767323045\n", 2 * strlen(one));
	check(dir, want);
	free(want);
	free(text);
	scratch_remove(dir);
}

/* A packed file wherever it was taken. */
static void
test_carried_away(void)
{
	char *dir = make_archive();
	gzFile gz;

	check_one(dir, PACKED, "", PACKED);
	mkdir(scratch_path(dir, "usb"), 0700);
	CU_ASSERT_EQUAL(rename(scratch_path(dir, PACKED),
	    scratch_path(dir, "usb/" PACKED_NAME)), 0);
	check_one(dir, "usb/" PACKED_NAME, "", "usb/" PACKED_NAME);
	check_one(dir, "usb", "", "usb/threat");

	gz = gzopen(scratch_path(dir, "x.gz"), "wb");
	gzputs(gz, LINE("10-1", "a", ""));
	CU_ASSERT_EQUAL(gzclose(gz), Z_OK);
	check_one(dir, "x.gz", "W x.gz:0: is not named like a segment\n"
	    "W x.gz:0: was not packed by s1spool: there is no SHA-256 of the "
	    "content in its header\n", "x.gz");
	scratch_remove(dir);
}

/* Folders of a spool by themselves. */
static void
test_folders(void)
{
	char *dir = make_archive(), *want;
	const char *one = LINE("10-1", "a", "");

	/* All of the dataset is archived. */
	check_one(dir, "acme/threat", "", "acme/threat");
	check_one(dir, "acme/threat/", "", "acme/threat");
	check_one(dir, "acme", "", "acme/threat");
	check_one(dir, "acme/archive/threat", "", "archive/threat");
	check_one(dir, "acme/archive", "", "archive/threat");

	mkdir(scratch_path(dir, "beta"), 0700);
	mkdir(scratch_path(dir, "beta/group"), 0700);
	scratch_write(dir, "beta/group/group-19700101T000000.000036Z-"
	    "000000000001.ndjson", slice_of(one));
	scratch_write(dir, SECOND, SLICE(LINE("11-1", "b", "")));
	want = xasprintf("= acme/threat 2 files 2 lines %zu bytes "
	    "1767323045-1767323045\n", 2 * strlen(one));
	check_below(dir, "acme/threat", want);
	check_below(dir, "acme", want);
	free(want);
	check_one(dir, "beta", "", "beta/group");

	/* Segments of several datasets in a folder of any name. */
	scratch_write(dir, "beta/group/threat-19700101T000000.000036Z-"
	    "000000000001.ndjson", slice_of(one));
	want = xasprintf("= group/group 1 files 1 lines %zu bytes 1767323045-"
	    "1767323045\n= group/threat 1 files 1 lines %zu bytes 1767323045-"
	    "1767323045\n", strlen(one), strlen(one));
	check_below(dir, "beta/group", want);
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
	print_message(&((struct mover *)cookie)->got, level, file, line, text);
}

static void
move_stream(void *cookie, const struct verify_stream *s)
{
	print_stream(&((struct mover *)cookie)->got, s);
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
	pack(dir, SECOND, "acme/archive/threat");
}

static void
move_in_place(const char *dir)
{
	pack(dir, SECOND, "acme/threat");
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
		struct mover m = { .dir = make_spool(), .move = moves[i].move };
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
	char *dir = make_spool();
	const struct verify_sink none = { 0 };

	scratch_write(dir, FIRST, SLICE(LINE("10-1", "a", "")));
	check_one(dir, FIRST, "", FIRST);
	scratch_write(dir, "other", SLICE(LINE("10-1", "a", "")));
	check_one(dir, "other", "W other:0: is not named like a segment\n",
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
	{ "archives", test_archive },
	{ "archives that are damaged or not ours", test_damaged_archive },
	{ "an archive with a wrong checksum", test_wrong_checksum },
	{ "an archive of two members", test_two_members },
	{ "archives carried away", test_carried_away },
	{ "folders of a spool", test_folders },
	{ "segments that are moved meanwhile", test_moved_meanwhile },
	{ "sequence numbers and strangers", test_sequence_and_strangers },
	{ "a single file", test_single_file },
};

UNIT_MAIN("verify", tests)
