/*
 * endpoint BOOK PORT-FILE VERSION [PORT [SEED [TROUBLE]]]
 *
 * A bulk endpoint as Filebeat's Elasticsearch output asks it, which keeps a
 * book of what it has taken and makes trouble by chance.  GET / has VERSION.
 * POST /_trouble {"busy":0.1,...} sets the odds; GET /_trouble says what was
 * met.  On the loopback address, until SIGTERM or the end of its parent.
 */
#include "config.h"

#include <arpa/inet.h>
#include <err.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/xalloc.h"
#include "tests/filebeat/bulk.h"

#define BODY_MAX (256u << 20)
#define MAX_SECONDS 900 /* nobody waits for longer */

struct endpoint {
	pthread_mutex_t lock;
	struct bulk bulk;
	struct trouble trouble;
	const char *version;
};

struct request {
	struct endpoint *endpoint;
	struct buf in, out;
	unsigned status;
	bool reset; /* no reply at all */
};

static void
answer(struct request *r, unsigned status, const char *text)
{
	r->status = status;
	buf_adds(&r->out, text);
}

static void
get_root(struct request *r)
{
	buf_addf(&r->out, "{\"name\":\"book\",\"cluster_name\":\"book\","
	    "\"cluster_uuid\":\"b00c\",\"version\":{\"number\":\"%s\","
	    "\"build_flavor\":\"default\",\"lucene_version\":\"9.0.0\"},"
	    "\"tagline\":\"You Know, for Search\"}", r->endpoint->version);
}

static void
get_license(struct request *r)
{
	answer(r, 200, "{\"license\":{\"status\":\"active\",\"uid\":\"b00c\","
	    "\"type\":\"basic\"}}");
}

static void
get_trouble(struct request *r)
{
	struct json_object *o = trouble_met(&r->endpoint->trouble);
	const struct bulk *b = &r->endpoint->bulk;

	json_object_object_add(o, "created",
	    json_object_new_int64((int64_t)b->created));
	json_object_object_add(o, "conflicts",
	    json_object_new_int64((int64_t)b->conflicts));
	buf_adds(&r->out, json_object_to_json_string(o));
	json_object_put(o);
}

static void
set_trouble(struct request *r)
{
	struct json_object *o = json_tokener_parse(r->in.p);

	if (trouble_set(&r->endpoint->trouble, o))
		answer(r, 200, "{}");
	else
		answer(r, 400, "{\"error\":\"kinds and their odds\"}");
	json_object_put(o);
}

static void
post_bulk(struct request *r)
{
	switch (trouble_of_request(&r->endpoint->trouble)) {
	case TROUBLE_RESET:
		r->reset = true;
		return;
	case TROUBLE_LOST:
		r->reset = true;
		break;
	case TROUBLE_BUSY:
		answer(r, 429, "{\"error\":\"too many requests\"}");
		return;
	case TROUBLE_DOWN:
		answer(r, 503, "{\"error\":\"unavailable\"}");
		return;
	default:
		break;
	}
	if (bulk_take(&r->endpoint->bulk, &r->in, &r->out) != 0)
		r->status = 400;
}

static const struct {
	const char *method, *path;
	void (*serve)(struct request *r);
} routes[] = {
	{ "GET", "/", get_root },
	{ "GET", "/_license", get_license },
	{ "GET", "/_trouble", get_trouble },
	{ "POST", "/_trouble", set_trouble },
	{ "POST", "/_bulk", post_bulk },
};

static void
serve(struct request *r, const char *method, const char *path)
{
	r->status = 404;
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		if (strcmp(method, routes[i].method) != 0 ||
		    strcmp(path, routes[i].path) != 0)
			continue;
		r->status = 200;
		routes[i].serve(r);
		return;
	}
}

static int
unpack(struct buf *in)
{
	z_stream z = { .next_in = (unsigned char *)in->p,
		.avail_in = (unsigned)in->len };
	struct buf plain;
	int rc;

	buf_init(&plain, BODY_MAX);
	if (inflateInit2(&z, MAX_WBITS + 16) != Z_OK)
		return -1;
	do {
		size_t room = 1 << 16, was = z.total_out;

		z.next_out = (unsigned char *)buf_reserve(&plain, room);
		z.avail_out = (unsigned)room;
		rc = z.next_out == NULL ? Z_MEM_ERROR :
					  inflate(&z, Z_NO_FLUSH);
		buf_commit(&plain, z.total_out - was);
	} while (rc == Z_OK);
	inflateEnd(&z);
	buf_fini(in);
	*in = plain;
	return rc == Z_STREAM_END ? 0 : -1;
}

/* To disconnect a TCP socket sends a RST; to close it would send a FIN. */
static enum MHD_Result
reset(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	if (info != NULL)
		connect(info->connect_fd, &nobody, sizeof(nobody));
	return MHD_NO;
}

static enum MHD_Result
reply(struct request *r, struct MHD_Connection *connection)
{
	struct MHD_Response *m = MHD_create_response_from_buffer(r->out.len,
	    r->out.len == 0 ? NULL : r->out.p, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	MHD_add_response_header(m, "Content-Type", "application/json");
	MHD_add_response_header(m, "X-Elastic-Product", "Elasticsearch");
	result = MHD_queue_response(connection, r->status, m);
	MHD_destroy_response(m);
	return result;
}

static void
wait_for(double seconds)
{
	struct timespec ts = { .tv_sec = (time_t)seconds };

	ts.tv_nsec = (long)((seconds - (double)ts.tv_sec) * 1e9);
	nanosleep(&ts, NULL);
}

static enum MHD_Result
on_request(void *cookie, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_len, void **state)
{
	struct endpoint *e = cookie;
	struct request *r = *state;
	const char *coding;
	double delay;

	(void)version;
	if (r == NULL) {
		r = *state = xcalloc(1, sizeof(*r));
		r->endpoint = e;
		buf_init(&r->in, BODY_MAX);
		buf_init(&r->out, BODY_MAX);
		return MHD_YES;
	}
	if (*upload_len > 0) {
		if (buf_add(&r->in, upload, *upload_len) != 0)
			return MHD_NO;
		*upload_len = 0;
		return MHD_YES;
	}
	coding = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
	    "Content-Encoding");
	if (coding != NULL && unpack(&r->in) != 0)
		return MHD_NO;
	pthread_mutex_lock(&e->lock);
	serve(r, method, url);
	delay = trouble_delay(&e->trouble);
	pthread_mutex_unlock(&e->lock);
	wait_for(delay);
	return r->reset ? reset(connection) : reply(r, connection);
}

static void
on_end(void *cookie, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct request *r = *state;

	(void)cookie;
	(void)connection;
	(void)why;
	if (r == NULL)
		return;
	buf_fini(&r->in);
	buf_fini(&r->out);
	free(r);
	*state = NULL;
}

static struct MHD_Daemon *
start(struct endpoint *e, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION |
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, port, NULL, NULL,
	    on_request, e, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
	    MHD_OPTION_NOTIFY_COMPLETED, on_end, e,
	    MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
}

/* Whoever waits for the file finds it complete. */
static void
write_port(const char *path, unsigned port)
{
	char *name = xasprintf("%s.new", path);
	FILE *f = fopen(name, "we");

	if (f == NULL || fprintf(f, "%u\n", port) < 0 || fclose(f) != 0 ||
	    rename(name, path) != 0)
		err(99, "%s", path);
	free(name);
}

static void
wait_for_end(void)
{
	const struct timespec limit = { .tv_sec = MAX_SECONDS };
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigtimedwait(&stop, NULL, &limit);
}

static void
read_odds(struct trouble *t, const char *text)
{
	struct json_object *o = json_tokener_parse(text);

	if (!trouble_set(t, o))
		errx(99, "no odds: %s", text);
	json_object_put(o);
}

int
main(int argc, char **argv)
{
	struct endpoint e = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct MHD_Daemon *daemon;
	uint16_t port = 0; /* any */
	sigset_t stop;

	if (argc < 4 || argc > 7)
		errx(99, "usage: endpoint BOOK PORT-FILE VERSION [PORT "
		    "[SEED [TROUBLE]]]");
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	/* Before there are threads: they inherit it. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);

	e.version = argv[3];
	e.trouble.rng = rng_for(argc > 5 ? strtoul(argv[5], NULL, 10) : 1, 0,
	    0);
	if (argc > 6)
		read_odds(&e.trouble, argv[6]);
	e.bulk.trouble = &e.trouble;
	e.bulk.book = book_open(argv[1]);
	if (e.bulk.book == NULL)
		return 99;
	if (argc > 4)
		port = (uint16_t)strtoul(argv[4], NULL, 10);
	daemon = start(&e, port);
	if (daemon == NULL)
		err(99, "cannot listen");
	write_port(argv[2],
	    MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	wait_for_end();
	MHD_stop_daemon(daemon);
	book_close(e.bulk.book);
	return 0;
}
