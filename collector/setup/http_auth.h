/*
 * How a call says who asks: an API key, or a user and a password.
 */
#ifndef S1SPOOL_SETUP_HTTP_AUTH_H
#define S1SPOOL_SETUP_HTTP_AUTH_H

#include <curl/curl.h>

#include "collector/base/buf.h"
#include "collector/conf/conf.h"
#include "collector/conf/secret.h"

/* The secret of a call, as in its file and as sent. */
struct http_auth {
	struct secret secret;
	char *encoded; /* NULL: sent as it is in the file */
};

/*
 * Read what conf names; nothing, when it names nothing.  0, or -1 with a line
 * in err.  End with http_auth_wipe() in either case.
 */
int http_auth_load(struct http_auth *a, const struct conf_server *conf,
    struct buf *err);
void http_auth_wipe(struct http_auth *a);

/* Append the header to list, if there is one.  The caller wipes it. */
struct curl_slist *http_auth_header(const struct http_auth *a,
    const struct conf_server *conf, struct curl_slist *list);

/* Replace the secret in all its forms by "[secret]". */
void http_auth_hide(const struct http_auth *a, struct buf *text);

#endif
