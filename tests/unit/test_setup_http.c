#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/xalloc.h"
#include "collector/setup/http.h"
#include "tests/unit/http_server.h"
#include "tests/unit/unit.h"

#define REPLY(status, body)                                                  \
	"HTTP/1.1 " status "\r\nContent-Type: application/json\r\n"          \
	"Connection: close\r\n\r\n" body

static const struct http_route routes[] = {
	{ .path = "/good", .bytes = REPLY("200 OK", "{\"a\":1}"),
	    .end = HTTP_CLOSE },
	{ .path = "/bad", .bytes = REPLY("400 Bad Request",
	    "{\"error\":{\"type\":\"t\",\"reason\":\"r\",\"caused_by\":"
	    "{\"reason\":\"said id:geheimnis\"}}}"), .end = HTTP_CLOSE },
	{ .path = "/kibana", .bytes = REPLY("409 Conflict",
	    "{\"statusCode\":409,\"error\":\"Conflict\",\"message\":"
	    "\"is there\"}"), .end = HTTP_CLOSE },
	{ .path = "/text", .bytes = REPLY("502 Bad Gateway", "<html>"),
	    .end = HTTP_CLOSE },
	{ .path = "/reset", .bytes = "", .end = HTTP_RESET },
	{ 0 },
};

static struct http_server *server;
static struct conf_server conf;
static struct buf err;
static char key_file[] = "/tmp/s1spool-http-XXXXXX";

static void
begin(void)
{
	static const char key[] = "id:geheimnis\n";
	int fd;

	memcpy(key_file + sizeof(key_file) - 7, "XXXXXX", 6);
	fd = mkstemp(key_file);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, key, sizeof(key) - 1),
	    (ssize_t)sizeof(key) - 1);
	close(fd);
	server = http_server_start(routes, NULL);
	conf = (struct conf_server){
		.url = xasprintf("http://127.0.0.1:%d",
		    http_server_port(server)),
		.api_key_file = key_file,
		.timeout = 10000,
	};
	buf_init(&err, 65536);
}

static void
end(void)
{
	http_server_stop(server);
	free(conf.url);
	buf_fini(&err);
	unlink(key_file);
}

static struct http *
connect_to(bool kibana, FILE *dry_run)
{
	struct http *h = http_new(&conf, "Stub", kibana, dry_run, &err);

	CU_ASSERT_FATAL(h != NULL);
	return h;
}

/* The last request has this, or must not. */
static void
sent(const char *text, bool has)
{
	char *last = http_server_last(server);

	CU_ASSERT_FATAL(last != NULL);
	CU_ASSERT_EQUAL(strstr(last, text) != NULL, has);
	if ((strstr(last, text) != NULL) != has)
		fprintf(stderr, "%s in:\n%s\n", text, last);
	free(last);
}

static void
test_calls(void)
{
	struct http_call get = { .method = "GET", .path = "/good" };
	struct http_call put = { .method = "PUT", .path = "/good",
		.body = SLICE("{\"b\":2}") };
	struct http_call post = { .method = "POST", .path = "/good" };
	struct http_answer answer;
	struct http *h;

	begin();
	h = connect_to(false, NULL);
	CU_ASSERT_EQUAL(http_send(h, &put, &answer, &err), 0);
	CU_ASSERT_TRUE(http_is_ok(&answer));
	UNIT_TEXT(answer.text.p, "{\"a\":1}");
	CU_ASSERT_PTR_NOT_NULL(json_object_object_get(answer.body, "a"));
	http_answer_fini(&answer);
	sent("PUT /good HTTP/1.1\r\n", true);
	/* "id:geheimnis" in base64. */
	sent("Authorization: ApiKey aWQ6Z2VoZWltbmlz\r\n", true);
	sent("Content-Type: application/json\r\n", true);
	sent("\r\n\r\n{\"b\":2}", true);
	sent("kbn-xsrf", false);

	/* Nothing is left over from the one before. */
	CU_ASSERT_EQUAL(http_send(h, &post, &answer, &err), 0);
	http_answer_fini(&answer);
	sent("POST /good HTTP/1.1\r\n", true);
	sent("Content-Length: 0\r\n", true);
	sent("Content-Type", false);
	CU_ASSERT_EQUAL(http_send(h, &get, &answer, &err), 0);
	http_answer_fini(&answer);
	sent("GET /good HTTP/1.1\r\n", true);
	sent("Content-", false);
	UNIT_TEXT(err.p, "");
	http_free(h);
	end();
}

static void
test_kibana(void)
{
	struct http_call upload = { .method = "POST", .path = "/good",
		.body = SLICE("{\"id\":1}\n"), .form = HTTP_UPLOAD,
		.file = "objects.ndjson" };
	struct http_call get = { .method = "GET", .path = "/good" };
	struct http_answer answer;
	struct http *h;

	begin();
	h = connect_to(true, NULL);
	CU_ASSERT_EQUAL(http_send(h, &upload, &answer, &err), 0);
	http_answer_fini(&answer);
	sent("kbn-xsrf: s1spool\r\n", true);
	sent("Content-Type: multipart/form-data; boundary=", true);
	sent("name=\"file\"; filename=\"objects.ndjson\"\r\n", true);
	sent("\r\n\r\n{\"id\":1}\n\r\n", true);
	CU_ASSERT_EQUAL(http_send(h, &get, &answer, &err), 0);
	http_answer_fini(&answer);
	sent("kbn-xsrf", false);
	sent("multipart", false);
	http_free(h);
	end();
}

static void
test_errors(void)
{
	static const struct {
		const char *path;
		const char *line;
	} rows[] = {
		{ "/bad", "Stub: GET /bad: status 400: t: r: said [secret]\n" },
		{ "/kibana", "Stub: GET /kibana: status 409: Conflict: is "
		    "there\n" },
		{ "/text", "Stub: GET /text: status 502\n" },
	};
	struct http_call call = { .method = "GET" };
	struct http_answer answer;
	struct http *h;

	begin();
	h = connect_to(false, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call.path = rows[i].path;
		CU_ASSERT_EQUAL(http_send(h, &call, &answer, &err), 0);
		CU_ASSERT_FALSE(http_is_ok(&answer));
		http_explain(h, &call, &answer, &err);
		UNIT_TEXT(err.p, rows[i].line);
		buf_reset(&err);
		http_answer_fini(&answer);
	}
	call.path = "/reset";
	CU_ASSERT_EQUAL(http_send(h, &call, &answer, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, "Stub: GET /reset: "));
	http_answer_fini(&answer);
	http_free(h);
	end();
}

static void
test_dry_run(void)
{
	struct http_call post = { .method = "POST", .path = "/good",
		.body = SLICE("{\"a\":\"geheimnis\",\"b\":\"hidden one\"}") };
	struct http_answer answer;
	char *printed = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);
	struct http *h;

	begin();
	h = connect_to(false, out);
	CU_ASSERT_TRUE(http_is_dry(h));
	http_hide(h, SLICE("hidden one"));
	CU_ASSERT_EQUAL(http_send(h, &post, &answer, &err), 0);
	CU_ASSERT_EQUAL(answer.status, 0);
	CU_ASSERT_TRUE(http_is_ok(&answer));
	http_answer_fini(&answer);
	CU_ASSERT_EQUAL(http_server_requests(server), 0);
	/* What changes nothing is done all the same. */
	post.reads = true;
	CU_ASSERT_EQUAL(http_send(h, &post, &answer, &err), 0);
	CU_ASSERT_EQUAL(answer.status, 200);
	http_answer_fini(&answer);
	CU_ASSERT_EQUAL(http_server_requests(server), 1);
	fclose(out);
	UNIT_TEXT(printed, "POST /good\n{\n  \"a\":\"[secret]\",\n"
	    "  \"b\":\"[secret]\"\n}\n\n");
	free(printed);
	http_free(h);
	end();
}

static void
test_refused(void)
{
	begin();
	CU_ASSERT_EQUAL(chmod(key_file, 0644), 0);
	CU_ASSERT_PTR_NULL(http_new(&conf, "Stub", false, NULL, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.p, "open to everybody"));
	buf_reset(&err);
	free(conf.url);
	conf.url = NULL;
	CU_ASSERT_PTR_NULL(http_new(&conf, "Stub", false, NULL, &err));
	UNIT_TEXT(err.p, "Stub: the configuration does not say where it is; "
	    "set its url\n");
	end();
}

static const struct unit_test tests[] = {
	{ "calls", test_calls },
	{ "calls of Kibana's", test_kibana },
	{ "errors", test_errors },
	{ "a dry run", test_dry_run },
	{ "what cannot be used", test_refused },
};

UNIT_MAIN("setup_http", tests)
