/*
 * When requests go out, and that they can be cancelled at any moment.
 */
#include "config.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/xalloc.h"
#include "tests/unit/client_world.h"
#include "tests/unit/unit.h"

static const struct http_route routes[] = {
	{ "/ok", OK_PAGE, 0, HTTP_KEEP, 0 },
	{ "/slow", OK_PAGE, 0, HTTP_KEEP, 50 },
	{ "/busy", "HTTP/1.1 429 Busy\r\nRetry-After: 9\r\n"
	    "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/stall", OK_HEAD "Content-Length: 99\r\n\r\n{\"da", 0, HTTP_STALL,
	    0 },
	{ "/stall-head", "HTTP/1.1 200 OK\r\n", 0, HTTP_STALL, 0 },
	{ "/stall-error", "HTTP/1.1 500 No\r\nContent-Length: 99\r\n\r\n{", 0,
	    HTTP_STALL, 0 },
	{ "/never", "", 0, HTTP_STALL, 0 },
	{ "/drip", OK_HEAD "Content-Length: 99999\r\n\r\n{\"da", 0,
	    HTTP_DRIP, 0 },
	{ NULL, NULL, 0, HTTP_KEEP, 0 },
};

/* A clock that goes only when a test says so. */
static int64_t now_ms = 1000000;

static int64_t
fake_mono_ms(void)
{
	return now_ms;
}

static const struct clock fake = { clock_wall_us, fake_mono_ms };

/* How far a request has come before it is cancelled. */
static const struct {
	const char *path;
	int server_has; /* requests at the server by then */
	size_t bytes; /* of the body that the reader has seen */
} phases[] = {
	{ "/ok", 0, 0 }, /* queued */
	{ "/never", 1, 0 },
	{ "/stall-head", 1, 0 },
	{ "/stall-error", 1, 0 },
	{ "/stall", 1, 4 },
	{ "/drip", 1, 4 },
};

static void
poll_ms(int ms)
{
	struct timespec t;
	int64_t end, now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	end = t.tv_sec * 1000 + t.tv_nsec / 1000000 + ms;
	do {
		client_poll(w.client, 5, -1);
		clock_gettime(CLOCK_MONOTONIC, &t);
		now = t.tv_sec * 1000 + t.tv_nsec / 1000000;
	} while (now < end);
}

static void
test_cancel_in_each_phase(void)
{
	struct request *request;
	struct result r, after;
	struct call call;

	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		world_begin(routes);
		call = world_call(phases[i].path, &r);
		request = request_start(w.console, &call);
		for (int n = 0; n < 400 && (http_server_requests(w.server) <
		    phases[i].server_has || r.body.len < phases[i].bytes);
		    n++)
			client_poll(w.client, 5, -1);
		CU_ASSERT(r.body.len >= phases[i].bytes);
		request_cancel(request);
		buf_fini(&r.body);
		memset(&r, 0xff, sizeof(r)); /* not to be touched again */
		poll_ms(30);
		CU_ASSERT_EQUAL(r.n_done, -1);
		/* The console goes on. */
		world_fetch("/ok", &after);
		CU_ASSERT_EQUAL(after.verdict, VERDICT_OK);
		buf_fini(&after.body);
		CU_ASSERT_EQUAL(http_server_requests(w.server),
		    phases[i].server_has + 1);
		world_end();
	}
}

/* A port whose queue is full: the next one's SYN is not answered. */
static int
open_full_port(int fd[4])
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(addr);

	fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bind(fd[0], (struct sockaddr *)&addr, sizeof(addr));
	listen(fd[0], 0);
	getsockname(fd[0], (struct sockaddr *)&addr, &len);
	for (int i = 1; i < 4; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, 0);
		connect(fd[i], (struct sockaddr *)&addr, sizeof(addr));
	}
	return ntohs(addr.sin_port);
}

static void
test_cancel_while_connecting(void)
{
	int fd[4];
	char url[80];
	struct conf_console conf;
	struct console *con;
	struct result r;
	struct call call;
	struct buf err;

	world_begin(routes);
	buf_init(&err, 1000);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", open_full_port(fd));
	conf = w.conf;
	conf.url = url;
	con = console_new(w.client, &conf, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(con);
	call = world_call("/ok", &r);
	request_start(con, &call);
	poll_ms(20);
	CU_ASSERT_EQUAL(con->n_running, 1);
	console_free(con);
	poll_ms(20);
	CU_ASSERT_EQUAL(r.n_done, 0);
	/* Nobody cancels: the time for it ends it. */
	conf.connect_timeout = 50;
	con = console_new(w.client, &conf, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(con);
	request_start(con, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	CU_ASSERT_EQUAL(r.status, 0);
	console_free(con);
	for (int i = 0; i < 4; i++)
		close(fd[i]);
	buf_fini(&err);
	world_end();
}

/* What a callback does to the others while libcurl is busy with its own. */
static struct {
	struct request *own, *running, *queued;
	struct console *other;
	struct result first, second, third;
	int n_bodies;
} acts;

static bool
cancel_others(void *cookie, struct slice piece)
{
	(void)piece;
	acts.n_bodies++;
	CU_ASSERT_TRUE(cookie == &acts.first);
	if (acts.n_bodies > 1)
		return true;
	request_cancel(acts.running);
	request_cancel(acts.queued);
	return true;
}

static bool
cancel_own(void *cookie, struct slice piece)
{
	(void)cookie;
	(void)piece;
	acts.n_bodies++;
	request_cancel(acts.own);
	return true;
}

static bool
free_console(void *cookie, struct slice piece)
{
	(void)cookie;
	(void)piece;
	acts.n_bodies++;
	console_free(w.console);
	w.console = NULL;
	return true;
}

/* Three requests: the first one's reader acts, the second runs, the third
 * waits for a place. */
static void
start_three(bool (*on_body)(void *, struct slice))
{
	struct call call;

	memset(&acts, 0, sizeof(acts));
	world_begin(routes);
	w.client->limits.per_console = 2;
	call = world_call("/stall", &acts.second);
	call.on_body = NULL;
	acts.running = request_start(w.console, &call);
	for (int n = 0; n < 400 && http_server_requests(w.server) < 1; n++)
		client_poll(w.client, 5, -1);
	call = world_call("/slow", &acts.first);
	call.on_body = on_body;
	acts.own = request_start(w.console, &call);
	call = world_call("/ok", &acts.third);
	acts.queued = request_start(w.console, &call);
}

static void
test_cancel_others_from_a_reader(void)
{
	start_three(cancel_others);
	world_poll(&acts.first.n_done, 1);
	CU_ASSERT_EQUAL(acts.first.verdict, VERDICT_OK);
	poll_ms(20);
	CU_ASSERT_EQUAL(acts.second.n_done, 0);
	CU_ASSERT_EQUAL(acts.third.n_done, 0);
	CU_ASSERT_EQUAL(http_server_requests(w.server), 2);
	world_end();
}

static void
test_cancel_own_from_a_reader(void)
{
	start_three(cancel_own);
	/* Its place goes to the third. */
	world_poll(&acts.third.n_done, 1);
	CU_ASSERT_EQUAL(acts.third.verdict, VERDICT_OK);
	buf_fini(&acts.third.body);
	CU_ASSERT_EQUAL(acts.n_bodies, 1);
	CU_ASSERT_EQUAL(acts.first.n_done, 0);
	world_end();
}

static void
test_free_console_from_a_reader(void)
{
	start_three(free_console);
	world_poll(&acts.n_bodies, 1);
	poll_ms(20);
	CU_ASSERT_EQUAL(acts.n_bodies, 1);
	CU_ASSERT_EQUAL(acts.first.n_done + acts.second.n_done +
	    acts.third.n_done, 0);
	world_end();
}

static void
free_when_done(void *cookie, const struct answer *answer)
{
	struct result *r = cookie;

	r->n_done++;
	r->verdict = answer->verdict;
	request_cancel(acts.own); /* does nothing */
	console_free(w.console);
	w.console = NULL;
	/* The answer is ours until we return. */
	CU_ASSERT(strlen(answer->detail) > 0);
}

static void
test_free_console_when_done(void)
{
	struct result r, other;
	struct call call;

	world_begin(routes);
	call = world_call("/stall", &other);
	call.on_body = NULL;
	request_start(w.console, &call);
	call = world_call("/ok", &r);
	call.on_done = free_when_done;
	acts.own = request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	buf_fini(&r.body);
	poll_ms(20);
	CU_ASSERT_EQUAL(other.n_done, 0);
	world_end();
}

/* The same where the request cannot even be sent. */
static void
test_free_console_without_a_token(void)
{
	struct result r;
	struct call call;

	world_begin(routes);
	world_write_token("", 0600);
	call = world_call("/ok", &r);
	call.on_done = free_when_done;
	acts.own = request_start(w.console, &call);
	CU_ASSERT_EQUAL(r.n_done, 0);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_CONFIG);
	world_end();
}

static int n_chained;

static void
start_next(void *cookie, const struct answer *answer)
{
	struct call call = { .path = "/ok", .rate_class = "/sites",
		.on_done = start_next };

	(void)cookie;
	CU_ASSERT(answer->verdict == VERDICT_OK ||
	    answer->verdict == VERDICT_CONFIG);
	if (++n_chained % 50 != 0)
		request_start(w.console, &call);
}

static void
test_chain_from_on_done(void)
{
	struct call call = { .path = "/ok", .rate_class = "/sites",
		.on_done = start_next };

	world_begin(routes);
	n_chained = 0;
	request_start(w.console, &call);
	world_poll(&n_chained, 50);
	CU_ASSERT_EQUAL(http_server_connections(w.server), 1);
	/* Failing at once does not keep the loop from coming back. */
	world_write_token("", 0600);
	request_start(w.console, &call);
	world_poll(&n_chained, 100);
	CU_ASSERT_EQUAL(http_server_requests(w.server), 50);
	world_end();
}

#define MANY 24

/* Start n requests for one path; when all are done, how they went. */
static void
run_many(struct console *const *consoles, size_t n_consoles, const char *path)
{
	static struct result results[MANY];
	struct call call;

	for (int i = 0; i < MANY; i++) {
		call = world_call(path, &results[i]);
		call.on_body = NULL;
		call.rate_class = "/rbac"; /* burst 100 */
		request_start(consoles[(size_t)i % n_consoles], &call);
	}
	for (int i = 0; i < MANY; i++) {
		world_poll(&results[i].n_done, 1);
		CU_ASSERT_EQUAL(results[i].verdict, VERDICT_OK);
	}
}

static void
test_parallel_per_console(void)
{
	world_begin(routes);
	run_many(&w.console, 1, "/slow");
	CU_ASSERT_EQUAL(http_server_peak(w.server), 4);
	CU_ASSERT(http_server_connections(w.server) <= 4);
	world_end();
}

static void
test_parallel_in_all(void)
{
	struct console *consoles[8];
	struct buf err;

	world_begin(routes);
	buf_init(&err, 1000);
	w.client->limits.total = 6;
	for (int i = 0; i < 8; i++) {
		consoles[i] = console_new(w.client, &w.conf, &err);
		CU_ASSERT_PTR_NOT_NULL_FATAL(consoles[i]);
	}
	run_many(consoles, 8, "/slow");
	CU_ASSERT_EQUAL(http_server_peak(w.server), 6);
	for (int i = 0; i < 8; i++)
		console_free(consoles[i]);
	buf_fini(&err);
	world_end();
}

static int order[4], n_order;

static void
note_order(void *cookie, const struct answer *answer)
{
	(void)answer;
	order[n_order++] = *(int *)cookie;
}

/* One class waits for its budget, another passes it by; each in order. */
static void
test_classes_are_paced_apart(void)
{
	static int ids[] = { 0, 1, 2, 3 };
	/* "/agents" has 25 a second and a burst of one. */
	static const char *const classes[] = { "/agents", "/agents",
		"/agents", "/sites" };
	struct call call = { .path = "/ok", .on_done = note_order };

	clock_set(&fake);
	world_begin(routes);
	n_order = 0;
	for (int i = 0; i < 4; i++) {
		call.rate_class = classes[i];
		call.cookie = &ids[i];
		request_start(w.console, &call);
	}
	world_poll(&n_order, 2);
	poll_ms(60);
	CU_ASSERT_EQUAL(n_order, 2);
	now_ms += 39;
	poll_ms(20);
	CU_ASSERT_EQUAL(n_order, 2);
	now_ms += 2;
	world_poll(&n_order, 3);
	CU_ASSERT_EQUAL(order[2], 1);
	poll_ms(20);
	CU_ASSERT_EQUAL(n_order, 3);
	now_ms += 41;
	world_poll(&n_order, 4);
	CU_ASSERT_EQUAL(order[3], 2);
	world_end();
	clock_set(NULL);
}

static void
test_429_holds_the_class(void)
{
	struct result busy, held, free_class;
	struct call call;

	clock_set(&fake);
	world_begin(routes);
	world_fetch("/busy", &busy);
	CU_ASSERT_EQUAL(busy.retry_after_ms, 9000);
	call = world_call("/ok", &held);
	request_start(w.console, &call);
	call = world_call("/ok", &free_class);
	call.rate_class = "/threats";
	request_start(w.console, &call);
	world_poll(&free_class.n_done, 1);
	now_ms += 8990;
	poll_ms(20);
	CU_ASSERT_EQUAL(held.n_done, 0);
	now_ms += 30;
	world_poll(&held.n_done, 1);
	buf_fini(&held.body);
	buf_fini(&free_class.body);
	world_end();
	clock_set(NULL);
}

static void
test_wake_fd(void)
{
	int64_t start = clock_mono_ms();
	int fd = eventfd(1, EFD_CLOEXEC);

	world_begin(routes);
	client_poll(w.client, 5000, fd);
	CU_ASSERT(clock_mono_ms() - start < 4000);
	start = clock_mono_ms();
	client_poll(w.client, 30, -1);
	CU_ASSERT(clock_mono_ms() - start >= 25);
	close(fd);
	world_end();
}

static volatile sig_atomic_t n_signals;

static void
count_signal(int signal_number)
{
	(void)signal_number;
	n_signals++;
}

static void
test_signals(void)
{
	struct sigaction act = { .sa_handler = count_signal }, old;
	struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, off = { 0 };
	struct result r;

	world_begin(routes);
	sigaction(SIGALRM, &act, &old);
	setitimer(ITIMER_REAL, &often, NULL);
	world_fetch("/slow", &r);
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &old, NULL);
	CU_ASSERT(n_signals > 3);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	buf_fini(&r.body);
	world_end();
}

static const struct unit_test tests[] = {
	{ "cancel in each phase", test_cancel_in_each_phase },
	{ "cancel or give up while connecting",
	    test_cancel_while_connecting },
	{ "a reader cancels others", test_cancel_others_from_a_reader },
	{ "a reader cancels its own", test_cancel_own_from_a_reader },
	{ "a reader frees the console", test_free_console_from_a_reader },
	{ "on_done frees the console", test_free_console_when_done },
	{ "on_done frees the console of a request that was never sent",
	    test_free_console_without_a_token },
	{ "on_done starts the next", test_chain_from_on_done },
	{ "four at a time per console", test_parallel_per_console },
	{ "a bound over all consoles", test_parallel_in_all },
	{ "classes are paced apart", test_classes_are_paced_apart },
	{ "429 holds its class", test_429_holds_the_class },
	{ "the wake descriptor", test_wake_fd },
	{ "signals while waiting", test_signals },
};

UNIT_MAIN("client_flow", tests)
