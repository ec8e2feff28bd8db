/*
 * Name servers that do not answer: their console times out, and nobody waits
 * for them.
 */
#include "config.h"

#include <curl/curl.h>
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>

#include "tests/unit/client_world.h"
#include "tests/unit/unit.h"

#define PATIENCE_MS 15000

static const struct http_route routes[] = {
	{ "/ok", OK_PAGE, 0, HTTP_KEEP, 0 },
	{ NULL, NULL, 0, HTTP_KEEP, 0 },
};

static int release;
static atomic_int n_asked, n_gave_up;

/* In place of the C library's: libcurl asks it for names in a thread. */
int
getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
	struct pollfd p = { .fd = release, .events = POLLIN };

	(void)node;
	(void)service;
	(void)hints;
	*res = NULL;
	atomic_fetch_add(&n_asked, 1);
	if (poll(&p, 1, PATIENCE_MS) != 1)
		atomic_fetch_add(&n_gave_up, 1);
	return EAI_AGAIN;
}

static void
test_silent_name_server(void)
{
	struct conf_console conf;
	static char url[] = "http://silent.example:1";
	struct console *silent;
	struct result r, ok;
	struct call call;

	world_begin(routes);
	release = eventfd(0, EFD_CLOEXEC);
	conf = w.conf;
	conf.url = url;
	conf.connect_timeout = 200;
	silent = world_console(&conf);
	call = world_call("/ok", &r);
	request_start(silent, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	/* And when it goes while one is asked. */
	call = world_call("/ok", &r);
	request_start(silent, &call);
	/* It may be over before its thread has begun. */
	for (int i = 0; i < 1000 && atomic_load(&n_asked) < 2; i++) {
		client_poll(w.client, 0, -1);
		poll(NULL, 0, 10);
	}
	CU_ASSERT_EQUAL(atomic_load(&n_asked), 2);
	console_free(silent);
	world_fetch("/ok", &ok);
	CU_ASSERT_EQUAL(ok.verdict, VERDICT_OK);
	if (curl_easy_option_by_name("QUICK_EXIT") != NULL)
		CU_ASSERT_EQUAL(atomic_load(&n_gave_up), 0);
	eventfd_write(release, 1);
	buf_fini(&ok.body);
	world_end();
}

static const struct unit_test tests[] = {
	{ "a name server that is silent", test_silent_name_server },
};

UNIT_MAIN("client_names", tests)
