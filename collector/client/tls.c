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
#include "collector/conf/conf_schema.h"

#define AUTHORITIES "ssl.certificate_authorities"

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

/* All certificates of a PEM text.  How many, -1 when one is damaged. */
static int
add_certificates(X509_STORE *store, BIO *pem)
{
	X509 *x;
	int n;

	for (n = 0; ; n++) {
		x = PEM_read_bio_X509(pem, NULL, NULL, NULL);
		if (x == NULL)
			break;
		X509_STORE_add_cert(store, x);
		X509_free(x);
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return -1;
	return n;
}

static int
add_authority(X509_STORE *store, const char *authority, struct buf *err)
{
	bool is_file = authority[0] == '/';
	FILE *f = NULL;
	BIO *pem;
	int n;

	if (is_file) {
		f = open_file(authority, AUTHORITIES, err);
		if (f == NULL)
			return -1;
		pem = BIO_new_fp(f, BIO_CLOSE);
	} else {
		pem = BIO_new_mem_buf(authority, -1);
	}
	n = add_certificates(store, pem);
	BIO_free(pem);
	if (n > 0)
		return 0;
	buf_addf(err, "%s: %s in PEM form (" AUTHORITIES ")",
	    is_file ? authority : "the text given",
	    n == 0 ? "no certificate" : "a certificate is not");
	return -1;
}

/*
 * As the store of the chain's verification, which counts before the one that
 * libcurl fills, shares between handles and, by its version, sets up before or
 * after we are asked.
 */
static int
trust(SSL_CTX *tls, char *const *authorities, struct buf *err)
{
	X509_STORE *store;
	int result = 0;

	if (authorities == NULL || authorities[0] == NULL)
		return 0;
	store = X509_STORE_new();
	/* One that is no root may be named, too. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	for (size_t i = 0; authorities[i] != NULL && result == 0; i++)
		result = add_authority(store, authorities[i], err);
	if (result == 0)
		SSL_CTX_set1_verify_cert_store(tls, store);
	X509_STORE_free(store);
	return result;
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
	int result;

	result = trust(tls, ssl->certificate_authorities, err) == 0 &&
	    identify(tls, ssl, err) == 0 ? 0 : -1;
	SSL_CTX_free(tls);
	ERR_clear_error();
	return result;
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
	buf_init(&err, 4096);
	if (trust(tls, ssl->certificate_authorities, &err) != 0)
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
 * libcurl shares connections between handles whose options are equal, and
 * knows nothing of what on_context() does: a folder that is not there, of a
 * name that nothing else has, keeps those of this one apart.
 */
static void
choose_authorities(CURL *easy, const struct conf_ssl *ssl, const char *name)
{
	char *const *authorities = ssl->certificate_authorities;
	char *folder;

	if (authorities == NULL || authorities[0] == NULL)
		return;
	folder = xasprintf("/dev/null/%s", name);
	EASY_SET(easy, CURLOPT_CAINFO, NULL);
	EASY_SET(easy, CURLOPT_CAPATH, folder);
	free(folder);
}

static bool
is_set(const char *text, const char *value)
{
	return text != NULL && strcmp(text, value) == 0;
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
