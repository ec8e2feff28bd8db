#include "config.h"

#include "tests/unit/fake_client.h"

#include <inttypes.h>
#include <stdlib.h>

#include "collector/base/clock.h"
#include "collector/base/timer.h"
#include "collector/base/xalloc.h"

/* What an answer takes. */
#define ANSWER_MS 20

struct console {
	int64_t date_ms, date_mono_ms;
};

struct request {
	struct request *next;
	struct console *console;
	struct call call;
	char *path, *body;
};

static struct {
	int64_t mono_ms, start_ms, offset_ms;
	bool no_date;
	fake_handler *handler;
	void *cookie;
	struct request *queue;
	unsigned odd;
} fake;

const char *const verdict_name[VERDICT_COUNT] = { "ok", "retry", "auth",
	"denied", "unsupported", "gone", "bad", "config" };

static int64_t
wall_us(void)
{
	return (fake.start_ms + fake.mono_ms) * 1000;
}

static int64_t
mono_ms(void)
{
	return fake.mono_ms;
}

void
fake_client_init(int64_t start_ms, int64_t offset_ms, fake_handler *handler,
    void *cookie)
{
	static const struct clock clock = { wall_us, mono_ms };

	memset(&fake, 0, sizeof(fake));
	fake.start_ms = start_ms;
	fake.offset_ms = offset_ms;
	fake.handler = handler;
	fake.cookie = cookie;
	clock_set(&clock);
}

void
fake_client_fini(void)
{
	clock_set(NULL);
}

int64_t
fake_now_ms(void)
{
	return fake.start_ms + fake.mono_ms + fake.offset_ms;
}

void
fake_set_offset(int64_t offset_ms)
{
	fake.offset_ms = offset_ms;
}

void
fake_set_no_date(bool no_date)
{
	fake.no_date = no_date;
}

struct console *
console_new(struct client *c, const struct conf_console *conf, struct buf *err)
{
	struct console *con = xcalloc(1, sizeof(*con));

	(void)c;
	(void)conf;
	(void)err;
	con->date_ms = -1;
	return con;
}

int64_t
console_clock(const struct console *con, int64_t *age_ms)
{
	int64_t age = fake.mono_ms - con->date_mono_ms;

	if (con->date_ms < 0)
		return -1;
	if (age_ms != NULL)
		*age_ms = age;
	return con->date_ms + age;
}

struct request *
request_start(struct console *con, const struct call *call)
{
	struct request *r = xcalloc(1, sizeof(*r)), **at = &fake.queue;

	r->console = con;
	r->call = *call;
	r->path = xstrdup(call->path);
	r->body = xstrdup(call->body);
	while (*at != NULL)
		at = &(*at)->next;
	*at = r;
	return r;
}

static void
request_free(struct request *r)
{
	free(r->path);
	free(r->body);
	free(r);
}

void
request_cancel(struct request *r)
{
	struct request **at = &fake.queue;

	while (*at != NULL && *at != r)
		at = &(*at)->next;
	if (*at == r) {
		*at = r->next;
		request_free(r);
	}
}

void
console_free(struct console *con)
{
	struct request *next;

	for (struct request *r = fake.queue; r != NULL; r = next) {
		next = r->next;
		if (r->console == con)
			request_cancel(r);
	}
	free(con);
}

/* Pieces of 1, 2, 3, ... bytes and sometimes all that is left. */
static bool
deliver(struct request *r, struct slice body)
{
	while (body.len > 0) {
		size_t n = ++fake.odd % 17 == 0 ? body.len : fake.odd % 97;

		if (n == 0 || n > body.len)
			n = body.len;
		if (r->call.on_body != NULL && !r->call.on_body(r->call.cookie,
		    (struct slice){ body.p, n }))
			return false;
		body.p += n;
		body.len -= n;
	}
	return true;
}

static void
answer(struct request *r)
{
	struct fake_reply reply = { .retry_after_ms = -1 };
	struct answer a;
	struct slice body;

	buf_init(&reply.body, 64 << 20);
	if (!fake.no_date) {
		r->console->date_ms = fake_now_ms() / 1000 * 1000;
		r->console->date_mono_ms = fake.mono_ms;
	}
	fake.handler(fake.cookie, r->path, r->body, &reply);
	body = buf_slice(&reply.body);
	if (reply.cut > 0 && reply.cut < body.len)
		body.len = reply.cut;
	if (reply.verdict == VERDICT_OK &&
	    (!deliver(r, body) || body.len < reply.body.len))
		reply.verdict = VERDICT_RETRY;
	a = (struct answer){
		.verdict = reply.verdict,
		.status = reply.status != 0 ? reply.status : 200,
		.no_token = reply.no_token,
		.too_large = reply.too_large,
		.token = slice_of(reply.token != NULL ? reply.token : ""),
		.retry_after_ms = reply.retry_after_ms,
		.detail = reply.detail != NULL ? reply.detail : "made up",
	};
	r->call.on_done(r->call.cookie, &a);
	buf_fini(&reply.body);
	request_free(r);
}

void
fake_run(int64_t ms)
{
	int64_t end = fake.mono_ms + ms;

	for (;;) {
		struct request *r;

		timer_run_due();
		r = fake.queue;
		if (fake.mono_ms >= end)
			return;
		if (r == NULL) {
			fake.mono_ms += timer_next_ms(end - fake.mono_ms);
			continue;
		}
		fake.mono_ms += ANSWER_MS;
		fake.queue = r->next;
		answer(r);
	}
}

int
client_quote(struct buf *b, struct slice text)
{
	int failed = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (strchr("-._~", c) != NULL || (c >= '0' && c <= '9') ||
		    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
			failed |= buf_addc(b, (char)c);
		else
			failed |= buf_addf(b, "%%%02X", c);
	}
	return failed;
}

double
console_rate_left(const struct console *con, const char *rate_class,
    double *most)
{
	(void)con;
	(void)rate_class;
	*most = 5;
	return 4;
}
