/*
 * Certificate authorities: one store for all connections that trust the same,
 * for the system's have a megabyte.
 */
#ifndef S1SPOOL_TRUST_H
#define S1SPOOL_TRUST_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "collector/base/buf.h"

/* Are any named? */
bool trust_is_named(char *const *authorities);

/*
 * Have the connections of tls trust these files and PEM texts; where none are
 * named, what libcurl was built to trust, if it knows.  It counts before the
 * store that libcurl fills, shares between handles and, by its version, sets up
 * before or after tls is ours.  A file is read again once it has changed.  0,
 * or -1 with one line in err.
 */
int trust_use(SSL_CTX *tls, char *const *authorities, struct buf *err);

#endif
