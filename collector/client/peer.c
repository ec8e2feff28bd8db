#include "config.h"

#include "collector/client/peer.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What people call it: the common name, else the organisation. */
static void
name_of(X509_NAME *name, char out[PEER_NAME])
{
	static const int parts[] = { NID_commonName, NID_organizationName };

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (X509_NAME_get_text_by_NID(name, parts[i], out,
		    PEER_NAME) > 0)
			break;
	/* It came over the net. */
	for (char *s = out; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			*s = '?';
}

/* ms since 1970, -1 when the certificate does not make sense. */
static int64_t
expiry_of(X509 *x)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1)
		return -1;
	return (int64_t)timegm(&tm) * 1000;
}

static void
look_at_expiry(struct peer *p, X509 *x)
{
	int64_t ms = expiry_of(x);

	if (ms < 0 || (p->expires_ms >= 0 && ms >= p->expires_ms))
		return;
	p->expires_ms = ms;
	name_of(X509_get_subject_name(x), p->expires_name);
}

/* The first is the server's, the last the root, if there is more than one. */
static void
look_at_chain(struct peer *p, STACK_OF(X509) *chain)
{
	int n = chain == NULL ? 0 : sk_X509_num(chain);
	X509 *own;

	if (n <= 0)
		return;
	own = sk_X509_value(chain, 0);
	name_of(X509_get_subject_name(own), p->subject);
	name_of(X509_get_issuer_name(own), p->issuer);
	p->n_certificates = (size_t)n;
	for (int i = 0; i == 0 || i < n - 1; i++)
		look_at_expiry(p, sk_X509_value(chain, i));
}

static void
look_at_tls(struct peer *p, CURL *easy)
{
	struct curl_tlssessioninfo *info = NULL;
	STACK_OF(X509) *chain;
	SSL *ssl;

	if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK ||
	    info == NULL || info->backend != CURLSSLBACKEND_OPENSSL ||
	    info->internals == NULL)
		return;
	ssl = info->internals;
	snprintf(p->tls, sizeof(p->tls), "%s", SSL_get_version(ssl));
	/* A resumed session has none that was verified, but the server's. */
	chain = SSL_get0_verified_chain(ssl);
	if (chain == NULL)
		chain = SSL_get_peer_cert_chain(ssl);
	look_at_chain(p, chain);
}

static int64_t
moment(CURL *easy, CURLINFO which)
{
	curl_off_t us = 0;

	curl_easy_getinfo(easy, which, &us);
	return (int64_t)us / 1000;
}

void
peer_look(struct peer *p, CURL *easy)
{
	char *address = NULL;

	*p = (struct peer){ .expires_ms = -1 };
	curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
	if (address != NULL)
		snprintf(p->address, sizeof(p->address), "%s", address);
	p->resolved_ms = moment(easy, CURLINFO_NAMELOOKUP_TIME_T);
	p->connected_ms = moment(easy, CURLINFO_CONNECT_TIME_T);
	p->secured_ms = moment(easy, CURLINFO_APPCONNECT_TIME_T);
	look_at_tls(p, easy);
}
