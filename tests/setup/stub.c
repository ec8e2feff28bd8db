/*
 * stub KIND OPTION...: serve on the loopback until a signal.
 *
 *   --port-file FILE       where the port is written, complete or not there
 *   --authorization TEXT   what the header must be
 *   --version NUMBER       what it says it is
 *   --serverless
 *   --state FILE           begin with these objects: {"KIND":{"NAME":{...}}}
 *   --refuse METHOD=STATUS answer all calls of this method so
 *   --max-seconds N        end by itself after so long
 *
 * GET /_stub/state, /_stub/calls and /_stub/faults tell tests what it holds,
 * what it was asked, and what was wrong with that.
 */
#include "config.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "tests/setup/stub.h"

#define BODY_MAX (64u << 20)

static const struct stub_kind *const kinds[] = {
	&stub_elasticsearch,
	&stub_kibana,
};

static struct {
	const struct stub_kind *kind;
	const char *port_file;
	const char *authorization;
	char *refuse_method;
	unsigned refuse_status;
	unsigned max_seconds;
	struct stub stub;
	struct json_object *calls; /* "METHOD path" */
	struct json_object *faults;
} self;

/* One request in the making. */
struct exchange {
	struct buf body;
	char *uri; /* as it came */
};

struct json_object *
stub_objects(struct stub *s, const char *kind)
{
	struct json_object *o = json_object_object_get(s->state, kind);

	if (o == NULL) {
		o = json_object_new_object();
		json_object_object_add(s->state, kind, o);
	}
	return o;
}

/* Refuse, and tell the test that a call was not as it should be. */
static void
fault(struct stub_reply *r, const char *method, const char *uri,
    unsigned status, const char *type, const char *reason)
{
	char *line = xasprintf("%s %s: %s", method, uri, reason);

	json_object_array_add(self.faults, json_object_new_string(line));
	self.kind->refuse(r, status, type, reason);
	free(line);
}

/* The name in a path that a route's star stands for, "" without a star; NULL
 * when the path is another one.  The caller frees it. */
static char *
match(const char *pattern, const char *path)
{
	const char *star = strchr(pattern, '*');
	size_t head, tail, len = strlen(path);

	if (star == NULL)
		return strcmp(pattern, path) == 0 ? xstrdup("") : NULL;
	head = (size_t)(star - pattern);
	tail = strlen(star + 1);
	if (len <= head + tail || strncmp(path, pattern, head) != 0 ||
	    strcmp(path + len - tail, star + 1) != 0 ||
	    memchr(path + head, '/', len - head - tail) != NULL)
		return NULL;
	return xstrndup(path + head, len - head - tail);
}

static bool
fits(const char *pattern, const char *query)
{
	char *name = match(pattern == NULL ? "" : pattern, query);

	free(name);
	return name != NULL;
}

/* The first in the table counts: those with more of a path come first. */
static const struct stub_route *
find_route(const char *method, const char *path, char **name)
{
	for (const struct stub_route *r = self.kind->routes;
	    r->method != NULL; r++) {
		if (strcmp(r->method, method) != 0)
			continue;
		*name = match(r->path, path);
		if (*name != NULL)
			return r;
	}
	return NULL;
}

static const char *
header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* What is wrong with the headers, NULL for nothing. */
static const char *
check_headers(struct MHD_Connection *connection, const char *method,
    const struct stub_route *route, const struct stub_request *q)
{
	const char *type = q->content_type;
	bool changes = strcmp(method, "GET") != 0;

	if (self.kind->xsrf && changes &&
	    header(connection, "kbn-xsrf") == NULL)
		return "Request must contain a kbn-xsrf header.";
	if (header(connection, "Accept") == NULL ||
	    strcmp(header(connection, "Accept"), "application/json") != 0)
		return "Accept is not application/json";
	if (route->body == STUB_NONE && (type != NULL || q->body.len > 0))
		return "request does not support having a body";
	if (route->body == STUB_JSON &&
	    (type == NULL || strcmp(type, "application/json") != 0))
		return "Content-Type is not application/json";
	if (route->body == STUB_JSON && q->json == NULL)
		return "the body is no JSON object";
	if (route->body == STUB_UPLOAD && (type == NULL ||
	    strncmp(type, "multipart/form-data; boundary=", 30) != 0))
		return "Content-Type is not multipart/form-data";
	return NULL;
}

static void
answer_test(const char *what, struct stub_reply *r)
{
	r->status = 200;
	r->body = strcmp(what, "state") == 0 ? self.stub.state :
	    strcmp(what, "calls") == 0 ? self.calls : self.faults;
	json_object_get(r->body);
}

static void
answer(struct MHD_Connection *connection, const char *method, const char *path,
    struct exchange *x, struct stub_reply *r)
{
	const char *mark = strchr(x->uri, '?');
	const char *authorization = header(connection, "Authorization");
	const struct stub_route *route;
	struct stub_request q = { .method = method, .path = path,
		.query = mark == NULL ? "" : mark + 1 };
	const char *wrong;
	char *name = NULL, *call;

	if (strncmp(path, "/_stub/", 7) == 0) {
		answer_test(path + 7, r);
		return;
	}
	call = xasprintf("%s %s", method, x->uri);
	json_object_array_add(self.calls, json_object_new_string(call));
	free(call);
	route = find_route(method, path, &name);
	if (self.authorization != NULL && (authorization == NULL ||
	    strcmp(authorization, self.authorization) != 0)) {
		self.kind->refuse(r, 401, "security_exception",
		    "unable to authenticate");
	} else if (self.refuse_method != NULL &&
	    strcmp(self.refuse_method, method) == 0) {
		self.kind->refuse(r, self.refuse_status, "security_exception",
		    "action is unauthorized for this user");
	} else if (route == NULL) {
		fault(r, method, x->uri, 405, "illegal_argument_exception",
		    "no handler found for uri and method");
	} else if (!fits(route->query, q.query)) {
		fault(r, method, x->uri, 400, "illegal_argument_exception",
		    "request contains unrecognized parameter");
	} else {
		q.name = name;
		q.body = buf_slice(&x->body);
		q.content_type = header(connection, "Content-Type");
		q.json = route->body == STUB_JSON ?
		    json_tokener_parse(x->body.p) : NULL;
		wrong = check_headers(connection, method, route, &q);
		if (wrong != NULL)
			fault(r, method, x->uri, 406,
			    "illegal_argument_exception", wrong);
		else
			route->answer(&self.stub, &q, r);
		if (r->status == 400 && !r->legal)
			fault(r, method, x->uri, 400, "bad_request",
			    json_object_to_json_string(r->body));
		json_object_put(q.json);
	}
	free(name);
}

/* HTTP */

static void *
begin_exchange(void *cookie, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *x = xcalloc(1, sizeof(*x));

	(void)cookie;
	(void)connection;
	x->uri = xstrdup(uri);
	buf_init(&x->body, BODY_MAX);
	return x;
}

static void
end_exchange(void *cookie, struct MHD_Connection *connection, void **made,
    enum MHD_RequestTerminationCode how)
{
	struct exchange *x = *made;

	(void)cookie;
	(void)connection;
	(void)how;
	if (x == NULL)
		return;
	buf_fini(&x->body);
	free(x->uri);
	free(x);
}

static enum MHD_Result
reply(struct MHD_Connection *connection, struct stub_reply *r)
{
	const char *text = r->body == NULL ? "" :
	    json_object_to_json_string_ext(r->body,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	MHD_add_response_header(response, "Content-Type", "application/json");
	MHD_add_response_header(response, "X-elastic-product",
	    "Elasticsearch");
	result = MHD_queue_response(connection, r->status, response);
	MHD_destroy_response(response);
	json_object_put(r->body);
	return result;
}

/* The first call of a request brings its head, the last its end. */
static enum MHD_Result
on_request(void *cookie, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **made)
{
	struct exchange *x = *made;
	struct stub_reply r = { .status = 200 };

	(void)cookie;
	(void)version;
	if (x->body.max == BODY_MAX) {
		x->body.max--;
		return MHD_YES;
	}
	if (*size > 0) {
		if (buf_add(&x->body, data, *size) != 0)
			return MHD_NO;
		*size = 0;
		return MHD_YES;
	}
	answer(connection, method, url, x, &r);
	return reply(connection, &r);
}

/* the program */

static const struct option options[] = {
	{ "port-file", required_argument, NULL, 'p' },
	{ "authorization", required_argument, NULL, 'a' },
	{ "version", required_argument, NULL, 'v' },
	{ "serverless", no_argument, NULL, 's' },
	{ "state", required_argument, NULL, 'S' },
	{ "refuse", required_argument, NULL, 'r' },
	{ "max-seconds", required_argument, NULL, 'm' },
	{ 0 },
};

static void
die(const char *what)
{
	fprintf(stderr, "stub: %s\n", what);
	exit(2);
}

static void
load_state(const char *file)
{
	json_object_put(self.stub.state);
	self.stub.state = json_object_from_file(file);
	if (self.stub.state == NULL)
		die(json_util_get_last_err());
}

static void
parse_refuse(const char *text)
{
	const char *equals = strchr(text, '=');

	if (equals == NULL)
		die("--refuse METHOD=STATUS");
	self.refuse_method = xstrndup(text, (size_t)(equals - text));
	self.refuse_status = (unsigned)strtoul(equals + 1, NULL, 10);
}

static void
parse_option(int c)
{
	switch (c) {
	case 'p':
		self.port_file = optarg;
		break;
	case 'a':
		self.authorization = optarg;
		break;
	case 'v':
		self.stub.version = optarg;
		break;
	case 's':
		self.stub.serverless = true;
		break;
	case 'S':
		load_state(optarg);
		break;
	case 'r':
		parse_refuse(optarg);
		break;
	case 'm':
		self.max_seconds = (unsigned)strtoul(optarg, NULL, 10);
		break;
	default:
		exit(2);
	}
}

static void
parse(int argc, char **argv)
{
	int c;

	self.stub.state = json_object_new_object();
	self.stub.version = "8.13.0";
	self.max_seconds = 120;
	self.calls = json_object_new_array();
	self.faults = json_object_new_array();
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		parse_option(c);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (optind < argc && strcmp(kinds[i]->name, argv[optind]) == 0)
			self.kind = kinds[i];
	if (self.kind == NULL || self.port_file == NULL)
		die("KIND and --port-file are needed");
}

static void
write_port(unsigned port)
{
	char *temporary = xasprintf("%s.new", self.port_file);
	FILE *f = fopen(temporary, "w");

	if (f == NULL || fprintf(f, "%u\n", port) < 0 || fclose(f) != 0 ||
	    rename(temporary, self.port_file) != 0)
		die("the port file cannot be written");
	free(temporary);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct MHD_Daemon *daemon;
	sigset_t ends;
	int which;

	parse(argc, argv);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGALRM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	alarm(self.max_seconds);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL,
	    NULL, on_request, NULL,
	    MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
	    MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, end_exchange, NULL, MHD_OPTION_END);
	if (daemon == NULL)
		die("it cannot listen");
	write_port(MHD_get_daemon_info(daemon,
	    MHD_DAEMON_INFO_BIND_PORT)->port);
	sigwait(&ends, &which);
	MHD_stop_daemon(daemon);
	json_object_put(self.stub.state);
	json_object_put(self.calls);
	json_object_put(self.faults);
	free(self.refuse_method);
	return which == SIGALRM;
}
