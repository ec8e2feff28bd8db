#include "config.h"

#include "collector/base/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/num.h"

/* The address that path stands for, 0 when it is none. */
static socklen_t
address_of(const char *path, struct sockaddr_un *to)
{
	size_t len = strlen(path);

	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((path[0] != '/' && path[0] != '@') || len < 2 ||
	    len >= sizeof(to->sun_path))
		return 0;
	memcpy(to->sun_path, path, len);
	/* The abstract namespace: begins with NUL and does not end with one. */
	if (path[0] == '@')
		to->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static int
tell(const char *message)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to;
	socklen_t to_len;
	ssize_t n;
	int fd, saved;

	if (path == NULL)
		return 0;
	to_len = address_of(path, &to);
	if (to_len == 0) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	n = sendto(fd, message, strlen(message), MSG_NOSIGNAL,
	    (const struct sockaddr *)&to, to_len);
	saved = errno;
	close(fd);
	errno = saved;
	return n < 0 ? -1 : 0;
}

int
notify_ready(void)
{
	return tell("READY=1");
}

int
notify_reloading(void)
{
	char message[64];
	struct timespec now;

	/* Type=notify-reload tells this reload from an earlier one by it. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(message, sizeof(message), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	return tell(message);
}

int
notify_stopping(void)
{
	return tell("STOPPING=1");
}

int
notify_watchdog(void)
{
	return tell("WATCHDOG=1");
}

int
notify_status(const char *fmt, ...)
{
	char message[512] = "STATUS=";
	size_t prefix = strlen(message);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message + prefix, sizeof(message) - prefix, fmt, ap);
	va_end(ap);
	/* A line end would begin another assignment. */
	for (char *p = message; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	return tell(message);
}

int64_t
notify_watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	int64_t us, whose;

	if (usec == NULL || num_int(slice_of(usec), 1, INT64_MAX, &us) < 0)
		return 0;
	if (pid != NULL && (num_int(slice_of(pid), 1, INT64_MAX, &whose) < 0 ||
	    whose != getpid()))
		return 0;
	return us < 2000 ? 1 : us / 2000;
}
