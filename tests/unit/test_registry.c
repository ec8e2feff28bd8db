#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/xalloc.h"
#include "spool/registry.h"
#include "tests/unit/memlog.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define META "{\"version\":\"1\"}\n"
#define VALUE(source, offset)                                                \
	"{\"ttl\":-1,\"updated\":[1,1767225600],\"cursor\":{\"offset\":"     \
	offset ",\"eof\":false},\"meta\":{\"source\":\"" source "\","        \
	"\"identifier_name\":\"fingerprint\"}}"
#define KEY(name) "filestream::in::fingerprint::" name
#define SET(id, name, offset)                                                \
	"{\"op\":\"set\",\"id\":" id "}\n"                                   \
	"{\"k\":\"" KEY(name) "\",\"v\":" VALUE("/" name, offset) "}\n"
#define REMOVE(id, name)                                                     \
	"{\"op\":\"remove\",\"id\":" id "}\n{\"k\":\"" KEY(name) "\"}\n"
#define STATE(name, offset)                                                  \
	"{\"_key\":\"" KEY(name) "\",\"cursor\":{\"offset\":" offset "},"    \
	"\"meta\":{\"source\":\"/" name "\"},\"ttl\":-1,\"updated\":[1,2]}"

/* Read the registry in a folder: its entries, or the message, as text. */
static void
check(const char *dir, const char *want)
{
	struct registry r;
	struct buf got;
	size_t top = strlen(dir);
	int rc;

	buf_init(&got, 1 << 20);
	rc = registry_read(&r, dir, &got);
	if (rc != 0 && strncmp(got.p, dir, top) == 0)
		buf_consume(&got, top);
	for (size_t i = 0; i < r.n; i++)
		buf_addf(&got, "%s %s %s %s %" PRId64 "\n",
		    r.entries[i].input, r.entries[i].identity,
		    r.entries[i].value, r.entries[i].source,
		    r.entries[i].offset);
	CU_ASSERT_EQUAL(rc, want[0] == '/' || want[0] == ':' ? -1 : 0);
	UNIT_TEXT(got.p, want);
	registry_fini(&r);
	buf_fini(&got);
}

/* With this log, and a checkpoint of this name unless NULL. */
static void
check_files(const char *checkpoint, const char *states, const char *log,
    const char *want)
{
	char *dir = scratch_make();

	scratch_write(dir, "meta.json", SLICE(META));
	scratch_write(dir, "log.json", slice_of(log));
	if (checkpoint != NULL)
		scratch_write(dir, checkpoint, slice_of(states));
	check(dir, want);
	scratch_remove(dir);
}

static void
test_empty(void)
{
	check_files(NULL, NULL, "", "");
	check_files("1.json", "[]", "", "");
	check_files("1.json", "[]\n", "", "");
}

static void
test_log(void)
{
	check_files(NULL, NULL, SET("1", "a", "10"),
	    "in fingerprint a /a 10\n");
	check_files(NULL, NULL,
	    SET("1", "a", "10") SET("2", "b", "20") SET("3", "a", "30"),
	    "in fingerprint a /a 30\nin fingerprint b /b 20\n");
	check_files(NULL, NULL,
	    SET("1", "a", "10") SET("2", "b", "20") REMOVE("3", "a"),
	    "in fingerprint b /b 20\n");
	check_files(NULL, NULL, REMOVE("1", "unknown"), "");
}

static void
test_checkpoint(void)
{
	check_files("7.json", "[" STATE("a", "1") "," STATE("b", "2") "]", "",
	    "in fingerprint a /a 1\nin fingerprint b /b 2\n");
	check_files("7.json", "[" STATE("a", "1") "," STATE("b", "2") "]",
	    SET("8", "b", "9") REMOVE("9", "a"),
	    "in fingerprint b /b 9\n");
	/* A death between the checkpoint and the cut of the log. */
	check_files("7.json", "[" STATE("a", "5") "]",
	    SET("5", "a", "3") SET("6", "a", "5"),
	    "in fingerprint a /a 5\n");
	/* What is no checkpoint. */
	check_files("checkpoint.new", "[" STATE("a", "1") "]", "", "");
	check_files("-3.json", "[" STATE("a", "1") "]", "", "");
}

/* As Filebeat writes a checkpoint of states that it has read from its files,
 * and the first state of a file. */
static void
test_real_numbers(void)
{
	static const char fresh[] = "{\"op\":\"set\",\"id\":8}\n{\"k\":\""
	    KEY("b") "\",\"v\":{\"ttl\":0,\"updated\":[281470681743360,"
	    "18446744011573954816],\"cursor\":null,\"meta\":{\"source\":"
	    "\"/b\",\"identifier_name\":\"fingerprint\"}}}\n";

	check_files("7.json", "[\n{\"_key\":\"" KEY("a") "\",\"ttl\":"
	    "1800000000000,\"updated\":[8.81732039e+08,1.795319646e+09],"
	    "\"cursor\":{\"offset\":2.998548e+06},\"meta\":{\"source\":"
	    "\"/a\",\"identifier_name\":\"fingerprint\"}}\n]\n", fresh,
	    "in fingerprint a /a 2998548\nin fingerprint b /b 0\n");
	/* What is no count. */
	check_files("7.json", "[" STATE("a", "1.5") "," STATE("b", "-1e3") ","
	    STATE("c", "1e300") "," STATE("d", "9007199254740992") "]", "",
	    "in fingerprint a /a 0\nin fingerprint b /b 0\n"
	    "in fingerprint c /c 0\nin fingerprint d /d 9007199254740992\n");
}

/* The highest number counts, not the longest or the newest file. */
static void
test_old_checkpoints(void)
{
	char *dir = scratch_make();

	scratch_write(dir, "meta.json", SLICE(META));
	scratch_write(dir, "log.json", SLICE(SET("11", "b", "3")));
	scratch_write(dir, "10.json", SLICE("[" STATE("a", "2") "]"));
	scratch_write(dir, "9.json", SLICE("[" STATE("c", "1") "]"));
	check(dir, "in fingerprint a /a 2\nin fingerprint b /b 3\n");
	scratch_remove(dir);
}

/* Any length of the last operation: it is not there, or as a whole. */
static void
tear_off(const char *last, const char *want)
{
	static const char first[] = SET("1", "a", "10");

	for (size_t n = 0; n <= strlen(last); n++) {
		char *log = xasprintf("%s%.*s", first, (int)n, last);

		check_files(NULL, NULL, log, n < strlen(last) ?
		    "in fingerprint a /a 10\n" : want);
		free(log);
	}
}

static void
test_torn_end(void)
{
	tear_off(SET("2", "a", "20"), "in fingerprint a /a 20\n");
	tear_off(REMOVE("2", "a"), "");
}

#define DAMAGED(n) "/log.json: makes no sense behind operation " n            \
	": damaged?"

static void
test_damaged_log(void)
{
	static const struct {
		const char *log, *want;
	} rows[] = {
		/* A gap, a step back, one twice. */
		{ SET("1", "a", "1") SET("3", "a", "2"), DAMAGED("1") },
		{ SET("1", "a", "1") SET("2", "a", "2") SET("1", "a", "3"),
		    DAMAGED("2") },
		{ SET("1", "a", "1") SET("1", "a", "2"), DAMAGED("1") },
		/* Behind a checkpoint that is not there. */
		{ SET("2", "a", "1"), DAMAGED("0") },
		{ SET("0", "a", "1"), DAMAGED("0") },
		/* Bytes that were changed or lost. */
		{ "{\"op\":\"set\",\"id\":1}\ngarbage\n" SET("2", "a", "2"),
		    DAMAGED("0") },
		{ SET("1", "a", "1") "{\"op\":\"set\",\"id\":2}\n"
		    SET("3", "a", "3"), DAMAGED("1") },
		{ "\n\n", DAMAGED("0") },
		{ "{\"op\":\"move\",\"id\":1}\n{\"k\":\"x\",\"v\":{}}\n",
		    DAMAGED("0") },
		{ "{\"op\":\"set\",\"id\":1}\n{\"k\":\"x\"}\n", DAMAGED("0") },
		{ "{\"op\":\"set\",\"id\":\"1\"}\n{\"k\":\"x\",\"v\":{}}\n",
		    DAMAGED("0") },
		{ "{\"op\":\"set\",\"id\":1} x\n{\"k\":\"x\",\"v\":{}}\n",
		    DAMAGED("0") },
		{ "[]\n[]\n", DAMAGED("0") },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_files(NULL, NULL, rows[i].log, rows[i].want);
	/* And with a checkpoint before it. */
	check_files("7.json", "[]", SET("9", "a", "1"), DAMAGED("7"));
	check_files("7.json", "[]", SET("5", "a", "1") SET("7", "a", "1"),
	    DAMAGED("7"));
}

static void
test_damaged_checkpoint(void)
{
	static const char none[] = "/4.json: is no checkpoint: damaged?";

	check_files("4.json", "", "", none);
	check_files("4.json", "[" STATE("a", "1"), "", none);
	check_files("4.json", "[" STATE("a", "1") "]]", "", none);
	check_files("4.json", STATE("a", "1"), "", none);
	check_files("4.json", "[{\"ttl\":-1}]", "",
	    "/4.json: has a state without a key: damaged?");
	check_files("4.json", "[7]", "",
	    "/4.json: has a state without a key: damaged?");
}

static void
test_meta(void)
{
	static const char unknown[] =
	    "/meta.json: of an unknown version; only 1 is understood";
	char *dir = scratch_make();

	scratch_write(dir, "log.json", SLICE(""));
	check(dir, "/meta.json: No such file or directory; is it the folder "
	    "with log.json, and of the backend memlog?");
	scratch_write(dir, "meta.json", SLICE("{\"version\":\"2\"}"));
	check(dir, unknown);
	scratch_write(dir, "meta.json", SLICE("{\"version\":1}"));
	check(dir, unknown);
	scratch_write(dir, "meta.json", SLICE("{\"versi"));
	check(dir, unknown);
	scratch_write(dir, "meta.json", SLICE(""));
	check(dir, unknown);
	scratch_write(dir, "meta.json", SLICE(META));
	check(dir, "");
	unlink(scratch_path(dir, "log.json"));
	check(dir, "/log.json: No such file or directory");
	scratch_remove(dir);
}

static void
test_unreadable(void)
{
	char *dir = scratch_make();
	char *inner = xstrdup(scratch_path(dir, "registry"));

	check(inner, ": No such file or directory");
	free(inner);
	/* A folder where a file should be cannot be read, not even by root. */
	scratch_write(dir, "meta.json", SLICE(META));
	mkdir(scratch_path(dir, "log.json"), 0700);
	check(dir, "/log.json: Is a directory");
	rmdir(scratch_path(dir, "log.json"));
	scratch_write(dir, "log.json", SLICE(""));
	mkdir(scratch_path(dir, "3.json"), 0700);
	check(dir, "/3.json: Is a directory");
	rmdir(scratch_path(dir, "3.json"));
	if (geteuid() != 0) {
		chmod(scratch_path(dir, "log.json"), 0);
		check(dir, "/log.json: Permission denied");
	}
	scratch_remove(dir);
}

/* Keys of all kinds, and states that say less than others. */
static void
test_keys(void)
{
#define RAW(id, key, value)                                                  \
	"{\"op\":\"set\",\"id\":" id "}\n{\"k\":\"" key "\",\"v\":" value "}\n"
	check_files(NULL, NULL,
	    RAW("1", "filestream::in::native::123-64769", VALUE("/a", "1"))
	    RAW("2", "filestream::in::path::/b", VALUE("/b", "2"))
	    RAW("3", "filestream::in::inode_marker::9-mark", VALUE("/c", "3"))
	    RAW("4", "filestream::.global::native::1-2", VALUE("/d", "4"))
	    /* Of other inputs. */
	    RAW("5", "filebeat::logs::native::1-2", VALUE("/e", "5"))
	    RAW("6", "journald::x", "{\"cursor\":\"abc\"}")
	    RAW("7", "filestream::in", VALUE("/f", "6"))
	    RAW("8", "filestream::in::path", VALUE("/f", "6")),
	    "in native 123-64769 /a 1\nin path /b /b 2\n"
	    "in inode_marker 9-mark /c 3\n.global native 1-2 /d 4\n");
	/* Nothing acknowledged, in every way in which that may be said. */
	check_files(NULL, NULL,
	    RAW("1", KEY("a"), "{\"cursor\":null,\"meta\":{\"source\":\"/a\"}}")
	    RAW("2", KEY("b"), "{\"meta\":{\"source\":\"/b\"}}")
	    RAW("3", KEY("c"), "{}") RAW("4", KEY("d"), "null")
	    RAW("5", KEY("e"), "{\"cursor\":{\"offset\":\"77\"}}")
	    RAW("6", KEY("f"), "{\"cursor\":{\"offset\":-5},\"meta\":7}")
	    RAW("7", KEY("g"), "{\"cursor\":{\"offset\":7.5}}"),
	    "in fingerprint a /a 0\nin fingerprint b /b 0\n"
	    "in fingerprint c  0\nin fingerprint d  0\nin fingerprint e  0\n"
	    "in fingerprint f  0\nin fingerprint g  0\n");
}

/* What is written the way Filebeat does it comes back, checkpoints or not. */
static void
test_written(void)
{
	static struct memlog m;
	char *dir = scratch_make();

	memlog_open(&m, dir, 3);
	for (int i = 1; i <= 10; i++) {
		memlog_set(&m, "in", "fingerprint", "a", "/a", i);
		memlog_set(&m, "in", "fingerprint", "b", "/b", -1);
	}
	memlog_remove(&m, "in", "fingerprint", "b");
	memlog_set(&m, "other", "native", "7-8", "/c", 3);
	check(dir, "in fingerprint a /a 10\nother native 7-8 /c 3\n");
	memlog_checkpoint(&m);
	check(dir, "in fingerprint a /a 10\nother native 7-8 /c 3\n");
	memlog_close(&m);
	scratch_remove(dir);
}

/* A goes ahead of B by one, always, and both only grow. */
static void
write_for_ever(struct memlog *m)
{
	for (int64_t i = 1;; i++) {
		memlog_set(m, "in", "path", "/a", "/a", i);
		memlog_set(m, "in", "path", "/b", "/b", i);
	}
}

/* One reading while that goes on.  False when it gave up. */
static bool
read_once(const char *dir, int64_t *last)
{
	struct registry r;
	struct buf err;
	bool good;

	buf_init(&err, 4096);
	good = registry_read(&r, dir, &err) == 0;
	if (good && r.n == 2) {
		int64_t a = r.entries[0].offset, b = r.entries[1].offset;

		CU_ASSERT_TRUE(a == b || a == b + 1);
		CU_ASSERT_TRUE(a >= *last);
		*last = a;
	} else if (!good) {
		/* Nothing is wrong with it but that it changes. */
		CU_ASSERT_PTR_NOT_NULL(strstr(err.p, "changes all the time"));
	}
	registry_fini(&r);
	buf_fini(&err);
	return good;
}

static void
test_read_while_written(void)
{
	static const int per_checkpoint[] = { 2, 17, 200 };
	static struct memlog m;

	for (size_t i = 0; i < 3; i++) {
		char *dir = scratch_make();
		size_t good = 0;
		int64_t last = 0;
		pid_t pid;

		memlog_open(&m, dir, per_checkpoint[i]);
		pid = fork();
		if (pid == 0)
			write_for_ever(&m);
		CU_ASSERT_TRUE_FATAL(pid > 0);
		memlog_close(&m);
		for (int n = 0; n < 300 || (last < 100 && n < 100000); n++)
			good += read_once(dir, &last);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		CU_ASSERT_TRUE(good > 0 && last >= 100);
		/* And once more in peace, after its death. */
		CU_ASSERT_TRUE(read_once(dir, &last));
		scratch_remove(dir);
	}
}

static const struct unit_test tests[] = {
	{ "empty", test_empty },
	{ "a log", test_log },
	{ "a checkpoint and a log", test_checkpoint },
	{ "numbers of a real checkpoint", test_real_numbers },
	{ "old checkpoints", test_old_checkpoints },
	{ "a torn end", test_torn_end },
	{ "a damaged log", test_damaged_log },
	{ "a damaged checkpoint", test_damaged_checkpoint },
	{ "the version", test_meta },
	{ "what cannot be read", test_unreadable },
	{ "keys and states", test_keys },
	{ "as Filebeat writes it", test_written },
	{ "read while it is written", test_read_while_written },
};

UNIT_MAIN("registry", tests)
