/*
 * The `ssl` options, in libcurl's and in OpenSSL's words.  Files are looked at
 * again for each new connection: what was renewed counts without a restart.
 * The authorities are those of a proxy that is spoken to with TLS, too.
 */
#ifndef S1SPOOL_TLS_H
#define S1SPOOL_TLS_H

#include <curl/curl.h>

#include "collector/base/buf.h"
#include "collector/conf/conf.h"

/*
 * Are the files usable?  Asked once at the start, for libcurl's own answer
 * comes only with the first connection.  0, or -1 with one line in err that
 * names the file and the option.
 */
int tls_check(const struct conf_ssl *ssl, struct buf *err);

/*
 * Set verification, versions, ciphers, curves, authorities and the client's
 * certificate.  ssl is borrowed for as long as the handle is used; name tells
 * its user from all others whose handles may share connections.
 */
void tls_choose(CURL *easy, const struct conf_ssl *ssl, const char *name);

#endif
