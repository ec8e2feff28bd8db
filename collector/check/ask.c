#include "config.h"

#include "collector/check/ask.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/client/tls.h"
#include "collector/conf/secret.h"

#define ANSWER_MS 15000 /* longer is no answer */
#define BODY_MAX (1 << 20)
#define POLL_MS 1000

struct asking {
	struct client *client;
	size_t pending; /* requests that are out */
};

/* A question that is out. */
struct asked {
	struct inquiry *a;
	struct question q;
	struct buf body;
};

static bool
on_body(void *cookie, struct slice piece)
{
	struct asked *x = cookie;

	return buf_add_slice(&x->body, piece) == 0;
}

static void
on_done(void *cookie, const struct answer *answer)
{
	struct asked *x = cookie;

	x->a->c->found.order = x->a->order + x->q.order;
	x->q.judge(x->a, &x->q, answer, buf_slice(&x->body));
	x->a->all->pending--;
	buf_fini(&x->body);
	free(x);
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
		.on_body = q->wants_body ? on_body : NULL,
		.on_done = on_done,
		.cookie = x,
	};

	x->a = a;
	x->q = *q;
	buf_init(&x->body, BODY_MAX);
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
