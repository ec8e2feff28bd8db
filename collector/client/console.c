#include "config.h"

#include "collector/client/client_internal.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/client/tls.h"
#include "collector/conf/secret.h"

static void
on_budget(void *cookie)
{
	console_ready(cookie);
}

void
console_ready(struct console *con)
{
	if (con->is_ready)
		return;
	con->is_ready = true;
	TAILQ_INSERT_TAIL(&con->client->ready, con, link);
}

/*
 * In the order of their start, past those whose class has no budget left:
 * asking an empty bucket again is harmless, so each class stays in order.
 */
struct request *
console_next(struct console *con)
{
	int64_t now = clock_mono_ms(), wait, soonest = INT64_MAX;
	struct request *r;

	timer_cancel(&con->timer);
	if (con->n_running >= con->width)
		return NULL;
	TAILQ_FOREACH(r, &con->queued, link) {
		wait = rate_take(&con->bucket[r->rate], &rate_table[r->rate],
		    con->share, now);
		if (wait == 0)
			return r;
		if (wait < soonest)
			soonest = wait;
	}
	if (soonest != INT64_MAX)
		timer_set(&con->timer, soonest);
	return NULL;
}

static void
warn_of_tls(const struct conf_console *conf)
{
	const char *mode = conf->ssl.verification_mode;

	if (mode != NULL && strcmp(mode, "none") == 0)
		log_event(LOG_WARN, conf->name, NULL, "ssl.verification_mode "
		    "is none: anybody on the way can read the token");
}

static char *
host_of(const char *url)
{
	struct slice host = head_url_host(slice_of(url));

	return host.len > 0 ? xstrndup(host.p, host.len) : xstrdup(url);
}

/* What can be wrong before anything is sent.  0, or -1 with a message. */
static int
check(const struct conf_console *conf, struct buf *err)
{
	struct secret token;

	if (secret_load(&token, conf->api_token_file, err) != 0)
		return -1;
	secret_wipe(&token);
	return tls_check(&conf->ssl, err);
}

struct console *
console_new(struct client *c, const struct conf_console *conf, struct buf *err)
{
	if (check(conf, err) != 0)
		return NULL;
	warn_of_tls(conf);
	return console_new_unchecked(c, conf);
}

struct console *
console_new_unchecked(struct client *c, const struct conf_console *conf)
{
	struct console *con = xcalloc(1, sizeof(*con));
	int64_t now = clock_mono_ms();

	con->client = c;
	c->n_consoles++;
	client_fit(c);
	con->conf = conf;
	con->host = host_of(conf->url);
	con->share = conf->rate_share > 0 ? conf->rate_share : 1;
	con->width = 1;
	con->date_ms = -1;
	TAILQ_INIT(&con->queued);
	TAILQ_INIT(&con->running);
	timer_init(&con->timer, on_budget, con);
	con->bucket = xcalloc(rate_table_len, sizeof(*con->bucket));
	for (size_t i = 0; i < rate_table_len; i++)
		rate_fill(&con->bucket[i], &rate_table[i], con->share, now);
	return con;
}

void
console_free(struct console *con)
{
	struct request *r;

	if (con == NULL)
		return;
	while ((r = TAILQ_FIRST(&con->queued)) != NULL ||
	    (r = TAILQ_FIRST(&con->running)) != NULL)
		request_cancel(r);
	if (con->is_ready)
		TAILQ_REMOVE(&con->client->ready, con, link);
	timer_cancel(&con->timer);
	con->client->n_consoles--;
	client_fit(con->client);
	while (con->n_idle > 0)
		curl_easy_cleanup(con->idle[--con->n_idle]);
	free(con->bucket);
	free(con->host);
	free(con);
}

int64_t
console_clock(const struct console *con, int64_t *age_ms)
{
	int64_t age;

	if (con->date_ms < 0)
		return -1;
	age = clock_mono_ms() - con->date_mono_ms;
	if (age_ms != NULL)
		*age_ms = age;
	return con->date_ms + age;
}

double
console_rate_left(const struct console *con, const char *rate_class,
    double *most)
{
	size_t row = rate_find(rate_class);

	return rate_left(&con->bucket[row], &rate_table[row], con->share,
	    clock_mono_ms(), most);
}
