#include "config.h"

#include "tests/mock/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "collector/base/xalloc.h"
#include "tests/mock/listen.h"
#include "tests/mock/squeeze.h"
#include "tests/mock/stamp.h"

#define THREAD_STACK (256u << 10)
#define SPARES 8 /* reply buffers kept for the next requests */
#define CONNECTION_MEMORY (256u << 10) /* 5000 ids fit into a query */

struct http {
	struct MHD_Daemon *daemon;
	struct listen *listen; /* at further addresses, NULL: none */
	struct console *console;
	struct http_options options;

	/* Bodies of megabytes: fresh memory each time costs page faults. */
	pthread_mutex_t lock;
	struct buf spare[SPARES];
	size_t n_spare;
};

static struct buf
take_spare(struct http *h)
{
	struct buf b;

	buf_init(&b, EXCHANGE_MAX_OUT);
	pthread_mutex_lock(&h->lock);
	if (h->n_spare > 0)
		b = h->spare[--h->n_spare];
	pthread_mutex_unlock(&h->lock);
	return b;
}

static void
give_spare(struct http *h, struct buf *b)
{
	pthread_mutex_lock(&h->lock);
	if (h->n_spare < SPARES) {
		buf_reset(b);
		h->spare[h->n_spare++] = *b;
		buf_init(b, 0);
	}
	pthread_mutex_unlock(&h->lock);
	buf_fini(b);
}

/* The first that the server says about a request: its address as it came. */
static void *
begin_exchange(void *cookie, const char *uri, struct MHD_Connection *connection)
{
	struct http *h = cookie;
	struct exchange *x = xcalloc(1, sizeof(*x));

	(void)connection;
	x->console = h->console;
	x->uri = xstrdup(uri);
	buf_init(&x->in, EXCHANGE_MAX_IN);
	x->out = take_spare(h);
	return x;
}

static void
end_exchange(void *cookie, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct http *h = cookie;
	struct exchange *x = *state;

	(void)connection;
	(void)why;
	if (x == NULL)
		return;
	h->options.done(x);
	buf_fini(&x->in);
	give_spare(h, &x->out);
	free(x->uri);
	free(x->variables);
	free(x);
	*state = NULL;
}

static enum MHD_Result
take_arg(void *cookie, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct exchange *x = cookie;

	(void)kind;
	if (x->n_args == EXCHANGE_ARGS)
		return MHD_NO;
	x->arg[x->n_args++] = (struct arg){ name, value };
	return MHD_YES;
}

/* The body from position pos on, as the wire's fault lets it through. */
static ssize_t
read_body(void *cookie, uint64_t pos, char *to, size_t max)
{
	struct exchange *x = cookie;
	const struct wire *w = &x->wire;
	size_t left = x->out.len - (size_t)pos;

	if (left == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (w->kind == WIRE_DRIP && pos > 0)
		console_sleep(x->console, w->seconds);
	if (w->kind == WIRE_DRIP && left > (size_t)w->bytes)
		left = (size_t)w->bytes;
	if (w->kind == WIRE_CUT || w->kind == WIRE_CUT_CHUNKED ||
	    w->kind == WIRE_STALL_BODY) {
		uint64_t at = (uint64_t)w->bytes;

		if (pos == at && w->kind == WIRE_STALL_BODY)
			console_sleep(x->console, w->seconds);
		else if (pos >= at && w->kind != WIRE_STALL_BODY)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		if (pos < at && left > at - pos)
			left = (size_t)(at - pos);
	}
	if (left > max)
		left = max;
	memcpy(to, x->out.p + pos, left);
	return (ssize_t)left;
}

static struct MHD_Response *
make_response(struct exchange *x)
{
	enum wire_kind kind = x->wire.kind;
	uint64_t size = kind == WIRE_CHUNKED || kind == WIRE_CUT_CHUNKED ?
	    MHD_SIZE_UNKNOWN : x->out.len;

	/* A short body is cut in its middle; 0 means that too. */
	if (x->wire.bytes <= 0 || (size_t)x->wire.bytes >= x->out.len)
		x->wire.bytes = (int64_t)(x->out.len + 1) / 2;
	if (kind == WIRE_WHOLE || kind == WIRE_PLAIN ||
	    kind == WIRE_TRUNCATED || kind == WIRE_STALL)
		return MHD_create_response_from_buffer(x->out.len, x->out.p,
		    MHD_RESPMEM_PERSISTENT);
	return MHD_create_response_from_callback(size, 64 << 10, read_body, x,
	    NULL);
}

static void
add_headers(struct exchange *x, struct MHD_Response *r)
{
	char date[STAMP_HTTP_LEN + 1];

	pthread_mutex_lock(&x->console->lock);
	stamp_http(console_now(x->console), date);
	pthread_mutex_unlock(&x->console->lock);
	MHD_add_response_header(r, "Date", date);
	MHD_add_response_header(r, "Content-Type", x->type);
	MHD_add_response_header(r, "X-RQID", "5f1c0d3ab2794e6f");
	if (x->encoding != NULL)
		MHD_add_response_header(r, "Content-Encoding", x->encoding);
	if (x->retry_after[0] != '\0')
		MHD_add_response_header(r, "Retry-After", x->retry_after);
	if (x->location[0] != '\0')
		MHD_add_response_header(r, "Location", x->location);
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
send_reply(struct exchange *x, struct MHD_Connection *connection)
{
	struct MHD_Response *r;
	enum MHD_Result result;

	if (x->wire.kind == WIRE_RESET)
		return reset(connection);
	if (x->wire.kind == WIRE_STALL)
		console_sleep(x->console, x->wire.seconds);
	if (x->wire.kind == WIRE_TRUNCATED)
		buf_cut(&x->out, x->out.len / 2);
	if (x->wire.kind != WIRE_PLAIN)
		squeeze_reply(x);
	r = make_response(x);
	add_headers(x, r);
	result = MHD_queue_response(connection, x->status, r);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result
on_request(void *cookie, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_len, void **state)
{
	struct http *h = cookie;
	struct exchange *x = *state;

	(void)version;
	if (!x->begun) {
		x->begun = true;
		return MHD_YES;
	}
	if (*upload_len > 0) {
		if (buf_add(&x->in, upload, *upload_len) != 0)
			return MHD_NO;
		*upload_len = 0;
		return MHD_YES;
	}
	x->method = method;
	x->path = url;
	x->scheme = h->options.tls_cert != NULL ? "https" : "http";
	x->host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
	    "Host");
	x->authorization = MHD_lookup_connection_value(connection,
	    MHD_HEADER_KIND, "Authorization");
	x->accept_encoding = MHD_lookup_connection_value(connection,
	    MHD_HEADER_KIND, "Accept-Encoding");
	x->content_type = MHD_lookup_connection_value(connection,
	    MHD_HEADER_KIND, "Content-Type");
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_arg,
	    x);
	h->options.serve(x);
	return send_reply(x, connection);
}

static void
http_free(struct http *h)
{
	while (h->n_spare > 0)
		buf_fini(&h->spare[--h->n_spare]);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

static struct http *
try_port(struct console *c, const struct http_options *o)
{
	struct http *h = xcalloc(1, sizeof(*h));
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION |
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC |
	    MHD_USE_SUPPRESS_DATE_NO_CLOCK;
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(o->port) };
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_END, 0, NULL },
		{ MHD_OPTION_END, 0, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};
	char *cert = NULL, *key = NULL;
	int saved;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	h->console = c;
	h->options = *o;
	pthread_mutex_init(&h->lock, NULL);
	if (o->tls_cert != NULL) {
		cert = xstrdup(o->tls_cert);
		key = xstrdup(o->tls_key);
		flags |= MHD_USE_TLS;
		tls[0] = (struct MHD_OptionItem){
		    MHD_OPTION_HTTPS_MEM_CERT, 0, cert };
		tls[1] = (struct MHD_OptionItem){
		    MHD_OPTION_HTTPS_MEM_KEY, 0, key };
	}
	h->daemon = MHD_start_daemon(flags, o->port, NULL, NULL, on_request, h,
	    MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
	    MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, h,
	    MHD_OPTION_NOTIFY_COMPLETED, end_exchange, h,
	    MHD_OPTION_THREAD_STACK_SIZE, (size_t)THREAD_STACK,
	    MHD_OPTION_CONNECTION_LIMIT, 16384u,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u,
	    MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	free(cert);
	free(key);
	if (h->daemon == NULL) {
		http_free(h);
		return NULL;
	}
	if (o->consoles == 0)
		return h;
	h->listen = listen_start(h->daemon, http_port(h), o->consoles);
	if (h->listen != NULL)
		return h;
	saved = errno;
	http_stop(h);
	errno = saved;
	return NULL;
}

/* A port that is free here may be taken at another address. */
struct http *
http_start(struct console *c, const struct http_options *o)
{
	struct http *h = NULL;

	for (int tries = 0; h == NULL && tries < 10; tries++) {
		h = try_port(c, o);
		if (h == NULL && (o->port != 0 || errno != EADDRINUSE))
			break;
	}
	return h;
}

uint16_t
http_port(const struct http *h)
{
	return MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void
http_stop(struct http *h)
{
	listen_stop(h->listen);
	MHD_stop_daemon(h->daemon);
	http_free(h);
}
