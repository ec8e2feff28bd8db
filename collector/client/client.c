#include "config.h"

#include "collector/client/client.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/client/client_internal.h"

static const struct client_limits default_limits = {
	.per_console = 4,
	.silent_ms = 2000,
	.total = 64,
	.consoles_a_transfer = 5,
	.connections = 256,
	.spare_connections = 64,
	.body_bytes = 64 * 1024 * 1024,
	.download_bytes = 256 * 1024 * 1024,
	/* Pages of equal records with ids of their own stay below 100. */
	.bomb_bytes = 8 * 1024 * 1024,
	.bomb_times = 250,
	.blank_bytes = 4096,
	.error_bytes = 64 * 1024,
	.tellings = 32 * 1024,
	/* The nginx in front of a console ends a silence of 60 s itself. */
	.slow_bytes = 100,
	.slow_seconds = 60,
};

/* What we cannot do without, checked in the library that is loaded. */
static bool
is_usable(const curl_version_info_data *v, struct buf *err)
{
	static const struct {
		int bit;
		const char *what;
	} needed[] = {
		{ CURL_VERSION_SSL, "TLS" },
		{ CURL_VERSION_LIBZ, "compression" },
		/* Else each look-up would stop all consoles. */
		{ CURL_VERSION_ASYNCHDNS, "name look-ups in the background" },
	};

	if (v->version_num < 0x074c00) {
		buf_addf(err, "libcurl is %s, needed is 7.76 or newer",
		    v->version);
		return false;
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if ((v->features & needed[i].bit) != 0)
			continue;
		buf_addf(err, "libcurl %s is built without %s", v->version,
		    needed[i].what);
		return false;
	}
	return true;
}

size_t
client_total(const struct client *c)
{
	size_t n = c->n_consoles / c->limits.consoles_a_transfer;

	return n > c->limits.total ? n : c->limits.total;
}

/*
 * A handshake costs more than a poll of an idle console: each keeps its
 * connection.  A part of the files that may be open is for others.
 */
size_t
client_connections(const struct client *c)
{
	size_t n = c->n_consoles + c->limits.spare_connections;
	struct rlimit files;

	if (n < c->limits.connections)
		n = c->limits.connections;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && n > files.rlim_cur / 4)
		n = files.rlim_cur / 4;
	return n;
}

void
client_fit(struct client *c)
{
	curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS,
	    (long)client_connections(c));
}

struct client *
client_new(struct buf *err)
{
	struct client *c;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		buf_adds(err, "libcurl cannot be initialised");
		return NULL;
	}
	if (!is_usable(curl_version_info(CURLVERSION_NOW), err)) {
		curl_global_cleanup();
		return NULL;
	}
	/* libcurl leaves it to us (CURLOPT_NOSIGNAL); a peer that hangs up
	 * while we write must not end the process. */
	signal(SIGPIPE, SIG_IGN);
	c = xcalloc(1, sizeof(*c));
	c->limits = default_limits;
	TAILQ_INIT(&c->ready);
	TAILQ_INIT(&c->dead);
	TAILQ_INIT(&c->fresh);
	c->multi = curl_multi_init();
	if (c->multi == NULL)
		abort();
	client_fit(c);
	curl_multi_setopt(c->multi, CURLMOPT_PIPELINING,
	    (long)CURLPIPE_MULTIPLEX);
	return c;
}

void
client_free(struct client *c)
{
	if (c == NULL)
		return;
	assert(!c->in_curl && c->n_consoles == 0);
	request_reap(c);
	curl_multi_cleanup(c->multi);
	curl_global_cleanup();
	free(c);
}

/*
 * Give to libcurl what may be sent, one request per console in turn.  Bounded
 * per call: a request that cannot even be sent calls back at once, and what
 * its owner starts then waits for the next turn.
 */
static void
launch(struct client *c)
{
	struct console *con;
	struct request *r;

	for (size_t n = client_total(c); n > 0; n--) {
		con = TAILQ_FIRST(&c->ready);
		if (con == NULL || c->n_places >= client_total(c))
			return;
		TAILQ_REMOVE(&c->ready, con, link);
		con->is_ready = false;
		r = console_next(con);
		if (r == NULL)
			continue;
		console_ready(con);
		request_run(r);
	}
}

/* Finish what libcurl is through with. */
static void
harvest(struct client *c)
{
	struct request *r;
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(c->multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &r);
		request_finish(r, msg->data.result);
	}
}

static bool
can_launch(const struct client *c)
{
	return !TAILQ_EMPTY(&c->ready) && c->n_places < client_total(c);
}

/* Out of memory, or a fault of ours: nothing to mend while running. */
static void
must(CURLMcode code)
{
	if (code == CURLM_OK)
		return;
	log_error("libcurl: %s", curl_multi_strerror(code));
	abort();
}

void
client_poll(struct client *c, int timeout_ms, int wake_fd)
{
	struct curl_waitfd wake = { .fd = wake_fd, .events = CURL_WAIT_POLLIN };
	int left;

	request_pass_silent(c);
	launch(c);
	timeout_ms = can_launch(c) ? 0 : (int)timer_next_ms(timeout_ms);
	/* Some versions call a signal an error: what is due runs all the
	 * same. */
	curl_multi_poll(c->multi, &wake, wake_fd >= 0, timeout_ms, NULL);
	c->turn++;
	c->in_curl = true;
	must(curl_multi_perform(c->multi, &left));
	c->in_curl = false;
	request_reap(c);
	harvest(c);
	timer_run_due();
}

int
client_quote(struct buf *b, struct slice text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~";
	size_t len = b->len;

	for (size_t i = 0; i < text.len; i++) {
		bool is_plain = memchr(plain, text.p[i],
		    sizeof(plain) - 1) != NULL;

		if ((is_plain ? buf_addc(b, text.p[i]) : buf_addf(b, "%%%02X",
		    (unsigned)(unsigned char)text.p[i])) != 0) {
			buf_cut(b, len);
			return -1;
		}
	}
	return 0;
}
