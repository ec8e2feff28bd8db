#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "tests/mock/console.h"
#include "tests/mock/dump.h"
#include "tests/mock/http.h"
#include "tests/mock/options.h"
#include "tests/mock/produce.h"
#include "tests/mock/respond.h"
#include "tests/mock/serve.h"

#define TICK_MS 20
#define PEM_MAX (1u << 20)

static int
complain(const char *what)
{
	fprintf(stderr, "mock_console: %s: %s\n", what, strerror(errno));
	return -1;
}

/* Whoever waits for the file finds it complete. */
static int
write_port(const char *path, unsigned port)
{
	char *name = xasprintf("%s.new", path);
	FILE *f = fopen(name, "we");
	int r = -1;

	if (f != NULL) {
		fprintf(f, "%u\n", port);
		if (fclose(f) == 0)
			r = rename(name, path);
	}
	free(name);
	return r == 0 ? 0 : complain(path);
}

/*
 * A test that is killed takes its console with it.  The kernel looks at the
 * thread that started us: start it from a shell, not from a subshell that
 * ends.
 */
static int
die_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return complain("prctl");
	return getppid() == parent ? 0 : -1;
}

/* A thousand consoles' worth of connections. */
static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		complain("setrlimit");
}

static int
read_tls(const struct options *o, struct buf *cert, struct buf *key)
{
	if (o->tls_cert == NULL)
		return 0;
	if (fs_read_file(AT_FDCWD, o->tls_cert, cert) != 0)
		return complain(o->tls_cert);
	if (fs_read_file(AT_FDCWD, o->tls_key, key) != 0)
		return complain(o->tls_key);
	return 0;
}

static struct http *
start(struct console *c, const struct options *o)
{
	struct http_options h = { .port = (uint16_t)o->port,
		.consoles = (size_t)o->consoles,
		.serve = serve_request, .done = serve_done };
	struct http *http = NULL;
	struct buf cert, key;

	buf_init(&cert, PEM_MAX);
	buf_init(&key, PEM_MAX);
	if (read_tls(o, &cert, &key) == 0) {
		h.tls_cert = cert.len > 0 ? cert.p : NULL;
		h.tls_key = key.p;
		http = http_start(c, &h);
		if (http == NULL)
			complain("cannot listen");
	}
	buf_fini(&cert);
	buf_fini(&key);
	return http;
}

/* Not the clock that runs on during suspend: a paused virtual machine must
 * not end the console. */
static double
awake_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Rows are made on time even when nobody asks for them. */
static void
wait_for_end(struct console *c, const struct options *o, const sigset_t *stop)
{
	const struct timespec tick = { .tv_nsec = TICK_MS * 1000000 };
	double end = awake_seconds() + o->max_seconds;

	while (awake_seconds() < end) {
		if (sigtimedwait(stop, NULL, &tick) > 0)
			break;
		pthread_mutex_lock(&c->lock);
		producer_run(c->producer, console_now(c));
		respond_run(c);
		store_advance(c->store, console_now(c));
		pthread_mutex_unlock(&c->lock);
	}
}

static int
run(struct console *c, const struct options *o, const sigset_t *stop)
{
	struct http *http = start(c, o);
	unsigned port;
	int r = 0;

	if (http == NULL)
		return -1;
	port = http_port(http);
	if (o->port_file != NULL)
		r = write_port(o->port_file, port);
	if (r == 0) {
		printf("ready %u\n", port);
		fflush(stdout);
		wait_for_end(c, o, stop);
	}
	console_stop(c);
	http_stop(http);
	return r;
}

int
main(int argc, char **argv)
{
	pid_t parent = getppid();
	struct options o;
	struct console c;
	sigset_t stop;
	bool dumps;
	int r;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		options_help(stdout);
		return EXIT_SUCCESS;
	}
	if (options_read(&o, argc, argv) != 0)
		return 2;
	dumps = o.dump != NULL || o.page != NULL;
	if (dumps)
		dump_prepare(&o);
	else if (!o.orphan && die_with_parent(parent) != 0)
		return EXIT_FAILURE;

	/* Before there are threads: they inherit it. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	if (!dumps)
		pthread_sigmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	raise_file_limit();

	r = console_init(&c, &o);
	if (r == 0)
		r = dumps ? dump_print(&c, &o) : run(&c, &o, &stop);
	console_fini(&c);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
