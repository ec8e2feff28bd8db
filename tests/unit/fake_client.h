/*
 * The client without a network and with a clock of its own: requests are
 * answered by a function of the test, and time passes only when nothing else
 * is to be done, so that weeks of polling take a moment.  Linked in place of
 * collector/client.
 */
#ifndef S1SPOOL_FAKE_CLIENT_H
#define S1SPOOL_FAKE_CLIENT_H

#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/client/client.h"

/* What the test makes of a request; all zeros is an empty 200. */
struct fake_reply {
	int status; /* 0: 200 */
	enum verdict verdict;
	bool no_token;
	int64_t retry_after_ms; /* preset to -1 */
	const char *detail;
	struct buf body; /* of a 200; handed on in pieces of odd sizes */
	bool too_large;
	const char *token; /* that it was asked with, NULL: none */
	size_t cut; /* break off after so many bytes of it, 0: never */
};

/* path is below the console's URL, with its query; body NULL for GET. */
typedef void fake_handler(void *cookie, const char *path, const char *body,
    struct fake_reply *reply);

/* The wall clock begins at start_ms; the console's is ahead by offset_ms. */
void fake_client_init(int64_t start_ms, int64_t offset_ms,
    fake_handler *handler, void *cookie);
void fake_client_fini(void);

/* The console's own time. */
int64_t fake_now_ms(void);
void fake_set_offset(int64_t offset_ms);
/* Answers have no Date header. */
void fake_set_no_date(bool no_date);

/* Let time pass, with everything that happens in it. */
void fake_run(int64_t ms);

#endif
