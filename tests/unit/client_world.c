#include "config.h"

#include "tests/unit/client_world.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/unit.h"

struct world w;

void
world_write_token(const char *text, mode_t mode)
{
	FILE *f = fopen(w.token_file, "w");

	if (f == NULL)
		err(99, "%s", w.token_file);
	fputs(text, f);
	fclose(f);
	chmod(w.token_file, mode);
}

static char empty[] = "", name[] = "acme";

void
world_begin(const struct http_route *routes)
{
	struct buf err;

	buf_init(&err, 1000);
	memset(&w, 0, sizeof(w));
	w.server = http_server_start(routes, NULL);
	snprintf(w.dir, sizeof(w.dir), "/tmp/test_client.XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(w.dir));
	snprintf(w.token_file, sizeof(w.token_file), "%s/token", w.dir);
	world_write_token(TOKEN "\n", 0640);
	snprintf(w.url, sizeof(w.url), "http://127.0.0.1:%d",
	    http_server_port(w.server));
	w.conf = (struct conf_console){
		.name = name,
		.url = w.url,
		.api_token_file = w.token_file,
		.proxy_url = empty,
		.http_client_timeout = 60000,
		.connect_timeout = 60000,
		.rate_share = 1,
	};
	w.client = client_new(&err);
	UNIT_TEXT(err.p, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(w.client);
	buf_fini(&err);
	w.console = world_console(&w.conf);
}

struct console *
world_console(const struct conf_console *conf)
{
	struct console *con;
	struct buf err;

	buf_init(&err, 1000);
	con = console_new(w.client, conf, &err);
	UNIT_TEXT(err.p, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(con);
	buf_fini(&err);
	return con;
}

void
world_end(void)
{
	console_free(w.console);
	client_free(w.client);
	http_server_stop(w.server);
	unlink(w.token_file);
	rmdir(w.dir);
}

void
world_refuses(const struct conf_console *conf, const char *says)
{
	struct buf err;

	buf_init(&err, 1000);
	CU_ASSERT_PTR_NULL(console_new(w.client, conf, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, says));
	CU_ASSERT_PTR_NULL(strstr(err.p, TOKEN));
	buf_fini(&err);
}

static bool
keep_body(void *cookie, struct slice piece)
{
	struct result *r = cookie;

	return buf_add_slice(&r->body, piece) == 0;
}

static void
keep_answer(void *cookie, const struct answer *answer)
{
	struct result *r = cookie;

	r->n_done++;
	r->verdict = answer->verdict;
	r->status = answer->status;
	r->retry_after_ms = answer->retry_after_ms;
	r->body_bytes = answer->body_bytes;
	snprintf(r->detail, sizeof(r->detail), "%s", answer->detail);
	CU_ASSERT_PTR_NULL(strstr(answer->detail, TOKEN));
	CU_ASSERT(strlen(answer->detail) <= 600);
}

struct call
world_call(const char *path, struct result *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->body, 1 << 20);
	return (struct call){ .path = path, .rate_class = "/sites",
		.on_body = keep_body, .on_done = keep_answer, .cookie = r };
}

/* Not clock_mono_ms(): a test may have stopped that clock. */
static int64_t
real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
world_poll(const int *count, int want)
{
	int64_t end = real_ms() + 20000;

	while (*count < want && real_ms() < end)
		client_poll(w.client, 100, -1);
	CU_ASSERT_EQUAL(*count, want);
}

void
world_idle(int ms)
{
	int64_t end = real_ms() + ms;

	do
		client_poll(w.client, 5, -1);
	while (real_ms() < end);
}

void
world_fetch(const char *path, struct result *r)
{
	struct call call = world_call(path, r);

	request_start(w.console, &call);
	CU_ASSERT_EQUAL(r->n_done, 0);
	world_poll(&r->n_done, 1);
}

void
world_fetch_by(struct console *con, const char *path, struct result *r)
{
	struct console *kept = w.console;

	w.console = con;
	world_fetch(path, r);
	buf_fini(&r->body);
	w.console = kept;
}

void
world_ask(const struct conf_console *conf, const char *path, struct result *r)
{
	struct console *con = world_console(conf);

	world_fetch_by(con, path, r);
	console_free(con);
}

void
world_ask_at(const char *scheme_and_host, int port, char *proxy_url,
    struct result *r)
{
	struct conf_console conf = w.conf;
	char url[80];

	snprintf(url, sizeof(url), "%s:%d", scheme_and_host, port);
	conf.url = url;
	conf.proxy_url = proxy_url;
	world_ask(&conf, "/ok", r);
}

void
world_expect(const struct result *r, enum verdict verdict, const char *says)
{
	bool right = r->verdict == verdict && strstr(r->detail, says) != NULL;

	CU_ASSERT_TRUE(right);
	if (!right)
		fprintf(stderr, "not %s, %s: %s, %s\n", verdict_name[verdict],
		    says, verdict_name[r->verdict], r->detail);
}
