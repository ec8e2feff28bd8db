/*
 * A connection that brings more and more is said now and then to have nothing
 * more, and nothing of it is lost; one that runs dry in between is left alone.
 */
#include "config.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "collector/client/fair.h"
#include "tests/unit/certificate.h"
#include "tests/unit/unit.h"

/* A record of TLS is read in two goes. */
#define ONE_GO (FAIR_READS / 2)

/* Both ends of a connection are in this process. */
struct ends {
	SSL_CTX *contexts[2];
	SSL *server, *client;
};

static SSL_CTX *
new_context(const SSL_METHOD *method, int version)
{
	SSL_CTX *ctx = SSL_CTX_new(method);

	SSL_CTX_set_min_proto_version(ctx, version);
	SSL_CTX_set_max_proto_version(ctx, version);
	return ctx;
}

static SSL *
new_end(SSL_CTX *ctx, BIO *bio)
{
	SSL *ssl = SSL_new(ctx);

	SSL_set_bio(ssl, bio, bio);
	return ssl;
}

static void
shake_hands(struct ends *e, int version, BIO *here, BIO *there)
{
	struct certificate c = certificate_new("server", "IP:127.0.0.1", NULL,
	    -1, 1);
	int ready = 0;

	e->contexts[0] = new_context(TLS_server_method(), version);
	e->contexts[1] = new_context(TLS_client_method(), version);
	CU_ASSERT_EQUAL(SSL_CTX_use_certificate(e->contexts[0], c.x), 1);
	CU_ASSERT_EQUAL(SSL_CTX_use_PrivateKey(e->contexts[0], c.key), 1);
	certificate_free(&c);
	fair_watch(e->contexts[1]);
	e->server = new_end(e->contexts[0], here);
	e->client = new_end(e->contexts[1], there);
	SSL_set_accept_state(e->server);
	SSL_set_connect_state(e->client);
	for (int i = 0; i < 20 && ready < 2; i++)
		ready = (SSL_do_handshake(e->client) == 1) +
		    (SSL_do_handshake(e->server) == 1);
	CU_ASSERT_EQUAL_FATAL(ready, 2);
}

static void
connect_ends(struct ends *e, int version)
{
	BIO *here, *there;

	CU_ASSERT_EQUAL_FATAL(BIO_new_bio_pair(&here, 1 << 20, &there,
	    1 << 20), 1);
	shake_hands(e, version, here, there);
}

static BIO *
bio_of(SSL *ssl)
{
	BIO *bio = BIO_new(BIO_f_ssl());

	BIO_set_ssl(bio, ssl, BIO_NOCLOSE);
	return bio;
}

static void
disconnect(struct ends *e)
{
	SSL_free(e->client);
	SSL_free(e->server);
	for (int i = 0; i < 2; i++)
		SSL_CTX_free(e->contexts[i]);
}

/* Each is a record of its own. */
static void
send_bytes(struct ends *e, int from, int n)
{
	for (int i = from; i < from + n; i++) {
		unsigned char byte = (unsigned char)i;

		CU_ASSERT_EQUAL(SSL_write(e->server, &byte, 1), 1);
	}
}

/* Until there is nothing for now.  How many that were, each the next one. */
static int
read_bytes(struct ends *e, int from)
{
	unsigned char byte;
	int rc, n = 0;

	while ((rc = SSL_read(e->client, &byte, 1)) == 1) {
		CU_ASSERT_EQUAL(byte, (unsigned char)(from + n));
		n++;
	}
	CU_ASSERT_EQUAL(SSL_get_error(e->client, rc), SSL_ERROR_WANT_READ);
	return n;
}

static void
check_endless(int version)
{
	int got, calls = 0, n = 0;
	struct ends e;

	connect_ends(&e, version);
	read_bytes(&e, 0);
	send_bytes(&e, 0, 10 * ONE_GO);
	while (n < 10 * ONE_GO && calls++ < 1000) {
		got = read_bytes(&e, n);
		CU_ASSERT(got <= ONE_GO);
		n += got;
	}
	CU_ASSERT_EQUAL(n, 10 * ONE_GO);
	CU_ASSERT(calls >= 10 && calls <= 12);
	CU_ASSERT_EQUAL(read_bytes(&e, n), 0);
	disconnect(&e);
}

static void
test_endless(void)
{
	check_endless(TLS1_2_VERSION);
	check_endless(TLS1_3_VERSION);
}

static void
test_dry(void)
{
	int n = ONE_GO - 1;
	struct ends e;

	connect_ends(&e, TLS1_3_VERSION);
	read_bytes(&e, 0);
	for (int i = 0; i < 10; i++) {
		send_bytes(&e, i * n, n);
		CU_ASSERT_EQUAL(read_bytes(&e, i * n), n);
	}
	disconnect(&e);
}

/* Records that bring nothing, which OpenSSL reads on and on. */
static void
test_tickets(void)
{
	struct ends e;

	connect_ends(&e, TLS1_3_VERSION);
	read_bytes(&e, 0);
	for (int i = 0; i < 4 * ONE_GO; i++)
		CU_ASSERT_EQUAL(SSL_new_session_ticket(e.server), 1);
	CU_ASSERT_EQUAL(SSL_do_handshake(e.server), 1);
	send_bytes(&e, 0, 1);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(read_bytes(&e, 0), 0);
	CU_ASSERT_EQUAL(read_bytes(&e, 0), 1);
	disconnect(&e);
}

/* TLS within TLS: what is not read yet is at the socket, where it wakes.  With
 * a buffer one record of the outer one has several of the inner one. */
static void
check_proxy(BIO *buffer)
{
	struct ends outer, inner;
	int sent = 0, got = 0;
	BIO *socket;

	connect_ends(&outer, TLS1_3_VERSION);
	socket = SSL_get_rbio(outer.client);
	shake_hands(&inner, TLS1_3_VERSION,
	    BIO_push(buffer, bio_of(outer.server)), bio_of(outer.client));
	read_bytes(&inner, 0);
	for (int n = 1; n <= 4 * ONE_GO; n++) {
		send_bytes(&inner, sent, n);
		CU_ASSERT_EQUAL(BIO_flush(buffer), 1);
		sent += n;
		while (BIO_pending(socket) > 0 && got < sent)
			got += read_bytes(&inner, got);
		CU_ASSERT_EQUAL(got, sent);
	}
	disconnect(&inner);
	disconnect(&outer);
}

static void
test_proxy(void)
{
	check_proxy(BIO_new(BIO_f_null()));
	check_proxy(BIO_new(BIO_f_buffer()));
}

static const struct unit_test tests[] = {
	{ "endless", test_endless },
	{ "dry", test_dry },
	{ "tickets", test_tickets },
	{ "a proxy", test_proxy },
};

UNIT_MAIN("fair", tests)
