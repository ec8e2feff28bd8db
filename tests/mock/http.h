/*
 * The HTTP server: takes requests in, sends replies out, whole or broken.
 */
#ifndef S1SPOOL_MOCK_HTTP_H
#define S1SPOOL_MOCK_HTTP_H

#include <stdint.h>

#include "tests/mock/console.h"
#include "tests/mock/exchange.h"

struct http;

struct http_options {
	uint16_t port; /* 0: any */
	size_t consoles; /* at addresses of their own: listen.h */
	const char *tls_cert, *tls_key; /* PEM text, NULL: no TLS */
	/* Fill x's reply.  Called on many threads, without any lock. */
	void (*serve)(struct exchange *x);
	/* The request has ended: sent, broken off or never complete. */
	void (*done)(struct exchange *x);
};

/* Listen on the loopback address.  NULL: it could not. */
struct http *http_start(struct console *c, const struct http_options *o);
void http_stop(struct http *h);
uint16_t http_port(const struct http *h);

#endif
