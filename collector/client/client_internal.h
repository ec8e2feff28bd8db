/*
 * What the files of the client share: client.c is the loop, console.c and
 * console_easy.c one console, request.c one request, judge.c its end.
 *
 * A request is in one of these places, and moves in this order only:
 *
 *   QUEUED   in console.queued, waits for its class's rate budget and for a
 *            place among the parallel transfers
 *   RUNNING  in console.running; its easy handle is in the multi handle
 *   DEAD     cancelled from within a libcurl callback, where the multi handle
 *            must not be touched: in client.dead until that call is over
 *   DONE     in no list: on_done is running
 *
 * libcurl calls our callbacks only from curl_multi_perform(), so `in_curl`
 * tells which of the two ways a cancel takes.  That of the progress is called
 * also where a transfer is removed: it cancels nothing.  New requests are never
 * given to libcurl by request_start() but by the next client_poll().
 */
#ifndef S1SPOOL_CLIENT_INTERNAL_H
#define S1SPOOL_CLIENT_INTERNAL_H

#include <sys/queue.h>

#include "collector/base/timer.h"
#include "collector/client/client.h"
#include "collector/client/easy.h"
#include "collector/client/head.h"
#include "collector/client/ratelimit.h"

#define CONSOLE_IDLE_MAX 1
/* Larger pieces than libcurl's 16 KiB: pages have megabytes. */
#define RECEIVE_BYTES (64 * 1024)

struct client_limits {
	size_t per_console; /* transfers at a time */
	/* Places: of a transfer that is on its way, but not of one to which
	 * nothing was answered for so long: it has brought nothing to keep. */
	int64_t silent_ms;
	size_t total; /* for all, or one for so many consoles ... */
	size_t consoles_a_transfer; /* ... if that is more */
	size_t connections; /* kept alive, likewise: for all, or ... */
	size_t spare_connections; /* ... one a console and these */
	size_t body_bytes; /* decoded: a bound for packed bombs */
	size_t download_bytes; /* the same where any body will do */
	size_t bomb_bytes; /* from there on it must not be ... */
	size_t bomb_times; /* ... so much larger than it was packed */
	size_t blank_bytes; /* before the first character of JSON */
	size_t error_bytes; /* of an error's body, before the line is cut */
	/* Libcurl tells of progress with each byte of a proxy's answer to
	 * CONNECT, which it reads without end in one call. */
	unsigned tellings; /* in one turn; others come with 16 KiB or so */
	long slow_bytes; /* a transfer that brings less a second ... */
	long slow_seconds; /* ... for so long is cut */
};

TAILQ_HEAD(request_list, request);

struct client {
	CURLM *multi;
	struct client_limits limits;
	size_t n_consoles;
	size_t n_running;
	size_t n_places; /* that they have */
	struct request_list fresh; /* silent so far, the oldest first */
	unsigned turn; /* of the loop; goes round */
	bool in_curl;
	TAILQ_HEAD(, console) ready; /* may have a request to send */
	struct request_list dead;
};

struct console {
	struct client *client;
	const struct conf_console *conf;
	TAILQ_ENTRY(console) link; /* in client.ready when is_ready */
	bool is_ready;
	struct request_list queued;
	struct request_list running;
	size_t n_running;
	/* So many may run.  A console that does not answer has one place, not
	 * those of the others: it starts with one, each answer adds one. */
	size_t width;
	/* Handles at rest: with their options set and, which is what they are
	 * kept for, the TLS sessions of this console. */
	CURL *idle[CONSOLE_IDLE_MAX];
	size_t n_idle;
	char *host; /* host[:port], for people */
	double share;
	struct rate_bucket *bucket; /* one per row of rate_table */
	struct timer timer; /* when a class's budget allows the next one */
	int64_t date_ms; /* the last Date, -1 before */
	int64_t date_mono_ms; /* when it came */
};

enum request_state {
	REQUEST_QUEUED,
	REQUEST_RUNNING,
	REQUEST_DEAD,
	REQUEST_DONE
};

struct request {
	TAILQ_ENTRY(request) link;
	TAILQ_ENTRY(request) fresh; /* in client.fresh when is_fresh */
	bool is_fresh;
	bool has_place;
	enum request_state state;
	struct client *client;
	struct console *console; /* NULL once DEAD */
	struct call call; /* path and body are those below; no rate_class */
	char *path;
	char *body;
	char *sent; /* in the vault: the body with the token; NULL: body */
	size_t rate; /* row of rate_table */

	CURL *easy;
	struct curl_slist *headers; /* the token is in here: wiped */
	struct slice token; /* points into headers */
	int64_t started_ms;
	char error[CURL_ERROR_SIZE];

	struct trace_exchange *traced; /* NULL: it is not */
	struct head head;
	unsigned turn; /* the last one in which libcurl told of progress ... */
	unsigned tellings; /* ... and how often it did so in that */
	size_t body_bytes;
	bool sniffed; /* the body's first character was looked at */
	bool too_large;
	const char *broke; /* why we broke it off, NULL when we did not */
	struct buf error_body;
};

/* client.c */

/* How many transfers at a time, with the consoles that there are now. */
size_t client_total(const struct client *c);
/* The number of consoles has changed. */
void client_fit(struct client *c);

/* console.c, console_easy.c */

/* Let the next client_poll() look at the console's queue. */
void console_ready(struct console *con);
/* The oldest request that may be sent now, still in the queue; NULL when
 * there is none: a timer or the end of a transfer will call. */
struct request *console_next(struct console *con);
/* A handle with all options that do not change between requests. */
CURL *console_take_easy(struct console *con);
/* Give it back; nothing of the request may be left in it. */
void console_adopt_easy(struct console *con, CURL *easy);
/* "Authorization: ..." and the other headers of a call, with *token within.
 * NULL with a message when the token file is unusable. */
struct curl_slist *console_headers(struct console *con,
    const struct call *call, struct slice *token, struct buf *err);

/* body.c */

/* The body with the token where CALL_TOKEN stands in it, as JSON has it. */
char *body_with_token(const char *body, struct slice token);

/* request.c, judge.c */

/* libcurl's CURLOPT_HEADERFUNCTION, CURLOPT_WRITEFUNCTION and
 * CURLOPT_XFERINFOFUNCTION. */
size_t request_on_header(char *p, size_t size, size_t n, void *cookie);
size_t request_on_body(char *p, size_t size, size_t n, void *cookie);
int request_on_progress(void *cookie, curl_off_t to_get, curl_off_t got,
    curl_off_t to_send, curl_off_t sent);

/* Give up the places of those that were silent for long enough. */
void request_pass_silent(struct client *c);
/* QUEUED -> RUNNING; or -> DONE with its callback when it cannot be sent. */
void request_run(struct request *r);
/* RUNNING -> DONE: libcurl is through with it. */
void request_finish(struct request *r, CURLcode result);
/* What to make of a request that has ended: the verdict, and its line. */
enum verdict request_judge(struct request *r, CURLcode result,
    struct buf *detail);
/* Free what is DEAD. */
void request_reap(struct client *c);

#endif
