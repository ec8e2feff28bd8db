#include "config.h"

#define ZLIB_CONST

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "tests/unit/client_world.h"
#include "tests/unit/unit.h"

#define HTML "<html>no</html>"
#define ERROR(status, body) "HTTP/1.1 " status "\r\nX-RQID: rq-77\r\n" \
    "Connection: close\r\n\r\n" body

static struct http_route routes[] = {
	{ "/ok", OK_PAGE, 0, HTTP_KEEP, 0 },
	{ "/slow", OK_PAGE, 0, HTTP_KEEP, 100 },
	{ "/download", OK_HEAD "Content-Length: 4\r\n\r\nPK\3\4", 0,
	    HTTP_KEEP, 0 },
	{ "/unauthorized", ERROR("401 Unauthorized", "{\"errors\":[{\"code\":"
	    "4010010,\"title\":\"Bad\",\"detail\":null}]}"), 0,
	    HTTP_CLOSE, 0 },
	{ "/forbidden", ERROR("403 Forbidden", "{\"errors\":[{\"code\":"
	    "4030010,\"title\":\"No rights\",\"detail\":\"Ask\\nyour "
	    "admin\"}]}"), 0, HTTP_CLOSE, 0 },
	{ "/echo", ERROR("400 Bad Request", "{\"errors\":[{\"title\":"
	    "\"bad token " TOKEN "!\"}]}"), 0, HTTP_CLOSE, 0 },
	{ "/busy", "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\n"
	    "Content-Type: text/html\r\nContent-Length: 15\r\n\r\n" HTML, 0,
	    HTTP_KEEP, 0 },
	{ "/busy-date", "HTTP/1.1 503 Later\r\n"
	    "Retry-After: Fri, 01 May 2026 12:00:30 GMT\r\n"
	    "Date: Fri, 01 May 2026 12:00:00 GMT\r\n"
	    "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/html", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	    "Content-Length: 15\r\n\r\n" HTML, 0, HTTP_KEEP, 0 },
	{ "/html-as-json", OK_HEAD "Content-Length: 18\r\n\r\n \r\n" HTML, 0,
	    HTTP_KEEP, 0 },
	{ "/text", OK_HEAD "Content-Length: 3\r\n\r\nyes", 0, HTTP_KEEP, 0 },
	{ "/redirect", "HTTP/1.1 302 Found\r\n"
	    "Location: https://user:pw@evil.example:444/x?y\r\n"
	    "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/redirect-home", "HTTP/1.1 307 Moved\r\nLocation: /login\r\n"
	    "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/short", OK_HEAD "Content-Length: 99\r\n\r\n{\"data\":[]}", 0,
	    HTTP_CLOSE, 0 },
	{ "/long", OK_HEAD "Content-Length: 2\r\n\r\n{}trailing", 0,
	    HTTP_CLOSE, 0 },
	{ "/reset", OK_HEAD "Content-Length: 99\r\n\r\n{\"da", 0, HTTP_RESET,
	    0 },
	{ "/chunk-cut", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
	    "b\r\n{\"data\":[]}\r\n", 0, HTTP_CLOSE, 0 },
	{ "/chunked", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
	    "4\r\n{\"da\r\n7\r\nta\":[]}\r\n0\r\n"
	    "Date: Sat, 02 May 2026 12:00:00 GMT\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/continue", "HTTP/1.1 103 Early Hints\r\nDate: Sat, 02 May 2026 "
	    "12:00:00 GMT\r\n\r\n" OK_PAGE, 0, HTTP_KEEP, 0 },
	{ "/silent", "", 0, HTTP_CLOSE, 0 },
	{ "/no-http", "SSH-2.0-OpenSSH_9.2\r\n", 0, HTTP_CLOSE, 0 },
	{ "/stall", OK_HEAD "Content-Length: 99\r\n\r\n{\"da", 0, HTTP_STALL,
	    0 },
	{ "/stall-head", "HTTP/1.1 200 OK\r\n", 0, HTTP_STALL, 0 },
	{ "/drip", OK_HEAD "Content-Length: 99999\r\n\r\n{\"da", 0,
	    HTTP_DRIP, 0 },
	{ "/empty", OK_HEAD "Content-Length: 0\r\n\r\n", 0, HTTP_KEEP, 0 },
	{ "/gzip", NULL, 0, HTTP_KEEP, 0 },
	{ "/bomb", NULL, 0, HTTP_KEEP, 0 },
	{ "/not-gzip", OK_HEAD "Content-Encoding: gzip\r\n"
	    "Content-Length: 11\r\n\r\n{\"data\":[]}", 0, HTTP_KEEP, 0 },
	{ "/many-headers", NULL, 0, HTTP_KEEP, 0 },
	{ "/big-error", NULL, 0, HTTP_KEEP, 0 },
	{ NULL, NULL, 0, HTTP_KEEP, 0 },
};

/* Bytes packed as an answer with Content-Encoding: gzip that lives on. */
static void
pack(struct http_route *route, const char *p, size_t n)
{
	z_stream z = { .next_in = (const Bytef *)p,
		.avail_in = (uInt)n };
	size_t room = n + 1000;
	char *out = xmalloc(room);
	int head;

	deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_out = (Bytef *)out + 500;
	z.avail_out = (uInt)(room - 500);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	head = snprintf(out, 500, OK_HEAD "Content-Encoding: gzip\r\n"
	    "Content-Length: %lu\r\n\r\n", z.total_out);
	memmove(out + head, out + 500, z.total_out);
	route->bytes = out;
	route->len = (size_t)head + z.total_out;
}

static struct http_route *
route(const char *path)
{
	struct http_route *r = routes;

	while (strcmp(r->path, path) != 0)
		r++;
	return r;
}

/* The answers that are too long to be written down. */
static void
make_routes(void)
{
	static char headers[100000], error[200000], zeros[8 << 20];
	size_t n;

	if (route("/gzip")->bytes != NULL)
		return;
	pack(route("/gzip"), "{\"data\":[1]}", 12);
	memset(zeros, '0', sizeof(zeros));
	zeros[0] = '[';
	pack(route("/bomb"), zeros, sizeof(zeros));
	n = (size_t)snprintf(headers, sizeof(headers), "%s", OK_HEAD);
	while (n < 90000)
		n += (size_t)snprintf(headers + n, sizeof(headers) - n,
		    "X-Filler: %0100d\r\n", 7);
	snprintf(headers + n, sizeof(headers) - n,
	    "Content-Length: 2\r\n\r\n{}");
	route("/many-headers")->bytes = headers;
	n = (size_t)snprintf(error, sizeof(error), "HTTP/1.1 500 No\r\n"
	    "Content-Length: 150000\r\n\r\n");
	memset(error + n, 'x', 150000);
	route("/big-error")->bytes = error;
}

static void
begin(void)
{
	make_routes();
	world_begin(routes);
}

static const struct {
	const char *path;
	enum verdict verdict;
	int status;
	const char *says;
	const char *body; /* what on_body may have seen, NULL: do not care */
} cases[] = {
	{ "/ok", VERDICT_OK, 200, "", "{\"data\":[]}" },
	{ "/chunked", VERDICT_OK, 200, "", "{\"data\":[]}" },
	{ "/continue", VERDICT_OK, 200, "", "{\"data\":[]}" },
	{ "/long", VERDICT_OK, 200, "", "{}" },
	{ "/gzip", VERDICT_OK, 200, "", "{\"data\":[1]}" },
	{ "/unauthorized", VERDICT_AUTH, 401, "Bad (code 4010010); request "
	    "id rq-77", "" },
	{ "/forbidden", VERDICT_DENIED, 403, "No rights: Ask your admin (code "
	    "4030010)", "" },
	{ "/echo", VERDICT_BAD, 400, "bad token [secret]!", "" },
	{ "/missing", VERDICT_GONE, 404, "HTTP 404", "" },
	{ "/busy-date", VERDICT_RETRY, 503, "not available", "" },
	{ "/big-error", VERDICT_RETRY, 500, "HTTP 500", "" },
	{ "/html", VERDICT_RETRY, 200, "HTML in place of JSON", "" },
	{ "/html-as-json", VERDICT_RETRY, 200, "HTML in place of JSON", "" },
	{ "/text", VERDICT_RETRY, 200, "in place of JSON", "" },
	{ "/empty", VERDICT_RETRY, 200, "empty", "" },
	{ "/redirect", VERDICT_CONFIG, 302, "(to evil.example:444)", "" },
	{ "/redirect-home", VERDICT_CONFIG, 307, "(to the same host)", "" },
	{ "/short", VERDICT_RETRY, 200, "broke off", NULL },
	{ "/reset", VERDICT_RETRY, 200, "broke", NULL },
	{ "/chunk-cut", VERDICT_RETRY, 200, "broke", NULL },
	{ "/silent", VERDICT_RETRY, 0, "without an answer", "" },
	{ "/no-http", VERDICT_CONFIG, 0, "no HTTP on this port", "" },
	{ "/not-gzip", VERDICT_RETRY, 200, "cannot be unpacked", "" },
	{ "/many-headers", VERDICT_RETRY, 200, "header is too large", "" },
	/* Last, for it holds the others up. */
	{ "/busy", VERDICT_RETRY, 429, "too many requests", "" },
};

/* Also: one request each, so a redirect is not followed. */
static void
test_answers(void)
{
	struct result r;

	begin();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world_fetch(cases[i].path, &r);
		CU_ASSERT_EQUAL(http_server_requests(w.server), (int)i + 1);
		CU_ASSERT_EQUAL(r.verdict, cases[i].verdict);
		CU_ASSERT_EQUAL(r.status, cases[i].status);
		CU_ASSERT_PTR_NOT_NULL(strstr(r.detail, cases[i].says));
		CU_ASSERT_EQUAL(strncmp(r.detail, "127.0.0.1:", 10), 0);
		if (r.verdict != cases[i].verdict ||
		    strstr(r.detail, cases[i].says) == NULL)
			fprintf(stderr, "%s: %s: %s\n", cases[i].path,
			    verdict_name[r.verdict], r.detail);
		if (cases[i].body != NULL)
			UNIT_TEXT(r.body.p, cases[i].body);
		buf_fini(&r.body);
	}
	world_end();
}

static void
test_retry_after(void)
{
	struct result r;

	begin();
	world_fetch("/busy-date", &r);
	CU_ASSERT_EQUAL(r.retry_after_ms, 30000);
	buf_fini(&r.body);
	world_fetch("/ok", &r);
	CU_ASSERT_EQUAL(r.retry_after_ms, -1);
	buf_fini(&r.body);
	world_fetch("/busy", &r);
	CU_ASSERT_EQUAL(r.retry_after_ms, 7000);
	buf_fini(&r.body);
	world_end();
}

/* The header goes, the body stops: either way the time-out ends it. */
static void
test_silence_is_cut_by_time(void)
{
	static const struct {
		const char *path;
		int status;
	} silent[] = { { "/stall", 200 }, { "/stall-head", 200 },
		{ "/drip", 200 } };
	struct result r;

	begin();
	w.conf.http_client_timeout = 200;
	for (size_t i = 0; i < 3; i++) {
		world_fetch(silent[i].path, &r);
		CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
		CU_ASSERT_EQUAL(r.status, silent[i].status);
		CU_ASSERT_PTR_NOT_NULL(strstr(r.detail, "in time"));
		buf_fini(&r.body);
	}
	world_end();
}

static void
test_drip_is_cut_by_speed(void)
{
	struct result r;

	begin();
	w.client->limits.slow_bytes = 1000;
	w.client->limits.slow_seconds = 1;
	world_fetch("/drip", &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.detail, "Less than 1000 bytes"));
	buf_fini(&r.body);
	world_end();
}

static void
test_bomb_is_cut(void)
{
	struct result r;

	begin();
	CU_ASSERT_EQUAL(w.client->limits.body_bytes, 256 << 20);
	w.client->limits.body_bytes = 1 << 19;
	world_fetch("/bomb", &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.detail, "too large"));
	CU_ASSERT(r.body.len <= 1 << 19);
	CU_ASSERT(r.body_bytes < 1 << 20);
	buf_fini(&r.body);
	world_end();
}

static void
test_reader_refuses(void)
{
	struct result r;
	struct call call;

	begin();
	call = world_call("/ok", &r);
	buf_init(&r.body, 5);
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	CU_ASSERT_EQUAL(r.status, 200);
	UNIT_TEXT(r.body.p, "");
	world_end();
}

static void
test_download_and_dropped_body(void)
{
	struct result r;
	struct call call;

	begin();
	call = world_call("/download", &r);
	call.any_body = true;
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	UNIT_TEXT(r.body.p, "PK\3\4");
	buf_fini(&r.body);

	call = world_call("/ok", &r);
	call.on_body = NULL;
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	CU_ASSERT_EQUAL(r.body_bytes, 11);
	world_end();
}

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

	begin();
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
	world_end();
}

static void
test_token_file_changes(void)
{
	struct result r;

	begin();
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

static void
test_console_needs_its_files(void)
{
	struct conf_console conf;
	char none[] = "/nonexistent/ca.pem";
	struct buf err;

	begin();
	buf_init(&err, 1000);
	world_write_token("", 0640);
	CU_ASSERT_PTR_NULL(console_new(w.client, &w.conf, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, "empty"));

	world_write_token(TOKEN, 0640);
	conf = w.conf;
	conf.ssl.certificate_authorities = none;
	buf_reset(&err);
	CU_ASSERT_PTR_NULL(console_new(w.client, &conf, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, none));
	/* A file that is no PEM. */
	conf.ssl.certificate_authorities = w.token_file;
	buf_reset(&err);
	CU_ASSERT_PTR_NULL(console_new(w.client, &conf, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, "PEM"));
	CU_ASSERT_PTR_NULL(strstr(err.p, TOKEN));
	buf_fini(&err);
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

	begin();
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

static void
test_console_clock(void)
{
	static const struct clock fake = { clock_wall_us, fake_mono_ms };
	struct result r;
	int64_t age = 5;

	now_ms = 1000000;
	clock_set(&fake);
	begin();
	CU_ASSERT_EQUAL(console_clock(w.console, &age), -1);
	CU_ASSERT_EQUAL(age, 5);
	world_fetch("/ok", &r);
	buf_fini(&r.body);
	CU_ASSERT_EQUAL(console_clock(w.console, &age), OK_DATE);
	CU_ASSERT_EQUAL(age, 0);
	now_ms += 61500;
	CU_ASSERT_EQUAL(console_clock(w.console, NULL), OK_DATE + 61500);
	/* An answer without a Date leaves the clock as it is. */
	world_fetch("/unauthorized", &r);
	CU_ASSERT_EQUAL(console_clock(w.console, &age), OK_DATE + 61500);
	CU_ASSERT_EQUAL(age, 61500);
	/* Neither an early answer nor a trailer counts. */
	world_fetch("/continue", &r);
	buf_fini(&r.body);
	CU_ASSERT_EQUAL(console_clock(w.console, NULL), OK_DATE);
	now_ms += 1000;
	world_fetch("/chunked", &r);
	buf_fini(&r.body);
	CU_ASSERT_EQUAL(console_clock(w.console, NULL), OK_DATE);
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
	{ "answers and their verdicts", test_answers },
	{ "Retry-After", test_retry_after },
	{ "silence is cut off by time", test_silence_is_cut_by_time },
	{ "a drip is cut off by speed", test_drip_is_cut_by_speed },
	{ "a packed bomb is cut off", test_bomb_is_cut },
	{ "the reader refuses", test_reader_refuses },
	{ "a download, a body nobody reads", test_download_and_dropped_body },
	{ "what is sent, over one connection", test_what_is_sent },
	{ "the token file changes", test_token_file_changes },
	{ "a console needs its files", test_console_needs_its_files },
	{ "the trace is redacted", test_trace_is_redacted },
	{ "the console's clock", test_console_clock },
	{ "percent-encoding", test_quote },
};

UNIT_MAIN("client", tests)
