#include "config.h"

#include <string.h>

#include "collector/client/detail.h"
#include "collector/client/redact.h"
#include "collector/client/verdict.h"
#include "collector/json/tree.h"
#include "collector/setup/http_auth.h"
#include "collector/setup/http_internal.h"

#define PRINTED_MAX (2 * (size_t)HTTP_BODY_MAX)

/* Only in what is printed: a short password would spoil an answer that is
 * still to be compared. */
static void
hide(const struct http *h, struct buf *text)
{
	struct http_auth auth = { 0 };
	struct buf err;

	buf_init(&err, 4096);
	if (http_auth_load(&auth, h->conf, &err) == 0)
		http_auth_hide(&auth, text);
	http_auth_wipe(&auth);
	buf_fini(&err);
	for (size_t i = 0; i < h->n_hidden; i++)
		redact_secret(text, slice_of(h->hidden[i]));
}

void
http_clean(const struct http *h, struct buf *line)
{
	hide(h, line);
	detail_finish(line, SLICE(""));
}

static void
finish(const struct http *h, struct buf *line, struct buf *err)
{
	http_clean(h, line);
	buf_addf(err, "%s\n", line->p);
	buf_fini(line);
}

void
http_print_failure(const struct http *h, const struct http_call *call,
    CURLcode result, struct buf *err)
{
	struct buf line;
	long verify = 0;

	buf_init(&line, PRINTED_MAX);
	buf_addf(&line, "%s: %s %s: ", h->name, call->method, call->path);
	if (h->broke != NULL) {
		buf_adds(&line, h->broke);
	} else {
		curl_easy_getinfo(h->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
		buf_addf(&line, "%s (%s)",
		    verdict_of_transfer(result, verify, h->error).reason,
		    verdict_words(result, h->error));
	}
	finish(h, &line, err);
}

static void
add_body(struct buf *text, const struct http_call *call)
{
	struct json_object *o;

	if (call->body.p == NULL)
		return;
	if (call->form == HTTP_UPLOAD) {
		buf_addf(text, "(the file %s, %zu bytes)\n", call->file,
		    call->body.len);
		return;
	}
	o = call->form == HTTP_JSON ? tree_parse(call->body) : NULL;
	if (o != NULL)
		buf_adds(text, tree_print(o, TREE_PRETTY));
	else
		buf_add_slice(text, call->body);
	buf_addc(text, '\n');
	json_object_put(o);
}

void
http_print_call(const struct http *h, const struct http_call *call)
{
	struct buf text;

	buf_init(&text, PRINTED_MAX);
	buf_addf(&text, "%s %s\n", call->method, call->path);
	add_body(&text, call);
	hide(h, &text);
	fprintf(h->dry_run, "%s\n", text.p);
	buf_fini(&text);
}

static void
add_member(struct buf *line, struct json_object *o, const char *name)
{
	struct json_object *v = json_object_object_get(o, name);

	if (json_object_is_type(v, json_type_string) &&
	    json_object_get_string_len(v) > 0)
		buf_addf(line, ": %s", json_object_get_string(v));
}

/* The innermost cause says what to mend. */
static void
add_reasons(struct buf *line, struct json_object *error)
{
	struct json_object *cause = error, *next;

	add_member(line, error, "type");
	add_member(line, error, "reason");
	while (json_object_is_type(next = json_object_object_get(cause,
	    "caused_by"), json_type_object))
		cause = next;
	if (cause != error)
		add_member(line, cause, "reason");
}

/* What people can do where the server's words need not say it. */
static const char *
mend_of(int status)
{
	static const struct {
		int low, high; /* both included */
		const char *mend;
	} rows[] = {
		{ 300, 399, " (a redirect, which is never followed: put the "
		    "server's own address into url)" },
		{ 401, 401, " (check api_key_file, or username and "
		    "password_file)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (status >= rows[i].low && status <= rows[i].high)
			return rows[i].mend;
	return "";
}

void
http_explain(const struct http *h, const struct http_call *call,
    const struct http_answer *answer, struct buf *err)
{
	struct json_object *error;
	struct buf line;

	buf_init(&line, PRINTED_MAX);
	buf_addf(&line, "%s: %s %s: status %d%s", h->name, call->method,
	    call->path, answer->status, mend_of(answer->status));
	if (http_is_ok(answer))
		buf_adds(&line, ", but no JSON object");
	if (json_object_is_type(answer->body, json_type_object)) {
		error = json_object_object_get(answer->body, "error");
		if (json_object_is_type(error, json_type_object))
			add_reasons(&line, error);
		else
			add_member(&line, answer->body, "error");
		add_member(&line, answer->body, "message");
	}
	finish(h, &line, err);
}
