/*
 * One request and its reply.
 */
#ifndef S1SPOOL_MOCK_EXCHANGE_H
#define S1SPOOL_MOCK_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "tests/mock/console.h"

#define EXCHANGE_ARGS 64
#define EXCHANGE_MAX_IN (1u << 20)
#define EXCHANGE_MAX_OUT (512u << 20)

struct arg {
	const char *name, *value; /* decoded once; value may be NULL */
};

/* What happens to the reply's bytes on their way. */
enum wire_kind {
	WIRE_WHOLE,
	WIRE_CHUNKED, /* whole, in chunked coding */
	WIRE_PLAIN, /* whole, and not compressed */
	WIRE_TRUNCATED, /* half the body as if it were all */
	WIRE_CUT, /* closed in the middle, after a Content-Length */
	WIRE_CUT_CHUNKED, /* closed in the middle, chunked */
	WIRE_STALL, /* silence before the reply */
	WIRE_STALL_BODY, /* silence in the middle of the body */
	WIRE_DRIP, /* so many bytes, a pause, so many bytes */
	WIRE_RESET /* no reply at all but a TCP reset */
};

struct wire {
	enum wire_kind kind;
	double seconds;
	int64_t bytes;
};

struct exchange {
	struct console *console;

	/* The request.  Strings are borrowed from the HTTP server. */
	const char *method;
	const char *path;
	char *uri; /* as it came, with the query */
	const char *scheme, *host; /* where it came to, "http" */
	const char *authorization, *accept_encoding, *content_type;
	struct arg arg[EXCHANGE_ARGS];
	size_t n_args;
	struct buf in;
	uint64_t id, sub; /* the first and the second {id} of the path */
	bool is_action; /* with the token for actions */
	char *variables; /* of GraphQL, JSON; NULL: none */
	bool begun;

	/* The reply. */
	unsigned status;
	const char *type;
	struct buf out;
	char retry_after[40];
	char location[200];
	const char *encoding; /* NULL: as it is */
	const char *fault; /* the last that met it, NULL: none */
	bool logged;
	unsigned page_faults; /* PAGE_* */
	struct wire wire;
};

/* Begin a reply of this type with an empty body. */
void reply_begin(struct exchange *x, unsigned status, const char *type);

/* The console's error envelope; detail may be NULL. */
void reply_error(struct exchange *x, unsigned status, int code,
    const char *title, const char *detail);

/* Append s as a JSON string with its quotes. */
void exchange_string(struct buf *out, const char *s);

/* The value of an argument, NULL when there is none. */
const char *exchange_arg(const struct exchange *x, const char *name);

#endif
