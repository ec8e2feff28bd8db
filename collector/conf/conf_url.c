#include "config.h"

#include "collector/conf/conf_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"

/* A part of an address: the caller frees it with curl_free().  NULL when the
 * address has none. */
static char *
part(CURLU *u, CURLUPart which)
{
	char *text;
	CURLUcode code = curl_url_get(u, which, &text, 0);

	if (code == CURLUE_OUT_OF_MEMORY)
		xalloc_failed();
	return code == CURLUE_OK ? text : NULL;
}

static bool
has_part(CURLU *u, CURLUPart which)
{
	char *text = part(u, which);
	bool has = text != NULL;

	curl_free(text);
	return has;
}

static bool
part_is(CURLU *u, CURLUPart which, const char *want)
{
	char *text = part(u, which);
	bool same = text != NULL && strcmp(text, want) == 0;

	curl_free(text);
	return same;
}

static bool
host_is_loopback(CURLU *u)
{
	char *host = part(u, CURLUPART_HOST);
	struct in_addr v4;
	bool is;

	if (host == NULL)
		return false;
	if (inet_pton(AF_INET, host, &v4) == 1)
		is = ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
	else
		is = strcmp(host, "localhost") == 0 ||
		    strcmp(host, "[::1]") == 0;
	curl_free(host);
	return is;
}

/* What a server is to people, in the reasons why an address is refused. */
struct words {
	const char *example;
	const char *no_user; /* where a user in the address belongs */
	const char *in_clear;
};

/* What speaks against asking this address.  NULL for nothing. */
static const char *
objection(CURLU *u, const struct words *words)
{
	bool https = part_is(u, CURLUPART_SCHEME, "https");

	if (!https && !part_is(u, CURLUPART_SCHEME, "http"))
		return "must begin with https://";
	if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
		return words->no_user;
	if (!https && !host_is_loopback(u))
		return words->in_clear;
	return NULL;
}

/* The address in its parts: the caller frees it with curl_url_cleanup().  NULL
 * with the reason. */
static CURLU *
parse(const char *text, const struct words *words, struct buf *why)
{
	CURLU *u = curl_url();
	const char *reason;

	if (u == NULL || curl_url_set(u, CURLUPART_URL, text, 0) != CURLUE_OK)
		reason = words->example;
	else
		reason = objection(u, words);
	if (reason == NULL)
		return u;
	buf_adds(why, reason);
	curl_url_cleanup(u);
	return NULL;
}

/* Whether there is anything behind the host but slashes. */
static bool
has_tail(CURLU *u)
{
	char *path = part(u, CURLUPART_PATH);
	bool tail = path != NULL && path[strspn(path, "/")] != '\0';

	curl_free(path);
	return tail || has_part(u, CURLUPART_QUERY) ||
	    has_part(u, CURLUPART_FRAGMENT);
}

static char *
scheme_host_port(CURLU *u)
{
	char *scheme = part(u, CURLUPART_SCHEME);
	char *host = part(u, CURLUPART_HOST);
	char *port = part(u, CURLUPART_PORT);
	char *url = xasprintf("%s://%s%s%s", scheme, host,
	    port == NULL ? "" : ":", port == NULL ? "" : port);

	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	return url;
}

char *
conf_url_console(const char *text, bool *cut, struct buf *why)
{
	static const struct words words = {
		"is no address; write https:// and the console's name, such as "
		    "https://acme.sentinelone.net",
		"must not hold a user or password; the API token goes into "
		    "api_token_file",
		"must begin with https://: with http:// anybody on the way "
		    "could read the API token",
	};
	CURLU *u = parse(text, &words, why);
	char *url;

	if (u == NULL)
		return NULL;
	*cut = has_tail(u);
	url = scheme_host_port(u);
	curl_url_cleanup(u);
	return url;
}

char *
conf_url_server(const char *text, struct buf *why)
{
	static const struct words words = {
		"is no address; write https://HOST:PORT",
		"must not hold a user or password; they go into username and "
		    "password_file",
		"must begin with https://: with http:// anybody on the way "
		    "could read the key",
	};
	CURLU *u = parse(text, &words, why);
	char *host, *path, *url = NULL;
	size_t len;

	if (u == NULL)
		return NULL;
	if (has_part(u, CURLUPART_QUERY) || has_part(u, CURLUPART_FRAGMENT)) {
		buf_adds(why, "must not have anything behind its path");
	} else {
		host = scheme_host_port(u);
		path = part(u, CURLUPART_PATH);
		len = path == NULL ? 0 : strlen(path);
		while (len > 0 && path[len - 1] == '/')
			len--;
		url = xasprintf("%s%.*s", host, (int)len, path);
		curl_free(path);
		free(host);
	}
	curl_url_cleanup(u);
	return url;
}

bool
conf_url_is_proxy(const char *text, struct buf *why)
{
	static const char *const schemes[] = {
		"http", "https", "socks5", "socks5h",
	};
	CURLU *u = curl_url();
	bool is = false;

	if (u != NULL && curl_url_set(u, CURLUPART_URL, text,
	    CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
		for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
			is = is || part_is(u, CURLUPART_SCHEME, schemes[i]);
	if (!is)
		buf_adds(why, "is no proxy address; write "
		    "http://HOST:PORT, https://, socks5:// or socks5h://");
	curl_url_cleanup(u);
	return is;
}
