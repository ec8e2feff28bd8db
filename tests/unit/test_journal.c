#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/xalloc.h"
#include "spool/frame.h"
#include "tests/faults/fault.h"
#include "tests/unit/journal_rig.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static void
test_put_and_commit(void)
{
	char *dir = scratch_make(), *text;
	struct journal *j = journal_rig_sound(dir);

	CU_ASSERT_FALSE(journal_is_dirty(j));
	CU_ASSERT_PTR_NULL(journal_get(j, "a").p);
	journal_rig_put(j, "b", "{\"x\":1}");
	journal_rig_put(j, "a", "\"}\\\"v\\\":null\"");
	journal_rig_put(j, "b", "2");
	journal_rig_put(j, "gone", "3");
	CU_ASSERT_TRUE(journal_is_dirty(j));
	CU_ASSERT_TRUE(slice_is(journal_get(j, "b"), "2"));
	CU_ASSERT_EQUAL(journal_commit(j), 0);
	CU_ASSERT_FALSE(journal_is_dirty(j));
	journal_remove(j, "gone");
	journal_remove(j, "never there");
	CU_ASSERT_EQUAL(journal_commit(j), 0);
	journal_rig_put(j, "c", "never committed");
	journal_close(j);

	j = journal_rig_sound(dir);
	journal_rig_check(j, "a=\"}\\\"v\\\":null\" b=2 ");
	journal_rig_put(j, "b/x", "1");
	journal_rig_put(j, "bb", "2");
	journal_rig_put(j, "b/y", "3");
	text = journal_rig_content(j, "b/");
	UNIT_TEXT(text, "b/x=1 b/y=3 ");
	free(text);
	journal_close(j);
	scratch_remove(dir);
}

static void
test_file_is_readable(void)
{
	char *dir = scratch_make(), *text;
	struct journal *j = journal_rig_sound(dir);
	struct stat sb;

	journal_rig_put(j, "acme/threat", "{\"x\":1}");
	journal_rig_put(j, "old", "0");
	journal_commit(j);
	journal_remove(j, "old");
	journal_commit(j);
	journal_close(j);
	text = scratch_read(dir, "journal", NULL);
	UNIT_TEXT(text,
	    "ea544b66 {\"journal\":\"s1spool\",\"version\":1}\n"
	    "51835416 {\"commit\":1,\"records\":0}\n"
	    "b4eeff9c {\"k\":\"acme/threat\",\"v\":{\"x\":1}}\n"
	    "a5570974 {\"k\":\"old\",\"v\":0}\n"
	    "1fd4134f {\"commit\":2,\"records\":2}\n"
	    "6cd2240e {\"k\":\"old\",\"v\":null}\n"
	    "a9f6a1fa {\"commit\":3,\"records\":1}\n");
	free(text);
	CU_ASSERT_EQUAL(stat(scratch_path(dir, "journal"), &sb), 0);
	CU_ASSERT_EQUAL(sb.st_mode & 07777, 0640);
	scratch_remove(dir);
}

/*
 * A journal of several commits, with what its content was after each of them
 * and where in the file each ended.
 */
#define COMMITS 8

struct history {
	char *text; /* the file */
	size_t len;
	size_t end[COMMITS];
	char *state[COMMITS];
};

static void
make_history(struct history *h)
{
	char *dir = scratch_make(), key[16], value[64];
	struct journal *j = journal_rig_sound(dir);
	struct stat sb;

	for (int i = 0; i < COMMITS; i++) {
		for (int k = 0; i > 0 && k < 3; k++) {
			snprintf(key, sizeof(key), "k%d", (i + k) % 4);
			snprintf(value, sizeof(value), "{\"c\":%d,\"k\":%d}",
			    i, k);
			journal_rig_put(j, key, value);
		}
		if (i == 5)
			journal_remove(j, "k1");
		CU_ASSERT_EQUAL(journal_commit(j), 0);
		CU_ASSERT_EQUAL(stat(scratch_path(dir, "journal"), &sb), 0);
		h->end[i] = (size_t)sb.st_size;
		h->state[i] = journal_rig_content(j, "");
	}
	journal_close(j);
	h->text = scratch_read(dir, "journal", &h->len);
	CU_ASSERT_EQUAL(h->len, h->end[COMMITS - 1]);
	scratch_remove(dir);
}

static void
history_fini(struct history *h)
{
	for (int i = 0; i < COMMITS; i++)
		free(h->state[i]);
	free(h->text);
}

/* Cut at every byte: the state is that of the last commit that is whole. */
static void
test_cut_anywhere(void)
{
	struct history h;
	char *dir = scratch_make(), *list;
	bool damaged;

	make_history(&h);
	for (size_t n = 0; n <= h.len; n++) {
		struct journal *j;
		int last = -1;

		for (int i = 0; i < COMMITS && h.end[i] <= n; i++)
			last = i;
		scratch_write(dir, "journal", (struct slice){ h.text, n });
		j = journal_rig_open(dir, &damaged);
		/* The first commit is there from the beginning. */
		CU_ASSERT_EQUAL(damaged, last < 0);
		journal_rig_check(j, last < 0 ? "" : h.state[last]);
		journal_close(j);

		j = journal_rig_sound(dir);
		journal_rig_check(j, last < 0 ? "" : h.state[last]);
		journal_close(j);
	}
	list = scratch_list(dir, ".");
	CU_ASSERT_PTR_NOT_NULL(strstr(list, "journal.damaged-"));
	free(list);
	history_fini(&h);
	scratch_remove(dir);
}

/* Every value that any commit gave the key, or none at all. */
static void
check_from_history(void *cookie, const char *key, struct slice value)
{
	const struct history *h = cookie;
	char *entry = xasprintf("%s=%.*s ", key, (int)value.len, value.p);
	bool known = false;

	for (int i = 0; i < COMMITS; i++)
		known = known || strstr(h->state[i], entry) != NULL;
	CU_ASSERT_TRUE(known);
	free(entry);
}

/* Every byte changed: noticed, and nothing is taken for something else.  Only
 * the loss of the last newline looks like a torn tail, and is treated so. */
static void
test_any_byte_changed(void)
{
	static const char flips[] = { 1, 0x20, '\n' ^ 'x' };
	struct history h;
	char *dir = scratch_make();
	bool damaged;

	make_history(&h);
	for (size_t n = 0; n < h.len * sizeof(flips); n++) {
		size_t at = n / sizeof(flips);
		struct journal *j;

		h.text[at] ^= flips[n % sizeof(flips)];
		scratch_write(dir, "journal", (struct slice){ h.text, h.len });
		h.text[at] ^= flips[n % sizeof(flips)];
		j = journal_rig_open(dir, &damaged);
		if (at == h.len - 1)
			journal_rig_check(j, h.state[COMMITS - 2]);
		else
			CU_ASSERT_TRUE(damaged);
		journal_each(j, "", check_from_history, &h);
		journal_close(j);
	}
	history_fini(&h);
	scratch_remove(dir);
}

static int64_t
fake_wall(void)
{
	return 1767225600000000;
}

static int64_t
fake_mono(void)
{
	return 0;
}

/* One line in the middle is gone: the rest counts, and the file is kept. */
static void
test_damage_is_kept_aside(void)
{
	static const struct clock fake = { fake_wall, fake_mono };
	char *dir = scratch_make(), *text, *bad;
	struct journal *j = journal_rig_sound(dir);
	bool damaged = false;

	journal_rig_put(j, "a", "1");
	journal_commit(j);
	journal_rig_put(j, "b", "2");
	journal_rig_put(j, "c", "3");
	journal_commit(j);
	journal_rig_put(j, "d", "4");
	journal_commit(j);
	journal_close(j);

	bad = scratch_read(dir, "journal", NULL);
	memcpy(strstr(bad, "{\"k\":\"b\""), "garbage", 7);
	scratch_write(dir, "journal", slice_of(bad));
	clock_set(&fake);
	j = journal_rig_open(dir, &damaged);
	clock_set(NULL);
	CU_ASSERT_TRUE(damaged);
	journal_rig_check(j, "a=1 c=3 d=4 ");
	journal_close(j);

	text = scratch_list(dir, ".");
	UNIT_TEXT(text, "journal journal.damaged-20260101T000000Z");
	free(text);
	text = scratch_read(dir, "journal.damaged-20260101T000000Z", NULL);
	UNIT_TEXT(text, bad);
	free(text);
	j = journal_rig_sound(dir);
	journal_rig_check(j, "a=1 c=3 d=4 ");
	journal_close(j);

	/* The clock was set back, and it is the same second again. */
	scratch_write(dir, "journal", SLICE("nothing\n"));
	clock_set(&fake);
	journal_close(journal_rig_open(dir, &damaged));
	clock_set(NULL);
	text = scratch_read(dir, "journal.damaged-20260101T000000Z", NULL);
	UNIT_TEXT(text, bad);
	free(text);
	text = scratch_read(dir, "journal.damaged-20260101T000000Z-2", NULL);
	UNIT_TEXT(text, "nothing\n");
	free(text);
	free(bad);
	scratch_remove(dir);
}

/* What a power cut leaves: the tail's blocks are zeros. */
static void
test_tail_of_zeros(void)
{
	static const char zeros[5000];
	char *dir = scratch_make();
	struct journal *j = journal_rig_sound(dir);

	journal_rig_put(j, "a", "1");
	journal_commit(j);
	journal_close(j);
	scratch_append(dir, "journal", (struct slice){ zeros, sizeof(zeros) });
	j = journal_rig_sound(dir);
	journal_rig_check(j, "a=1 ");
	journal_close(j);
	scratch_remove(dir);
}

static void
add_line(struct buf *b, const char *body)
{
	struct slice part = slice_of(body);

	CU_ASSERT_EQUAL(frame_add(b, &part, 1), 0);
}

/* Whole lines with right checksums that are no journal of ours. */
static void
test_other_files(void)
{
	static const char *const files[][4] = {
		{ "{\"journal\":\"s1spool\",\"version\":0}",
		    "{\"k\":\"a\",\"v\":1}", "{\"commit\":1,\"records\":1}" },
		{ "{\"k\":\"a\",\"v\":1}", "{\"commit\":1,\"records\":1}" },
		{ "{\"journal\":\"s1spool\",\"version\":1}",
		    "{\"k\":\"a\",\"v\":1}", "{\"commit\":1,\"records\":2}" },
		{ "{\"journal\":\"s1spool\",\"version\":1}",
		    "{\"k\":\"a\",\"v\":1}", "{\"commit\":1,\"records\":1}x" },
		{ "{\"journal\":\"s1spool\",\"version\":1}",
		    "{\"k\":\"a\",\"v\":1}", "{\"commit\":01,\"records\":1}" },
		{ "{\"journal\":\"s1spool\",\"version\":1}",
		    "{\"k\":\"a\",\"v\":1}", "{\"commit\":1,\"records\":1}",
		    "{\"commit\":3,\"records\":0}" },
		{ "{\"journal\":\"s1spool\",\"version\":1}",
		    "{\"commit\":1,\"records\":0}", "{\"k\":\"a\",\"v\":1}",
		    "{\"k\":\"b\"}" },
		{ "{\"journal\":\"s1spool\",\"version\":1}",
		    "{\"commit\":1,\"records\":0}", "{\"k\":\"a\",\"v\":1}",
		    "" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *dir = scratch_make();
		bool damaged = false;
		struct journal *j;
		struct buf b;

		buf_init(&b, 1000);
		for (size_t k = 0; k < 4 && files[i][k] != NULL; k++)
			add_line(&b, files[i][k]);
		scratch_write(dir, "journal", buf_slice(&b));
		j = journal_rig_open(dir, &damaged);
		CU_ASSERT_TRUE(damaged);
		journal_rig_check(j, "a=1 ");
		journal_close(j);
		buf_fini(&b);
		scratch_remove(dir);
	}
}

static void
test_compaction(void)
{
	char *dir = scratch_make(), *text;
	struct journal *j = journal_rig_sound(dir);
	int commits;

	journal_rig_put(j, "a", "1");
	CU_ASSERT_TRUE(journal_rig_compact(j, dir, &commits) < 3000);
	/* At one MiB, and about 2,150 bytes a commit. */
	CU_ASSERT_TRUE(commits > 450 && commits < 520);
	journal_rig_put(j, "b", "2");
	CU_ASSERT_EQUAL(journal_commit(j), 0);
	journal_close(j);
	j = journal_rig_sound(dir);
	text = journal_rig_content(j, "");
	CU_ASSERT_EQUAL(strncmp(text, "a=1 b=2 k=777", 13), 0);
	free(text);
	journal_close(j);
	scratch_remove(dir);
}

static void
check_refused(const char *dir, const char *want)
{
	bool damaged;
	struct buf why;

	buf_init(&why, 1000);
	CU_ASSERT_PTR_NULL(journal_open(dir, &damaged, &why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why.p, want));
	if (strstr(why.p, want) == NULL)
		fprintf(stderr, "got  %s\n\twant %s\n", why.p, want);
	buf_fini(&why);
}

static void
test_refusals(void)
{
	char *dir = scratch_make();
	struct journal *j = journal_rig_sound(dir);

	check_refused(dir, "in use by this process already");
	journal_close(j);
	check_refused(scratch_path(dir, "none"),
	    "/none does not exist: create it or set state.directory");
	fault_set(&(struct fault){ .call = "write", .path = "journal.tmp",
	    .error = EIO });
	check_refused(dir, "/journal: Input/output error");
	fault_set(&(struct fault){ .call = "openat", .path = "journal.tmp",
	    .error = EROFS });
	check_refused(dir, "/journal: Read-only file system");
	fault_set(NULL);
	/* Starting over from nothing would read everything again. */
	fault_set(&(struct fault){ .call = "openat", .path = "/journal",
	    .error = EIO });
	check_refused(dir, "/journal: Input/output error");
	fault_set(NULL);
	scratch_remove(dir);
}

/* Many keys in random order come back sorted. */
static void
test_many_keys(void)
{
	char *dir = scratch_make(), key[16], *text;
	struct journal *j = journal_rig_sound(dir);
	struct buf want;

	buf_init(&want, 1 << 20);
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "%04d", i * 1237 % 5000);
		journal_rig_put(j, key, "0");
		if (i % 3 == 0)
			journal_remove(j, key);
	}
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "%04d", i * 1237 % 5000);
		if (i % 2 == 0)
			journal_rig_put(j, key, "1");
		else
			journal_remove(j, key);
	}
	journal_commit(j);
	journal_close(j);
	/* An even i makes an even key. */
	for (int k = 0; k < 5000; k += 2)
		buf_addf(&want, "%04d=1 ", k);
	j = journal_rig_sound(dir);
	text = journal_rig_content(j, "");
	CU_ASSERT_TRUE(slice_is(buf_slice(&want), text));
	free(text);
	journal_close(j);
	buf_fini(&want);
	scratch_remove(dir);
}

static const struct unit_test tests[] = {
	{ "put, remove, commit, open again", test_put_and_commit },
	{ "the file can be read", test_file_is_readable },
	{ "cut at every byte", test_cut_anywhere },
	{ "every byte changed", test_any_byte_changed },
	{ "a damaged file is kept aside", test_damage_is_kept_aside },
	{ "a tail of zeros", test_tail_of_zeros },
	{ "files that are no journal", test_other_files },
	{ "compaction", test_compaction },
	{ "what is refused", test_refusals },
	{ "many keys", test_many_keys },
};

UNIT_MAIN("journal", tests)
