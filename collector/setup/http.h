/*
 * Calls of Elasticsearch's and Kibana's APIs: one at a time, waited for.  The
 * key or password is read from its file for each call, is in memory only as
 * long as that runs, and stands in nothing that is printed.
 */
#ifndef S1SPOOL_SETUP_HTTP_H
#define S1SPOOL_SETUP_HTTP_H

#include <stdbool.h>
#include <stdio.h>

#include <json-c/json.h>

#include "collector/base/buf.h"
#include "collector/conf/conf.h"

struct http;

enum http_form {
	HTTP_JSON, /* application/json */
	HTTP_NDJSON, /* application/x-ndjson */
	HTTP_UPLOAD /* multipart/form-data with one part: the file `file` */
};

/* All borrowed for the call. */
struct http_call {
	const char *method; /* "GET", "PUT", "POST", "DELETE", "HEAD" */
	const char *path; /* "/_index_template/x?y", below the server's URL */
	struct slice body; /* p NULL: none */
	enum http_form form; /* of the body */
	const char *file; /* HTTP_UPLOAD: its name */
	/* A POST that changes nothing, such as a search: done in a dry run,
	 * too, as a GET or a HEAD is. */
	bool reads;
};

struct http_answer {
	int status; /* of HTTP; 0 when nothing was sent, in a dry run */
	struct json_object *body; /* NULL when there is none, or no JSON */
	struct buf text; /* as it came */
};

/*
 * A server under a name for messages ("Elasticsearch").  conf is borrowed.
 * With kibana, calls that change something carry the header that it asks for.
 * With dry_run, calls that would change something are printed there in place
 * of being sent.  NULL with a line in err when conf has no url, or the files
 * that it names are unusable.
 */
struct http *http_new(const struct conf_server *conf, const char *name,
    bool kibana, FILE *dry_run, struct buf *err);
void http_free(struct http *h);

/* Does nothing change? */
bool http_is_dry(const struct http *h);

/* A secret that bodies may hold (copied): "[secret]" stands in its place
 * wherever something is printed. */
void http_hide(struct http *h, struct slice secret);

/*
 * Send and wait.  0 with any status; or -1, with a line in err, when there is
 * no answer, or more of it than one can have.  After one that did not come in
 * time nothing more is sent.  http_answer_fini() in either case.
 * What a dry run does not send is answered with status 0.
 */
int http_send(struct http *h, const struct http_call *call,
    struct http_answer *answer, struct buf *err);
void http_answer_fini(struct http_answer *answer);

/* 2xx, or not sent in a dry run. */
bool http_is_ok(const struct http_answer *answer);

/* Make a line that has words of the server's fit to be printed: secrets become
 * "[secret]", control characters become blanks, what is too long is cut. */
void http_clean(const struct http *h, struct buf *line);

/*
 * The line that tells what was asked, the status, and the server's own reason:
 * error.type and error.reason of Elasticsearch, error and message of Kibana.
 */
void http_explain(const struct http *h, const struct http_call *call,
    const struct http_answer *answer, struct buf *err);

#endif
