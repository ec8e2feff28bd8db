/*
 * Proxies: what they refuse is told apart, and they learn no token.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/client_world.h"
#include "tests/unit/unit.h"

static const struct http_route routes[] = {
	{ "/ok", OK_PAGE, 0, HTTP_KEEP, 0 },
	/* What a proxy is asked. */
	{ "acme.example:443", "HTTP/1.1 407 Login\r\n"
	    "Date: Fri, 01 May 2026 12:00:00 GMT\r\n"
	    "Proxy-Authenticate: Basic realm=\"x\"\r\n"
	    "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "other.example:443", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
	    0, HTTP_KEEP, 0 },
	{ NULL, NULL, 0, HTTP_KEEP, 0 },
};

#define LOGIN "user:proxy-s3cret"

static void
test_proxy(void)
{
	char proxy[100], bad[] = "http://" LOGIN "@127.0.0.1:port/",
	    odd[] = "gopher://" LOGIN "@127.0.0.1:1";
	struct result r;
	char *last;

	world_begin(routes);
	snprintf(proxy, sizeof(proxy), "http://" LOGIN "@127.0.0.1:%d",
	    http_server_port(w.server));
	world_ask_at("https://acme.example", 443, proxy, &r);
	world_expect(&r, VERDICT_CONFIG, "proxy wants credentials");
	CU_ASSERT_EQUAL(r.status, 0);
	CU_ASSERT_EQUAL(strncmp(r.detail, "acme.example:443: ", 18), 0);
	/* The token is for the console, the proxy must not see it. */
	last = http_server_last(w.server);
	CU_ASSERT_PTR_NOT_NULL(strstr(last, "CONNECT acme.example:443"));
	CU_ASSERT_PTR_NOT_NULL(strstr(last, "Proxy-Authorization: Basic"));
	CU_ASSERT_PTR_NULL(strstr(last, TOKEN));
	free(last);

	world_ask_at("https://other.example", 443, proxy, &r);
	world_expect(&r, VERDICT_RETRY, "proxy does not let");

	world_ask_at("https://acme.example", 443, bad, &r);
	CU_ASSERT(r.verdict == VERDICT_CONFIG || r.verdict == VERDICT_RETRY);
	CU_ASSERT_PTR_NULL(strstr(r.detail, "s3cret"));
	world_ask_at("https://acme.example", 443, odd, &r);
	CU_ASSERT(r.verdict == VERDICT_CONFIG || r.verdict == VERDICT_RETRY);
	CU_ASSERT_PTR_NULL(strstr(r.detail, "s3cret"));
	world_end();
}

/* http:// is for loopback: its token never goes to the environment's proxy. */
static void
test_no_proxy_from_environment_for_http(void)
{
	struct result r;

	world_begin(routes);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	world_ask_at("http://127.0.0.1", http_server_port(w.server), NULL, &r);
	world_expect(&r, VERDICT_OK, "");
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	world_ask_at("https://127.0.0.1", http_server_port(w.server), NULL, &r);
	world_expect(&r, VERDICT_RETRY, "no connection");
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("all_proxy");
	world_end();
}

static const struct unit_test tests[] = {
	{ "a proxy", test_proxy },
	{ "none from the environment for http://",
	    test_no_proxy_from_environment_for_http },
};

UNIT_MAIN("client_proxy", tests)
