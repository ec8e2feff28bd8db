/*
 * A small HTTP/1.1 server on the loopback for unit tests: what it answers is
 * bytes from a table, so that an answer can be as wrong as a test wants it.
 */
#ifndef S1SPOOL_HTTP_SERVER_H
#define S1SPOOL_HTTP_SERVER_H

#include <openssl/ssl.h>
#include <stddef.h>

/* What happens after a route's bytes were sent. */
enum http_end {
	HTTP_KEEP, /* read the next request */
	HTTP_CLOSE,
	HTTP_RESET, /* close with a TCP reset */
	HTTP_STALL, /* send no more, until the client goes away */
	HTTP_DRIP /* a space every 20 ms, until the client goes away */
};

struct http_route {
	const char *path; /* without the query */
	const char *bytes; /* status line, header, body */
	size_t len; /* of bytes, 0: as a string */
	enum http_end end;
	int delay_ms; /* before the first byte */
};

struct http_server;

/*
 * routes ends with a path of NULL and is borrowed; others are 404.  With tls
 * (borrowed, NULL for none) it speaks HTTPS; HTTP_CLOSE is then an end without
 * a close_notify.
 */
struct http_server *http_server_start(const struct http_route *routes,
    SSL_CTX *tls);
void http_server_stop(struct http_server *s);

int http_server_port(const struct http_server *s);
int http_server_requests(struct http_server *s);
int http_server_connections(struct http_server *s);
/* Most requests that were in work at a time. */
int http_server_peak(struct http_server *s);
/* The last request, header and body; to be freed. */
char *http_server_last(struct http_server *s);

#endif
