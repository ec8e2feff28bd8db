/*
 * Clocks that a test moves while the program runs: to be preloaded.  The file that
 * CLOCK_FILE names holds the seconds to add to the wall clock, that of SLEEP_FILE
 * those that the machine slept; one that is missing adds none.  The monotonic
 * clock goes on as it is, and so do the times of files.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long
seconds_of(const char *variable)
{
	const char *path = getenv(variable);
	char text[32];
	ssize_t n;
	int fd;

	fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strtol(text, NULL, 10);
}

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
	long r = syscall(SYS_clock_gettime, clock, ts);

	if (r == 0 &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		ts->tv_sec += seconds_of("CLOCK_FILE");
	if (r == 0 && clock == CLOCK_BOOTTIME)
		ts->tv_sec += seconds_of("SLEEP_FILE");
	return (int)r;
}

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	*tv = (struct timeval){ ts.tv_sec, ts.tv_nsec / 1000 };
	return 0;
}

time_t
time(time_t *t)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (t != NULL)
		*t = ts.tv_sec;
	return ts.tv_sec;
}
