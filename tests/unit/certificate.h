/*
 * Certificates for tests of TLS, made when they run so that none expires.
 */
#ifndef S1SPOOL_CERTIFICATE_H
#define S1SPOOL_CERTIFICATE_H

#include <openssl/x509.h>

struct certificate {
	X509 *x;
	EVP_PKEY *key;
};

/*
 * Valid from `from` to `to` days from now for `san` ("IP:127.0.0.1", NULL for
 * a CA), signed by `issuer` (NULL: by itself).
 */
struct certificate certificate_new(const char *name, const char *san,
    const struct certificate *issuer, int from, int to);
void certificate_free(struct certificate *c);

/* Write PEM files; key_file may be NULL. */
void certificate_save(const struct certificate *c, const char *file,
    const char *key_file);

#endif
