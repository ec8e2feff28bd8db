#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/respond/audit.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define CALLS 12

static char *dir;
static struct buf err;

static void
begin(void)
{
	dir = scratch_make();
	buf_init(&err, 4096);
}

static void
end(void)
{
	scratch_remove(dir);
	buf_fini(&err);
}

static struct json_object *
intent(const char *action)
{
	struct json_object *doc = json_object_new_object();

	audit_set(doc, "event.action", json_object_new_string(action));
	audit_set(doc, "s1spool.audit.stage",
	    json_object_new_string("intent"));
	return doc;
}

/* What audit_intend() says of one call. */
static int
call(const char *action, int64_t limit)
{
	struct audit *au = audit_open(dir, "acme", &err);
	struct json_object *doc = intent(action);
	const struct audit_limit l = { action, limit, 3600000 };
	int r;

	CU_ASSERT_FATAL(au != NULL);
	r = audit_intend(au, doc, &l, &err);
	json_object_put(doc);
	audit_close(au);
	return r;
}

static bool
count(void *cookie, const char *console, struct slice line,
    struct json_object *doc)
{
	size_t *n = cookie;

	CU_ASSERT_STRING_EQUAL(console, "acme");
	CU_ASSERT_TRUE(line.len > 0);
	CU_ASSERT_PTR_NOT_NULL(doc);
	++*n;
	return true;
}

static size_t
lines(void)
{
	size_t n = 0;

	CU_ASSERT_EQUAL(audit_each(dir, 0, count, &n), 0);
	return n;
}

static void
test_limit(void)
{
	begin();
	CU_ASSERT_EQUAL(call("isolate", 2), 0);
	CU_ASSERT_EQUAL(call("isolate", 2), 0);
	CU_ASSERT_EQUAL(call("isolate", 2), 1);
	CU_ASSERT_EQUAL(lines(), 2);
	/* Another action has a count of its own, and 0 is no limit. */
	CU_ASSERT_EQUAL(call("release", 2), 0);
	CU_ASSERT_EQUAL(call("isolate", 0), 0);
	CU_ASSERT_EQUAL(lines(), 4);
	end();
}

/* Calls that run at the same time do not count past each other. */
static void
test_at_once(void)
{
	int done = 0, status;

	begin();
	for (int i = 0; i < CALLS; i++) {
		pid_t pid = fork();

		CU_ASSERT_FATAL(pid >= 0);
		if (pid == 0)
			_exit(call("isolate", 3));
	}
	for (int i = 0; i < CALLS; i++) {
		CU_ASSERT_FATAL(wait(&status) > 0);
		CU_ASSERT_FATAL(WIFEXITED(status));
		done += WEXITSTATUS(status) == 0;
	}
	CU_ASSERT_EQUAL(done, 3);
	CU_ASSERT_EQUAL(lines(), 3);
	end();
}

static void
test_unwritable(void)
{
	char *folder;

	begin();
	CU_ASSERT_PTR_NULL(audit_open("/nowhere/at/all", "acme", &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, "nothing is done that cannot be "
	    "written down there"));
	/* A file where the folder is to be. */
	scratch_write(dir, "acme", SLICE("x"));
	buf_reset(&err);
	CU_ASSERT_EQUAL(call("isolate", 2), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, "nothing is done"));
	folder = scratch_list(dir, ".");
	CU_ASSERT_STRING_EQUAL(folder, "acme");
	free(folder);
	end();
}

/* A call that died in the middle of a line does not stop those behind it. */
static void
test_torn(void)
{
	char *names, *name;

	begin();
	CU_ASSERT_EQUAL(call("isolate", 9), 0);
	names = scratch_list(dir, "acme/audit");
	CU_ASSERT_FATAL(asprintf(&name, "acme/audit/%s", names) > 0);
	scratch_append(dir, name, SLICE("{\"spool\":{\"se"));
	CU_ASSERT_EQUAL(lines(), 1);
	CU_ASSERT_EQUAL(call("isolate", 9), 0);
	CU_ASSERT_EQUAL(lines(), 2);
	free(name);
	free(names);
	end();
}

static void
test_mode(void)
{
	struct stat sb;
	char *names, *name;

	begin();
	CU_ASSERT_EQUAL(call("isolate", 9), 0);
	names = scratch_list(dir, "acme/audit");
	CU_ASSERT_FATAL(asprintf(&name, "acme/audit/%s", names) > 0);
	CU_ASSERT_EQUAL(stat(scratch_path(dir, name), &sb), 0);
	CU_ASSERT_EQUAL(sb.st_mode & 07777, 0640);
	CU_ASSERT_EQUAL(stat(scratch_path(dir, "acme/audit"), &sb), 0);
	CU_ASSERT_EQUAL(sb.st_mode & S_IRWXO, 0);
	free(name);
	free(names);
	end();
}

static const struct unit_test tests[] = {
	{ "an action is counted against its limit", test_limit },
	{ "also those of calls at the same time", test_at_once },
	{ "what cannot be written is not done", test_unwritable },
	{ "a torn line", test_torn },
	{ "modes of files and folders", test_mode },
};

UNIT_MAIN("respond_audit", tests)
