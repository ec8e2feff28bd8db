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
#include "spool/shipper.h"
#include "tests/unit/memlog.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define NAME "t-20260101T000000.000000Z-000000000001.ndjson"
/* Two lines of 80 bytes. */
#define LINE1                                                                \
	"{\"spool\":{\"seq\":\"hefg8dts00-1\",\"id\":\"a\",\"at\":\"\"},"    \
	"\"x\":\"12345678901234567890123\"}\n"
#define LINE2                                                                \
	"{\"spool\":{\"seq\":\"hefg8dts00-2\",\"id\":\"b\",\"at\":\"\"},"    \
	"\"x\":\"12345678901234567890123\"}\n"
#define LEN ((int64_t)sizeof(LINE1) - 1)

/* A spool with one file, and a registry. */
static struct rig {
	char *dir;
	char *full; /* the file's path */
	int dirfd;
	char fingerprint[65];
	char native[40];
	struct memlog log;
	struct shipper_options opt;
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
	mkdir(scratch_path(rig.dir, "registry"), 0700);
	memlog_open(&rig.log, scratch_path(rig.dir, "registry"), 0);
	rig.opt = (struct shipper_options){
		.name = "beat",
		.type = SHIPPER_FILEBEAT,
		.registry = xstrdup(scratch_path(rig.dir, "registry")),
		.fingerprint_length = 64,
	};
}

static void
end(void)
{
	memlog_close(&rig.log);
	close(rig.dirfd);
	free((char *)(uintptr_t)rig.opt.registry);
	free(rig.full);
	scratch_remove(rig.dir);
}

static void
know(const char *identity, const char *value, const char *source,
    int64_t offset)
{
	memlog_set(&rig.log, "in", identity, value, source, offset);
}

/* What is said of a file: "has", or the reason; "?" before what cannot be
 * told. */
static void
ask_about(const char *name, const char *want)
{
	char *full = xstrdup(scratch_path(rig.dir, name));
	struct shipper_file f = { rig.dirfd, name, full };
	enum shipper_answer answer;
	struct shipper *s;
	struct buf got;

	buf_init(&got, 4096);
	s = shipper_read(&rig.opt, &got);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	UNIT_TEXT(got.p, "");
	UNIT_TEXT(shipper_name(s), "beat");
	answer = shipper_ask(s, &f, &got);
	CU_ASSERT_EQUAL(answer == SHIPPER_HAS, got.len == 0);
	if (answer == SHIPPER_CANNOT_TELL)
		buf_adds(&got, "?");
	UNIT_TEXT(answer == SHIPPER_HAS ? "has" : got.p, want);
	shipper_free(s);
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
	memlog_remove(&rig.log, "in", "fingerprint", rig.fingerprint);
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
	rig.opt.fingerprint_length = 65;
	ask(UNKNOWN);
	know("fingerprint", "beef", rig.full, 2 * LEN);
	ask("has");
	/* Longer than the file. */
	rig.opt.fingerprint_length = 1024;
	ask("has");
	memlog_remove(&rig.log, "in", "fingerprint", "beef");
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
	memlog_remove(&rig.log, "in", "fingerprint", "7b2273706f6f6c22");
	ask("has");
	end();
}

static void
test_other_identities(void)
{
	begin(LINE1 LINE2);
	know("path", rig.full, rig.full, 2 * LEN);
	ask("has");
	memlog_remove(&rig.log, "in", "path", rig.full);
	know("native", rig.native, rig.full, 2 * LEN);
	ask("has");
	memlog_remove(&rig.log, "in", "native", rig.native);
	know("inode_marker", rig.native, rig.full, 2 * LEN);
	ask("has");
	memlog_remove(&rig.log, "in", "inode_marker", rig.native);
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
	memlog_set(&rig.log, "second", "fingerprint", rig.fingerprint,
	    rig.full, LEN);
	ask("input second has delivered 80 of 160 bytes");
	rig.opt.inputs = both;
	ask("input second has delivered 80 of 160 bytes");
	rig.opt.inputs = none;
	ask("input second has delivered 80 of 160 bytes");
	rig.opt.inputs = one;
	ask("has");
	rig.opt.inputs = both + 1;
	ask("input second has delivered 80 of 160 bytes");
	memlog_remove(&rig.log, "second", "fingerprint", rig.fingerprint);
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

/* Lines that came after the registry was written last. */
static void
test_stale_registry(void)
{
	static const char hint[] = ", and its registry is older than the file: "
	    "does it run??";
	struct timespec times[2] = { { 1767225600, 0 }, { 1767225600, 0 } };
	char want[200];

	begin(LINE1 LINE2);
	CU_ASSERT_EQUAL(utimensat(rig.dirfd, "registry/log.json", times, 0), 0);
	snprintf(want, sizeof(want), UNKNOWN "%s", hint);
	ask(want);
	know("fingerprint", rig.fingerprint, rig.full, LEN);
	CU_ASSERT_EQUAL(utimensat(rig.dirfd, "registry/log.json", times, 0), 0);
	snprintf(want, sizeof(want), DELIVERED("80") "%s", hint);
	ask(want);
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	CU_ASSERT_EQUAL(utimensat(rig.dirfd, "registry/log.json", times, 0), 0);
	ask("input in has delivered it, but its registry is older than the "
	    "file?");
	times[1].tv_sec--;
	CU_ASSERT_EQUAL(utimensat(rig.dirfd, NAME, times, 0), 0);
	ask("has");
	/* A checkpoint is as good. */
	memlog_checkpoint(&rig.log);
	CU_ASSERT_EQUAL(utimensat(rig.dirfd, "registry/log.json", times, 0), 0);
	times[1].tv_sec++;
	CU_ASSERT_EQUAL(utimensat(rig.dirfd, NAME, times, 0), 0);
	ask("has");
	end();
	/* All that came later is a torn line. */
	begin(LINE1 LINE2 "{\"sp");
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	CU_ASSERT_EQUAL(utimensat(rig.dirfd, "registry/log.json", times, 0), 0);
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

/* The file is older than the registry, however slow the test is. */
static void
make_old(const char *name)
{
	struct timespec times[2] = { { 1767225600, 0 }, { 1767225600, 0 } };

	CU_ASSERT_EQUAL(utimensat(rig.dirfd, name, times, 0), 0);
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
	make_old(NAME ".gz");
	ask_about(NAME ".gz", UNKNOWN ": does it read .gz?");
	know("fingerprint", rig.fingerprint, rig.full, LEN);
	ask_about(NAME ".gz", DELIVERED("80"));
	know("fingerprint", rig.fingerprint, rig.full, 2 * LEN);
	ask_about(NAME ".gz", "has");
	/* Damage is not nothing. */
	scratch_write(rig.dir, NAME ".gz", SLICE("\x1f\x8b\x08\0\0\0"));
	make_old(NAME ".gz");
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

/* Thousands of entries, of which each file finds its own. */
/* What is below the folder counts, and of the inputs that are named. */
static void
test_look(void)
{
	static char first[] = "in", *inputs[] = { first, NULL };
	struct shipper_view v;
	struct shipper *s;
	struct buf err;

	begin(LINE1);
	know("fingerprint", "f1", "/spool/acme/threat/a.ndjson", 10);
	know("fingerprint", "f2", "/spool/acme/threat/b.ndjson.gz", 10);
	know("fingerprint", "f3", "/spool/acme/threat/c.ndjson.gz", -1);
	know("path", "/spool/acme/agent/d.ndjson",
	    "/spool/acme/agent/d.ndjson", 10);
	know("path", "/spoolers/x.ndjson", "/spoolers/x.ndjson", 10);
	memlog_set(&rig.log, "other", "native", "1-2",
	    "/spool/acme/agent/e.ndjson", 10);
	buf_init(&err, 4096);
	s = shipper_read(&rig.opt, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	shipper_look(s, "/spool", &v);
	CU_ASSERT_EQUAL(v.files, 5);
	CU_ASSERT_EQUAL(v.by_fingerprint, 3);
	CU_ASSERT_EQUAL(v.packed, 1);
	CU_ASSERT(v.changed_ms > 0);
	shipper_free(s);
	rig.opt.inputs = inputs;
	s = shipper_read(&rig.opt, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	shipper_look(s, "/spool", &v);
	CU_ASSERT_EQUAL(v.files, 4);
	shipper_free(s);
	buf_fini(&err);
	end();
}

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

static void
cannot_read(const char *want)
{
	struct buf err;

	buf_init(&err, 4096);
	CU_ASSERT_PTR_NULL(shipper_read(&rig.opt, &err));
	UNIT_TEXT(err.p, want);
	buf_fini(&err);
}

static void
test_no_registry(void)
{
	char *want;

	begin(LINE1);
	unlink(scratch_path(rig.dir, "registry/meta.json"));
	want = xasprintf("beat: %s/meta.json: No such file or directory; is it "
	    "the folder with log.json, and of the backend memlog?",
	    rig.opt.registry);
	cannot_read(want);
	free(want);
	rig.opt.type = SHIPPER_ELASTIC_AGENT;
	free((char *)(uintptr_t)rig.opt.registry);
	rig.opt.registry = xasprintf("%s/data/elastic-agent-*/run", rig.dir);
	want = xasprintf("beat: there is no registry %s: has it run, and may "
	    "this process read it?", rig.opt.registry);
	cannot_read(want);
	free(want);
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

static void
test_agent(void)
{
	char *several;

	begin(LINE1 LINE2);
	rig.opt.type = SHIPPER_ELASTIC_AGENT;
	free((char *)(uintptr_t)rig.opt.registry);
	rig.opt.registry = xasprintf(
	    "%s/data/top/data/elastic-agent-*/run/filestream-*", rig.dir);
	several = xasprintf("beat: 2 registries match %s, and not just one is "
	    "known to be the installed version's: name it", rig.opt.registry);

	make_agent("9.1.0-abc", "filestream-default", LEN);
	ask(DELIVERED("80"));
	/* An upgrade has copied the folder; which is it? */
	make_agent("9.1.0-abcdef", "filestream-default", 2 * LEN);
	cannot_read(several);
	install("elastic-agent", "9.1.0-abc");
	ask(DELIVERED("80"));
	install("elastic-agent", "9.1.0-abcdef");
	ask("has");
	unlink(scratch_path(rig.dir, "data/top/elastic-agent"));
	mkdir(scratch_path(rig.dir, "data/top/bin"), 0700);
	install("bin/elastic-agent", "9.1.0-abc");
	ask(DELIVERED("80"));
	/* Two Filebeats of the installed version. */
	free(several);
	several = xasprintf("beat: 3 registries match %s, and not just one is "
	    "known to be the installed version's: name it", rig.opt.registry);
	make_agent("9.1.0-abc", "filestream-monitoring", LEN);
	cannot_read(several);
	free(several);
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
