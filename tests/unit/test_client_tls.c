/*
 * TLS: each way to fail has its verdict and a line that names the mend.
 */
#include "config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/conf/conf_list.h"
#include "tests/unit/certificate.h"
#include "tests/unit/client_world.h"
#include "tests/unit/unit.h"

static const struct http_route routes[] = {
	{ "/ok", OK_PAGE, 0, HTTP_KEEP, 0 },
	{ "/short", OK_HEAD "Content-Length: 99\r\n\r\n{\"da", 0, HTTP_CLOSE,
	    0 },
	{ NULL, NULL, 0, HTTP_KEEP, 0 },
};

/* Files in the world's directory. */
enum { CA, OTHER_CA, CLIENT, CLIENT_KEY, OTHER_KEY, N_FILES };
static char file[N_FILES][100];
static struct certificate ca, other_ca, client, other;
static char *right[] = { file[CA], NULL };
static const struct conf_ssl trusting = { .certificate_authorities = right };

static void
begin(void)
{
	static const char *const names[N_FILES] = { "ca.pem", "other-ca.pem",
		"client.pem", "client.key", "other.key" };

	world_begin(routes);
	for (int i = 0; i < N_FILES; i++)
		snprintf(file[i], sizeof(file[i]), "%s/%s", w.dir, names[i]);
	ca = certificate_new("Test CA", NULL, NULL, -1, 10);
	other_ca = certificate_new("Other CA", NULL, NULL, -1, 10);
	client = certificate_new("collector", "DNS:collector", &ca, -1, 10);
	other = certificate_new("other", "DNS:other", &ca, -1, 10);
	certificate_save(&ca, file[CA], NULL);
	certificate_save(&other_ca, file[OTHER_CA], NULL);
	certificate_save(&client, file[CLIENT], file[CLIENT_KEY]);
	certificate_save(&other, file[OTHER_KEY], file[OTHER_KEY]);
}

static void
end(void)
{
	for (int i = 0; i < N_FILES; i++)
		unlink(file[i]);
	certificate_free(&ca);
	certificate_free(&other_ca);
	certificate_free(&client);
	certificate_free(&other);
	world_end();
}

/* What is special about a server. */
struct special {
	const char *san; /* NULL: the right one */
	int from, to; /* days; 0, 0 for a valid one */
	bool self_signed;
	bool wants_client;
	int lowest, highest; /* TLS version, 0 for any */
	const char *ciphers; /* of TLS 1.2, NULL for any */
	const char *curves; /* NULL for any */
};
static const struct special plain;

static SSL_CTX *
make_tls(const struct special *s)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	struct certificate own = certificate_new("server", s->san != NULL ?
	    s->san : "IP:127.0.0.1", s->self_signed ? NULL : &ca,
	    s->from == s->to ? -1 : s->from, s->from == s->to ? 1 : s->to);

	CU_ASSERT_EQUAL_FATAL(SSL_CTX_use_certificate(tls, own.x), 1);
	CU_ASSERT_EQUAL_FATAL(SSL_CTX_use_PrivateKey(tls, own.key), 1);
	certificate_free(&own);
	if (s->wants_client) {
		SSL_CTX_set_verify(tls, SSL_VERIFY_PEER |
		    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		X509_STORE_add_cert(SSL_CTX_get_cert_store(tls), ca.x);
	}
	SSL_CTX_set_min_proto_version(tls, s->lowest);
	SSL_CTX_set_max_proto_version(tls, s->highest);
	if (s->ciphers != NULL)
		CU_ASSERT_EQUAL(SSL_CTX_set_cipher_list(tls, s->ciphers), 1);
	if (s->curves != NULL) {
		/* OpenSSL's macro would cast the const away. */
		char curves[32];

		snprintf(curves, sizeof(curves), "%s", s->curves);
		CU_ASSERT_EQUAL(SSL_CTX_set1_groups_list(tls, curves), 1);
	}
	return tls;
}

static char full[] = "full", certificate[] = "certificate", none[] = "none";
/* Bits of ssl.supported_protocols. */
enum { TLS12 = 1, TLS13 = 2 };

/* A server on a port of its own. */
struct secure {
	SSL_CTX *tls;
	struct http_server *server;
	char url[80];
};

static void
serve(struct secure *s, const struct special *special)
{
	s->tls = make_tls(special);
	s->server = http_server_start(routes, s->tls);
	snprintf(s->url, sizeof(s->url), "https://127.0.0.1:%d",
	    http_server_port(s->server));
}

static void
serve_no_more(struct secure *s)
{
	http_server_stop(s->server);
	SSL_CTX_free(s->tls);
}

/* One request to such a server; how it ended is left in r. */
static void
ask(const struct special *special, const struct conf_ssl *ssl,
    const char *path, struct result *r)
{
	struct conf_console conf = w.conf;
	struct secure s;

	serve(&s, special);
	conf.url = s.url;
	conf.ssl = *ssl;
	world_ask(&conf, path, r);
	serve_no_more(&s);
}

static void
expect(const struct result *r, const char *says)
{
	world_expect(r, says == NULL ? VERDICT_OK : VERDICT_CONFIG,
	    says == NULL ? "" : says);
}

static const struct {
	struct special special;
	int ca; /* file, -1 for the system's */
	char *mode;
	unsigned versions;
	bool has_client;
	const char *says; /* NULL: it works */
} cases[] = {
	{ { 0 }, CA, NULL, 0, false, NULL },
	{ { 0 }, CA, full, TLS12, false, NULL },
	{ { 0 }, CA, full, TLS13, false, NULL },
	{ { 0 }, OTHER_CA, NULL, 0, false, "unknown CA" },
	{ { 0 }, -1, NULL, 0, false, "ssl.certificate_authorities" },
	{ { 0 }, OTHER_CA, certificate, 0, false, "unknown CA" },
	{ { 0 }, OTHER_CA, none, 0, false, NULL },
	{ { .self_signed = true }, CA, NULL, 0, false, "self-signed" },
	{ { .san = "DNS:acme.example" }, CA, NULL, 0, false,
	    "not for this host" },
	{ { .san = "DNS:acme.example" }, CA, certificate, 0, false, NULL },
	{ { .from = -20, .to = -10 }, CA, NULL, 0, false, "has expired" },
	{ { .from = 1, .to = 10 }, CA, NULL, 0, false, "not valid yet" },
	{ { .from = -20, .to = -10 }, CA, none, 0, false, NULL },
	{ { .highest = TLS1_2_VERSION }, CA, NULL, 0, false, NULL },
	{ { .highest = TLS1_2_VERSION }, CA, NULL, TLS13, false,
	    "ssl.supported_protocols" },
	{ { .lowest = TLS1_3_VERSION }, CA, NULL, TLS12 | TLS13, false, NULL },
	{ { .lowest = TLS1_3_VERSION }, CA, NULL, TLS12, false,
	    "ssl.supported_protocols" },
	{ { .wants_client = true }, CA, NULL, 0, true, NULL },
	{ { .wants_client = true }, CA, NULL, 0, false,
	    "ssl.certificate and ssl.key" },
	{ { .wants_client = true, .highest = TLS1_2_VERSION }, CA, NULL, 0,
	    false, "ssl.certificate and ssl.key" },
};

static void
test_certificates(void)
{
	struct result r;

	begin();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *authorities[] = { cases[i].ca < 0 ? NULL :
		    file[cases[i].ca], NULL };
		struct conf_ssl ssl = {
			.certificate_authorities = authorities,
			.certificate = cases[i].has_client ? file[CLIENT] :
			    NULL,
			.key = cases[i].has_client ? file[CLIENT_KEY] : NULL,
			.verification_mode = cases[i].mode,
			.supported_protocols = cases[i].versions,
		};

		ask(&cases[i].special, &ssl, "/ok", &r);
		expect(&r, cases[i].says);
		CU_ASSERT_EQUAL(strncmp(r.detail, "127.0.0.1:", 10), 0);
	}
	end();
}

/* The bits of words that ssl.cipher_suites or ssl.curve_types may list. */
static unsigned
bits_of(const char *path, const char *const *words)
{
	const struct conf_section *s = &conf_schema_console;
	unsigned bits = 0;
	struct buf why;
	size_t i = 0;

	while (i < s->n && strcmp(s->options[i].path, path) != 0)
		i++;
	CU_ASSERT_FATAL(i < s->n);
	buf_init(&why, 1000);
	for (; *words != NULL; words++)
		CU_ASSERT_EQUAL(conf_list_set(&s->options[i], &bits,
		    slice_of(*words), &why), 0);
	buf_fini(&why);
	return bits;
}

#define CHOICE "ssl.cipher_suites and ssl.curve_types"

static const struct {
	struct special special;
	const char *ciphers[3], *curves[3];
	const char *says; /* NULL: it works */
} choices[] = {
	{ { .highest = TLS1_2_VERSION,
	    .ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384" },
	    { "ECDHE-ECDSA-AES-256-GCM-SHA384" }, { NULL }, NULL },
	{ { .highest = TLS1_2_VERSION,
	    .ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384" },
	    { "ECDHE-RSA-AES-128-GCM-SHA256",
	    "ECDHE-ECDSA-CHACHA20-POLY1305" }, { NULL }, CHOICE },
	/* Those of one version leave the other's alone. */
	{ { .lowest = TLS1_3_VERSION },
	    { "ECDHE-ECDSA-AES-256-GCM-SHA384" }, { NULL }, NULL },
	{ { .highest = TLS1_2_VERSION }, { "TLS-AES-256-GCM-SHA384" },
	    { NULL }, NULL },
	{ { .curves = "P-256:P-384" }, { NULL }, { "P-384" }, NULL },
	{ { .curves = "X25519" }, { NULL }, { "X25519", "P-521" }, NULL },
	{ { .curves = "P-384" }, { NULL }, { "X25519", "P-256" },
	    CHOICE },
};

static void
test_choices(void)
{
	struct result r;

	begin();
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		struct conf_ssl ssl = {
			.certificate_authorities = right,
			.cipher_suites = bits_of("ssl.cipher_suites",
			    choices[i].ciphers),
			.curve_types = bits_of("ssl.curve_types",
			    choices[i].curves),
		};

		ask(&choices[i].special, &ssl, "/ok", &r);
		expect(&r, choices[i].says);
	}
	end();
}

/* Several authorities, and those that are written into the configuration; one
 * that is no root, too. */
static void
test_authorities(void)
{
	static const struct special own = { .self_signed = true };
	char *authorities[] = { file[OTHER_CA], file[CA], NULL };
	struct conf_ssl ssl = { .certificate_authorities = authorities };
	struct buf text;
	struct result r;

	begin();
	ask(&plain, &ssl, "/ok", &r);
	world_expect(&r, VERDICT_OK, "");
	authorities[1] = NULL;
	ask(&plain, &ssl, "/ok", &r);
	world_expect(&r, VERDICT_CONFIG, "");

	buf_init(&text, 10000);
	CU_ASSERT_EQUAL(fs_read_file(AT_FDCWD, file[CA], &text), 0);
	authorities[1] = text.p;
	ask(&plain, &ssl, "/ok", &r);
	world_expect(&r, VERDICT_OK, "");
	ask(&own, &ssl, "/ok", &r);
	world_expect(&r, VERDICT_CONFIG, "");
	/* Both in one. */
	CU_ASSERT_EQUAL(fs_read_file(AT_FDCWD, file[OTHER_CA], &text), 0);
	authorities[0] = text.p;
	authorities[1] = NULL;
	ask(&plain, &ssl, "/ok", &r);
	world_expect(&r, VERDICT_OK, "");
	buf_fini(&text);
	end();
}

/* Consoles of one host do not share what their authorities let through. */
static void
test_authorities_are_a_consoles_own(void)
{
	char *wrong[] = { file[OTHER_CA], NULL };
	char other_name[] = "other";
	struct conf_console conf, other_conf;
	struct console *con, *other_con;
	struct secure s;
	struct result r;

	begin();
	serve(&s, &plain);
	conf = w.conf;
	conf.url = s.url;
	conf.ssl = trusting;
	other_conf = conf;
	other_conf.name = other_name;
	other_conf.ssl.certificate_authorities = wrong;
	con = world_console(&conf);
	other_con = world_console(&other_conf);
	world_fetch_by(con, "/ok", &r);
	world_expect(&r, VERDICT_OK, "");
	world_fetch_by(other_con, "/ok", &r);
	world_expect(&r, VERDICT_CONFIG, "");
	/* A file that went away while we run. */
	unlink(file[CA]);
	console_free(con);
	unlink(file[OTHER_CA]);
	world_fetch_by(other_con, "/ok", &r);
	world_expect(&r, VERDICT_CONFIG, "check ssl.certificate_authorities");
	console_free(other_con);
	serve_no_more(&s);
	end();
}

/* In place of libcurl's: where the system keeps its authorities. */
static char *system_file;

curl_version_info_data *
curl_version_info(CURLversion age)
{
	static curl_version_info_data changed;
	curl_version_info_data *(*real)(CURLversion);

	*(void **)&real = dlsym(RTLD_NEXT, "curl_version_info");
	if (system_file == NULL)
		return real(age);
	changed = *real(age);
	changed.cainfo = system_file;
	return &changed;
}

/* A machine without authorities, such as a small container. */
static void
test_no_authorities_of_the_system(void)
{
	static const struct conf_ssl unset;
	struct result r;

	begin();
	system_file = file[CA];
	ask(&plain, &unset, "/ok", &r);
	world_expect(&r, VERDICT_OK, "");
	unlink(file[CA]);
	ask(&plain, &unset, "/ok", &r);
	world_expect(&r, VERDICT_CONFIG,
	    "where it is not set the system's, often of a package "
	    "ca-certificates");
	system_file = NULL;
	end();
}

static void
test_cut_is_no_end(void)
{
	struct result r;

	begin();
	ask(&plain, &trusting, "/short", &r);
	world_expect(&r, VERDICT_RETRY, "broke");
	CU_ASSERT_EQUAL(r.status, 200);
	end();
}

static void
test_files_are_checked_at_the_start(void)
{
	struct conf_console conf;

	begin();
	conf = w.conf;
	conf.ssl.certificate = file[CLIENT];
	conf.ssl.key = file[OTHER_KEY];
	world_refuses(&conf, "not the certificate of");
	conf.ssl.key = NULL;
	world_refuses(&conf, "no private key");
	conf.ssl.certificate = NULL;
	conf.ssl.key = file[CLIENT_KEY];
	world_refuses(&conf, "needs ssl.certificate");
	end();
}

static void
test_wrong_port(void)
{
	struct secure s;
	struct result r;
	int port;

	begin();
	/* TLS to a plain port. */
	world_ask_at("https://127.0.0.1", http_server_port(w.server), NULL, &r);
	world_expect(&r, VERDICT_CONFIG, "no TLS on this port");

	/* Plain HTTP to a TLS port. */
	serve(&s, &plain);
	port = http_server_port(s.server);
	world_ask_at("http://127.0.0.1", port, NULL, &r);
	world_expect(&r, VERDICT_RETRY, "https:// in url");

	/* Nobody there any more. */
	serve_no_more(&s);
	world_ask_at("https://127.0.0.1", port, NULL, &r);
	world_expect(&r, VERDICT_RETRY, "no connection");
	end();
}

static const struct unit_test tests[] = {
	{ "certificates", test_certificates },
	{ "ciphers and curves", test_choices },
	{ "several authorities", test_authorities },
	{ "authorities are a console's own",
	    test_authorities_are_a_consoles_own },
	{ "no authorities of the system", test_no_authorities_of_the_system },
	{ "a cut is no end", test_cut_is_no_end },
	{ "files are checked at the start",
	    test_files_are_checked_at_the_start },
	{ "the wrong port", test_wrong_port },
};

UNIT_MAIN("client_tls", tests)
