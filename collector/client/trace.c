#include "config.h"

#include "collector/client/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/client/client.h"
#include "collector/client/head.h"
#include "collector/client/redact.h"
#include "collector/client/trace_file.h"
#include "collector/client/trace_line.h"
#include "collector/conf/secret.h"
#include "collector/dataset/dataset.h"

/* Behind what is shown of a body: the longest form of a token, so that none is
 * cut where it would not be known any more. */
#define BODY_BEYOND (3 * SECRET_MAX)
#define HEADERS_MAX (16 << 10)
#define URL_SHOWN_MAX (16 << 10)

struct trace {
	int state_dirfd;
	char *console, *label;
	uint64_t key; /* random: tells transactions of several starts apart */
	uint64_t n;
	bool ended; /* a file could not be written */
};

struct trace_exchange {
	struct trace *trace;
	char *id;
	struct buf headers;
	struct buf body;
};

struct trace *
trace_new(int state_dirfd, const char *console, const char *label)
{
	struct trace *t = xcalloc(1, sizeof(*t));

	t->state_dirfd = state_dirfd;
	t->console = xstrdup(console);
	t->label = xstrdup(label);
	(void)!getrandom(&t->key, sizeof(t->key), GRND_NONBLOCK);
	return t;
}

void
trace_free(struct trace *t)
{
	if (t == NULL)
		return;
	free(t->console);
	free(t->label);
	free(t);
}

static void
write_line(struct trace *t, struct trace_line *l)
{
	if (!t->ended && trace_file_add(t->state_dirfd, t->console, t->label,
	    trace_line_end(l)) != 0) {
		t->ended = true;
		log_event(LOG_WARN, t->console, t->label, "the request trace "
		    "cannot be written (%s): it has ended until the next start "
		    "or reload", strerror(errno));
	}
	trace_line_fini(l);
}

static struct slice
shown(struct slice text)
{
	if (text.len > URL_SHOWN_MAX)
		text.len = URL_SHOWN_MAX;
	return text;
}

/* The parts of scheme://host[:port]. */
static void
add_address(struct trace_line *l, const char *url)
{
	struct slice host = head_url_host(slice_of(url)), port = SLICE("");
	const char *scheme_end = strstr(url, "://"), *colon;

	if (scheme_end != NULL)
		trace_line_text(l, "url.scheme", (struct slice){ url,
		    (size_t)(scheme_end - url) });
	colon = memrchr(host.p, ':', host.len);
	if (colon != NULL && memchr(colon, ']', host.len -
	    (size_t)(colon - host.p)) == NULL) {
		port.p = colon + 1;
		port.len = host.len - (size_t)(colon + 1 - host.p);
		host.len = (size_t)(colon - host.p);
	}
	trace_line_text(l, "url.domain", host);
	if (port.len > 0)
		trace_line_text(l, "url.port", port);
}

static void
add_url(struct trace_line *l, const struct trace_request *rq)
{
	char *whole = xasprintf("%s%s", rq->url, rq->path);
	size_t path = strcspn(rq->path, "?");

	trace_line_text(l, "url.original", shown(slice_of(whole)));
	add_address(l, rq->url);
	trace_line_text(l, "url.path", (struct slice){ rq->path, path });
	if (rq->path[path] == '?')
		trace_line_text(l, "url.query",
		    shown(slice_of(rq->path + path + 1)));
	free(whole);
}

/* Nothing is to be left of it in the buffers of a trace. */
static bool
has_secret(const char *line)
{
	return redact_is_secret((struct slice){ line, strcspn(line, ":") });
}

static void
add_request_headers(struct trace_line *l, const struct trace_request *rq)
{
	struct slice type;
	struct buf lines;

	buf_init(&lines, HEADERS_MAX);
	for (const struct curl_slist *h = rq->headers; h != NULL; h = h->next)
		if (!has_secret(h->data) && buf_adds(&lines, h->data) == 0)
			buf_addc(&lines, '\n');
	trace_line_headers(l, "http.request.header", buf_slice(&lines));
	type = trace_line_find(buf_slice(&lines), "Content-Type");
	if (type.len > 0)
		trace_line_text(l, "http.request.mime_type", type);
	buf_fini(&lines);
}

static void
write_request(const struct trace_exchange *x, const struct trace_request *rq)
{
	struct trace_line l;

	trace_line_init(&l, "HTTP request", rq->token);
	trace_line_text(&l, "transaction.id", slice_of(x->id));
	add_url(&l, rq);
	trace_line_text(&l, "http.request.method", rq->body == NULL ?
	    SLICE("GET") : SLICE("POST"));
	trace_line_text(&l, "user_agent.original", slice_of(rq->user_agent));
	add_request_headers(&l, rq);
	if (rq->body != NULL)
		trace_line_body(&l, "request", slice_of(rq->body),
		    TRACE_BODY_MAX, strlen(rq->body));
	write_line(x->trace, &l);
}

struct trace_exchange *
trace_begin(struct trace *t, const struct trace_request *rq)
{
	struct trace_exchange *x;

	if (t == NULL || t->ended)
		return NULL;
	x = xcalloc(1, sizeof(*x));
	x->trace = t;
	x->id = xasprintf("%016llx-%llu", (unsigned long long)t->key,
	    (unsigned long long)++t->n);
	buf_init(&x->headers, HEADERS_MAX);
	buf_init(&x->body, TRACE_BODY_MAX + BODY_BEYOND);
	write_request(x, rq);
	return x;
}

void
trace_header(struct trace_exchange *x, struct slice line)
{
	if (x == NULL)
		return;
	/* Of several answers (100 Continue) the last one stays. */
	if (line.len > 5 && memcmp(line.p, "HTTP/", 5) == 0)
		buf_reset(&x->headers);
	else
		buf_add_slice(&x->headers, line);
}

void
trace_body(struct trace_exchange *x, struct slice piece)
{
	size_t room;

	if (x == NULL)
		return;
	room = x->body.max - x->body.len;
	buf_add(&x->body, piece.p, piece.len < room ? piece.len : room);
}

static void
add_answer(struct trace_line *l, const struct trace_exchange *x,
    const struct answer *answer)
{
	struct slice headers = buf_slice(&x->headers);
	struct slice type = trace_line_find(headers, "Content-Type");

	trace_line_number(l, "http.response.status_code", answer->status);
	trace_line_headers(l, "http.response.header", headers);
	if (type.len > 0)
		trace_line_text(l, "http.response.mime_type", type);
	trace_line_body(l, "response", buf_slice(&x->body), TRACE_BODY_MAX,
	    answer->body_bytes);
}

void
trace_end(struct trace_exchange *x, const struct answer *answer,
    struct slice token)
{
	struct trace_line l;

	if (x == NULL)
		return;
	trace_line_init(&l, answer->status == 0 ? "HTTP response error" :
	    "HTTP response", token);
	trace_line_text(&l, "transaction.id", slice_of(x->id));
	if (answer->status != 0)
		add_answer(&l, x, answer);
	if (answer->verdict != VERDICT_OK)
		trace_line_text(&l, "error.message", slice_of(answer->detail));
	trace_line_number(&l, "event.duration",
	    answer->elapsed_ms * 1000000);
	write_line(x->trace, &l);
	trace_cancel(x);
}

void
trace_cancel(struct trace_exchange *x)
{
	if (x == NULL)
		return;
	buf_fini(&x->headers);
	buf_fini(&x->body);
	free(x->id);
	free(x);
}

static bool
is_wanted(const void *cookie, const char *console, struct slice label)
{
	const struct conf *conf = cookie;
	const struct conf_console *c = NULL;

	for (size_t i = 0; i < conf->n_consoles && c == NULL; i++)
		if (strcmp(conf->console[i]->name, console) == 0)
			c = conf->console[i];
	if (c == NULL)
		return false;
	for (int id = 0; id < DATASET_COUNT; id++)
		if (slice_is(label, dataset_table[id]->name))
			return c->dataset[id].enabled &&
			    c->dataset[id].enable_request_tracer;
	return slice_is(label, TRACE_CONSOLE) && c->enable_request_tracer;
}

void
trace_tidy(int state_dirfd, const struct conf *conf)
{
	trace_file_tidy(state_dirfd, is_wanted, conf);
}
