#include "config.h"

#include "tests/mock/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/base/xalloc.h"

#define FIRST 0x7f010001u /* 127.1.0.1 */
#define IN_A_NET 250u
#define BACKLOG 64
#define EVENTS 64

struct listen {
	struct MHD_Daemon *daemon;
	pthread_t thread;
	int epoll, stop; /* readable: it is to end */
	int *fd;
	size_t n;
};

static int
watch(const struct listen *l, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int
listen_at(struct listen *l, uint32_t address, uint16_t port)
{
	const struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(port), .sin_addr.s_addr = htonl(address) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	l->fd[l->n++] = fd;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0 ||
	    listen(fd, BACKLOG) != 0)
		return -1;
	return watch(l, fd);
}

/* What goes wrong with one connection is for its client to notice. */
static void
take(struct listen *l, int fd)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	int con;

	while ((con = accept4(fd, (struct sockaddr *)&peer, &len,
	    SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		MHD_add_connection(l->daemon, con, (struct sockaddr *)&peer,
		    len);
		len = sizeof(peer);
	}
}

static void *
run(void *cookie)
{
	struct epoll_event event[EVENTS];
	struct listen *l = cookie;

	for (;;) {
		int n = epoll_wait(l->epoll, event, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (event[i].data.fd == l->stop)
				return NULL;
			take(l, event[i].data.fd);
		}
	}
}

static void
close_all(struct listen *l)
{
	for (size_t i = 0; i < l->n; i++)
		close(l->fd[i]);
	if (l->epoll >= 0)
		close(l->epoll);
	if (l->stop >= 0)
		close(l->stop);
	free(l->fd);
	free(l);
}

struct listen *
listen_start(struct MHD_Daemon *daemon, uint16_t port, size_t n)
{
	struct listen *l = xcalloc(1, sizeof(*l));
	int saved;

	l->daemon = daemon;
	l->fd = xcalloc(n, sizeof(*l->fd));
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->stop = eventfd(0, EFD_CLOEXEC);
	if (l->epoll < 0 || l->stop < 0 || watch(l, l->stop) != 0)
		goto err;
	for (uint32_t i = 0; i < n; i++)
		if (listen_at(l, FIRST + (i / IN_A_NET << 8) + i % IN_A_NET,
		    port) != 0)
			goto err;
	errno = pthread_create(&l->thread, NULL, run, l);
	if (errno == 0)
		return l;
err:
	saved = errno;
	close_all(l);
	errno = saved;
	return NULL;
}

void
listen_stop(struct listen *l)
{
	if (l == NULL)
		return;
	eventfd_write(l->stop, 1);
	pthread_join(l->thread, NULL);
	close_all(l);
}
