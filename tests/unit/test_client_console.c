/*
 * A console: what is sent to it, with which token, and its clock.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "tests/unit/client_world.h"
#include "tests/unit/unit.h"

static const struct http_route routes[] = {
	{ "/ok", OK_PAGE, 0, HTTP_KEEP, 0 },
	{ "/no-date", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 0,
	    HTTP_KEEP, 0 },
	{ "/echo", "HTTP/1.1 400 Bad Request\r\nContent-Length: 64\r\n\r\n"
	    "{\"errors\":[{\"title\":\"" TOKEN "\"}]}              ", 0,
	    HTTP_CLOSE, 0 },
	{ "/chunked", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
	    "4\r\n{\"da\r\n7\r\nta\":[]}\r\n0\r\n"
	    "Date: Sat, 02 May 2026 12:00:00 GMT\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/continue", "HTTP/1.1 103 Early Hints\r\nDate: Sat, 02 May 2026 "
	    "12:00:00 GMT\r\n\r\n" OK_PAGE, 0, HTTP_KEEP, 0 },
	{ NULL, NULL, 0, HTTP_KEEP, 0 },
};

/* The last request that the server got holds this line. */
static void
saw(const char *line, bool wanted)
{
	char *last = http_server_last(w.server);

	CU_ASSERT_EQUAL(strstr(last, line) != NULL, wanted);
	if ((strstr(last, line) != NULL) != wanted)
		fprintf(stderr, "%s%s in:\n%s\n", wanted ? "no " : "", line,
		    last);
	free(last);
}

static void
test_what_is_sent(void)
{
	struct result r;
	struct call call;

	world_begin(routes);
	call = world_call("/ok?a=1%20b", &r);
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	saw("GET /ok?a=1%20b HTTP/1.1\r\n", true);
	saw("\r\nAuthorization: ApiToken " TOKEN "\r\n", true);
	saw("\r\nUser-Agent: s1spool/" PACKAGE_VERSION "\r\n", true);
	saw("\r\nAccept: application/json\r\n", true);
	saw("gzip", true);
	buf_fini(&r.body);

	call = world_call("/ok", &r);
	call.body = "{\"filter\":{}}";
	call.bearer = true;
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	saw("POST /ok HTTP/1.1\r\n", true);
	saw("\r\nAuthorization: Bearer " TOKEN "\r\n", true);
	saw("\r\nContent-Type: application/json\r\n", true);
	saw("\r\nExpect:", false);
	saw("\r\n\r\n{\"filter\":{}}", true);
	buf_fini(&r.body);

	/* The pooled handle forgets the POST. */
	world_fetch("/ok", &r);
	saw("GET /ok HTTP/1.1\r\n", true);
	saw("Content-Type", false);
	buf_fini(&r.body);
	CU_ASSERT_EQUAL(http_server_connections(w.server), 1);
	CU_ASSERT_EQUAL(w.console->n_idle, 1);
	world_end();
}

static void
test_token_file_changes(void)
{
	struct result r;

	world_begin(routes);
	world_fetch("/ok", &r);
	saw("ApiToken " TOKEN "\r\n", true);
	buf_fini(&r.body);

	world_write_token("other-token", 0640);
	world_fetch("/ok", &r);
	saw("ApiToken other-token\r\n", true);
	buf_fini(&r.body);

	world_write_token("other-token", 0644);
	world_fetch("/ok", &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_CONFIG);
	CU_ASSERT_EQUAL(r.status, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.detail, w.token_file));
	CU_ASSERT_PTR_NULL(strchr(r.detail, '\n'));
	CU_ASSERT_EQUAL(http_server_requests(w.server), 2);

	world_write_token(TOKEN, 0600);
	world_fetch("/ok", &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	buf_fini(&r.body);
	world_end();
}

/* The token of this very request, with JSON's escapes. */
static void
test_token_in_body(void)
{
	struct call call;
	struct result r;

	world_begin(routes);
	call = world_call("/ok", &r);
	call.body = "{\"data\":{\"apiToken\":\"" CALL_TOKEN "\"}}";
	call.body_has_token = true;
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	saw("\r\n\r\n{\"data\":{\"apiToken\":\"" TOKEN "\"}}", true);
	buf_fini(&r.body);

	world_write_token("a\"b\\c", 0640);
	call = world_call("/ok", &r);
	call.body = "[\"" CALL_TOKEN "\"]";
	call.body_has_token = true;
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	saw("\r\nAuthorization: ApiToken a\"b\\c\r\n", true);
	saw("\r\n\r\n[\"a\\\"b\\\\c\"]", true);
	buf_fini(&r.body);

	/* In a body like any other it is a text like any other. */
	call = world_call("/ok", &r);
	call.body = "[\"" CALL_TOKEN "\"]";
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	saw("\r\n\r\n[\"" CALL_TOKEN "\"]", true);
	buf_fini(&r.body);
	world_end();
}

static void
test_console_needs_its_files(void)
{
	struct conf_console conf;
	char none[] = "/nonexistent/ca.pem";
	char *authorities[] = { none, NULL };

	world_begin(routes);
	world_write_token("", 0640);
	world_refuses(&w.conf, "empty");

	world_write_token(TOKEN, 0640);
	conf = w.conf;
	conf.ssl.certificate_authorities = authorities;
	world_refuses(&conf, none);
	/* A file that is no PEM. */
	authorities[0] = w.token_file;
	world_refuses(&conf, "PEM");
	world_end();
}

/* What a request at debug level leaves on stderr, to be freed. */
static char *
trace_of(const char *path)
{
	FILE *f = tmpfile();
	int kept = dup(STDERR_FILENO);
	char *text = xcalloc(1, 4096);
	struct result r;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	log_setup(LOG_DEBUG, LOG_TEXT);
	fflush(stderr);
	dup2(fileno(f), STDERR_FILENO);
	world_fetch(path, &r);
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	log_setup(LOG_INFO, LOG_TEXT);
	close(kept);
	rewind(f);
	CU_ASSERT(fread(text, 1, 4095, f) > 0);
	fclose(f);
	buf_fini(&r.body);
	return text;
}

static void
test_trace_is_redacted(void)
{
	char *text;

	world_begin(routes);
	text = trace_of("/ok?limit=1");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "GET /ok?limit=1 -> 200 (ok), 11 "
	    "bytes, "));
	CU_ASSERT_PTR_NULL(strstr(text, TOKEN));
	CU_ASSERT_PTR_NULL(strstr(text, "data"));
	free(text);
	text = trace_of("/echo");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "GET /echo -> 400 (bad), "));
	CU_ASSERT_PTR_NULL(strstr(text, TOKEN));
	free(text);
	world_end();
}

static int64_t now_ms;

static int64_t
fake_mono_ms(void)
{
	return now_ms;
}

static bool
take_time(void *cookie, struct slice piece)
{
	(void)cookie;
	(void)piece;
	now_ms += 250;
	return true;
}

static void
test_console_clock(void)
{
	static const struct clock fake = { clock_wall_us, fake_mono_ms };
	struct result r;
	struct call call;
	int64_t age = 5;

	now_ms = 1000000;
	clock_set(&fake);
	world_begin(routes);
	CU_ASSERT_EQUAL(console_clock(w.console, &age), -1);
	CU_ASSERT_EQUAL(age, 5);
	world_fetch("/ok", &r);
	buf_fini(&r.body);
	CU_ASSERT_EQUAL(console_clock(w.console, &age), OK_DATE);
	CU_ASSERT_EQUAL(age, 0);
	now_ms += 61500;
	CU_ASSERT_EQUAL(console_clock(w.console, NULL), OK_DATE + 61500);
	/* An answer without a Date leaves the clock as it is. */
	world_fetch("/no-date", &r);
	buf_fini(&r.body);
	CU_ASSERT_EQUAL(console_clock(w.console, &age), OK_DATE + 61500);
	CU_ASSERT_EQUAL(age, 61500);
	/* An early answer does not count. */
	world_fetch("/continue", &r);
	buf_fini(&r.body);
	CU_ASSERT_EQUAL(console_clock(w.console, NULL), OK_DATE);
	/* Nor does a trailer, which comes after the body; the time that the
	 * body took does. */
	now_ms += 1000;
	call = world_call("/chunked", &r);
	call.on_body = take_time;
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT(console_clock(w.console, &age) == OK_DATE + age && age > 0);
	world_end();
	clock_set(NULL);
}

static void
test_quote(void)
{
	struct buf b;

	buf_init(&b, 21);
	CU_ASSERT_EQUAL(client_quote(&b, SLICE("aZ09-._~")), 0);
	UNIT_TEXT(b.p, "aZ09-._~");
	buf_reset(&b);
	CU_ASSERT_EQUAL(client_quote(&b, SLICE("+/=& \xc3\0")), 0);
	CU_ASSERT_EQUAL(b.len, 21);
	/* No half of it is left when there is no room. */
	CU_ASSERT_EQUAL(client_quote(&b, SLICE("a")), -1);
	buf_cut(&b, 17);
	CU_ASSERT_EQUAL(client_quote(&b, SLICE("ab=")), -1);
	CU_ASSERT_EQUAL(b.len, 17);
	buf_fini(&b);
}

static const struct unit_test tests[] = {
	{ "what is sent, over one connection", test_what_is_sent },
	{ "the token file changes", test_token_file_changes },
	{ "a body with the token", test_token_in_body },
	{ "a console needs its files", test_console_needs_its_files },
	{ "the trace is redacted", test_trace_is_redacted },
	{ "the console's clock", test_console_clock },
	{ "percent-encoding", test_quote },
};

UNIT_MAIN("client_console", tests)
