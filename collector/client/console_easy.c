#include "config.h"

/* For CURLOPT_PROTOCOLS: what took its place is newer than libcurl 7.76. */
#define CURL_DISABLE_DEPRECATION

#include "collector/client/client_internal.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/vault.h"
#include "collector/base/xalloc.h"
#include "collector/client/tls.h"
#include "collector/conf/secret.h"

static void
set_proxy(CURL *easy, const struct conf_console *conf)
{
	if (conf->proxy_url != NULL)
		EASY_SET(easy, CURLOPT_PROXY, conf->proxy_url);
	/* http:// is for loopback: the environment's proxy would be handed
	 * the token in the clear. */
	else if (strncmp(conf->url, "http://", 7) == 0)
		EASY_SET(easy, CURLOPT_PROXY, "");
	EASY_SET(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	EASY_SET(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void
set_limits(CURL *easy, const struct conf_console *conf,
    const struct client_limits *limits)
{
	EASY_SET(easy, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)conf->connect_timeout);
	EASY_SET(easy, CURLOPT_LOW_SPEED_LIMIT, limits->slow_bytes);
	EASY_SET(easy, CURLOPT_LOW_SPEED_TIME, limits->slow_seconds);
	EASY_SET(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES);
}

/*
 * Where a name server does not answer, the thread that asks it is left behind:
 * else libcurl would wait for it, and all consoles with it, when time is up.
 * Only from 7.87 on it can be told to.
 */
static void
leave_resolvers(CURL *easy)
{
	const struct curl_easyoption *quick =
	    curl_easy_option_by_name("QUICK_EXIT");

	if (quick != NULL)
		curl_easy_setopt(easy, quick->id, 1L);
}

static void
set_http(CURL *easy)
{
	EASY_SET(easy, CURLOPT_PROTOCOLS,
	    (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
	/* A redirect could carry the token to another host. */
	EASY_SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	/* Fails, and HTTP/1.1 stays, where libcurl has no HTTP/2. */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_2TLS);
	/* No CURLOPT_PIPEWAIT: behind an HTTP/1.1 server that is slow to answer
	 * the first request, libcurl 7.88 lets the others wait for its end. */
	EASY_SET(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	EASY_SET(easy, CURLOPT_ACCEPT_ENCODING, "");
	EASY_SET(easy, CURLOPT_USERAGENT, USER_AGENT);
	EASY_SET(easy, CURLOPT_HEADERFUNCTION, request_on_header);
	EASY_SET(easy, CURLOPT_WRITEFUNCTION, request_on_body);
	EASY_SET(easy, CURLOPT_XFERINFOFUNCTION, request_on_progress);
	EASY_SET(easy, CURLOPT_NOPROGRESS, 0L);
	EASY_SET(easy, CURLOPT_NOSIGNAL, 1L);
}

CURL *
console_take_easy(struct console *con)
{
	CURL *easy;

	if (con->n_idle > 0)
		return con->idle[--con->n_idle];
	easy = xcheck(curl_easy_init());
	set_http(easy);
	leave_resolvers(easy);
	tls_choose(easy, &con->conf->ssl, con->conf->name);
	set_proxy(easy, con->conf);
	set_limits(easy, con->conf, &con->client->limits);
	return easy;
}

void
console_adopt_easy(struct console *con, CURL *easy)
{
	if (con->n_idle == CONSOLE_IDLE_MAX) {
		curl_easy_cleanup(easy);
		return;
	}
	EASY_SET(easy, CURLOPT_POSTFIELDS, NULL);
	EASY_SET(easy, CURLOPT_HTTPHEADER, NULL);
	EASY_SET(easy, CURLOPT_ERRORBUFFER, NULL);
	EASY_SET(easy, CURLOPT_WRITEDATA, NULL);
	EASY_SET(easy, CURLOPT_HEADERDATA, NULL);
	EASY_SET(easy, CURLOPT_XFERINFODATA, NULL);
	EASY_SET(easy, CURLOPT_PRIVATE, NULL);
	con->idle[con->n_idle++] = easy;
}

static struct curl_slist *
append(struct curl_slist *list, const char *line)
{
	return xcheck(curl_slist_append(list, line));
}

/* The line with the token; *token points into it. */
static struct curl_slist *
authorization(const struct secret *secret, bool bearer, struct slice *token)
{
	char *line = vault_printf("Authorization: %s %s",
	    bearer ? "Bearer" : "ApiToken", secret->text);
	struct curl_slist *list = append(NULL, line);

	*token = (struct slice){ list->data + strlen(line) - secret->len,
	    secret->len };
	vault_free(line);
	return list;
}

/*
 * The token is read for each request: so a changed file counts at once, and
 * between requests nothing of it is in memory.
 */
struct curl_slist *
console_headers(struct console *con, const struct call *call,
    struct slice *token, struct buf *err)
{
	struct curl_slist *list = NULL;
	struct secret secret;

	if (!call->anonymous) {
		if (secret_load(&secret, con->conf->api_token_file, err) != 0)
			return NULL;
		list = authorization(&secret, call->bearer, token);
		secret_wipe(&secret);
	}
	list = append(list, call->any_body ? "Accept: */*" :
	    "Accept: application/json");
	if (call->body != NULL)
		list = append(list, "Content-Type: application/json");
	/* No 100-continue: it costs a round trip. */
	return append(list, "Expect:");
}
