#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/notify.h"
#include "tests/unit/unit.h"

#define LONGEST (sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1)

static int fd;
static char got[2048];

/* The socket that systemd would have bound, under this name. */
static void
listen_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t len;

	memcpy(at.sun_path, path, strlen(path));
	if (path[0] == '@')
		at.sun_path[0] = '\0';
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    strlen(path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)&at, len) == 0);
	setenv("NOTIFY_SOCKET", path, 1);
}

static const char *
next_message(void)
{
	ssize_t n = recv(fd, got, sizeof(got) - 1, 0);

	got[n > 0 ? n : 0] = '\0';
	return got;
}

static void
test_messages(void)
{
	CU_ASSERT_EQUAL(notify_ready(), 0);
	UNIT_TEXT(next_message(), "READY=1");
	CU_ASSERT_EQUAL(notify_stopping(), 0);
	UNIT_TEXT(next_message(), "STOPPING=1");
	CU_ASSERT_EQUAL(notify_watchdog(), 0);
	UNIT_TEXT(next_message(), "WATCHDOG=1");
	CU_ASSERT_EQUAL(notify_status("%d consoles\nREADY=1", 3), 0);
	UNIT_TEXT(next_message(), "STATUS=3 consoles READY=1");
	UNIT_TEXT(next_message(), "");
}

static void
test_path(void)
{
	char dir[] = "/tmp/s1spool-notify-XXXXXX", path[64];

	CU_ASSERT_FATAL(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/socket", dir);
	listen_at(path);
	test_messages();
	close(fd);
	unlink(path);
	rmdir(dir);
}

static void
test_abstract(void)
{
	char path[64];

	snprintf(path, sizeof(path), "@s1spool-test-notify-%ld",
	    (long)getpid());
	listen_at(path);
	test_messages();
	close(fd);
}

static int64_t
mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
test_reloading(void)
{
	static const char begin[] = "RELOADING=1\nMONOTONIC_USEC=";
	int64_t before = mono_us(), told;
	char path[64], *end;

	snprintf(path, sizeof(path), "@s1spool-test-reload-%ld",
	    (long)getpid());
	listen_at(path);
	CU_ASSERT_EQUAL(notify_reloading(), 0);
	next_message();
	CU_ASSERT_FATAL(strncmp(got, begin, sizeof(begin) - 1) == 0);
	told = strtoll(got + sizeof(begin) - 1, &end, 10);
	CU_ASSERT_EQUAL(*end, '\0');
	CU_ASSERT_TRUE(told >= before && told <= mono_us());
	close(fd);
}

static void
test_long_status(void)
{
	char path[64], text[2000];

	snprintf(path, sizeof(path), "@s1spool-test-status-%ld",
	    (long)getpid());
	listen_at(path);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	CU_ASSERT_EQUAL(notify_status("%s", text), 0);
	CU_ASSERT_EQUAL(strlen(next_message()), 511);
	close(fd);
}

static void
test_nobody_to_tell(void)
{
	char path[200];

	unsetenv("NOTIFY_SOCKET");
	CU_ASSERT_EQUAL(notify_ready(), 0);

	setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
	errno = 0;
	CU_ASSERT_EQUAL(notify_ready(), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);

	setenv("NOTIFY_SOCKET", "relative", 1);
	CU_ASSERT_EQUAL(notify_ready(), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	setenv("NOTIFY_SOCKET", "", 1);
	CU_ASSERT_EQUAL(notify_ready(), -1);
	setenv("NOTIFY_SOCKET", "@", 1);
	CU_ASSERT_EQUAL(notify_ready(), -1);
	/* The longest that an address holds with its NUL, and one more. */
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[LONGEST] = '\0';
	setenv("NOTIFY_SOCKET", path, 1);
	CU_ASSERT_EQUAL(notify_ready(), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
	path[LONGEST] = 'a';
	path[LONGEST + 1] = '\0';
	setenv("NOTIFY_SOCKET", path, 1);
	CU_ASSERT_EQUAL(notify_ready(), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	unsetenv("NOTIFY_SOCKET");
}

static void
test_watchdog_interval(void)
{
	char pid[32];

	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	CU_ASSERT_EQUAL(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "60000000", 1);
	CU_ASSERT_EQUAL(notify_watchdog_ms(), 30000);
	setenv("WATCHDOG_USEC", "100", 1);
	CU_ASSERT_EQUAL(notify_watchdog_ms(), 1);
	setenv("WATCHDOG_USEC", "0", 1);
	CU_ASSERT_EQUAL(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "often", 1);
	CU_ASSERT_EQUAL(notify_watchdog_ms(), 0);

	setenv("WATCHDOG_USEC", "60000000", 1);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	CU_ASSERT_EQUAL(notify_watchdog_ms(), 30000);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid() + 1);
	setenv("WATCHDOG_PID", pid, 1);
	CU_ASSERT_EQUAL(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_PID", "", 1);
	CU_ASSERT_EQUAL(notify_watchdog_ms(), 0);
}

static const struct unit_test tests[] = {
	{ "a socket with a path", test_path },
	{ "an abstract socket", test_abstract },
	{ "reloading says when", test_reloading },
	{ "a status that is too long", test_long_status },
	{ "nobody to tell", test_nobody_to_tell },
	{ "how often the watchdog is due", test_watchdog_interval },
};

UNIT_MAIN("notify", tests)
