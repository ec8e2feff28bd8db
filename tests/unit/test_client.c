#include "config.h"

#define ZLIB_CONST

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/clock.h"
#include "collector/base/timer.h"
#include "collector/base/xalloc.h"
#include "collector/client/client.h"
#include "collector/client/client_internal.h"
#include "tests/unit/http_server.h"
#include "tests/unit/unit.h"

#define TOKEN "eyJsecret.token.of-the-test"
#define OK_HEAD "HTTP/1.1 200 OK\r\nDate: Fri, 01 May 2026 12:00:00 GMT\r\n" \
    "Content-Type: application/json\r\n"
#define OK_PAGE OK_HEAD "Content-Length: 11\r\n\r\n{\"data\":[]}"
#define HTML "<html>no</html>"
#define ERROR(status, body) "HTTP/1.1 " status "\r\nX-RQID: rq-77\r\n" \
    "Connection: close\r\n\r\n" body

/* 1 May 2026 12:00:00 UTC */
#define THE_DATE INT64_C(1777636800000)

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

/* One world per test: a server, a token file, a client, a console. */
static struct world {
	struct http_server *server;
	struct client *client;
	struct console *console;
	struct conf_console conf;
	char dir[64];
	char token_file[80];
	char url[80];
} w;

struct result {
	int n_done;
	enum verdict verdict;
	int status;
	int64_t retry_after_ms;
	char detail[1024];
	size_t body_bytes;
	struct buf body;
};

static void
write_token(const char *token, mode_t mode)
{
	FILE *f = fopen(w.token_file, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(token, f);
	fclose(f);
	chmod(w.token_file, mode);
}

static char empty[] = "", name[] = "acme";

static void
set_up(void)
{
	struct buf err;

	buf_init(&err, 1000);
	memset(&w, 0, sizeof(w));
	make_routes();
	w.server = http_server_start(routes);
	snprintf(w.dir, sizeof(w.dir), "/tmp/test_client.XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(w.dir));
	snprintf(w.token_file, sizeof(w.token_file), "%s/token", w.dir);
	write_token(TOKEN "\n", 0640);
	snprintf(w.url, sizeof(w.url), "http://127.0.0.1:%d",
	    http_server_port(w.server));
	w.conf = (struct conf_console){
		.name = name,
		.url = w.url,
		.api_token_file = w.token_file,
		.proxy_url = empty,
		.http_client_timeout = 5000,
		.connect_timeout = 2000,
		.rate_share = 1,
	};
	w.client = client_new(&err);
	UNIT_TEXT(err.p, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(w.client);
	w.console = console_new(w.client, &w.conf, &err);
	UNIT_TEXT(err.p, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(w.console);
	buf_fini(&err);
}

static void
tear_down(void)
{
	console_free(w.console);
	client_free(w.client);
	http_server_stop(w.server);
	unlink(w.token_file);
	rmdir(w.dir);
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

static struct call
call_of(const char *path, struct result *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->body, 1 << 20);
	return (struct call){ .path = path, .rate_class = "/sites",
		.on_body = keep_body, .on_done = keep_answer, .cookie = r };
}

/* Poll until *flag counts `want`, at most 10 s. */
static void
poll_until(const int *flag, int want)
{
	int64_t end = clock_mono_ms() + 10000;

	while (*flag < want && clock_mono_ms() < end)
		client_poll(w.client, 100, -1);
	CU_ASSERT_EQUAL(*flag, want);
}

/* One request from start to end; r->body to be finished. */
static void
fetch(const char *path, struct result *r)
{
	struct call call = call_of(path, r);

	request_start(w.console, &call);
	CU_ASSERT_EQUAL(r->n_done, 0);
	poll_until(&r->n_done, 1);
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
	{ "/busy", VERDICT_RETRY, 429, "too many requests", "" },
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
};

static void
test_answers(void)
{
	struct result r;

	set_up();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fetch(cases[i].path, &r);
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
	tear_down();
}

static void
test_silence_is_cut_by_time(void)
{
	struct result r;

	set_up();
	w.conf.http_client_timeout = 300;
	fetch("/stall", &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.detail, "in time"));
	buf_fini(&r.body);
	tear_down();
}

static void
test_retry_after(void)
{
	struct result r;

	set_up();
	fetch("/busy", &r);
	CU_ASSERT_EQUAL(r.retry_after_ms, 7000);
	buf_fini(&r.body);
	fetch("/busy-date", &r);
	CU_ASSERT_EQUAL(r.retry_after_ms, 30000);
	buf_fini(&r.body);
	tear_down();
}

static const struct unit_test tests[] = {
	{ "answers and their verdicts", test_answers },
	{ "a silent server is cut off", test_silence_is_cut_by_time },
	{ "Retry-After", test_retry_after },
};

UNIT_MAIN("client", tests)
