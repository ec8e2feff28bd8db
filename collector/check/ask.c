#include "config.h"

#include "collector/check/ask.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/client/tls.h"
#include "collector/conf/secret.h"
#include "collector/json/split.h"

#define ANSWER_MS 15000 /* longer is no answer */
#define BODY_MAX (1 << 20)
#define POLL_MS 1000
#define RECORDS_MAX 1000 /* of a page of which one was asked for */
#define FAULT_MAX 2048

struct asking {
	struct client *client;
	size_t pending; /* requests that are out */
};

/* A question that is out. */
struct asked {
	struct inquiry *a;
	struct question q;
	struct buf body;
	struct splitter *splitter; /* of a page */
	size_t n_records;
	char fault[FAULT_MAX];
};

static bool
on_record(void *cookie, struct slice record)
{
	struct asked *x = cookie;

	(void)record;
	return x->n_records++ < RECORDS_MAX;
}

static void
set_fault(struct asked *x, const char *what)
{
	snprintf(x->fault, sizeof(x->fault), "%s", what);
	x->q.fault = x->fault;
}

static bool
on_body(void *cookie, struct slice piece)
{
	struct asked *x = cookie;

	if (x->splitter == NULL)
		return buf_add_slice(&x->body, piece) == 0;
	if (splitter_feed(x->splitter, piece) == 0)
		return true;
	set_fault(x, x->n_records > RECORDS_MAX ?
	    "far more records than were asked for" :
	    splitter_error(x->splitter));
	return false;
}

/* It came whole.  Errors beside records are for some requests only. */
static void
end_page(struct asked *x)
{
	bool counts = x->q.page->errors != NULL;
	char text[FAULT_MAX];
	struct split_page page;

	if (splitter_end(x->splitter, &page) != 0) {
		set_fault(x, splitter_error(x->splitter));
	} else if (page.errors.p != NULL && (counts || page.n_records == 0)) {
		snprintf(text, sizeof(text), "%.*s", (int)page.errors.len,
		    page.errors.p);
		set_fault(x, text);
		x->q.has_errors = true;
	}
}

static void
on_done(void *cookie, const struct answer *answer)
{
	struct findings *found;
	struct asked *x = cookie;

	if (x->splitter != NULL && answer->verdict == VERDICT_OK)
		end_page(x);
	found = &x->a->c->found;
	found->order = x->a->order + x->q.order;
	found->secret = answer->token;
	x->q.judge(x->a, &x->q, answer, buf_slice(&x->body));
	found->secret = SLICE("");
	x->a->all->pending--;
	splitter_free(x->splitter);
	buf_fini(&x->body);
	free(x);
}

static void
expect_page(struct asked *x)
{
	const struct walk_request *rq = x->q.page;
	struct split_paths paths = { rq->records, rq->cursor, rq->more,
		rq->errors != NULL ? rq->errors : "errors" };

	x->splitter = splitter_new(&paths, 2 * x->a->c->conf->spool.max_line,
	    on_record, NULL, x);
}

void
ask(struct inquiry *a, const struct question *q)
{
	struct asked *x = xcalloc(1, sizeof(*x));
	const struct call call = {
		.path = q->path,
		.rate_class = q->rate_class,
		.body = q->post,
		.bearer = q->bearer,
		.anonymous = q->anonymous,
		.body_has_token = q->posts_token,
		.timeout_ms = a->conf->http_client_timeout < ANSWER_MS ?
		    a->conf->http_client_timeout : ANSWER_MS,
		.peer = q->order == ASK_CONNECTION ? &a->peer : NULL,
		.on_body = q->wants_body || q->page != NULL ? on_body : NULL,
		.on_done = on_done,
		.cookie = x,
	};

	x->a = a;
	x->q = *q;
	buf_init(&x->body, BODY_MAX);
	if (q->page != NULL)
		expect_page(x);
	a->all->pending++;
	request_start(a->console, &call);
}

/* What is asked without a token is the connection. */
static bool
has_token(struct check *c, const struct conf_console *conf)
{
	const struct subject about = { "permission", conf->name, NULL };
	struct secret token = { 0 };
	struct buf err;
	bool has;

	buf_init(&err, 4096);
	has = secret_load(&token, conf->api_token_file, &err) == 0;
	if (!has)
		finding_add(&c->found, LEVEL_WARNING, &about, "none is asked "
		    "for without a token: %s", err.p);
	secret_wipe(&token);
	buf_fini(&err);
	return has;
}

static void
begin(struct inquiry *a, struct asking *all, struct check *c, size_t place,
    unsigned order)
{
	const struct conf_console *conf = c->conf->console[place];
	const struct subject about = { "connection", conf->name, NULL };
	struct buf err;

	*a = (struct inquiry){ .all = all, .c = c, .conf = conf,
		.place = place, .order = order };
	token_details_init(&a->token);
	c->found.order = order;
	a->has_token = has_token(c, conf);
	buf_init(&err, 4096);
	if (tls_check(&conf->ssl, &err) != 0) {
		finding_add(&c->found, LEVEL_ERROR, &about, "%s", err.p);
	} else {
		a->console = console_new_unchecked(all->client, conf);
		ask_connection(a);
	}
	buf_fini(&err);
}

static void
ask_all(struct check *c, struct asking *all)
{
	struct inquiry *asks = xcalloc(c->conf->n_consoles + 1, sizeof(*asks));
	unsigned first = c->found.order;

	for (size_t i = 0; i < c->conf->n_consoles; i++)
		if (check_wants(c, c->conf->console[i]))
			begin(&asks[i], all, c, i,
			    first + (unsigned)i * ASK_ORDERS);
	while (all->pending > 0)
		client_poll(all->client, POLL_MS, -1);
	for (size_t i = 0; i < c->conf->n_consoles; i++) {
		console_free(asks[i].console);
		if (asks[i].conf != NULL)
			token_details_fini(&asks[i].token);
	}
	free(asks);
}

void
probe_consoles(struct check *c)
{
	const struct subject about = { .topic = "connection" };
	struct asking all = { 0 };
	struct buf err;

	buf_init(&err, 4096);
	all.client = client_new(&err);
	if (all.client != NULL)
		ask_all(c, &all);
	else
		finding_add(&c->found, LEVEL_ERROR, &about, "%s", err.p);
	client_free(all.client);
	buf_fini(&err);
}
