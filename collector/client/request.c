#include "config.h"

#include "collector/client/client_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/base/vault.h"
#include "collector/base/xalloc.h"
#include "collector/client/detail.h"
#include "collector/client/peer.h"
#include "collector/client/trace.h"

struct request *
request_start(struct console *con, const struct call *call)
{
	struct request *r = xcalloc(1, sizeof(*r));

	r->client = con->client;
	r->console = con;
	r->path = xstrdup(call->path);
	r->body = xstrdup(call->body);
	r->call = *call;
	r->call.path = r->path;
	r->call.body = r->body;
	r->call.rate_class = NULL;
	r->rate = rate_find(call->rate_class);
	head_init(&r->head);
	buf_init(&r->error_body, DETAIL_BODY_MAX);
	r->token = SLICE("");
	r->state = REQUEST_QUEUED;
	TAILQ_INSERT_TAIL(&con->queued, r, link);
	console_ready(con);
	return r;
}

/* The headers are in the vault, as all that libcurl has is. */
static void
wipe_token(struct request *r)
{
	vault_free(r->sent);
	r->sent = NULL;
	curl_slist_free_all(r->headers);
	r->headers = NULL;
	r->token = (struct slice){ "", 0 };
}

static void
request_free(struct request *r)
{
	wipe_token(r);
	buf_fini(&r->error_body);
	free(r->path);
	free(r->body);
	free(r);
}

static void
stay_fresh(struct request *r, bool is_fresh)
{
	if (is_fresh == r->is_fresh)
		return;
	if (is_fresh)
		TAILQ_INSERT_TAIL(&r->client->fresh, r, fresh);
	else
		TAILQ_REMOVE(&r->client->fresh, r, fresh);
	r->is_fresh = is_fresh;
}

static void
take_place(struct request *r, bool take)
{
	if (take && !r->has_place)
		r->client->n_places++;
	else if (!take && r->has_place)
		r->client->n_places--;
	r->has_place = take;
}

void
request_pass_silent(struct client *c)
{
	int64_t since = clock_mono_ms() - c->limits.silent_ms;
	struct request *r;

	while ((r = TAILQ_FIRST(&c->fresh)) != NULL &&
	    r->started_ms <= since) {
		stay_fresh(r, false);
		take_place(r, false);
	}
}

/* Out of the multi handle; the easy handle goes back to its console. */
static void
detach(struct request *r)
{
	curl_multi_remove_handle(r->client->multi, r->easy);
	r->client->n_running--;
	stay_fresh(r, false);
	take_place(r, false);
	if (r->console != NULL)
		console_adopt_easy(r->console, r->easy);
	else
		curl_easy_cleanup(r->easy);
	r->easy = NULL;
}

/* Out of its console's lists, which may have a place for another one now. */
static void
leave_console(struct request *r)
{
	struct console *con = r->console;

	if (r->state == REQUEST_RUNNING) {
		TAILQ_REMOVE(&con->running, r, link);
		con->n_running--;
	} else {
		TAILQ_REMOVE(&con->queued, r, link);
	}
	console_ready(con);
}

void
request_cancel(struct request *r)
{
	if (r->state == REQUEST_DEAD || r->state == REQUEST_DONE)
		return;
	leave_console(r);
	trace_cancel(r->traced);
	r->traced = NULL;
	if (r->state == REQUEST_RUNNING && r->client->in_curl) {
		r->state = REQUEST_DEAD;
		r->console = NULL;
		TAILQ_INSERT_TAIL(&r->client->dead, r, link);
		return;
	}
	if (r->state == REQUEST_RUNNING)
		detach(r);
	request_free(r);
}

void
request_reap(struct client *c)
{
	struct request *r;

	while ((r = TAILQ_FIRST(&c->dead)) != NULL) {
		TAILQ_REMOVE(&c->dead, r, link);
		detach(r);
		request_free(r);
	}
}

/* Tell libcurl to stop, and ourselves why. */
static size_t
break_off(struct request *r, const char *why)
{
	r->broke = why;
	return 0;
}

size_t
request_on_header(char *p, size_t size, size_t n, void *cookie)
{
	struct request *r = cookie;
	bool had_ended = r->head.ended;

	n *= size;
	if (r->state == REQUEST_DEAD)
		return 0;
	stay_fresh(r, false);
	take_place(r, true);
	trace_header(r->traced, (struct slice){ p, n });
	if (!head_line(&r->head, (struct slice){ p, n }))
		return break_off(r, "the header is too large");
	if (r->head.ended && !had_ended && r->call.peer != NULL)
		peer_look(r->call.peer, r->easy);
	/* Not with a trailer: it comes after the body's time. */
	if (r->head.ended && !had_ended && r->head.date_ms >= 0) {
		r->console->date_ms = r->head.date_ms;
		r->console->date_mono_ms = clock_mono_ms();
	}
	return n;
}

/* An error's body: its beginning tells, the rest is read to keep the
 * connection, up to where a new one is cheaper. */
static bool
keep_error(struct request *r, struct slice piece)
{
	size_t room = r->error_body.max - r->error_body.len;

	buf_add(&r->error_body, piece.p, piece.len < room ? piece.len : room);
	return r->body_bytes <= r->client->limits.error_bytes;
}

/*
 * JSON of the API begins with a brace; a page of a proxy or of a login form
 * is recognised before anything of it is handed on.
 */
static const char *
sniff(struct request *r, struct slice piece)
{
	size_t i = 0;

	if (r->head.html)
		return "HTML in place of JSON";
	while (i < piece.len && memchr(" \t\r\n", piece.p[i], 4) != NULL)
		i++;
	if (i == piece.len)
		return r->body_bytes > r->client->limits.blank_bytes ?
		    "blanks in place of JSON" : NULL;
	r->sniffed = true;
	if (piece.p[i] == '<')
		return "HTML in place of JSON";
	return piece.p[i] == '{' || piece.p[i] == '[' ? NULL :
	    "something else in place of JSON";
}

static bool
is_too_large(const struct request *r)
{
	const struct client_limits *limits = &r->client->limits;

	return r->body_bytes > (r->call.any_body ? limits->download_bytes :
	    limits->body_bytes);
}

/* What has arrived is known up to one receive buffer. */
static bool
is_bomb(const struct request *r)
{
	const struct client_limits *limits = &r->client->limits;
	curl_off_t packed = 0;

	if (r->body_bytes <= limits->bomb_bytes || r->call.any_body)
		return false;
	curl_easy_getinfo(r->easy, CURLINFO_SIZE_DOWNLOAD_T, &packed);
	return r->body_bytes > limits->bomb_times *
	    ((size_t)packed + RECEIVE_BYTES);
}

size_t
request_on_body(char *p, size_t size, size_t n, void *cookie)
{
	struct request *r = cookie;
	struct slice piece = { p, n * size };
	const char *why = NULL;

	if (r->state == REQUEST_DEAD)
		return 0;
	trace_body(r->traced, piece);
	r->body_bytes += piece.len;
	if (r->head.status != 200)
		return keep_error(r, piece) ? piece.len : 0;
	r->too_large = is_too_large(r);
	if (r->too_large)
		return break_off(r, "the answer is too large");
	if (is_bomb(r))
		return break_off(r, "the answer is packed too well to be one");
	if (!r->sniffed && !r->call.any_body)
		why = sniff(r, piece);
	if (why != NULL)
		return break_off(r, why);
	if (r->call.on_body == NULL)
		return piece.len;
	if (!r->call.on_body(r->call.cookie, piece))
		return break_off(r, "the answer cannot be used");
	return r->state == REQUEST_DEAD ? 0 : piece.len;
}

int
request_on_progress(void *cookie, curl_off_t to_get, curl_off_t got,
    curl_off_t to_send, curl_off_t sent)
{
	struct request *r = cookie;

	(void)to_get;
	(void)got;
	(void)to_send;
	(void)sent;
	if (r->turn != r->client->turn) {
		r->turn = r->client->turn;
		r->tellings = 0;
	}
	return r->tellings++ >= r->client->limits.tellings;
}

static void
set_call(struct request *r)
{
	char *url = xasprintf("%s%s", r->console->conf->url, r->path);
	CURL *easy = r->easy;

	EASY_SET(easy, CURLOPT_URL, url);
	free(url);
	if (r->body != NULL) {
		EASY_SET(easy, CURLOPT_POSTFIELDSIZE, -1L);
		EASY_SET(easy, CURLOPT_POSTFIELDS, r->sent != NULL ?
		    r->sent : r->body);
		EASY_SET(easy, CURLOPT_POST, 1L);
	} else {
		EASY_SET(easy, CURLOPT_HTTPGET, 1L);
	}
	EASY_SET(easy, CURLOPT_FRESH_CONNECT, r->call.once ? 1L : 0L);
	EASY_SET(easy, CURLOPT_TIMEOUT_MS, (long)(r->call.timeout_ms > 0 ?
	    r->call.timeout_ms : r->console->conf->http_client_timeout));
	EASY_SET(easy, CURLOPT_HTTPHEADER, r->headers);
	EASY_SET(easy, CURLOPT_ERRORBUFFER, r->error);
	EASY_SET(easy, CURLOPT_HEADERDATA, r);
	EASY_SET(easy, CURLOPT_XFERINFODATA, r);
	EASY_SET(easy, CURLOPT_WRITEDATA, r);
	EASY_SET(easy, CURLOPT_PRIVATE, r);
}

static void
done(struct request *r, struct answer *answer, struct buf *detail)
{
	detail_finish(detail, r->token);
	answer->detail = detail->p;
	answer->too_large = r->too_large;
	answer->token = r->token;
	answer->body_bytes = r->body_bytes;
	answer->elapsed_ms = clock_mono_ms() - r->started_ms;
	trace_end(r->traced, answer, r->token);
	log_event(LOG_DEBUG, r->console->conf->name, r->call.dataset,
	    "%s %s -> %d (%s), %zu bytes, %" PRId64 " ms",
	    r->body != NULL ? "POST" : "GET", r->path, answer->status,
	    verdict_name[answer->verdict], answer->body_bytes,
	    answer->elapsed_ms);
	r->state = REQUEST_DONE;
	r->console = NULL;
	r->call.on_done(r->call.cookie, answer);
	buf_fini(detail);
	request_free(r);
}

static void
trace(struct request *r)
{
	struct trace_request rq = {
		.url = r->console->conf->url,
		.path = r->path,
		.body = r->body,
		.user_agent = USER_AGENT,
		.headers = r->headers,
		.token = r->token,
	};

	r->traced = trace_begin(r->call.trace, &rq);
}

void
request_run(struct request *r)
{
	struct answer answer = { .verdict = VERDICT_CONFIG, .no_token = true,
	    .retry_after_ms = -1 };
	struct console *con = r->console;
	struct buf detail;

	buf_init(&detail, DETAIL_DRAFT_MAX);
	r->started_ms = clock_mono_ms();
	r->headers = console_headers(con, &r->call, &r->token, &detail);
	if (r->headers == NULL) {
		leave_console(r);
		done(r, &answer, &detail);
		return;
	}
	buf_fini(&detail);
	if (r->body != NULL && r->call.body_has_token)
		r->sent = body_with_token(r->body, r->token);
	trace(r);
	r->easy = console_take_easy(con);
	set_call(r);
	TAILQ_REMOVE(&con->queued, r, link);
	TAILQ_INSERT_TAIL(&con->running, r, link);
	r->state = REQUEST_RUNNING;
	con->n_running++;
	r->client->n_running++;
	stay_fresh(r, true);
	take_place(r, true);
	if (curl_multi_add_handle(r->client->multi, r->easy) != CURLM_OK)
		abort();
}

static void
set_width(struct console *con, CURLcode result, int status)
{
	if (result == CURLE_OPERATION_TIMEDOUT || status == 0)
		con->width = 1;
	else if (con->width < con->client->limits.per_console)
		con->width++;
}

void
request_finish(struct request *r, CURLcode result)
{
	struct answer answer = { .status = r->head.status };
	struct console *con = r->console;
	struct buf detail;

	buf_init(&detail, DETAIL_DRAFT_MAX);
	answer.verdict = request_judge(r, result, &detail);
	answer.retry_after_ms = head_retry_after(&r->head);
	if (answer.status == 429)
		rate_hold(&con->bucket[r->rate], &rate_table[r->rate],
		    con->share, clock_mono_ms(), answer.retry_after_ms > 0 ?
		    answer.retry_after_ms : 0);
	set_width(con, result, answer.status);
	leave_console(r);
	detach(r);
	done(r, &answer, &detail);
}
