/*
 * notify_listen PATH: stand in for systemd.  Print what is sent to the
 * datagram socket PATH, a message in a line, until nothing came for a minute.
 */
#include "config.h"

#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define QUIET_MS 60000

int
main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct pollfd p = { .events = POLLIN };
	char message[4096];
	ssize_t n;

	if (argc != 2 || strlen(argv[1]) >= sizeof(addr.sun_path))
		errx(99, "usage: notify_listen PATH");
	strncpy(addr.sun_path, argv[1], sizeof(addr.sun_path) - 1);
	p.fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (p.fd < 0 ||
	    bind(p.fd, (struct sockaddr *)&addr, sizeof(addr)) != 0)
		err(99, "%s", argv[1]);
	while (poll(&p, 1, QUIET_MS) > 0) {
		n = recv(p.fd, message, sizeof(message) - 1, 0);
		if (n < 0)
			err(99, "recv");
		for (ssize_t i = 0; i < n; i++)
			if (message[i] == '\n')
				message[i] = ' ';
		printf("%.*s\n", (int)n, message);
		fflush(stdout);
	}
	return 0;
}
