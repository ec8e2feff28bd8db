/*
 * No connection keeps libcurl to itself.  What brings nothing, sent without
 * end, is read on and on within one call: empty frames of HTTP/2 by libcurl
 * 7.88, session tickets by OpenSSL itself.  No callback is called, no clock is
 * looked at, and all other consoles wait.  So a connection that has brought so
 * much in a row is said to have nothing more for now: the others have their
 * turn, and time-outs theirs.  Its socket is still readable, so that libcurl
 * comes back to it at once.
 */
#ifndef S1SPOOL_FAIR_H
#define S1SPOOL_FAIR_H

#include <openssl/ssl.h>

/* Reads in a row.  A record of TLS, 16 KiB at most, takes two, its head and the
 * rest; in that many are 30,000 frames without data, or some milliseconds. */
#define FAIR_READS 32

/* To be called for each context before it has connections. */
void fair_watch(SSL_CTX *tls);

#endif
