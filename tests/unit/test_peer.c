/*
 * Who answered: the address, the chain and what of it expires first.
 */
#include "config.h"

#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/client/peer.h"
#include "tests/unit/certificate.h"
#include "tests/unit/client_world.h"
#include "tests/unit/unit.h"

#define DAY_MS (24 * 3600 * 1000LL)

static const struct http_route routes[] = {
	{ "/ok", OK_PAGE, 0, HTTP_KEEP, 0 },
	{ NULL, NULL, 0, HTTP_KEEP, 0 },
};

/* A server's certificate, below one of a middle authority, below the root. */
static struct certificate root, middle, own;

static SSL_CTX *
make_tls(int middle_days, int own_days)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	root = certificate_new("Root CA", NULL, NULL, -1, 1);
	middle = certificate_new("Middle CA", NULL, &root, -1, middle_days);
	own = certificate_new("console", "IP:127.0.0.1", &middle, -1,
	    own_days);
	CU_ASSERT_EQUAL_FATAL(SSL_CTX_use_certificate(tls, own.x), 1);
	CU_ASSERT_EQUAL_FATAL(SSL_CTX_use_PrivateKey(tls, own.key), 1);
	CU_ASSERT_EQUAL_FATAL(SSL_CTX_add1_chain_cert(tls, middle.x), 1);
	return tls;
}

/* One request to the world's console, or to the one with this URL. */
static void
ask(struct console *con, bool anonymous, struct peer *peer)
{
	struct result r;
	struct call call = world_call("/ok", &r);

	call.anonymous = anonymous;
	call.peer = peer;
	request_start(con, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	buf_fini(&r.body);
}

static void
ask_tls(int middle_days, int own_days, struct peer *peer)
{
	SSL_CTX *tls = make_tls(middle_days, own_days);
	struct http_server *server = http_server_start(routes, tls);
	struct conf_console conf = w.conf;
	char file[100], url[80], *authorities[] = { file, NULL };
	struct console *con;

	snprintf(file, sizeof(file), "%s/root.pem", w.dir);
	certificate_save(&root, file, NULL);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d",
	    http_server_port(server));
	conf.url = url;
	conf.ssl.certificate_authorities = authorities;
	con = console_new_unchecked(w.client, &conf);
	ask(con, false, peer);
	console_free(con);
	http_server_stop(server);
	SSL_CTX_free(tls);
	certificate_free(&own);
	certificate_free(&middle);
	certificate_free(&root);
	unlink(file);
}

/* So many whole days from now, give or take the time that the test takes. */
static bool
is_in_days(int64_t ms, int days)
{
	int64_t left = ms - clock_wall_us() / 1000;

	return left > (days - 1) * DAY_MS && left <= days * DAY_MS;
}

static void
test_chain(void)
{
	struct peer peer;

	world_begin(routes);
	ask_tls(30, 10, &peer);
	CU_ASSERT_STRING_EQUAL(peer.address, "127.0.0.1");
	CU_ASSERT_STRING_EQUAL(peer.subject, "console");
	CU_ASSERT_STRING_EQUAL(peer.issuer, "Middle CA");
	CU_ASSERT_EQUAL(peer.n_certificates, 3);
	CU_ASSERT_STRING_EQUAL(peer.expires_name, "console");
	CU_ASSERT(is_in_days(peer.expires_ms, 10));
	CU_ASSERT_EQUAL(strncmp(peer.tls, "TLSv1.", 6), 0);
	/* The root, which has a day, is not theirs to renew. */
	ask_tls(5, 10, &peer);
	CU_ASSERT_STRING_EQUAL(peer.expires_name, "Middle CA");
	CU_ASSERT(is_in_days(peer.expires_ms, 5));
	world_end();
}

static void
test_plain(void)
{
	struct peer peer;

	world_begin(routes);
	ask(w.console, false, &peer);
	CU_ASSERT_STRING_EQUAL(peer.address, "127.0.0.1");
	CU_ASSERT_STRING_EQUAL(peer.tls, "");
	CU_ASSERT_EQUAL(peer.n_certificates, 0);
	CU_ASSERT_EQUAL(peer.expires_ms, -1);
	world_end();
}

/* Without a token, and without a look at its file. */
static void
test_anonymous(void)
{
	struct console *con;
	struct peer peer;
	char *last;

	world_begin(routes);
	CU_ASSERT_EQUAL(unlink(w.token_file), 0);
	con = console_new_unchecked(w.client, &w.conf);
	ask(con, true, &peer);
	last = http_server_last(w.server);
	CU_ASSERT_PTR_NOT_NULL(strstr(last, "GET /ok"));
	CU_ASSERT_PTR_NULL(strstr(last, "Authorization"));
	free(last);
	console_free(con);
	world_end();
}

static const struct unit_test tests[] = {
	{ "a chain", test_chain },
	{ "no TLS", test_plain },
	{ "no token", test_anonymous },
};

UNIT_MAIN("peer", tests)
