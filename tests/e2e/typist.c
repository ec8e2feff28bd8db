/*
 * typist PROMPT TEXT [PROMPT TEXT]... -- COMMAND...
 *
 * Runs a command on a terminal of its own, types each TEXT once its PROMPT was
 * printed, and prints what the command prints.  "^C" at the end of a TEXT is
 * that key.  Exits as the command does; 99 when a minute passes without a word
 * from it, or it ends without one of the prompts.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SILENCE_MS 60000

static char shown[1 << 20];
static size_t n_shown;

static void
die(const char *what)
{
	perror(what);
	exit(99);
}

static int
open_terminal(char *name, size_t room)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 ||
	    ptsname_r(fd, name, room) != 0)
		die("typist: no terminal");
	return fd;
}

static void
run(const char *name, char **command)
{
	int fd;

	setsid();
	fd = open(name, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) != 0)
		_exit(99);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
	execvp(command[0], command);
	_exit(99);
}

static void
type(int fd, const char *text)
{
	size_t len = strlen(text);
	char line[1024];

	if (len >= 2 && strcmp(text + len - 2, "^C") == 0)
		snprintf(line, sizeof(line), "%.*s\003", (int)len - 2, text);
	else
		snprintf(line, sizeof(line), "%s\n", text);
	if (write(fd, line, strlen(line)) < 0)
		die("typist: write");
}

/* The next piece that the command prints; 0 at its end. */
static size_t
take(int fd, pid_t pid)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, SILENCE_MS) <= 0 ||
	    n_shown >= sizeof(shown) - 1) {
		fprintf(stderr, "typist: silence\n");
		kill(pid, SIGKILL);
		exit(99);
	}
	n = read(fd, shown + n_shown, sizeof(shown) - 1 - n_shown);
	if (n <= 0)
		return 0;
	fwrite(shown + n_shown, 1, (size_t)n, stdout);
	fflush(stdout);
	n_shown += (size_t)n;
	shown[n_shown] = '\0';
	return (size_t)n;
}

int
main(int argc, char **argv)
{
	const char *from = shown, *at;
	char name[128];
	int i = 1, command = 1, status, fd;
	pid_t pid;

	while (command < argc && strcmp(argv[command], "--") != 0)
		command++;
	if (command + 1 >= argc)
		return 99;
	fd = open_terminal(name, sizeof(name));
	pid = fork();
	if (pid < 0)
		die("typist: fork");
	if (pid == 0)
		run(name, argv + command + 1);
	while (take(fd, pid) > 0)
		while (i + 1 < command &&
		    (at = strstr(from, argv[i])) != NULL) {
			from = at + strlen(argv[i]);
			type(fd, argv[i + 1]);
			i += 2;
		}
	if (waitpid(pid, &status, 0) != pid || i < command)
		return 99;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}
