/*
 * One connection of the hostile server.
 */
#ifndef S1SPOOL_TESTS_TALK_H
#define S1SPOOL_TESTS_TALK_H

#include <openssl/ssl.h>
#include <stdint.h>

#include "tests/hostile/script.h"

#define TALK_DRIP_MS 50

/* A port on which one trick is played. */
struct port {
	const struct trick *trick;
	unsigned on;
	const char *suffix; /* of the name */
	int fd;
	unsigned number;
	/* Not NULL: what it answers, whatever is asked. */
	void (*tell)(struct buf *out);
	/* Its books. */
	unsigned long connections, requests;
	unsigned asked; /* bits of enum asked that were met */
};

struct talk {
	struct port *port;
	int fd;
	SSL *ssl; /* NULL for plain TCP */
	bool shaken; /* hands, where there is TLS */
	bool ended;
	struct buf in, out;
	struct script script;
	int64_t drip_ms; /* when the next byte is due, 0: it does not drip */
};

/* fd is adopted; ctx is NULL for plain TCP. */
struct talk *talk_new(struct port *port, int fd, SSL_CTX *ctx);
void talk_free(struct talk *t);

/* What to poll for, and how long at most (-1: for ever). */
short talk_events(const struct talk *t);
int talk_wait(const struct talk *t, int64_t now_ms);
/* Something came of it, or time is up.  False: it has ended. */
bool talk_go(struct talk *t, short events, int64_t now_ms);

#endif
