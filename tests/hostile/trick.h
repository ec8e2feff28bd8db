/*
 * What a hostile console does: each trick is a row of steps, which are the
 * bytes that it sends and what it does in between.
 */
#ifndef S1SPOOL_TESTS_TRICK_H
#define S1SPOOL_TESTS_TRICK_H

#include <stddef.h>
#include <stdint.h>

/* What the client asks for; bits of trick.on. */
enum asked {
	ASKED_INFO = 1, /* /system/info */
	ASKED_TOKEN = 2, /* what is known of the token */
	ASKED_LIST = 4,
	ASKED_GRAPHQL = 8,
	ASKED_PARENT = 16, /* a list whose records have children */
	ASKED_CHILD = 32,
	ASKED_HELLO = 64 /* Elasticsearch's and Kibana's version */
};

#define ON_PAGES (ASKED_LIST | ASKED_GRAPHQL | ASKED_CHILD)
#define ON_ALL \
    (ON_PAGES | ASKED_INFO | ASKED_TOKEN | ASKED_PARENT | ASKED_HELLO)

enum op {
	OP_CLOSE, /* what follows the last step, too */
	OP_KEEP, /* the answer is whole: the next request */
	OP_HANG, /* nothing more, and the connection stays */
	OP_RESET,
	OP_TICKETS, /* of TLS, for ever, and nothing else */
	OP_SAY, /* text, so many times; '#' is a number that grows */
	OP_RAW, /* text as it is, once */
	OP_DRIP, /* text for ever, byte by byte */
	OP_ZIP, /* text as gzip, so many times */
	OP_ZIP_TWICE, /* and that as gzip */
	OP_TOKEN, /* the token that the request has */
	OP_TRAP, /* the number of a port that nobody has to ask at */
	OP_NOW, /* the time as in a Date header */
	OP_PAGE, /* a page of records begins */
	OP_RECORD, /* text is one */
	OP_CURSOR /* the page ends; text is the cursor as JSON */
};

#define FOREVER SIZE_MAX

struct step {
	enum op op;
	const char *text;
	size_t len;
	size_t times; /* 0 is once */
};

enum tls {
	TLS_NONE,
	TLS_GOOD,
	TLS_OLD, /* no newer than 1.1 */
	TLS_EXPIRED,
	TLS_STRANGER, /* for another host */
	TLS_SELF_SIGNED,
	TLS_H2, /* good, and HTTP/2 it is */
	TLS_COUNT
};

#define TRICK_TRAP "trap" /* the first: the port that OP_TRAP tells */
#define TRICK_STEPS 32

struct trick {
	const char *name;
	unsigned on; /* of these it is the answer; others are as they should be */
	unsigned also_on; /* not 0: once more on a port of its own, for these */
	enum tls tls;
	int https; /* the client is to speak TLS */
	int eager; /* it begins without a request */
	struct step step[TRICK_STEPS];
};

/* Make the texts that are too long to be written down; once. */
void trick_prepare(void);

/* The last one has no name. */
extern const struct trick tricks[];

/* As it should be. */
const struct step *trick_good(enum asked asked);

#endif
