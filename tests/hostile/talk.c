#include "config.h"

#include "tests/hostile/talk.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/base/xalloc.h"

#define REQUEST_MAX (1 << 20)
#define OUT_MAX (8 << 20)
#define OUT_LOW (16 << 10) /* below that, more is made */
#define TICKETS_MAX 64 /* in one go */

static const struct {
	const char *path;
	enum asked asked;
} paths[] = {
	{ "/ HTTP", ASKED_HELLO },
	{ "/api/status", ASKED_HELLO },
	{ "/system/info", ASKED_INFO },
	{ "/user", ASKED_TOKEN }, /* and /users/... */
	{ "/unifiedalerts", ASKED_GRAPHQL },
	{ "/threats/", ASKED_CHILD },
	{ "/threats", ASKED_PARENT },
	{ "/", ASKED_LIST },
};

struct talk *
talk_new(struct port *port, int fd, SSL_CTX *ctx)
{
	struct talk *t = xcalloc(1, sizeof(*t));

	t->port = port;
	t->fd = fd;
	t->shaken = ctx == NULL;
	if (ctx != NULL) {
		t->ssl = SSL_new(ctx);
		SSL_set_fd(t->ssl, fd);
		SSL_set_accept_state(t->ssl);
	}
	buf_init(&t->in, REQUEST_MAX);
	buf_init(&t->out, OUT_MAX);
	port->connections++;
	if (port->trick->eager)
		script_begin(&t->script, port->trick->step, ASKED_LIST, "");
	return t;
}

void
talk_free(struct talk *t)
{
	SSL_free(t->ssl);
	close(t->fd);
	buf_fini(&t->in);
	buf_fini(&t->out);
	free(t);
}

static enum asked
asked_for(const char *request)
{
	const char *path = strchr(request, '/');

	if (path != NULL && strncmp(path, "/web/api/v2.1", 13) == 0)
		path += 13;
	for (size_t i = 0; path != NULL &&
	     i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strncmp(path, paths[i].path, strlen(paths[i].path)) == 0)
			return paths[i].asked;
	return ASKED_LIST;
}

/* Bytes of the first whole request, 0 when there is none yet. */
static size_t
request_len(const struct buf *in)
{
	const char *end = strstr(in->p, "\r\n\r\n");
	const char *length = strcasestr(in->p, "\r\nContent-Length:");
	size_t n;

	if (end == NULL)
		return 0;
	n = (size_t)(end - in->p) + 4;
	if (length != NULL && length < end)
		n += strtoul(length + 17, NULL, 10);
	return n <= in->len ? n : 0;
}

/* The last word of its line. */
static void
find_token(const char *request, char out[256])
{
	const char *p = strcasestr(request, "\r\nAuthorization: "), *end;

	out[0] = '\0';
	if (p == NULL)
		return;
	end = strstr(p + 2, "\r\n");
	p = memrchr(p, ' ', (size_t)(end - p));
	snprintf(out, 256, "%.*s", (int)(end - p - 1), p + 1);
}

static void
take_request(struct talk *t)
{
	static const struct step told[] = { { OP_CLOSE, "", 0, 0 } };
	size_t len = request_len(&t->in);
	enum asked asked;
	char token[256];

	if (len == 0)
		return;
	if (t->port->tell != NULL) {
		t->port->tell(&t->out);
		script_begin(&t->script, told, ASKED_LIST, "");
		return;
	}
	asked = asked_for(t->in.p);
	find_token(t->in.p, token);
	t->port->requests++;
	t->port->asked |= asked;
	buf_consume(&t->in, len);
	script_begin(&t->script, (t->port->on & asked) != 0 ?
	    t->port->trick->step : trick_good(asked), asked, token);
}

static bool
is_later(const struct talk *t, ssize_t rc)
{
	int why;

	if (t->ssl == NULL)
		return rc < 0 && (errno == EAGAIN || errno == EINTR);
	why = SSL_get_error(t->ssl, (int)rc);
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

static void
receive(struct talk *t)
{
	char piece[16384];
	ssize_t n;

	ERR_clear_error();
	n = t->ssl != NULL ? SSL_read(t->ssl, piece, sizeof(piece)) :
			     recv(t->fd, piece, sizeof(piece), 0);
	if (n > 0 && buf_add(&t->in, piece, (size_t)n) == 0)
		return;
	t->ended = n > 0 || !is_later(t, n);
}

static void
deliver(struct talk *t)
{
	ssize_t n;

	if (t->out.len == 0)
		return;
	ERR_clear_error();
	n = t->ssl != NULL ? SSL_write(t->ssl, t->out.p, (int)t->out.len) :
			     send(t->fd, t->out.p, t->out.len, MSG_NOSIGNAL);
	if (n > 0)
		buf_consume(&t->out, (size_t)n);
	else
		t->ended = !is_later(t, n);
}

static void
drip(struct talk *t, int64_t now_ms)
{
	const struct step *step = t->script.step;

	if (now_ms < t->drip_ms)
		return;
	t->drip_ms = now_ms + TALK_DRIP_MS;
	buf_addc(&t->out, step->text[t->script.done++ % step->len]);
}

/* Others have their turn when the connection takes no more, or so many. */
static void
hand_out_tickets(struct talk *t)
{
	int rc = 1;

	for (int i = 0; rc == 1 && i < TICKETS_MAX; i++) {
		SSL_new_session_ticket(t->ssl);
		ERR_clear_error();
		rc = SSL_do_handshake(t->ssl);
	}
	t->ended = rc != 1 && !is_later(t, rc);
}

/* All was said up to a deed. */
static void
act(struct talk *t, int64_t now_ms)
{
	const struct linger hard = { 1, 0 };

	switch (t->script.step->op) {
	case OP_DRIP:
		drip(t, now_ms);
		break;
	case OP_KEEP:
		t->script.step = NULL;
		take_request(t);
		break;
	case OP_RESET:
		setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		t->ended = true;
		break;
	case OP_TICKETS:
		hand_out_tickets(t);
		break;
	case OP_CLOSE:
		if (t->ssl != NULL)
			SSL_shutdown(t->ssl);
		t->ended = true;
		break;
	default:
		break;
	}
}

static void
play(struct talk *t, int64_t now_ms)
{
	while (!t->ended && t->script.step != NULL && t->out.len < OUT_LOW)
		if (!script_more(&t->script, &t->out)) {
			if (t->out.len == 0)
				act(t, now_ms);
			return;
		}
}

static bool
shake(struct talk *t)
{
	int rc;

	if (t->shaken)
		return true;
	ERR_clear_error();
	rc = SSL_do_handshake(t->ssl);
	t->shaken = rc == 1;
	if (!t->shaken)
		t->ended = !is_later(t, rc);
	return t->shaken;
}

short
talk_events(const struct talk *t)
{
	return (short)(POLLIN | (t->out.len > 0 ||
	    (t->ssl != NULL && SSL_want_write(t->ssl)) ? POLLOUT : 0));
}

int
talk_wait(const struct talk *t, int64_t now_ms)
{
	if (t->script.step == NULL || t->out.len > 0 ||
	    (t->ssl != NULL && SSL_want_write(t->ssl)))
		return -1;
	if (t->script.step->op == OP_DRIP)
		return t->drip_ms > now_ms ? (int)(t->drip_ms - now_ms) : 0;
	return t->script.step->op == OP_HANG ? -1 : 0;
}

bool
talk_go(struct talk *t, short events, int64_t now_ms)
{
	if ((events & (POLLERR | POLLHUP)) != 0)
		return false;
	if (!shake(t))
		return !t->ended;
	if ((events & POLLIN) != 0)
		receive(t);
	if (!t->ended && t->script.step == NULL)
		take_request(t);
	play(t, now_ms);
	if (!t->ended)
		deliver(t);
	return !t->ended;
}
