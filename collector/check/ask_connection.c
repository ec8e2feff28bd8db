/*
 * The way to a console and the console itself: name, port, certificate, clock,
 * version, and whether it takes the token at all.
 */
#include "config.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/clock.h"
#include "collector/check/ask.h"
#include "collector/check/span.h"
#include "collector/json/tree.h"

#define DAY_MS (24 * 3600 * 1000LL)
#define CERTIFICATE_WARNING_MS (14 * DAY_MS)
/* A Date has whole seconds, and an answer is under way for some. */
#define SKEW_WARNING_MS 15000LL
#define SKEW_ERROR_MS (3600 * 1000LL)
#define TEXT_MAX 2048

/* Where the time went of the first answer, which had to connect. */
static void
add_times(struct buf *text, const struct peer *p, const struct answer *answer)
{
	buf_addf(text, "answers in %" PRId64 " ms (name %" PRId64
	    ", connection %" PRId64, answer->elapsed_ms, p->resolved_ms,
	    p->connected_ms - p->resolved_ms);
	if (p->secured_ms > 0)
		buf_addf(text, ", TLS %" PRId64,
		    p->secured_ms - p->connected_ms);
	buf_addc(text, ')');
}

/* What the server has to renew first. */
static void
add_certificates(struct buf *text, const struct peer *p, bool soon)
{
	char date[NUM_TEXT];

	buf_addf(text, ", certificate of %s by %s, chain of %zu, ",
	    p->subject, p->issuer, p->n_certificates);
	if (p->expires_ms < 0) {
		buf_adds(text, "with no end that makes sense");
		return;
	}
	buf_addf(text, "%s %s", soon ? "expires on" : "good until",
	    date_text(p->expires_ms, date));
	if (strcmp(p->expires_name, p->subject) != 0)
		buf_addf(text, " (that of %s)", p->expires_name);
}

static void
judge_peer(struct inquiry *a, const struct answer *answer)
{
	const struct subject about = { "connection", a->conf->name, NULL };
	const struct peer *p = &a->peer;
	int64_t left = p->expires_ms - a->c->now_ms;
	bool soon = p->expires_ms >= 0 && left < CERTIFICATE_WARNING_MS;
	struct finding *f;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	buf_addf(&text, "%s%s, %s", a->conf->proxy_url != NULL ?
	    "through the proxy " : "", p->address,
	    p->tls[0] != '\0' ? p->tls : "no TLS");
	if (p->n_certificates > 0)
		add_certificates(&text, p, soon);
	buf_adds(&text, "; ");
	add_times(&text, p, answer);
	f = finding_add(&a->c->found, soon ? LEVEL_WARNING : LEVEL_OK, &about,
	    "%s", text.p);
	if (p->expires_ms >= 0)
		finding_figure(f, "certificate_days_left", left / DAY_MS);
	if (soon)
		finding_mend(f, "whoever runs the console, or the proxy that "
		    "inspects the connection, has to renew it");
	buf_fini(&text);
}

static void
judge_clock(struct inquiry *a)
{
	const struct subject about = { "clock", a->conf->name, NULL };
	int64_t console = console_clock(a->console, NULL), skew, size;
	enum level level;
	struct finding *f;
	char text[NUM_TEXT];

	if (console < 0) {
		finding_add(&a->c->found, LEVEL_WARNING, &about,
		    "the console's answer has no Date: what is new there is "
		    "asked for by this machine's clock");
		return;
	}
	skew = console - clock_wall_us() / 1000;
	size = skew < 0 ? -skew : skew;
	a->c->skew_ms[a->place] = skew;
	level = size > SKEW_ERROR_MS ? LEVEL_ERROR :
	    size > SKEW_WARNING_MS ? LEVEL_WARNING : LEVEL_OK;
	if (level == LEVEL_OK)
		f = finding_add(&a->c->found, level, &about,
		    "the console's and this machine's agree");
	else
		f = finding_add(&a->c->found, level, &about, "this machine's "
		    "clock is %s %s the console's", span_text(size, text),
		    skew > 0 ? "behind" : "ahead of");
	finding_figure(f, "seconds_ahead", -skew / 1000);
	if (level != LEVEL_OK)
		finding_mend(f, "let it be set by NTP (timedatectl set-ntp "
		    "true)");
}

static const char *
member(struct json_object *o, const char *name)
{
	struct json_object *m;

	return json_object_object_get_ex(o, name, &m) &&
	    json_object_is_type(m, json_type_string) ?
	    json_object_get_string(m) : "?";
}

static void
judge_version(struct inquiry *a, struct slice body)
{
	const struct subject about = { "console", a->conf->name, NULL };
	struct json_object *o, *data;

	o = tree_parse_object(body);
	if (json_object_object_get_ex(o, "data", &data))
		finding_add(&a->c->found, LEVEL_OK, &about,
		    "version %s, release %s, patch %s, build %s",
		    member(data, "version"), member(data, "release"),
		    member(data, "patch"), member(data, "build"));
	else
		finding_add(&a->c->found, LEVEL_WARNING, &about,
		    "does not tell its version: is this a console?");
	json_object_put(o);
}

/* Not the connection's fault, if there was an answer. */
static void
judge_refusal(struct inquiry *a, const struct answer *answer)
{
	const struct subject token = { "token", a->conf->name, NULL };
	const struct subject console = { "console", a->conf->name, NULL };

	if (answer->verdict == VERDICT_AUTH)
		finding_mend(finding_add(&a->c->found, LEVEL_ERROR, &token,
		    "%s", answer->detail), "make a new token and write it "
		    "into %s: it is taken without a restart",
		    a->conf->api_token_file);
	else
		finding_add(&a->c->found, answer->status == 429 ?
		    LEVEL_WARNING : LEVEL_ERROR, &console, "%s",
		    answer->detail);
}

static void
judge(struct inquiry *a, const struct question *q, const struct answer *answer,
    struct slice body)
{
	const struct subject about = { "connection", a->conf->name, NULL };

	/* No answer, or none of a console: nothing more to ask. */
	if (answer->status == 0 || answer->verdict == VERDICT_CONFIG) {
		finding_add(&a->c->found, LEVEL_ERROR, &about, "%s",
		    answer->detail);
		return;
	}
	judge_peer(a, answer);
	judge_clock(a);
	if (q->anonymous)
		return;
	if (answer->verdict != VERDICT_OK)
		judge_refusal(a, answer);
	else
		judge_version(a, body);
	if (answer->verdict != VERDICT_OK && answer->verdict != VERDICT_DENIED)
		return;
	ask_token(a);
	ask_datasets(a);
}

/* /system/info tells nothing to those without a token, /system/status does. */
void
ask_connection(struct inquiry *a)
{
	ask(a, &(struct question){
		.path = a->has_token ? "/web/api/v2.1/system/info" :
				       "/web/api/v2.1/system/status",
		.rate_class = a->has_token ? "/system/info" :
					     "/system/status",
		.anonymous = !a->has_token,
		.wants_body = true,
		.order = ASK_CONNECTION,
		.judge = judge,
	});
}
