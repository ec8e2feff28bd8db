#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "collector/client/trace.h"
#include "collector/client/trace_file.h"
#include "collector/conf/conf_dataset.h"
#include "tests/faults/fault.h"
#include "tests/unit/client_world.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define FILE_NAME "trace/acme/http-request-trace-group.ndjson"

static const struct http_route routes[] = {
	{ "/ok", OK_PAGE, 0, HTTP_KEEP, 0 },
	{ "/secrets", "HTTP/1.1 200 OK\r\nX-A: one\r\nSet-Cookie: s=hidden\r\n"
	    "x-a: two\r\nContent-Type: application/json; charset=utf-8\r\n"
	    "Content-Length: 78\r\n\r\n"
	    "{\"data\":[{\"registrationToken\":\"hidden\",\"echo\":\""
	    TOKEN "\"}]}", 0, HTTP_KEEP, 0 },
	{ "/latin", "HTTP/1.1 502 Bad\r\nContent-Length: 5\r\n\r\n<\xe9\x01>\n",
	    0, HTTP_KEEP, 0 },
	{ "/stall", OK_HEAD "Content-Length: 99\r\n\r\n{\"da", 0, HTTP_STALL,
	    0 },
	{ NULL, NULL, 0, HTTP_KEEP, 0 },
};

static char *state;
static int state_fd;
static struct trace *t;

static void
begin(void)
{
	world_begin(routes);
	state = scratch_make();
	state_fd = fs_open_dir(AT_FDCWD, state);
	CU_ASSERT_FATAL(state_fd >= 0);
	t = trace_new(state_fd, "acme", "group");
}

static void
end(void)
{
	trace_free(t);
	close(state_fd);
	scratch_remove(state);
	world_end();
}

static void
fetch(const char *path, const char *body, struct result *r)
{
	struct call call = world_call(path, r);

	call.body = body;
	call.trace = t;
	request_start(w.console, &call);
	world_poll(&r->n_done, 1);
	buf_fini(&r->body);
}

/* The n-th line, from 0, of the trace; to be freed. */
static struct json_object *
line(size_t n)
{
	char *all = scratch_read(state, FILE_NAME, NULL), *rest = all, *p;
	struct json_object *o;

	CU_ASSERT_PTR_NULL(strstr(all, TOKEN));
	CU_ASSERT_PTR_NULL(strstr(all, "hidden"));
	CU_ASSERT_PTR_NULL(strcasestr(all, "authorization"));
	do
		p = strsep(&rest, "\n");
	while (n-- > 0);
	o = p == NULL ? NULL : json_tokener_parse(p);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	free(all);
	return o;
}

static const char *
text(struct json_object *o, const char *name)
{
	const char *s = json_object_get_string(json_object_object_get(o, name));

	return s == NULL ? "(none)" : s;
}

static void
test_exchange(void)
{
	struct json_object *rq, *an;
	char port[20];
	struct result r;

	begin();
	fetch("/secrets?siteIds=1&apiToken=hidden", NULL, &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	rq = line(0);
	an = line(1);
	UNIT_TEXT(text(rq, "message"), "HTTP request");
	UNIT_TEXT(text(rq, "http.request.method"), "GET");
	UNIT_TEXT(text(rq, "url.scheme"), "http");
	UNIT_TEXT(text(rq, "url.domain"), "127.0.0.1");
	snprintf(port, sizeof(port), "%d", http_server_port(w.server));
	UNIT_TEXT(text(rq, "url.port"), port);
	UNIT_TEXT(text(rq, "url.path"), "/secrets");
	UNIT_TEXT(text(rq, "url.query"), "siteIds=1&apiToken=\"[secret]\"");
	UNIT_TEXT(text(rq, "http.request.header"),
	    "{ \"Accept\": [ \"application\\/json\" ] }");
	CU_ASSERT_EQUAL(strncmp(text(rq, "user_agent.original"), "s1spool/",
	    8), 0);
	CU_ASSERT_EQUAL(strlen(text(rq, "@timestamp")), 24);
	UNIT_TEXT(text(an, "message"), "HTTP response");
	UNIT_TEXT(text(an, "transaction.id"), text(rq, "transaction.id"));
	UNIT_TEXT(text(an, "http.response.status_code"), "200");
	UNIT_TEXT(text(an, "http.response.mime_type"),
	    "application/json; charset=utf-8");
	UNIT_TEXT(text(an, "http.response.header"),
	    "{ \"X-A\": [ \"one\", \"two\" ], \"Content-Type\": [ "
	    "\"application\\/json; charset=utf-8\" ], \"Content-Length\": [ "
	    "\"78\" ] }");
	UNIT_TEXT(text(an, "http.response.body.content"),
	    "{\"data\":[{\"registrationToken\":\"[secret]\",\"echo\":"
	    "\"[secret]\"}]}");
	UNIT_TEXT(text(an, "http.response.body.bytes"), "78");
	UNIT_TEXT(text(an, "http.response.body.truncated"), "(none)");
	UNIT_TEXT(text(an, "error.message"), "(none)");
	json_object_put(rq);
	json_object_put(an);
	end();
}

static void
test_post_and_errors(void)
{
	struct json_object *rq, *an;
	struct call call;
	struct result r;

	begin();
	fetch("/latin", "{\"password\":\"hidden\",\"a\":1}", &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_RETRY);
	rq = line(0);
	an = line(1);
	UNIT_TEXT(text(rq, "http.request.method"), "POST");
	UNIT_TEXT(text(rq, "http.request.mime_type"), "application/json");
	UNIT_TEXT(text(rq, "http.request.body.content"),
	    "{\"password\":\"[secret]\",\"a\":1}");
	UNIT_TEXT(text(rq, "http.request.body.bytes"), "27");
	UNIT_TEXT(text(an, "http.response.status_code"), "502");
	UNIT_TEXT(text(an, "http.response.body.content"),
	    "<\xef\xbf\xbd\x01>\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(text(an, "error.message"), "HTTP 502"));
	json_object_put(rq);
	json_object_put(an);

	/* No answer at all; and one that nobody waits for any more. */
	w.conf.http_client_timeout = 200;
	http_server_stop(w.server);
	fetch("/ok", NULL, &r);
	w.server = http_server_start(routes, NULL);
	an = line(3);
	UNIT_TEXT(text(an, "message"), "HTTP response error");
	UNIT_TEXT(text(an, "http.response.status_code"), "(none)");
	CU_ASSERT_PTR_NOT_NULL(strstr(text(an, "error.message"),
	    "no connection"));
	json_object_put(an);
	call = world_call("/ok", &r);
	call.trace = t;
	request_cancel(request_start(w.console, &call));
	buf_fini(&r.body);
	end();
}

/* A body that has the token is traced without it, however it is echoed. */
static void
test_token_in_body(void)
{
	struct json_object *rq, *an;
	struct call call;
	struct result r;

	begin();
	call = world_call("/secrets", &r);
	call.body = "{\"data\":{\"key\":\"" CALL_TOKEN "\"}}";
	call.body_has_token = true;
	call.trace = t;
	request_start(w.console, &call);
	world_poll(&r.n_done, 1);
	buf_fini(&r.body);
	rq = line(0);
	an = line(1);
	UNIT_TEXT(text(rq, "http.request.body.content"),
	    "{\"data\":{\"key\":\"[secret]\"}}");
	UNIT_TEXT(text(an, "http.response.body.content"),
	    "{\"data\":[{\"registrationToken\":\"[secret]\",\"echo\":"
	    "\"[secret]\"}]}");
	json_object_put(rq);
	json_object_put(an);
	end();
}

/* What the client is told does not depend on the trace. */
static bool
half(void *cookie, struct slice piece)
{
	(void)cookie;
	(void)piece;
	return false;
}

static void
test_trace_changes_nothing(void)
{
	struct result with, without;
	struct call call;

	begin();
	fetch("/secrets", NULL, &with);
	world_fetch("/secrets", &without);
	CU_ASSERT_EQUAL(with.body_bytes, without.body_bytes);
	CU_ASSERT_EQUAL(with.verdict, without.verdict);
	buf_fini(&without.body);
	/* A reader that gives up, and a cancel in the middle. */
	call = world_call("/secrets", &with);
	call.trace = t;
	call.on_body = half;
	request_start(w.console, &call);
	world_poll(&with.n_done, 1);
	CU_ASSERT_EQUAL(with.verdict, VERDICT_RETRY);
	call = world_call("/stall", &with);
	call.trace = t;
	{
		struct request *rq = request_start(w.console, &call);

		world_idle(100);
		request_cancel(rq);
	}
	buf_fini(&with.body);
	end();
}

static void
put_exchange(const char *body, size_t n)
{
	struct trace_request rq = { .url = "https://acme.example",
		.path = "/p", .user_agent = "ua", .token = SLICE(TOKEN) };
	struct answer answer = { .status = 200, .detail = "",
		.body_bytes = n };
	struct trace_exchange *x = trace_begin(t, &rq);

	/* In pieces of any size. */
	for (size_t at = 0, len; at < n; at += len) {
		len = n - at < 1000 ? n - at : 1000;
		trace_body(x, (struct slice){ body + at, len });
	}
	trace_end(x, &answer, SLICE(TOKEN));
}

/* However a secret lies across the place where a long body is cut. */
static void
test_long_body(void)
{
	size_t n = TRACE_BODY_MAX + 100000;
	char *body = xmalloc(n + 1), *all;

	begin();
	for (size_t back = 0; back < 40; back++) {
		for (size_t i = 0; i < n; i++)
			body[i] = "token\":\"abcdefgh"[i % 16];
		memset(body, '.', TRACE_BODY_MAX - 40);
		memset(body + TRACE_BODY_MAX - 40, '.', 200);
		memcpy(body + TRACE_BODY_MAX - back, TOKEN, strlen(TOKEN));
		/* And across the end of what is looked at. */
		memcpy(body + TRACE_BODY_MAX + 3 * 4096 - back, TOKEN,
		    strlen(TOKEN));
		put_exchange(body, n);
	}
	all = scratch_read(state, FILE_NAME, NULL);
	CU_ASSERT_PTR_NULL(strstr(all, "eyJs"));
	CU_ASSERT_PTR_NULL(strstr(all, "secret.tok"));
	CU_ASSERT_PTR_NOT_NULL(strstr(all,
	    "\"http.response.body.truncated\":true"));
	free(all);
	free(body);
	end();
}

static size_t
size_of(const char *name)
{
	struct stat st;

	return stat(scratch_path(state, name), &st) != 0 ? 0 :
	    (size_t)st.st_size;
}

#define ALL_FILES "http-request-trace-group.1.ndjson "                       \
	"http-request-trace-group.2.ndjson http-request-trace-group.3.ndjson " \
	"http-request-trace-group.4.ndjson http-request-trace-group.ndjson"

static void
test_rotation(void)
{
	char body[50001], *list;
	struct stat st;

	begin();
	memset(body, 1, sizeof(body));
	/* A line of 300 kB each: three a file. */
	for (int i = 0; i < 40; i++)
		put_exchange(body, 50000);
	list = scratch_list(state, "trace/acme");
	UNIT_TEXT(list, ALL_FILES);
	free(list);
	for (int i = 0; i < TRACE_FILES; i++) {
		char name[100];

		snprintf(name, sizeof(name), i == 0 ? FILE_NAME :
		    "trace/acme/http-request-trace-group.%d.ndjson", i);
		CU_ASSERT(size_of(name) > 0);
		CU_ASSERT(size_of(name) <= TRACE_FILE_MAX);
		CU_ASSERT_EQUAL(stat(scratch_path(state, name), &st), 0);
		CU_ASSERT_EQUAL(st.st_mode & 07777, 0600);
	}
	CU_ASSERT_EQUAL(stat(scratch_path(state, "trace/acme"), &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0700);
	/* The next start goes on in the same files. */
	trace_free(t);
	t = trace_new(state_fd, "acme", "group");
	for (int i = 0; i < 5; i++)
		put_exchange(body, 50000);
	list = scratch_list(state, "trace/acme");
	UNIT_TEXT(list, ALL_FILES);
	free(list);
	end();
}

/* Said once, then the trace is over; a line is whole or not there. */
static void
test_full_disk(void)
{
	static const struct fault full = { .call = "write",
		.path = "http-request-trace", .count = 0, .error = ENOSPC,
		.short_bytes = 20 };
	struct result r;
	size_t before;

	begin();
	fetch("/ok", NULL, &r);
	before = size_of(FILE_NAME);
	CU_ASSERT(before > 0);
	fault_set(&full);
	for (int i = 0; i < 3; i++) {
		fetch("/ok", NULL, &r);
		CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	}
	CU_ASSERT_EQUAL(fault_hits(), 1);
	fault_set(NULL);
	fetch("/ok", NULL, &r);
	CU_ASSERT_EQUAL(size_of(FILE_NAME), before);
	end();
}

/* A folder that cannot be made is no trouble for the request, either. */
static void
test_no_folder(void)
{
	struct result r;

	begin();
	scratch_write(state, "trace", SLICE("a file"));
	fetch("/ok", NULL, &r);
	CU_ASSERT_EQUAL(r.verdict, VERDICT_OK);
	end();
}

static void
put_file(const char *console, const char *label)
{
	CU_ASSERT_EQUAL(trace_file_add(state_fd, console, label,
	    SLICE("{}\n")), 0);
}

static void
check_left(const char *console, const char *want)
{
	char folder[64], *list;

	snprintf(folder, sizeof(folder), "trace/%s", console);
	list = scratch_list(state, folder);
	UNIT_TEXT(list, want);
	free(list);
}

static void
test_tidy(void)
{
	struct conf_console *c[] = { conf_console_new(), conf_console_new() };
	char *list;
	struct conf conf = { .console = c, .n_consoles = 2 };

	begin();
	c[0]->name = xstrdup("acme");
	c[1]->name = xstrdup("other");
	c[0]->enable_request_tracer = true;
	c[0]->dataset[DATASET_THREAT].enabled = true;
	c[0]->dataset[DATASET_THREAT].enable_request_tracer = true;
	c[0]->dataset[DATASET_AGENT].enabled = false;
	c[0]->dataset[DATASET_AGENT].enable_request_tracer = true;
	put_file("acme", "threat");
	put_file("acme", "group");
	put_file("acme", "agent");
	put_file("acme", TRACE_CONSOLE);
	put_file("other", "threat");
	put_file("other", TRACE_CONSOLE);
	put_file("gone", "threat");
	scratch_write(state, "trace/acme/notes", SLICE("mine"));
	scratch_write(state, "trace/acme/http-request-trace-group.4.ndjson",
	    SLICE("{}"));
	trace_tidy(state_fd, &conf);
	check_left("acme", "http-request-trace-console.ndjson "
	    "http-request-trace-threat.ndjson notes");
	check_left(".", "acme");
	/* What is not ours stays, and with it its folders. */
	c[0]->enable_request_tracer = false;
	c[0]->dataset[DATASET_THREAT].enable_request_tracer = false;
	trace_tidy(state_fd, &conf);
	check_left("acme", "notes");
	unlink(scratch_path(state, "trace/acme/notes"));
	trace_tidy(state_fd, &conf);
	list = scratch_list(state, ".");
	UNIT_TEXT(list, "");
	free(list);
	/* Nothing to do, and somebody else's files. */
	trace_tidy(state_fd, &conf);
	CU_ASSERT_EQUAL(mkdir(scratch_path(state, "else"), 0700), 0);
	scratch_write(state, "else/http-request-trace-x.ndjson", SLICE("{}"));
	CU_ASSERT_EQUAL(symlink("else", scratch_path(state, "trace")), 0);
	trace_tidy(state_fd, &conf);
	list = scratch_list(state, "else");
	UNIT_TEXT(list, "http-request-trace-x.ndjson");
	free(list);
	for (int i = 0; i < 2; i++)
		conf_console_free(c[i]);
	end();
}

static const struct unit_test tests[] = {
	{ "a request and its answer", test_exchange },
	{ "POST and errors", test_post_and_errors },
	{ "a body with the token", test_token_in_body },
	{ "a trace changes nothing", test_trace_changes_nothing },
	{ "a long body", test_long_body },
	{ "rotation", test_rotation },
	{ "a full disk", test_full_disk },
	{ "no folder", test_no_folder },
	{ "switched off, the files go", test_tidy },
};

UNIT_MAIN("trace", tests)
