#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/xalloc.h"
#include "tests/mock/bucket.h"
#include "tests/mock/dump.h"
#include "tests/mock/fault.h"
#include "tests/mock/gen.h"
#include "tests/mock/history.h"
#include "tests/mock/http.h"
#include "tests/mock/options.h"
#include "tests/mock/produce.h"
#include "tests/mock/reqlog.h"
#include "tests/mock/serve.h"
#include "tests/mock/stamp.h"

#define TICK_MS 20

static int
complain(const char *what)
{
	fprintf(stderr, "mock_console: %s: %s\n", what, strerror(errno));
	return -1;
}

/* The whole of a small file as a string to be freed, NULL on failure. */
static char *
read_text(const char *path)
{
	struct buf b;
	char *text = NULL;
	ssize_t n = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return NULL;
	buf_init(&b, 1 << 20);
	while (n > 0) {
		char *to = buf_reserve(&b, 4096);

		n = to == NULL ? -1 : read(fd, to, 4096);
		if (n > 0)
			buf_commit(&b, (size_t)n);
	}
	if (n == 0)
		text = xstrdup(b.p);
	buf_fini(&b);
	close(fd);
	return text;
}

/* Whoever waits for the file finds it complete. */
static int
write_port(const char *path, unsigned port)
{
	char *name = xasprintf("%s.new", path);
	FILE *f = fopen(name, "w");
	int r = -1;

	if (f != NULL) {
		fprintf(f, "%u\n", port);
		if (fclose(f) == 0)
			r = rename(name, path);
	}
	free(name);
	return r;
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

/* The token without the newline that ends the file. */
static char *
read_token(const struct options *o)
{
	char *token;

	if (o->token_file == NULL)
		return xstrdup(o->token);
	token = read_text(o->token_file);
	if (token != NULL)
		token[strcspn(token, "\r\n")] = '\0';
	return token;
}

static int
console_init(struct console *c, const struct options *o, int64_t now)
{
	int64_t epoch = now;
	const char *why;

	if (o->epoch != NULL && stamp_parse(o->epoch, &epoch) != 0) {
		fprintf(stderr, "mock_console: --epoch: not a time\n");
		return -1;
	}
	epoch += (int64_t)(o->clock_offset * 1e6);
	*c = (struct console){ .token = read_token(o),
		.clock_shift = epoch - clock_wall_us(),
		.token_created = epoch - 30 * STAMP_DAY };
	if (c->token == NULL)
		return complain(o->token_file);
	if (o->token_expires > 0)
		c->token_expires = epoch + (int64_t)(o->token_expires * 1e6);
	c->world = (struct world){ .seed = (uint64_t)o->seed, .base = epoch,
		.span = o->days * STAMP_DAY,
		.n_agents = (uint32_t)o->agents,
		.n_groups = (uint32_t)o->groups,
		.n_threats = (uint32_t)o->threats,
		.n_activities = (uint32_t)o->activities };
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->stop, NULL);
	gen_init();
	c->store = store_new((size_t)o->cache << 20);
	history_fill(c->store, &c->world);
	c->log = reqlog_new();
	c->producer = producer_new(c->store, &c->world);
	producer_start(c->producer, &o->produce, epoch);
	if (o->rate_limits > 0)
		c->buckets = buckets_new(o->rate_limits);
	c->faults = faults_new(c->world.seed);
	if (o->fault != NULL && faults_add(c->faults, o->fault, &why) != 0) {
		fprintf(stderr, "mock_console: --fault: %s\n", why);
		return -1;
	}
	return 0;
}

static void
console_fini(struct console *c)
{
	faults_free(c->faults);
	buckets_free(c->buckets);
	producer_free(c->producer);
	reqlog_free(c->log);
	store_free(c->store);
	free(c->token);
	gen_fini();
	pthread_cond_destroy(&c->stop);
	pthread_mutex_destroy(&c->lock);
}

static int
read_tls(const struct options *o, char **cert, char **key)
{
	*cert = *key = NULL;
	if (o->tls_cert == NULL)
		return 0;
	*cert = read_text(o->tls_cert);
	*key = read_text(o->tls_key);
	return *cert == NULL || *key == NULL ? complain("TLS files") : 0;
}

static struct http *
start(struct console *c, const struct options *o)
{
	struct http_options h = { .port = (uint16_t)o->port,
		.serve = serve_request, .done = serve_done };
	struct http *http = NULL;
	char *cert, *key;

	if (read_tls(o, &cert, &key) == 0) {
		h.tls_cert = cert;
		h.tls_key = key;
		http = http_start(c, &h);
		if (http == NULL)
			complain("cannot listen");
	}
	free(cert);
	free(key);
	return http;
}

/* Rows are made on time even when nobody asks for them. */
static void
wait_for_end(struct console *c, const struct options *o, const sigset_t *stop)
{
	const struct timespec tick = { .tv_nsec = TICK_MS * 1000000 };
	int64_t end = clock_mono_ms() + (int64_t)(o->max_seconds * 1000);

	while (clock_mono_ms() < end) {
		if (sigtimedwait(stop, NULL, &tick) > 0)
			break;
		pthread_mutex_lock(&c->lock);
		producer_run(c->producer, console_now(c));
		store_advance(c->store, console_now(c));
		pthread_mutex_unlock(&c->lock);
	}
}

static int
run(struct console *c, const struct options *o, const sigset_t *stop)
{
	struct http *http = start(c, o);

	if (http == NULL)
		return -1;
	if (o->port_file != NULL &&
	    write_port(o->port_file, http_port(http)) != 0)
		complain(o->port_file);
	printf("ready %u\n", (unsigned)http_port(http));
	fflush(stdout);

	wait_for_end(c, o, stop);
	console_stop(c);
	http_stop(http);
	return 0;
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

	if (console_init(&c, &o, clock_wall_us()) != 0)
		return 2;
	r = dumps ? dump_print(&c, &o) : run(&c, &o, &stop);
	console_fini(&c);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
