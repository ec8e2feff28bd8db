#include "config.h"

/* For CURLOPT_PROTOCOLS: what took its place is newer than libcurl 7.76. */
#define CURL_DISABLE_DEPRECATION

#include <stdlib.h>
#include <string.h>

#include "collector/base/vault.h"
#include "collector/base/xalloc.h"
#include "collector/client/easy.h"
#include "collector/client/head.h"
#include "collector/client/tls.h"
#include "collector/json/tree.h"
#include "collector/json/weight.h"
#include "collector/setup/http_auth.h"
#include "collector/setup/http_internal.h"

#define CONNECT_MS 10000L
#define GRACE_MS 1000 /* in which libcurl itself should see that time is up */

static size_t
break_off(struct http *h, const char *why)
{
	h->broke = why;
	return 0;
}

static size_t
on_header(char *p, size_t size, size_t n, void *cookie)
{
	struct http *h = cookie;

	(void)p;
	h->head_bytes += size * n;
	return h->head_bytes <= HEAD_MAX_BYTES ? size * n :
	    break_off(h, "the header is too large");
}

static size_t
on_body(char *p, size_t size, size_t n, void *cookie)
{
	struct http *h = cookie;

	return buf_add(h->text, p, size * n) == 0 ? size * n :
	    break_off(h, "the answer is too large");
}

/* While a proxy answers to CONNECT, libcurl does not ask whether time is up.  It
 * counts it all the same, and not while the machine sleeps. */
static int
on_progress(void *cookie, curl_off_t to_get, curl_off_t got,
    curl_off_t to_send, curl_off_t sent)
{
	const struct http *h = cookie;
	curl_off_t us = 0;

	(void)to_get;
	(void)got;
	(void)to_send;
	(void)sent;
	curl_easy_getinfo(h->easy, CURLINFO_TOTAL_TIME_T, &us);
	return us / 1000 > h->conf->timeout + GRACE_MS;
}

static CURL *
new_easy(struct http *h)
{
	CURL *easy = curl_easy_init();
	const struct conf_server *c = h->conf;

	if (easy == NULL)
		abort();
	EASY_SET(easy, CURLOPT_PROTOCOLS,
	    (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
	/* A redirect could carry the key to another host. */
	EASY_SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	EASY_SET(easy, CURLOPT_ACCEPT_ENCODING, "");
	EASY_SET(easy, CURLOPT_USERAGENT, USER_AGENT);
	EASY_SET(easy, CURLOPT_HEADERFUNCTION, on_header);
	EASY_SET(easy, CURLOPT_HEADERDATA, h);
	EASY_SET(easy, CURLOPT_WRITEFUNCTION, on_body);
	EASY_SET(easy, CURLOPT_WRITEDATA, h);
	EASY_SET(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	EASY_SET(easy, CURLOPT_XFERINFODATA, h);
	EASY_SET(easy, CURLOPT_NOPROGRESS, 0L);
	EASY_SET(easy, CURLOPT_NOSIGNAL, 1L);
	EASY_SET(easy, CURLOPT_ERRORBUFFER, h->error);
	EASY_SET(easy, CURLOPT_TIMEOUT_MS, (long)c->timeout);
	EASY_SET(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	EASY_SET(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	EASY_SET(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (c->proxy_url != NULL)
		EASY_SET(easy, CURLOPT_PROXY, c->proxy_url);
	/* http:// is for loopback: the environment's proxy would be handed
	 * the key in the clear. */
	else if (strncmp(c->url, "http://", 7) == 0)
		EASY_SET(easy, CURLOPT_PROXY, "");
	tls_choose(easy, &c->ssl, h->name);
	return easy;
}

/* So that a wrong file is told before the first call, in a dry run too. */
static int
check_conf(const struct conf_server *c, const char *name, struct buf *err)
{
	struct http_auth auth = { 0 };
	int r;

	if (c->url == NULL) {
		buf_addf(err, "%s: the configuration does not say where it is; "
		    "set its url\n", name);
		return -1;
	}
	r = http_auth_load(&auth, c, err);
	http_auth_wipe(&auth);
	if (r == 0 && tls_check(&c->ssl, err) != 0) {
		buf_addc(err, '\n');
		r = -1;
	}
	return r;
}

struct http *
http_new(const struct conf_server *conf, const char *name, bool kibana,
    FILE *dry_run, struct buf *err)
{
	struct http *h;

	if (check_conf(conf, name, err) != 0)
		return NULL;
	h = xcalloc(1, sizeof(*h));
	h->conf = conf;
	h->name = name;
	h->kibana = kibana;
	h->dry_run = dry_run;
	h->easy = new_easy(h);
	return h;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	curl_easy_cleanup(h->easy);
	for (size_t i = 0; i < h->n_hidden; i++)
		vault_free(h->hidden[i]);
	free(h->hidden);
	free(h);
}

bool
http_is_dry(const struct http *h)
{
	return h->dry_run != NULL;
}

void
http_hide(struct http *h, struct slice secret)
{
	h->hidden = xreallocarray(h->hidden, h->n_hidden + 1,
	    sizeof(*h->hidden));
	h->hidden[h->n_hidden++] = vault_strndup(secret.p, secret.len);
}

/* headers */

static struct curl_slist *
append(struct curl_slist *list, const char *line)
{
	list = curl_slist_append(list, line);
	if (list == NULL)
		abort();
	return list;
}

static bool
only_reads(const struct http_call *call)
{
	return call->reads || strcmp(call->method, "GET") == 0 ||
	    strcmp(call->method, "HEAD") == 0;
}

static struct curl_slist *
add_headers(struct curl_slist *list, const struct http *h,
    const struct http_call *call)
{
	list = append(list, "Accept: application/json");
	if (call->body.p == NULL)
		list = append(list, "Content-Type:");
	else if (call->form == HTTP_JSON)
		list = append(list, "Content-Type: application/json");
	else if (call->form == HTTP_NDJSON)
		list = append(list, "Content-Type: application/x-ndjson");
	/* Kibana refuses all but GET without it. */
	if (h->kibana && strcmp(call->method, "GET") != 0)
		list = append(list, "kbn-xsrf: s1spool");
	/* No 100-continue: it costs a round trip. */
	return append(list, "Expect:");
}

/* the call */

static curl_mime *
set_upload(const struct http *h, const struct http_call *call)
{
	curl_mime *form = curl_mime_init(h->easy);
	curl_mimepart *part = curl_mime_addpart(form);

	if (part == NULL || curl_mime_name(part, "file") != CURLE_OK ||
	    curl_mime_filename(part, call->file) != CURLE_OK ||
	    curl_mime_type(part, "application/ndjson") != CURLE_OK ||
	    curl_mime_data(part, call->body.p, call->body.len) != CURLE_OK)
		abort();
	EASY_SET(h->easy, CURLOPT_MIMEPOST, form);
	return form;
}

/* The handle as it is before the first call, but for what is common to all. */
static void
clear_body(const struct http *h)
{
	EASY_SET(h->easy, CURLOPT_MIMEPOST, NULL);
	EASY_SET(h->easy, CURLOPT_POSTFIELDS, NULL);
	EASY_SET(h->easy, CURLOPT_NOBODY, 0L);
	EASY_SET(h->easy, CURLOPT_HTTPGET, 1L);
	EASY_SET(h->easy, CURLOPT_CUSTOMREQUEST, NULL);
	EASY_SET(h->easy, CURLOPT_HTTPHEADER, NULL);
}

static void
set_body(const struct http *h, const struct http_call *call, curl_mime **form)
{
	if (strcmp(call->method, "HEAD") == 0) {
		EASY_SET(h->easy, CURLOPT_NOBODY, 1L);
	} else if (call->form == HTTP_UPLOAD) {
		*form = set_upload(h, call);
	} else if (call->body.p != NULL) {
		EASY_SET(h->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)call->body.len);
		EASY_SET(h->easy, CURLOPT_POSTFIELDS, call->body.p);
	} else if (strcmp(call->method, "POST") == 0) {
		/* With a Content-Length, which proxies want. */
		EASY_SET(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
		EASY_SET(h->easy, CURLOPT_POSTFIELDS, "");
	}
	EASY_SET(h->easy, CURLOPT_CUSTOMREQUEST, call->method);
}

static CURLcode
perform(struct http *h, const struct http_call *call,
    struct curl_slist *headers, struct buf *text)
{
	char *url = xasprintf("%s%s", h->conf->url, call->path);
	curl_mime *form = NULL;
	CURLcode result;

	h->error[0] = '\0';
	h->text = text;
	h->head_bytes = 0;
	h->broke = NULL;
	set_body(h, call, &form);
	EASY_SET(h->easy, CURLOPT_URL, url);
	EASY_SET(h->easy, CURLOPT_HTTPHEADER, headers);
	result = curl_easy_perform(h->easy);
	clear_body(h);
	curl_mime_free(form);
	free(url);
	return result;
}

static struct curl_slist *
new_headers(const struct http *h, const struct http_call *call,
    struct buf *err)
{
	struct curl_slist *list = NULL;
	struct http_auth auth = { 0 };

	if (http_auth_load(&auth, h->conf, err) == 0)
		list = add_headers(http_auth_header(&auth, h->conf, NULL), h,
		    call);
	http_auth_wipe(&auth);
	return list;
}

static int
send_now(struct http *h, const struct http_call *call,
    struct http_answer *answer, struct buf *err)
{
	struct curl_slist *headers = new_headers(h, call, err);
	CURLcode result;
	long status = 0;

	if (headers == NULL)
		return -1;
	result = perform(h, call, headers, &answer->text);
	curl_slist_free_all(headers);
	h->is_silent = result == CURLE_OPERATION_TIMEDOUT ||
	    result == CURLE_ABORTED_BY_CALLBACK;
	if (result == CURLE_OK &&
	    json_weight(buf_slice(&answer->text)) > JSON_WEIGHT_MAX)
		h->broke = "the answer has too many values to be one";
	if (result != CURLE_OK || h->broke != NULL) {
		http_print_failure(h, call, result, err);
		return -1;
	}
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	answer->body = tree_parse(buf_slice(&answer->text));
	return 0;
}

int
http_send(struct http *h, const struct http_call *call,
    struct http_answer *answer, struct buf *err)
{
	*answer = (struct http_answer){ 0 };
	buf_init(&answer->text, HTTP_BODY_MAX);
	if (h->is_silent) {
		buf_addf(err, "%s: %s %s: not asked: it did not answer "
		    "before\n", h->name, call->method, call->path);
		return -1;
	}
	if (h->dry_run == NULL || only_reads(call))
		return send_now(h, call, answer, err);
	http_print_call(h, call);
	return 0;
}

void
http_answer_fini(struct http_answer *answer)
{
	json_object_put(answer->body);
	buf_fini(&answer->text);
}

bool
http_is_ok(const struct http_answer *answer)
{
	return answer->status == 0 ||
	    (answer->status >= 200 && answer->status < 300);
}
