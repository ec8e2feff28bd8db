/*
 * Every HTTP call of the process: one curl multi handle, one event loop, one
 * thread.  A `console` is one tenant with its address, token, TLS settings,
 * rate budgets and clock.  The client never retries: it says what an answer
 * means (enum verdict) and leaves the choice to the walk.
 *
 * Callbacks run inside client_poll() and nowhere else.  All of them, and all
 * timers, may start and cancel requests and free consoles, their own too;
 * none may call client_poll() or client_free().  A request that is started in
 * one is sent by the next client_poll(), so that nothing recurses.
 */
#ifndef S1SPOOL_CLIENT_H
#define S1SPOOL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/conf/conf.h"

struct client;
struct console;
struct peer;
struct request;
struct trace;

/* What to do about an answer; named for the choice, not for the cause. */
enum verdict {
	VERDICT_OK, /* 200, and its body was delivered whole as HTTP sees it;
		     * whether the JSON is complete is for its reader */
	VERDICT_RETRY, /* 429, 5xx, time-out, connection: again, later */
	VERDICT_AUTH, /* 401: ask /system/info before calling the token dead */
	VERDICT_DENIED, /* 403: this dataset is not for this token */
	VERDICT_UNSUPPORTED, /* 501: this console does not have it */
	VERDICT_GONE, /* 404: the object, or the whole endpoint, is not there */
	VERDICT_BAD, /* 400 and other 4xx: the request itself is refused */
	/* TLS, redirect, no HTTP on that port, no token: needs the admin's
	 * hand, but ends without a restart, so it is asked again too. */
	VERDICT_CONFIG,
	VERDICT_COUNT
};
extern const char *const verdict_name[VERDICT_COUNT];

struct answer {
	enum verdict verdict;
	int status; /* HTTP status, 0 when there was no answer */
	bool no_token; /* its file cannot be used: nothing was sent */
	bool too_large; /* broken off for its size: ask for less */
	int64_t retry_after_ms; /* from Retry-After, at most 5 minutes; -1
				 * when absent */
	/* One line for people: the host, what happened, what mends it, what
	 * the console said.  Never the token. */
	const char *detail;
	/* What was sent with it, for redact_secret(): what else is told of the
	 * answer may have it, too.  Empty without one. */
	struct slice token;
	size_t body_bytes; /* of the decoded body */
	int64_t elapsed_ms; /* without the wait for the rate budget */
};

/* What stands for the token in a body that has it. */
#define CALL_TOKEN "[secret]"

/* path, rate_class and body are copied. */
struct call {
	const char *path; /* below the console's URL, with its query string */
	/* Path prefix of the rate table (ratelimit.h): "/activities",
	 * "/threats/{id}/timeline".  NULL: as a path without a row. */
	const char *rate_class;
	const char *body; /* JSON for POST, NULL for GET */
	/* Where the body has CALL_TOKEN, within a string, the token is sent.
	 * It is there only while the request runs, and in no trace. */
	bool body_has_token;
	bool bearer; /* "Bearer" in place of "ApiToken" */
	int64_t timeout_ms; /* of the whole request; 0: the console's */
	/* Where to write it down (trace.h); NULL: nowhere.  Borrowed until
	 * the request has ended. */
	struct trace *trace;
	const char *dataset; /* for whom, in messages; NULL: for the console
			      * itself.  Borrowed as trace is. */
	/* On a connection of its own: where a kept one turns out to be dead,
	 * libcurl sends the request again, which may be the second time. */
	bool once;
	bool any_body; /* a download: the body need not look like JSON */
	bool anonymous; /* without the token, whose file is not looked at */
	/* Where to write down who answered (peer.h); NULL: nowhere.  Borrowed
	 * until the request has ended, and set only when there was an answer. */
	struct peer *peer;
	/*
	 * A piece of the decoded body of a 200 answer, as it arrives; an
	 * answer that does not look like JSON never gets here.  False aborts
	 * the transfer with VERDICT_RETRY.  NULL: the body is dropped.
	 */
	bool (*on_body)(void *cookie, struct slice piece);
	/* Needed.  Exactly once, unless the request is cancelled.  answer is
	 * borrowed for the call.  The request is gone when it returns; to
	 * cancel it from within does nothing. */
	void (*on_done)(void *cookie, const struct answer *answer);
	void *cookie;
};

/*
 * NULL with a message in err when libcurl lacks something we need.  SIGPIPE is
 * ignored from here on.
 */
struct client *client_new(struct buf *err);
void client_free(struct client *c); /* its consoles must be gone */

/* So many connections are open at most, by the number of consoles and the limit
 * of open files of the process. */
size_t client_connections(const struct client *c);

/*
 * Add a console; conf is borrowed and must outlive it.  NULL with a message in
 * err when the token is missing, empty or world-readable (says the mend), or
 * the TLS files are unusable.  The token is read from its file for each
 * request and is in memory only as long as that runs; a file that became
 * unusable ends requests with VERDICT_CONFIG.
 */
struct console *console_new(struct client *c, const struct conf_console *conf,
    struct buf *err);
/* The same without a look at these files, which never fails: requests do. */
struct console *console_new_unchecked(struct client *c,
    const struct conf_console *conf);
void console_free(struct console *con); /* cancels its requests */

/*
 * Queue a request.  It is sent when the rate budget of its class allows and a
 * transfer is free (4 per console, but one while it does not answer; 64 in
 * all, or one for five consoles), in the order of the calls within its class.
 * Never calls back before it returns.
 */
struct request *request_start(struct console *con, const struct call *call);
/* No callback runs after this. */
void request_cancel(struct request *r);

/*
 * The console's own clock in ms since 1970: its last Date header plus the time
 * passed since, so never ahead of the console, and up to a second (the grain
 * of Date) and an answer's way behind it.  Consoles behind a balancer need not
 * agree: it may step back.  -1 before the first answer.  *age_ms (may be NULL,
 * untouched at -1) is the time since that header.
 */
int64_t console_clock(const struct console *con, int64_t *age_ms);

/*
 * What is left of the rate budget of a class: requests that may go at once;
 * *most: how many that can be.
 */
double console_rate_left(const struct console *con, const char *rate_class,
    double *most);

/*
 * Run transfers and timers (timer.h) for up to timeout_ms >= 0, returning
 * earlier when something happened or wake_fd (-1 for none) became readable.
 */
void client_poll(struct client *c, int timeout_ms, int wake_fd);

/* Append text percent-encoded, for a query value or a path segment.  0, or -1
 * when b is full (b unchanged). */
int client_quote(struct buf *b, struct slice text);

#endif
