/*
 * What the files of setup's HTTP share: http.c sends, http_print.c tells.
 */
#ifndef S1SPOOL_SETUP_HTTP_INTERNAL_H
#define S1SPOOL_SETUP_HTTP_INTERNAL_H

#include <curl/curl.h>

#include "collector/setup/http.h"

/* The longest answer is the list of all index templates, of which only names,
 * patterns and priorities are asked for: some hundred KiB. */
#define HTTP_BODY_MAX (8 << 20)

struct http {
	const struct conf_server *conf;
	const char *name;
	bool kibana;
	FILE *dry_run;
	CURL *easy;
	char error[CURL_ERROR_SIZE];
	/* Of the call that runs, or ran last. */
	struct buf *text;
	size_t head_bytes;
	const char *broke; /* why we broke it off; NULL: we did not */
	bool is_silent; /* it did not answer in time: nothing more is asked */
	char **hidden;
	size_t n_hidden;
};

/* As Kibana's console takes it: method, path, body; without secrets. */
void http_print_call(const struct http *h, const struct http_call *call);

/* Append the line that tells why a call has no answer; result counts where
 * broke is NULL. */
void http_print_failure(const struct http *h, const struct http_call *call,
    CURLcode result, struct buf *err);

#endif
