#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/conf/secret.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/s1spool-secret-XXXXXX";
static char file[64];
static struct secret secret;
static struct buf err;

static void
begin(void)
{
	dir[sizeof(dir) - 7] = '\0';
	snprintf(dir + sizeof(dir) - 7, 7, "XXXXXX");
	CU_ASSERT_FATAL(mkdtemp(dir) != NULL);
	snprintf(file, sizeof(file), "%s/token", dir);
	buf_init(&err, 4096);
}

static void
end(void)
{
	unlink(file);
	rmdir(dir);
	buf_fini(&err);
}

static void
put(const void *content, size_t n, mode_t mode)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, content, n), (ssize_t)n);
	CU_ASSERT_EQUAL(fchmod(fd, mode), 0);
	close(fd);
}

/* It is refused with the file's name and this reason, nothing else. */
static void
refused(const char *reason)
{
	char want[512];

	buf_reset(&err);
	memset(&secret, 'x', sizeof(secret));
	CU_ASSERT_EQUAL(secret_load(&secret, file, &err), -1);
	snprintf(want, sizeof(want), "%s: %s\n", file, reason);
	UNIT_TEXT(err.p, want);
	for (size_t i = 0; i < sizeof(secret); i++)
		if (((char *)&secret)[i] != '\0') {
			CU_FAIL("not wiped");
			break;
		}
}

static void
test_taken(void)
{
	static const char *const contents[] = {
		"eyJh.eyJz.c2ln", "eyJh.eyJz.c2ln\n", "eyJh.eyJz.c2ln\r\n",
		"eyJh.eyJz.c2ln \t\n\n",
	};
	static const mode_t modes[] = { 0600, 0640, 0400, 0660 };

	begin();
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		put(contents[i], strlen(contents[i]), modes[i]);
		CU_ASSERT_EQUAL(secret_load(&secret, file, &err), 0);
		UNIT_TEXT(secret.text, "eyJh.eyJz.c2ln");
		CU_ASSERT_EQUAL(secret.len, 14);
		UNIT_TEXT(err.p, "");
		unlink(file);
	}
	secret_wipe(&secret);
	CU_ASSERT_PTR_NULL(secret.text);
	end();
}

static void
test_longest(void)
{
	static char text[SECRET_MAX + 1];

	memset(text, 't', sizeof(text));
	begin();
	put(text, SECRET_MAX, 0600);
	CU_ASSERT_EQUAL(secret_load(&secret, file, &err), 0);
	CU_ASSERT_EQUAL(secret.len, SECRET_MAX);
	CU_ASSERT_EQUAL(strlen(secret.text), SECRET_MAX);
	put(text, SECRET_MAX + 1, 0600);
	refused("4097 bytes are no API token; it must hold the API token and "
	    "nothing else");
	end();
}

static void
test_refused_content(void)
{
	static const char byte[] = "is a blank or no printable ASCII character;"
	    " it must hold the API token and nothing else";
	static const struct {
		const char *content;
		size_t len;
		int at;
	} rows[] = {
		{ "two words", 9, 4 },
		{ " leading", 8, 1 },
		{ "line\nline\n", 10, 5 },
		{ "nul\0nul", 7, 4 },
		{ "end\0", 4, 4 },
		{ "del\x7f", 4, 4 },
		{ "\xef\xbb\xbf" "bom", 6, 1 },
		{ "t\0o\0k\0", 6, 2 },
	};
	char reason[256];

	begin();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(rows[i].content, rows[i].len, 0600);
		snprintf(reason, sizeof(reason), "byte %d %s", rows[i].at,
		    byte);
		refused(reason);
	}
	put("", 0, 0600);
	refused("empty; write the API token into it");
	put("\n\n", 2, 0600);
	refused("empty; write the API token into it");
	end();
}

static void
test_refused_file(void)
{
	begin();
	refused("there is no such file; write the API token into it, then "
	    "chmod 0640 it, and chgrp it to the group of the user that reads "
	    "it");
	put("token", 5, 0644);
	refused("open to everybody (mode 0644); chmod o= it");
	put("token", 5, 0602);
	refused("open to everybody (mode 0602); chmod o= it");
	put("token", 5, 0601);
	refused("open to everybody (mode 0601); chmod o= it");
	if (geteuid() != 0) {
		char reason[128];

		put("token", 5, 0200);
		snprintf(reason, sizeof(reason), "not readable for user id %ld;"
		    " chmod 0640 it, and chgrp it to a group of that user",
		    (long)geteuid());
		refused(reason);
	}
	unlink(file);
	CU_ASSERT_EQUAL(mkfifo(file, 0600), 0);
	refused("not a regular file; it must be a file with the API token "
	    "in it");
	unlink(file);
	CU_ASSERT_EQUAL(mkdir(file, 0700), 0);
	refused("not a regular file; it must be a file with the API token "
	    "in it");
	rmdir(file);
	end();
}

static void
test_link_is_followed(void)
{
	char real[80];

	begin();
	put("token", 5, 0640);
	snprintf(real, sizeof(real), "%s.real", file);
	CU_ASSERT_EQUAL(rename(file, real), 0);
	CU_ASSERT_EQUAL(symlink(real, file), 0);
	CU_ASSERT_EQUAL(secret_load(&secret, file, &err), 0);
	UNIT_TEXT(secret.text, "token");
	unlink(real);
	end();
}

/* In a child, for there is no way back. */
static int
core_state(void)
{
	struct rlimit limit;

	secret_forbid_core();
	getrlimit(RLIMIT_CORE, &limit);
	return (prctl(PR_GET_DUMPABLE) == 0 ? 1 : 0) +
	    (limit.rlim_cur == 0 && limit.rlim_max == 0 ? 2 : 0);
}

static int
child_state(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(core_state());
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_core(void)
{
	unsetenv("S1SPOOL_ALLOW_CORE");
	CU_ASSERT_EQUAL(child_state(), 3);
	setenv("S1SPOOL_ALLOW_CORE", "", 1);
	CU_ASSERT_EQUAL(child_state() & 1, 0);
	unsetenv("S1SPOOL_ALLOW_CORE");
}

static const struct unit_test tests[] = {
	{ "what is taken", test_taken },
	{ "the longest", test_longest },
	{ "content that is refused", test_refused_content },
	{ "files that are refused", test_refused_file },
	{ "a symbolic link is followed", test_link_is_followed },
	{ "no core file", test_core },
};

UNIT_MAIN("secret", tests)
