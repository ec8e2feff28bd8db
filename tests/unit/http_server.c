#include "config.h"

#include "tests/unit/http_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/base/xalloc.h"

#define CONNECTIONS_MAX 1024
#define REQUEST_MAX 65536

struct http_server {
	const struct http_route *routes;
	SSL_CTX *tls;
	int listener;
	int stop; /* readable from the stop on */
	int port;
	pthread_t thread;
	pthread_t workers[CONNECTIONS_MAX];
	int n_workers;

	pthread_mutex_t lock; /* for what follows */
	int n_requests;
	int n_connections;
	int n_now;
	int peak;
	char *last;
};

struct connection {
	struct http_server *server;
	int fd;
	SSL *ssl; /* NULL for plain HTTP */
	char in[REQUEST_MAX + 1];
	size_t len;
};

static const struct http_route missing = { "", "HTTP/1.1 404 Not Found\r\n"
    "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 };

/* False when time is up or the test is over; ms -1 waits for either. */
static bool
wait_for(const struct http_server *s, int fd, short events, int ms)
{
	struct pollfd p[2] = { { .fd = s->stop, .events = POLLIN },
		{ .fd = fd, .events = events } };

	return poll(p, 2, ms) > 0 && p[0].revents == 0;
}

static ssize_t
put(struct connection *c, const char *p, size_t n)
{
	if (!wait_for(c->server, c->fd, POLLOUT, -1))
		return -1;
	if (c->ssl != NULL)
		return SSL_write(c->ssl, p, (int)n);
	return send(c->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static ssize_t
get(struct connection *c, char *p, size_t n)
{
	if ((c->ssl == NULL || SSL_pending(c->ssl) == 0) &&
	    !wait_for(c->server, c->fd, POLLIN, -1))
		return -1;
	if (c->ssl != NULL)
		return SSL_read(c->ssl, p, (int)n);
	return recv(c->fd, p, n, 0);
}

static bool
send_all(struct connection *c, const char *p, size_t n)
{
	ssize_t done;

	for (; n > 0; p += done, n -= (size_t)done) {
		done = put(c, p, n);
		if (done <= 0)
			return false;
	}
	return true;
}

/* Bytes of the first whole request in c->in, 0 when there is none yet. */
static size_t
request_len(const struct connection *c)
{
	const char *end = strstr(c->in, "\r\n\r\n");
	const char *length = strcasestr(c->in, "\r\nContent-Length:");
	size_t n;

	if (end == NULL)
		return 0;
	n = (size_t)(end - c->in) + 4;
	if (length != NULL && length < end)
		n += strtoul(length + 17, NULL, 10);
	return n <= c->len ? n : 0;
}

static size_t
read_request(struct connection *c)
{
	ssize_t got;

	while (request_len(c) == 0) {
		if (c->len == REQUEST_MAX)
			return 0;
		got = get(c, c->in + c->len, REQUEST_MAX - c->len);
		if (got <= 0)
			return 0;
		c->len += (size_t)got;
		c->in[c->len] = '\0';
	}
	return request_len(c);
}

static const struct http_route *
find_route(const struct connection *c)
{
	const struct http_route *r = c->server->routes;
	const char *path = strchr(c->in, ' ');
	size_t n;

	if (path == NULL)
		return &missing;
	n = strcspn(++path, " ?");
	for (; r->path != NULL; r++)
		if (strlen(r->path) == n && memcmp(r->path, path, n) == 0)
			return r;
	return &missing;
}

static void
begin(struct connection *c, size_t len)
{
	struct http_server *s = c->server;

	pthread_mutex_lock(&s->lock);
	s->n_requests++;
	s->n_now++;
	if (s->n_now > s->peak)
		s->peak = s->n_now;
	free(s->last);
	s->last = xstrndup(c->in, len);
	pthread_mutex_unlock(&s->lock);
}

static void
finish(struct http_server *s)
{
	pthread_mutex_lock(&s->lock);
	s->n_now--;
	pthread_mutex_unlock(&s->lock);
}

/* True when the connection goes on. */
static bool
answer(struct connection *c, const struct http_route *r)
{
	size_t len = r->len > 0 ? r->len : strlen(r->bytes);
	struct linger hard = { 1, 0 };
	char drain[512];

	if (r->delay_ms > 0)
		wait_for(c->server, -1, 0, r->delay_ms);
	if (!send_all(c, r->bytes, len))
		return false;
	switch (r->end) {
	case HTTP_KEEP:
		return true;
	case HTTP_CLOSE:
		return false;
	case HTTP_RESET:
		/* Let the client read first: a reset drops what is unread. */
		wait_for(c->server, -1, 0, 50);
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		return false;
	case HTTP_STALL:
		while (get(c, drain, sizeof(drain)) > 0)
			;
		return false;
	case HTTP_DRIP:
		while (!wait_for(c->server, c->fd, POLLIN, 20))
			if (!send_all(c, " ", 1))
				break;
		return false;
	}
	return false;
}

/* Close so that the client can read what came last: data that nobody read
 * would turn the close into a reset. */
static void
part(struct connection *c)
{
	char drain[512];

	shutdown(c->fd, SHUT_WR);
	while (wait_for(c->server, c->fd, POLLIN, 1000) &&
	    recv(c->fd, drain, sizeof(drain), 0) > 0)
		;
}

static bool
greet(struct connection *c)
{
	static const char plain_only[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	char first;

	if (c->server->tls != NULL) {
		c->ssl = SSL_new(c->server->tls);
		SSL_set_fd(c->ssl, c->fd);
		if (SSL_accept(c->ssl) == 1)
			return true;
		part(c);
		return false;
	}
	if (!wait_for(c->server, c->fd, POLLIN, -1) ||
	    recv(c->fd, &first, 1, MSG_PEEK) != 1)
		return false;
	if (first >= 'A' && first <= 'Z')
		return true;
	send_all(c, plain_only, strlen(plain_only));
	part(c);
	return false;
}

static void *
serve(void *cookie)
{
	struct connection *c = cookie;
	bool more = greet(c);
	size_t len;

	while (more && (len = read_request(c)) > 0) {
		begin(c, len);
		more = answer(c, find_route(c));
		finish(c->server);
		memmove(c->in, c->in + len, c->len - len + 1);
		c->len -= len;
	}
	SSL_free(c->ssl);
	close(c->fd);
	free(c);
	return NULL;
}

static void *
listen_on(void *cookie)
{
	struct http_server *s = cookie;
	struct connection *c;
	int fd;

	while (s->n_workers < CONNECTIONS_MAX &&
	    wait_for(s, s->listener, POLLIN, -1)) {
		fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		pthread_mutex_lock(&s->lock);
		s->n_connections++;
		pthread_mutex_unlock(&s->lock);
		c = xcalloc(1, sizeof(*c));
		c->server = s;
		c->fd = fd;
		if (pthread_create(&s->workers[s->n_workers], NULL, serve,
		    c) != 0)
			abort();
		s->n_workers++;
	}
	return NULL;
}

struct http_server *
http_server_start(const struct http_route *routes, SSL_CTX *tls)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct http_server *s = xcalloc(1, sizeof(*s));
	socklen_t len = sizeof(addr);
	sigset_t all, kept;

	s->routes = routes;
	s->tls = tls;
	s->stop = eventfd(0, EFD_CLOEXEC);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pthread_mutex_init(&s->lock, NULL);
	/* Signals are for the client's thread; all of ours inherit this. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &kept);
	if (bind(s->listener, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    listen(s->listener, 128) != 0 ||
	    getsockname(s->listener, (struct sockaddr *)&addr, &len) != 0 ||
	    pthread_create(&s->thread, NULL, listen_on, s) != 0) {
		perror("http_server");
		abort();
	}
	pthread_sigmask(SIG_SETMASK, &kept, NULL);
	s->port = ntohs(addr.sin_port);
	return s;
}

void
http_server_stop(struct http_server *s)
{
	eventfd_write(s->stop, 1);
	pthread_join(s->thread, NULL);
	for (int i = 0; i < s->n_workers; i++)
		pthread_join(s->workers[i], NULL);
	close(s->listener);
	close(s->stop);
	pthread_mutex_destroy(&s->lock);
	free(s->last);
	free(s);
}

int
http_server_port(const struct http_server *s)
{
	return s->port;
}

static int
locked(struct http_server *s, const int *value)
{
	int n;

	pthread_mutex_lock(&s->lock);
	n = *value;
	pthread_mutex_unlock(&s->lock);
	return n;
}

int
http_server_requests(struct http_server *s)
{
	return locked(s, &s->n_requests);
}

int
http_server_connections(struct http_server *s)
{
	return locked(s, &s->n_connections);
}

int
http_server_peak(struct http_server *s)
{
	return locked(s, &s->peak);
}

char *
http_server_last(struct http_server *s)
{
	char *last;

	pthread_mutex_lock(&s->lock);
	last = xstrdup(s->last != NULL ? s->last : "");
	pthread_mutex_unlock(&s->lock);
	return last;
}
