#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/fsutil.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "tests/unit/beat_rig.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define NAME "t-20260101T000000.000000Z-000000000001.ndjson"
/* Two lines of 80 bytes. */
#define LINE(no, id)                                                         \
	"{\"spool\":{\"seq\":\"hefg8dts00-" no "\",\"id\":\"" id            \
	"\",\"at\":\"\"},\"x\":\"12345678901234567890123\"}\n"
#define LINE1 LINE("1", "a")
#define LINE2 LINE("2", "b")
#define LEN ((int64_t)sizeof(LINE1) - 1)

/* A spool with one file, and a registry. */
static struct rig {
	char *dir;
	char *full; /* the file's path */
	int dirfd;
	char fingerprint[65];
	char native[40];
	struct beat beat;
} rig;

static void
identify(const char *name)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct stat sb;

	SHA256((const unsigned char *)LINE1, 64, digest);
	num_hex_text(digest, sizeof(digest), rig.fingerprint);
	CU_ASSERT_EQUAL_FATAL(stat(scratch_path(rig.dir, name), &sb), 0);
	snprintf(rig.native, sizeof(rig.native), "%" PRIuMAX "-64769",
	    (uintmax_t)sb.st_ino);
}

static void
begin(const char *content)
{
	rig = (struct rig){ .dir = scratch_make() };
	rig.full = xstrdup(scratch_path(rig.dir, NAME));
	rig.dirfd = fs_open_dir(AT_FDCWD, rig.dir);
	scratch_write(rig.dir, NAME, slice_of(content));
	identify(NAME);
	beat_begin(&rig.beat, rig.dir);
}

static void
end(void)
{
	beat_end(&rig.beat);
	close(rig.dirfd);
	free(rig.full);
	scratch_remove(rig.dir);
}

static void
know(const char *identity, const char *value, const char *source,
    int64_t offset)
{
	memlog_set(&rig.beat.log, "in", identity, value, source, offset);
}

/* What is said of a file: "has", or the reason; "?" before what cannot be
 * told. */
static void
ask_about(const char *name, const char *want)
{
	char *full = xstrdup(scratch_path(rig.dir, name));
	struct shipper_file f = { rig.dirfd, name, full };
	struct shipper *s = beat_read(&rig.beat);
	enum shipper_answer answer;
	struct buf got;

	buf_init(&got, 4096);
	UNIT_TEXT(shipper_name(s), "beat");
	answer = shipper_ask(s, &f, &got);
	CU_ASSERT_EQUAL(answer == SHIPPER_HAS, got.len == 0);
	if (answer == SHIPPER_CANNOT_TELL)
		buf_adds(&got, "?");
	UNIT_TEXT(answer == SHIPPER_HAS ? "has" : got.p, want);
	buf_fini(&got);
	free(full);
}

static void
ask(const char *want)
{
	ask_about(NAME, want);
}

#define UNKNOWN "it does not know the file yet"
#define DELIVERED(n) "input in has delivered " n " of 160 bytes"

/* Each step of a fingerprint's offset. */
static void
test_offsets(void)
{
	begin(LINE1 LINE2);
	ask(UNKNOWN);
	know("fingerprint", rig.fingerprint, rig.full, -1);
	ask(DELIVERED("0"));
	know("fingerprint", rig.fingerprint, rig.full, 0);
	ask(DELIVERED("0"));
	know("fingerprint", rig.fingerprint, rig.full, LEN);
	ask(DELIVERED("80"));
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN - 1);
	ask(DELIVERED("159"));
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	ask("has");
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN + 1);
	ask("input in has got to byte 161 of a file that has 160?");
	memlog_remove(&rig.beat.log, "in", "fingerprint", rig.fingerprint);
	ask(UNKNOWN);
	end();
}

/* The fingerprint is enough, whatever path the shipper sees; a fingerprint of
 * another length needs the path. */
static void
test_fingerprint(void)
{
	begin(LINE1 LINE2);
	know("fingerprint", rig.fingerprint, "/elsewhere", 2 * LEN);
	ask("has");
	rig.beat.opt.fingerprint_length = 65;
	ask(UNKNOWN);
	know("fingerprint", "beef", rig.full, 2 * LEN);
	ask("has");
	/* Longer than the file. */
	rig.beat.opt.fingerprint_length = 1024;
	ask("has");
	memlog_remove(&rig.beat.log, "in", "fingerprint", "beef");
	ask(UNKNOWN);
	end();
}

/* While a file is short, Filebeat 9.5 knows it by what there is of its head,
 * and by the whole of it later: both at a time must have it. */
static void
test_growing_fingerprint(void)
{
	begin(LINE1 LINE2);
	know("fingerprint", "7b2273706f6f6c22", rig.full, LEN);
	ask(DELIVERED("80"));
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	ask(DELIVERED("80"));
	memlog_remove(&rig.beat.log, "in", "fingerprint", "7b2273706f6f6c22");
	ask("has");
	end();
}

static void
test_other_identities(void)
{
	begin(LINE1 LINE2);
	know("path", rig.full, rig.full, 2 * LEN);
	ask("has");
	memlog_remove(&rig.beat.log, "in", "path", rig.full);
	know("native", rig.native, rig.full, 2 * LEN);
	ask("has");
	memlog_remove(&rig.beat.log, "in", "native", rig.native);
	know("inode_marker", rig.native, rig.full, 2 * LEN);
	ask("has");
	memlog_remove(&rig.beat.log, "in", "inode_marker", rig.native);
	know("what_comes_next", "x", rig.full, 2 * LEN);
	ask("has");
	end();
}

/* The inode of a file that was removed: what was shipped is not this one. */
static void
test_inode_reuse(void)
{
	begin(LINE1 LINE2);
	know("native", rig.native, "/spool/an-older-file", 2 * LEN);
	ask(UNKNOWN);
	know("inode_marker", rig.native, "/spool/an-older-file", 2 * LEN);
	ask(UNKNOWN);
	/* And the other way round: the path, of another inode. */
	know("native", "1-64769", rig.full, 2 * LEN);
	ask(UNKNOWN);
	end();
}

static void
test_inputs(void)
{
	char first[] = "in", second[] = "second";
	char *one[] = { first, NULL };
	char *both[] = { first, second, NULL };
	char *none[] = { NULL };

	begin(LINE1 LINE2);
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	memlog_set(&rig.beat.log, "second", "fingerprint", rig.fingerprint,
	    rig.full, LEN);
	ask("input second has delivered 80 of 160 bytes");
	rig.beat.opt.inputs = both;
	ask("input second has delivered 80 of 160 bytes");
	rig.beat.opt.inputs = none;
	ask("input second has delivered 80 of 160 bytes");
	rig.beat.opt.inputs = one;
	ask("has");
	rig.beat.opt.inputs = both + 1;
	ask("input second has delivered 80 of 160 bytes");
	memlog_remove(&rig.beat.log, "second", "fingerprint", rig.fingerprint);
	ask(UNKNOWN);
	end();
}

/* What a death leaves: nothing, or the beginning of a line. */
static void
test_torn_tails(void)
{
	begin(LINE1 LINE2 "{\"spool\":{\"seq");
	know("fingerprint", rig.fingerprint, rig.full, LEN);
	ask("input in has delivered 80 of 174 bytes");
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	ask("has");
	end();
	begin("{\"spool\":{\"seq");
	ask("has");
	know("path", rig.full, rig.full, 0);
	ask("has");
	end();
	begin("");
	ask("has");
	end();
}

#define OLD 1767225600 /* older than all that a test writes */
#define STALE ", and its registry is older than the file: does it run??"

static void
set_time(const char *name, time_t at)
{
	struct timespec times[2] = { { at, 0 }, { at, 0 } };

	CU_ASSERT_EQUAL(utimensat(rig.dirfd, name, times, 0), 0);
}

/* Lines that came after the registry was written last. */
static void
test_stale_registry(void)
{
	begin(LINE1 LINE2);
	set_time("registry/log.json", OLD);
	ask(UNKNOWN STALE);
	know("fingerprint", rig.fingerprint, rig.full, LEN);
	set_time("registry/log.json", OLD);
	ask(DELIVERED("80") STALE);
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	set_time("registry/log.json", OLD);
	ask("input in has delivered it, but its registry is older than the "
	    "file?");
	set_time(NAME, OLD - 1);
	ask("has");
	/* A checkpoint is as good. */
	memlog_checkpoint(&rig.beat.log);
	set_time("registry/log.json", OLD);
	set_time(NAME, OLD);
	ask("has");
	end();
	/* All that came later is a torn line. */
	begin(LINE1 LINE2 "{\"sp");
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	set_time("registry/log.json", OLD);
	ask("has");
	end();
}

/* Packed lines whose sum is wrong: only who reads far behind the head of the
 * file notices. */
static void
pack_with_wrong_sum(const char *name)
{
	gzFile gz = gzopen(scratch_path(rig.dir, name), "wb");
	size_t len;
	char *p;

	for (int i = 0; i < 1000; i++)
		gzputs(gz, LINE1 LINE2);
	CU_ASSERT_EQUAL(gzclose(gz), Z_OK);
	p = scratch_read(rig.dir, name, &len);
	p[len - 8] ^= 1;
	scratch_write(rig.dir, name, (struct slice){ p, len });
	free(p);
}

/* A packed file is the same to a shipper as what it holds. */
static void
test_packed(void)
{
	gzFile gz;

	begin(LINE1 LINE2);
	gz = gzopen(scratch_path(rig.dir, NAME ".gz"), "wb");
	gzputs(gz, LINE1 LINE2);
	CU_ASSERT_EQUAL(gzclose(gz), Z_OK);
	set_time(NAME ".gz", OLD);
	ask_about(NAME ".gz", UNKNOWN ": does it read .gz?");
	know("fingerprint", rig.fingerprint, rig.full, LEN);
	ask_about(NAME ".gz", DELIVERED("80"));
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	ask_about(NAME ".gz", "has");
	/* Damage is not nothing. */
	scratch_write(rig.dir, NAME ".gz", SLICE("\x1f\x8b\x08\0\0\0"));
	set_time(NAME ".gz", OLD);
	ask_about(NAME ".gz", UNKNOWN ": does it read .gz?");
	scratch_write(rig.dir, NAME ".gz",
	    SLICE("\x1f\x8b\x08\0\0\0\0\0\0\3\7\7\7\7\7\7"));
	ask_about(NAME ".gz", "the file cannot be read: Bad message?");
	pack_with_wrong_sum(NAME ".gz");
	ask_about(NAME ".gz", "the file cannot be read: Bad message?");
	ask_about("missing", "the file cannot be read: No such file or "
	    "directory?");
	end();
}

/* What is below the folder counts, and of the inputs that are named. */
static void
test_look(void)
{
	static char first[] = "in", *inputs[] = { first, NULL };
	struct shipper_view v;
	struct shipper *s;

	begin(LINE1);
	know("fingerprint", "f1", "/spool/acme/threat/a.ndjson", 10);
	know("fingerprint", "f2", "/spool/acme/threat/b.ndjson.gz", 10);
	know("fingerprint", "f3", "/spool/acme/threat/c.ndjson.gz", -1);
	know("path", "/spool/acme/agent/d.ndjson",
	    "/spool/acme/agent/d.ndjson", 10);
	know("path", "/spoolers/x.ndjson", "/spoolers/x.ndjson", 10);
	memlog_set(&rig.beat.log, "other", "native", "1-2",
	    "/spool/acme/agent/e.ndjson", 10);
	s = beat_read(&rig.beat);
	shipper_look(s, "/spool", &v);
	CU_ASSERT_EQUAL(v.files, 5);
	CU_ASSERT_EQUAL(v.by_fingerprint, 3);
	CU_ASSERT_EQUAL(v.packed, 1);
	CU_ASSERT(v.changed_ms > 0);
	rig.beat.opt.inputs = inputs;
	s = beat_read(&rig.beat);
	shipper_look(s, "/spool", &v);
	CU_ASSERT_EQUAL(v.files, 4);
	end();
}

/* Thousands of entries, of which each file finds its own. */
static void
test_many(void)
{
	char value[80], source[80];

	begin(LINE1 LINE2);
	for (int i = 0; i < 1500; i++) {
		snprintf(value, sizeof(value), "%064d", i * 7919 % 1500);
		snprintf(source, sizeof(source), "/spool/%d", i);
		know("fingerprint", value, source, i);
	}
	ask(UNKNOWN);
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	ask("has");
	end();
}

/* where the registry is */

/* What is said, before and behind where the registry is. */
static void
cannot_read(const char *before, const char *behind)
{
	char *want = xasprintf("beat: %s%s%s", before, rig.beat.opt.registry,
	    behind);
	struct buf err;

	buf_init(&err, 4096);
	CU_ASSERT_PTR_NULL(shipper_read(&rig.beat.opt, &err));
	UNIT_TEXT(err.p, want);
	buf_fini(&err);
	free(want);
}

static void
test_no_registry(void)
{
	begin(LINE1);
	unlink(scratch_path(rig.dir, "registry/meta.json"));
	cannot_read("", "/meta.json: No such file or directory; is it the "
	    "folder with log.json, and of the backend memlog?");
	rig.beat.opt.type = SHIPPER_ELASTIC_AGENT;
	beat_move(&rig.beat, rig.dir, "data/elastic-agent-*/run");
	cannot_read("there is no registry ", ": has it run, and may this "
	    "process read it?");
	end();
}

/* A folder as an Elastic Agent of this version has it, where the file is
 * shipped up to an offset. */
static void
make_agent(const char *version, const char *component, int64_t offset)
{
	static struct memlog m;
	char *folder = xasprintf("%s/data/top/data/elastic-agent-%s/run/%s",
	    rig.dir, version, component);

	CU_ASSERT_EQUAL(fs_mkdirs(AT_FDCWD, folder, 0700), 0);
	memlog_open(&m, folder, 0);
	memlog_set(&m, "in", "fingerprint", rig.fingerprint, rig.full, offset);
	memlog_close(&m);
	free(folder);
}

static void
install(const char *link, const char *version)
{
	char *target = xasprintf("data/elastic-agent-%s/elastic-agent",
	    version);
	char *path = xasprintf("%s/data/top/%s", rig.dir, link);

	unlink(path);
	CU_ASSERT_EQUAL(symlink(target, path), 0);
	free(target);
	free(path);
}

#define SEVERAL \
	", and not just one is known to be the installed version's: name it"

static void
test_agent(void)
{
	begin(LINE1 LINE2);
	rig.beat.opt.type = SHIPPER_ELASTIC_AGENT;
	beat_move(&rig.beat, rig.dir, "data/top/data/elastic-agent-*/run/filestream-*");

	make_agent("9.1.0-abc", "filestream-default", LEN);
	ask(DELIVERED("80"));
	/* An upgrade has copied the folder; which is it? */
	make_agent("9.1.0-abcdef", "filestream-default", 2 * LEN);
	cannot_read("2 registries match ", SEVERAL);
	install("elastic-agent", "9.1.0-abc");
	ask(DELIVERED("80"));
	install("elastic-agent", "9.1.0-abcdef");
	ask("has");
	unlink(scratch_path(rig.dir, "data/top/elastic-agent"));
	mkdir(scratch_path(rig.dir, "data/top/bin"), 0700);
	install("bin/elastic-agent", "9.1.0-abc");
	ask(DELIVERED("80"));
	/* Two Filebeats of the installed version. */
	make_agent("9.1.0-abc", "filestream-monitoring", LEN);
	cannot_read("3 registries match ", SEVERAL);
	end();
}

static const struct unit_test tests[] = {
	{ "offsets", test_offsets },
	{ "fingerprints", test_fingerprint },
	{ "a growing fingerprint", test_growing_fingerprint },
	{ "other identities", test_other_identities },
	{ "an inode that is used again", test_inode_reuse },
	{ "inputs", test_inputs },
	{ "torn tails", test_torn_tails },
	{ "a stale registry", test_stale_registry },
	{ "packed files", test_packed },
	{ "what it knows of a folder", test_look },
	{ "many entries", test_many },
	{ "no registry", test_no_registry },
	{ "an agent's registry", test_agent },
};

UNIT_MAIN("shipper", tests)
