#include "config.h"

#include "collector/client/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/client/easy.h"
#include "collector/client/fair.h"
#include "collector/client/trust.h"
#include "collector/conf/conf_schema.h"

static const char *const cipher_names[] = {
#define CIPHER(name, openssl) openssl,
#include "collector/conf/conf_ciphers.def"
#undef CIPHER
};

static FILE *
open_file(const char *file, const char *option, struct buf *err)
{
	FILE *f = fopen(file, "re");

	if (f == NULL)
		buf_addf(err, "%s: %s (%s)", file, strerror(errno), option);
	return f;
}

/* An encrypted key would wait for a pass phrase at the terminal. */
static int
no_pass_phrase(char *text, int size, int is_writing, void *cookie)
{
	(void)text;
	(void)size;
	(void)is_writing;
	(void)cookie;
	return -1;
}

static EVP_PKEY *
load_key(const char *file, struct buf *err)
{
	EVP_PKEY *key;
	FILE *f;

	f = open_file(file, "ssl.key", err);
	if (f == NULL)
		return NULL;
	key = PEM_read_PrivateKey(f, NULL, no_pass_phrase, NULL);
	fclose(f);
	if (key == NULL)
		buf_addf(err, "%s: no private key in PEM form without a pass "
		    "phrase (ssl.key)", file);
	return key;
}

static int
use_certificate(SSL_CTX *tls, const char *file, struct buf *err)
{
	FILE *f = open_file(file, "ssl.certificate", err);

	if (f == NULL)
		return -1;
	fclose(f);
	if (SSL_CTX_use_certificate_chain_file(tls, file) == 1)
		return 0;
	buf_addf(err, "%s: no certificate in PEM form (ssl.certificate)",
	    file);
	return -1;
}

/* libcurl takes the key from the certificate's file when there is none. */
static int
identify(SSL_CTX *tls, const struct conf_ssl *ssl, struct buf *err)
{
	EVP_PKEY *key;
	int result = 0;

	if (ssl->certificate == NULL && ssl->key == NULL)
		return 0;
	if (ssl->certificate == NULL) {
		buf_adds(err, "ssl.key needs ssl.certificate");
		return -1;
	}
	if (use_certificate(tls, ssl->certificate, err) != 0)
		return -1;
	key = load_key(ssl->key != NULL ? ssl->key : ssl->certificate, err);
	if (key == NULL)
		return -1;
	if (SSL_CTX_use_PrivateKey(tls, key) != 1) {
		buf_addf(err, "%s: not the certificate of the key in ssl.key",
		    ssl->certificate);
		result = -1;
	}
	EVP_PKEY_free(key);
	return result;
}

int
tls_check(const struct conf_ssl *ssl, struct buf *err)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
	int result = 0;

	/* Those of the system are asked for by the first connection. */
	if (trust_is_named(ssl->certificate_authorities))
		result = trust_use(tls, ssl->certificate_authorities, err);
	if (result == 0)
		result = identify(tls, ssl, err);
	SSL_CTX_free(tls);
	ERR_clear_error();
	return result;
}

static bool
is_set(const char *text, const char *value)
{
	return text != NULL && strcmp(text, value) == 0;
}

/* libcurl's CURLOPT_SSL_CTX_FUNCTION. */
static CURLcode
on_context(CURL *easy, void *tls, void *cookie)
{
	const struct conf_ssl *ssl = cookie;
	CURLcode result = CURLE_OK;
	struct buf err;

	(void)easy;
	/* A thousand connections mostly rest: their records' buffers, 32 KiB
	 * each, come and go with what is sent. */
	SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
	fair_watch(tls);
	buf_init(&err, 4096);
	if (!is_set(ssl->verification_mode, "none") &&
	    trust_use(tls, ssl->certificate_authorities, &err) != 0)
		result = CURLE_SSL_CACERT_BADFILE;
	buf_fini(&err);
	ERR_clear_error();
	return result;
}

/* The range of the versions that are named. */
static long
versions(unsigned set)
{
	static const long lowest[] = {
		CURL_SSLVERSION_TLSv1_2, CURL_SSLVERSION_TLSv1_3,
	};
	static const long highest[] = {
		CURL_SSLVERSION_MAX_TLSv1_2, CURL_SSLVERSION_MAX_TLSv1_3,
	};
	long low = 0, high = 0;

	for (size_t i = 0; i < sizeof(lowest) / sizeof(lowest[0]); i++) {
		if ((set >> i & 1) == 0)
			continue;
		if (low == 0)
			low = lowest[i];
		high = highest[i];
	}
	return low == 0 ? CURL_SSLVERSION_TLSv1_2 : low | high;
}

static void
add_name(struct buf *list, const char *name)
{
	if (list->len > 0)
		buf_addc(list, ':');
	buf_adds(list, name);
}

/* Those of TLS 1.3 have a list of their own, and each list that would be empty
 * is left as it is. */
static void
choose_ciphers(CURL *easy, unsigned set)
{
	struct buf old, new;

	buf_init(&old, 4096);
	buf_init(&new, 4096);
	for (size_t i = 0; set >> i != 0; i++)
		if ((set >> i & 1) != 0)
			add_name(strncmp(cipher_names[i], "TLS_", 4) == 0 ?
			    &new : &old, cipher_names[i]);
	if (old.len > 0)
		EASY_SET(easy, CURLOPT_SSL_CIPHER_LIST, old.p);
	if (new.len > 0)
		EASY_SET(easy, CURLOPT_TLS13_CIPHERS, new.p);
	buf_fini(&old);
	buf_fini(&new);
}

static void
choose_curves(CURL *easy, unsigned set)
{
	struct buf list;

	buf_init(&list, 4096);
	for (size_t i = 0; set >> i != 0; i++)
		if ((set >> i & 1) != 0)
			add_name(&list, conf_tls_curves[i]);
	if (list.len > 0)
		EASY_SET(easy, CURLOPT_SSL_EC_CURVES, list.p);
	buf_fini(&list);
}

/*
 * libcurl has nothing to read, and the connections that it shares between
 * handles whose options are equal trust the same, but for what on_context()
 * does: a folder that is not there, of a name that nothing else has, keeps those
 * of this one apart.
 */
static void
choose_authorities(CURL *easy, const struct conf_ssl *ssl, const char *name)
{
	char *folder = NULL;

	if (trust_is_named(ssl->certificate_authorities))
		folder = xasprintf("/dev/null/%s", name);
	EASY_SET(easy, CURLOPT_CAINFO, NULL);
	EASY_SET(easy, CURLOPT_CAPATH, folder);
	free(folder);
}

/* full: the chain and the name; certificate: the chain alone; none: nothing. */
static void
choose_verification(CURL *easy, const char *mode)
{
	bool chain = !is_set(mode, "none");
	bool name = chain && !is_set(mode, "certificate");

	EASY_SET(easy, CURLOPT_SSL_VERIFYPEER, chain ? 1L : 0L);
	EASY_SET(easy, CURLOPT_SSL_VERIFYHOST, name ? 2L : 0L);
}

void
tls_choose(CURL *easy, const struct conf_ssl *ssl, const char *name)
{
	choose_verification(easy, ssl->verification_mode);
	EASY_SET(easy, CURLOPT_SSLVERSION,
	    versions(ssl->supported_protocols));
	choose_ciphers(easy, ssl->cipher_suites);
	choose_curves(easy, ssl->curve_types);
	choose_authorities(easy, ssl, name);
	EASY_SET(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
	EASY_SET(easy, CURLOPT_SSL_CTX_DATA, ssl);
	if (ssl->certificate != NULL)
		EASY_SET(easy, CURLOPT_SSLCERT, ssl->certificate);
	if (ssl->key != NULL)
		EASY_SET(easy, CURLOPT_SSLKEY, ssl->key);
}
