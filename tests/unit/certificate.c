#include "config.h"

#include "tests/unit/certificate.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

/* The tests cannot go on without. */
static void
must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "certificate: %s failed\n", what);
	abort();
}

static void
extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	must(e != NULL && X509_add_ext(x, e, -1) == 1, value);
	X509_EXTENSION_free(e);
}

struct certificate
certificate_new(const char *name, const char *san,
    const struct certificate *issuer, int from, int to)
{
	static long serial;
	struct certificate c = { X509_new(), EVP_EC_gen("P-256") };
	X509_NAME *subject;

	must(c.x != NULL && c.key != NULL, "a key");
	X509_set_version(c.x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(c.x), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(c.x), from * 86400L);
	X509_gmtime_adj(X509_getm_notAfter(c.x), to * 86400L);
	subject = X509_get_subject_name(c.x);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(c.x, issuer != NULL ?
	    X509_get_subject_name(issuer->x) : subject);
	X509_set_pubkey(c.x, c.key);
	if (san != NULL)
		extend(c.x, NID_subject_alt_name, san);
	else
		extend(c.x, NID_basic_constraints, "critical,CA:TRUE");
	must(X509_sign(c.x, issuer != NULL ? issuer->key : c.key,
	    EVP_sha256()) > 0, "signing");
	return c;
}

void
certificate_free(struct certificate *c)
{
	X509_free(c->x);
	EVP_PKEY_free(c->key);
}

void
certificate_save(const struct certificate *c, const char *file,
    const char *key_file)
{
	FILE *f = fopen(file, "w");

	must(f != NULL && PEM_write_X509(f, c->x) == 1, file);
	fclose(f);
	if (key_file == NULL)
		return;
	f = fopen(key_file, "w");
	must(f != NULL && PEM_write_PrivateKey(f, c->key, NULL, NULL, 0, NULL,
	    NULL) == 1, key_file);
	fclose(f);
}
