/*
 * When requests go out: one after the other, at most so many at a time, at the
 * pace of their class.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "tests/unit/client_world.h"
#include "tests/unit/unit.h"

static const struct http_route routes[] = {
	{ "/ok", OK_PAGE, 0, HTTP_KEEP, 0 },
	{ "/slow", OK_PAGE, 0, HTTP_KEEP, 50 },
	{ "/stall", OK_HEAD "Content-Length: 99\r\n\r\n{", 0, HTTP_STALL, 0 },
	{ "/mute", "", 0, HTTP_STALL, 0 },
	{ "/busy", "HTTP/1.1 429 Busy\r\nRetry-After: 9\r\n"
	    "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
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

static int n_chained;

static void
start_next(void *cookie, const struct answer *answer)
{
	struct call call = { .path = "/ok", .rate_class = "/rbac",
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
	struct call call = { .path = "/ok", .rate_class = "/rbac",
		.on_done = start_next };
	int64_t start;

	world_begin(routes);
	n_chained = 0;
	request_start(w.console, &call);
	world_poll(&n_chained, 50);
	CU_ASSERT_EQUAL(http_server_connections(w.server), 1);
	/* What fails at once and is asked again does not keep the loop from
	 * coming back, nor does the loop sleep on it. */
	world_write_token("", 0600);
	w.client->limits.total = 2;
	request_start(w.console, &call);
	client_poll(w.client, 1000, -1);
	CU_ASSERT_EQUAL(n_chained, 52);
	start = clock_mono_ms();
	world_poll(&n_chained, 100);
	CU_ASSERT(clock_mono_ms() - start < 2000);
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

	world_begin(routes);
	w.client->limits.total = 6;
	for (int i = 0; i < 8; i++)
		consoles[i] = world_console(&w.conf);

	run_many(consoles, 8, "/slow");
	CU_ASSERT_EQUAL(http_server_peak(w.server), 6);
	for (int i = 0; i < 8; i++)
		console_free(consoles[i]);
	world_end();
}

/* Requests that a console does not answer take one place, and no more again
 * after it has answered some. */
static void
test_silent_console(void)
{
	struct console *silent;
	struct result r[8];
	struct call call;

	world_begin(routes);
	w.client->limits.total = 3;
	silent = world_console(&w.conf);
	for (int times = 1; times <= 2; times++) {
		for (int i = 0; i < 8; i++) {
			call = world_call("/stall", &r[i]);
			call.timeout_ms = i < 4 ? 50 : 60000;
			call.on_body = NULL;
			call.rate_class = "/rbac";
			request_start(silent, &call);
		}
		for (int i = 0; i < 4; i++)
			world_poll(&r[i].n_done, 1);
		CU_ASSERT_EQUAL(silent->width, 1);
		run_many(&w.console, 1, "/ok");
		CU_ASSERT_EQUAL(silent->n_running, 1);
		CU_ASSERT_EQUAL(w.console->width, 4);
		while (!TAILQ_EMPTY(&silent->queued))
			request_cancel(TAILQ_FIRST(&silent->queued));
		request_cancel(TAILQ_FIRST(&silent->running));
		run_many(&silent, 1, "/ok");
		CU_ASSERT_EQUAL(silent->width, 4);
	}
	console_free(silent);
	world_end();
}

/* More consoles than places are silent: after a while they have none. */
static void
test_many_silent_consoles(void)
{
	struct console *silent[5];
	struct result r[5];
	struct call call;

	world_begin(routes);
	CU_ASSERT(w.client->limits.silent_ms <= 5000);
	w.client->limits.silent_ms = 100;
	w.client->limits.total = 3;
	for (int i = 0; i < 5; i++) {
		silent[i] = world_console(&w.conf);
		call = world_call("/mute", &r[i]);
		call.timeout_ms = 60000;
		request_start(silent[i], &call);
	}
	run_many(&w.console, 1, "/ok");
	for (int i = 0; i < 100 && w.client->n_places > 0; i++)
		world_idle(20);
	CU_ASSERT_EQUAL(w.client->n_running, 5);
	CU_ASSERT_EQUAL(w.client->n_places, 0);
	for (int i = 0; i < 5; i++)
		console_free(silent[i]);
	CU_ASSERT(TAILQ_EMPTY(&w.client->fresh));
	world_end();
}

/* With many consoles there is more of both. */
static void
test_bounds_grow(void)
{
	static struct console *many[1000];
	struct rlimit files, few;

	world_begin(routes);
	CU_ASSERT_EQUAL(client_total(w.client), 64);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &files), 0);
	few = files;
	few.rlim_cur = 400;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &few), 0);
	CU_ASSERT_EQUAL(client_connections(w.client), 100);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &files), 0);
	for (int i = 0; i < 1000; i++)
		many[i] = world_console(&w.conf);
	CU_ASSERT_EQUAL(client_total(w.client), 200);
	CU_ASSERT_EQUAL(client_connections(w.client),
	    files.rlim_cur / 4 < 1065 ? files.rlim_cur / 4 : 1065);
	for (int i = 0; i < 1000; i++)
		console_free(many[i]);
	CU_ASSERT_EQUAL(client_total(w.client), 64);
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
	world_idle(60);
	CU_ASSERT_EQUAL(n_order, 2);
	now_ms += 39;
	world_idle(20);
	CU_ASSERT_EQUAL(n_order, 2);
	now_ms += 2;
	world_poll(&n_order, 3);
	CU_ASSERT_EQUAL(order[2], 1);
	world_idle(20);
	CU_ASSERT_EQUAL(n_order, 3);
	now_ms += 41;
	world_poll(&n_order, 4);
	CU_ASSERT_EQUAL(order[3], 2);
	world_end();
	clock_set(NULL);
}

/* The loop wakes for a budget, however long it was told to wait. */
static void
test_budget_wakes_the_loop(void)
{
	int64_t start = clock_mono_ms();
	struct result r[2];
	struct call call;

	world_begin(routes);
	for (int i = 0; i < 2; i++) {
		call = world_call("/ok", &r[i]);
		call.rate_class = "/agents";
		request_start(w.console, &call);
	}
	for (int n = 0; n < 100 && r[1].n_done == 0; n++)
		client_poll(w.client, 5000, -1);
	CU_ASSERT(r[1].n_done == 1 && clock_mono_ms() - start < 4000);
	buf_fini(&r[0].body);
	buf_fini(&r[1].body);
	world_end();
}

/* A console that goes while a budget is waited for. */
static void
test_free_while_paced(void)
{
	struct result first, second;
	struct call call;

	clock_set(&fake);
	world_begin(routes);
	call = world_call("/ok", &first);
	call.rate_class = "/agents";
	request_start(w.console, &call);
	call = world_call("/ok", &second);
	call.rate_class = "/agents";
	request_start(w.console, &call);
	world_poll(&first.n_done, 1);
	world_idle(20);
	CU_ASSERT(timer_next_ms(1000) <= 41);
	console_free(w.console);
	w.console = NULL;
	CU_ASSERT_EQUAL(timer_next_ms(1000), 1000);
	now_ms += 1000;
	world_idle(20);
	CU_ASSERT_EQUAL(second.n_done, 0);
	buf_fini(&first.body);
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
	world_idle(20);
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
	struct sigaction act = { .sa_handler = count_signal },
	    ignore = { .sa_handler = SIG_IGN };
	struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, off = { 0 };
	struct result r;

	world_begin(routes);
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	world_fetch("/slow", &r);
	setitimer(ITIMER_REAL, &off, NULL);
	/* The last one may still be on its way. */
	sigaction(SIGALRM, &ignore, NULL);
	CU_ASSERT(n_signals > 3);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	buf_fini(&r.body);
	world_end();
}

static const struct unit_test tests[] = {
	{ "on_done starts the next", test_chain_from_on_done },
	{ "four at a time per console", test_parallel_per_console },
	{ "a bound over all consoles", test_parallel_in_all },
	{ "a silent console has one place", test_silent_console },
	{ "more silent consoles than places", test_many_silent_consoles },
	{ "bounds by the number of consoles", test_bounds_grow },
	{ "classes are paced apart", test_classes_are_paced_apart },
	{ "a budget wakes the loop", test_budget_wakes_the_loop },
	{ "a console goes while it waits for a budget",
	    test_free_while_paced },
	{ "429 holds its class", test_429_holds_the_class },
	{ "the wake descriptor", test_wake_fd },
	{ "signals while waiting", test_signals },
};

UNIT_MAIN("client_pace", tests)
