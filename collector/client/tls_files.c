#include "config.h"

#include "collector/client/tls_files.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

static FILE *
open_file(const char *file, const char *option, struct buf *err)
{
	FILE *f = fopen(file, "re");

	if (f == NULL)
		buf_addf(err, "%s: %s (%s)", file, strerror(errno), option);
	return f;
}

/* The first certificate of a PEM file; NULL with a message. */
static X509 *
load_certificate(const char *file, const char *option, struct buf *err)
{
	X509 *x = NULL;
	FILE *f;

	f = open_file(file, option, err);
	if (f == NULL)
		return NULL;
	x = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	if (x == NULL)
		buf_addf(err, "%s: no certificate in PEM form (%s)", file,
		    option);
	return x;
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
check_authorities(const struct conf_ssl *ssl, struct buf *err)
{
	X509 *x;

	if (ssl->certificate_authorities == NULL)
		return 0;
	x = load_certificate(ssl->certificate_authorities,
	    "ssl.certificate_authorities", err);
	X509_free(x);
	return x == NULL ? -1 : 0;
}

/* libcurl takes the key from the certificate's file when there is none. */
static int
check_client(const struct conf_ssl *ssl, struct buf *err)
{
	EVP_PKEY *key = NULL;
	int result = -1;
	X509 *x;

	if (ssl->certificate == NULL && ssl->key == NULL)
		return 0;
	if (ssl->certificate == NULL) {
		buf_adds(err, "ssl.key needs ssl.certificate");
		return -1;
	}
	x = load_certificate(ssl->certificate, "ssl.certificate", err);
	if (x != NULL)
		key = load_key(ssl->key != NULL ? ssl->key :
		    ssl->certificate, err);
	if (key != NULL && X509_check_private_key(x, key) == 1)
		result = 0;
	else if (key != NULL)
		buf_addf(err, "%s: not the certificate of the key in ssl.key",
		    ssl->certificate);
	EVP_PKEY_free(key);
	X509_free(x);
	return result;
}

int
tls_files_check(const struct conf_ssl *ssl, struct buf *err)
{
	int result;

	result = check_authorities(ssl, err) == 0 &&
	    check_client(ssl, err) == 0 ? 0 : -1;
	ERR_clear_error();
	return result;
}
