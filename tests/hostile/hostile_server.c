/*
 * hostile_server FILE CA-FILE SECONDS
 *
 * A console that means harm: a port of its own on the loopback for each trick,
 * which FILE tells as "name scheme port" once all listen; the last one,
 * "books", answers with "name connections requests asked" of each.  CA-FILE
 * gets the authority of its certificates, as far as they have one.
 */
#include "config.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/xalloc.h"
#include "tests/hostile/talk.h"
#include "tests/unit/certificate.h"

#define PORTS_MAX 256
#define TALKS_MAX 4096
#define HOST "IP:127.0.0.1"

static struct port ports[PORTS_MAX];
static size_t n_ports;
static struct talk *talks[TALKS_MAX];
static size_t n_talks;
static SSL_CTX *contexts[TLS_COUNT];

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

static const struct {
	const char *san;
	int from, to; /* days from now */
	bool self_signed;
	int highest; /* TLS version */
} kinds[TLS_COUNT] = {
	[TLS_GOOD] = { HOST, -1, 10, false, 0 },
	[TLS_OLD] = { HOST, -1, 10, false, TLS1_1_VERSION },
	[TLS_EXPIRED] = { HOST, -20, -10, false, 0 },
	[TLS_STRANGER] = { "DNS:other.example", -1, 10, false, 0 },
	[TLS_SELF_SIGNED] = { HOST, -1, 10, true, 0 },
	[TLS_H2] = { HOST, -1, 10, false, 0 },
};

/* The steps are its frames. */
static int
choose_h2(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *cookie)
{
	static const char h2[] = "\2h2";
	const char *found = memmem(in, in_len, h2, sizeof(h2) - 1);

	(void)ssl;
	(void)cookie;
	if (found == NULL)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = (const unsigned char *)found + 1;
	*out_len = sizeof(h2) - 2;
	return SSL_TLSEXT_ERR_OK;
}

static void
make_context(enum tls kind, const struct certificate *ca)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	struct certificate c = certificate_new("console.example",
	    kinds[kind].san, kinds[kind].self_signed ? NULL : ca,
	    kinds[kind].from, kinds[kind].to);

	must(ctx != NULL && SSL_CTX_use_certificate(ctx, c.x) == 1 &&
	    SSL_CTX_use_PrivateKey(ctx, c.key) == 1, "a TLS context");
	/* What the distribution thinks of old versions does not count. */
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, 0);
	SSL_CTX_set_max_proto_version(ctx, kinds[kind].highest);
	if (kind == TLS_H2)
		SSL_CTX_set_alpn_select_cb(ctx, choose_h2, NULL);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	certificate_free(&c);
	contexts[kind] = ctx;
}

static void
make_contexts(const char *ca_file)
{
	struct certificate ca = certificate_new("hostile.example", NULL, NULL,
	    -30, 30);

	certificate_save(&ca, ca_file, NULL);
	for (enum tls kind = TLS_GOOD; kind < TLS_COUNT; kind++)
		make_context(kind, &ca);
	certificate_free(&ca);
}

static void
open_port(const struct trick *trick, unsigned on, const char *suffix)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct port *p = &ports[n_ports++];
	socklen_t len = sizeof(sa);

	must(n_ports <= PORTS_MAX, "too many tricks");
	*p = (struct port){ .trick = trick, .on = on, .suffix = suffix };
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	must(p->fd >= 0 && bind(p->fd, (struct sockaddr *)&sa, len) == 0 &&
	    listen(p->fd, 64) == 0 &&
	    getsockname(p->fd, (struct sockaddr *)&sa, &len) == 0, "a port");
	p->number = ntohs(sa.sin_port);
}

static void
tell_books(struct buf *out)
{
	buf_adds(out, "HTTP/1.0 200 OK\r\n\r\n");
	for (size_t i = 0; i + 1 < n_ports; i++)
		buf_addf(out, "%s%s %lu %lu %u\n", ports[i].trick->name,
		    ports[i].suffix, ports[i].connections, ports[i].requests,
		    ports[i].asked);
}

static void
open_ports(void)
{
	static const struct trick books = { .name = "books" };

	for (const struct trick *t = tricks; t->name != NULL; t++) {
		open_port(t, t->on, "");
		if (t->also_on != 0)
			open_port(t, t->also_on, "-pages");
	}
	open_port(&books, 0, "");
	ports[n_ports - 1].tell = tell_books;
	script_trap = ports[0].number;
}

/* Whoever waits for the file finds it whole. */
static void
write_ports(const char *file)
{
	char *new = xasprintf("%s.new", file);
	FILE *f = fopen(new, "we");

	must(f != NULL, new);
	for (size_t i = 0; i < n_ports; i++)
		fprintf(f, "%s%s %s %u\n", ports[i].trick->name,
		    ports[i].suffix, ports[i].trick->https ? "https" : "http",
		    ports[i].number);
	must(fclose(f) == 0 && rename(new, file) == 0, file);
	free(new);
}

static void
meet(struct port *p)
{
	int fd;

	while (n_talks < TALKS_MAX && (fd = accept4(p->fd, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		talks[n_talks++] = talk_new(p, fd, contexts[p->trick->tls]);
}

static void
turn(int timeout_ms)
{
	static struct pollfd fds[PORTS_MAX + TALKS_MAX];
	int64_t now = clock_mono_ms();
	size_t n = 0, kept = 0, had = n_talks;

	for (size_t i = 0; i < n_ports; i++)
		fds[n++] = (struct pollfd){ ports[i].fd, POLLIN, 0 };
	for (size_t i = 0; i < n_talks; i++) {
		int wait = talk_wait(talks[i], now);

		fds[n++] = (struct pollfd){ talks[i]->fd,
			talk_events(talks[i]), 0 };
		if (wait >= 0 && wait < timeout_ms)
			timeout_ms = wait;
	}
	poll(fds, n, timeout_ms);
	now = clock_mono_ms();
	for (size_t i = 0; i < had; i++) {
		short events = fds[n_ports + i].revents;

		if (!talk_go(talks[i], events, now)) {
			talk_free(talks[i]);
			continue;
		}
		talks[kept++] = talks[i];
	}
	n_talks = kept;
	for (size_t i = 0; i < n_ports; i++)
		if (fds[i].revents != 0)
			meet(&ports[i]);
}

/* A test that is killed takes it with it. */
static void
prepare(void)
{
	struct rlimit limit;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	must(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int
main(int argc, char **argv)
{
	int64_t end;

	if (argc != 4) {
		fprintf(stderr,
		    "usage: hostile_server FILE CA-FILE SECONDS\n");
		return 2;
	}
	prepare();
	trick_prepare();
	make_contexts(argv[2]);
	open_ports();
	write_ports(argv[1]);
	end = clock_mono_ms() + strtol(argv[3], NULL, 10) * 1000;
	while (clock_mono_ms() < end)
		turn(1000);
	for (size_t i = 0; i < n_talks; i++)
		talk_free(talks[i]);
	for (int i = 0; i < TLS_COUNT; i++)
		SSL_CTX_free(contexts[i]);
	return 0;
}
