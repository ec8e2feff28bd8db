/*
 * Request traces: what was asked and what was answered, as lines of NDJSON
 * with the names that Filebeat's own tracer uses.  For debugging only.  No
 * token is in them in any form, nor a value whose name says that it is a
 * secret.  They are bounded (trace_file.h), and so is what is kept of a body.
 * When a file cannot be written, that is said once and the trace ends; the
 * requests go on.
 */
#ifndef S1SPOOL_TRACE_H
#define S1SPOOL_TRACE_H

#include <curl/curl.h>
#include <stddef.h>

#include "collector/base/buf.h"
#include "collector/conf/conf.h"

struct answer;
struct trace;
struct trace_exchange;

/* The label of what a console is asked for no dataset. */
#define TRACE_CONSOLE "console"

#define TRACE_BODY_MAX (100 << 10) /* bytes kept of a body */

/* Of one dataset of a console, or of the console.  All is borrowed. */
struct trace *trace_new(int state_dirfd, const char *console,
    const char *label);
/* NULL is fine.  Its exchanges may still be cancelled. */
void trace_free(struct trace *t);

/* What is asked; borrowed for the call. */
struct trace_request {
	const char *url; /* scheme://host[:port] */
	const char *path; /* with its query string */
	const char *body; /* NULL for GET */
	const char *user_agent;
	const struct curl_slist *headers;
	struct slice token;
};

/*
 * One request, from its sending to trace_end() or trace_cancel(), which free
 * it.  NULL when t is, or has ended; all functions take NULL for "not traced".
 */
struct trace_exchange *trace_begin(struct trace *t,
    const struct trace_request *rq);
/* Lines of the answer's header, and pieces of its decoded body. */
void trace_header(struct trace_exchange *x, struct slice line);
void trace_body(struct trace_exchange *x, struct slice piece);
void trace_end(struct trace_exchange *x, const struct answer *answer,
    struct slice token);
void trace_cancel(struct trace_exchange *x);

/* Remove the traces below state_dirfd that conf does not switch on. */
void trace_tidy(int state_dirfd, const struct conf *conf);

#endif
