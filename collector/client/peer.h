/*
 * Who answered a request, and on which way: for people who look into a
 * connection, not for the collector's daily work.
 */
#ifndef S1SPOOL_PEER_H
#define S1SPOOL_PEER_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

#define PEER_NAME 128 /* bytes, of names in certificates; longer ones are cut */

struct peer {
	char address[64]; /* a proxy's where there is one; "": no connection */
	/* Times since the start of the request, ms; 0 where a connection was
	 * there already. */
	int64_t resolved_ms, connected_ms, secured_ms;
	char tls[16]; /* "TLSv1.3"; "": none */
	size_t n_certificates; /* of the chain, as it was verified */
	char subject[PEER_NAME]; /* of the server's own certificate */
	char issuer[PEER_NAME];
	/* What expires first of what the server has to renew, that is all but
	 * the root: when, in ms since 1970, and whose it is.  -1: unknown. */
	int64_t expires_ms;
	char expires_name[PEER_NAME];
};

/* While the answer arrives: libcurl has the connection only then. */
void peer_look(struct peer *p, CURL *easy);

#endif
