#include "config.h"

#include "tests/mock/fault.h"

#include <assert.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/list.h"
#include "tests/mock/member.h"
#include "tests/mock/rng.h"
#include "tests/mock/stamp.h"

#define NGINX(status) "<html>\r\n<head><title>" status "</title></head>\r\n" \
	"<body>\r\n<center><h1>" status "</h1></center>\r\n" \
	"<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
#define ERROR(code, detail, title) "{\"errors\":[{\"code\":" code \
	",\"detail\":" detail ",\"title\":\"" title "\"}]}"

static const char html[] = "text/html", json[] = "application/json",
    text[] = "text/plain; charset=utf-8";

/* Either a whole reply, or something about the page or the wire. */
static const struct fault_kind {
	const char *name;
	const char *help;
	unsigned status; /* of a reply */
	const char *type, *body;
	unsigned page;
	enum wire_kind wire;
	double seconds; /* unless the fault says so */
	bool cursor_only; /* requests without a cursor pass */
} kinds[] = {
	{ .name = "401", .help = "4010010 Authentication Failed",
	    .status = 401, .type = json,
	    .body = ERROR("4010010", "null", "Authentication Failed") },
	{ .name = "403", .help = "4030010 Insufficient permissions",
	    .status = 403, .type = json,
	    .body = ERROR("4030010", "\"Action is not allowed\"",
	    "Insufficient permissions") },
	{ .name = "404", .help = "4040010 not found",
	    .status = 404, .type = json,
	    .body = ERROR("4040010", "null",
	    "Requested resource was not found") },
	{ .name = "429", .help = "HTML from nginx, see retry_after",
	    .status = 429, .type = html,
	    .body = NGINX("429 Too Many Requests") },
	{ .name = "500", .help = "5000010 Internal server error",
	    .status = 500, .type = json,
	    .body = ERROR("5000010",
	    "\"Server could not process the request.\"",
	    "Internal server error") },
	{ .name = "501", .help = "5010010 Not supported",
	    .status = 501, .type = json,
	    .body = ERROR("5010010", "null", "Not supported") },
	{ .name = "502", .help = "plain text",
	    .status = 502, .type = text,
	    .body = "upstream connect error or disconnect\n" },
	{ .name = "503", .help = "HTML, see retry_after",
	    .status = 503, .type = html,
	    .body = NGINX("503 Service Temporarily Unavailable") },
	{ .name = "504", .help = "HTML",
	    .status = 504, .type = html,
	    .body = NGINX("504 Gateway Time-out") },
	{ .name = "html", .help = "an HTML page with status 200",
	    .status = 200, .type = html,
	    .body = "<!doctype html><html><body>Please sign in</body></html>" },
	{ .name = "garbage", .help = "JSON that breaks off, status 200",
	    .status = 200, .type = json,
	    .body = "{\"data\":[{\"id\":\"1\",\"createdAt\":\"2026" },
	{ .name = "redirect", .help = "302 to another host, see location",
	    .status = 302, .type = html, .body = NGINX("302 Found") },
	{ .name = "expired-cursor", .help = "400 for requests with a cursor",
	    .status = 400, .type = json, .cursor_only = true,
	    .body = ERROR("4000010", "\"cursor: Invalid cursor.\"",
	    "Bad Request") },

	{ .name = "graphql-errors", .help = "200 with `errors', no data",
	    .status = 200, .type = json,
	    .body = "{\"data\":null,\"errors\":[{\"message\":"
	    "\"Internal server error\",\"path\":[\"alerts\"],"
	    "\"extensions\":{\"code\":\"INTERNAL_SERVER_ERROR\"}}]}" },

	{ .name = "graphql-partial", .help = "`errors' behind whole data",
	    .page = PAGE_ERRORS },
	{ .name = "repeat-cursor", .help = "the same cursor again and again",
	    .page = PAGE_REPEAT_CURSOR },
	{ .name = "empty-page", .help = "no rows, a cursor to the same place",
	    .page = PAGE_EMPTY },
	{ .name = "extra-empty-page", .help = "a cursor on the last page too",
	    .page = PAGE_EXTRA_EMPTY },
	{ .name = "no-pagination", .help = "no member `pagination'",
	    .page = PAGE_NO_PAGINATION },
	{ .name = "pagination-first", .help = "`pagination' before `data'",
	    .page = PAGE_PAGINATION_FIRST },
	{ .name = "total-zero", .help = "totalItems is 0",
	    .page = PAGE_TOTAL_ZERO },
	{ .name = "total-capped", .help = "totalItems is at most 50000",
	    .page = PAGE_TOTAL_CAPPED },

	{ .name = "truncated", .help = "the body ends in its middle, in order",
	    .wire = WIRE_TRUNCATED },
	{ .name = "cut", .help = "closed inside a Content-Length body",
	    .wire = WIRE_CUT },
	{ .name = "cut-chunked", .help = "closed inside a chunked body",
	    .wire = WIRE_CUT_CHUNKED },
	{ .name = "chunked", .help = "chunked coding, nothing wrong",
	    .wire = WIRE_CHUNKED },
	{ .name = "plain", .help = "not compressed, nothing wrong",
	    .wire = WIRE_PLAIN },
	{ .name = "stall", .help = "silence before the reply",
	    .wire = WIRE_STALL, .seconds = 30 },
	{ .name = "stall-body", .help = "silence in the middle of the body",
	    .wire = WIRE_STALL_BODY, .seconds = 30 },
	{ .name = "drip", .help = "some bytes, a pause, some bytes",
	    .wire = WIRE_DRIP, .seconds = 0.05 },
	{ .name = "reset", .help = "a TCP reset in place of a reply",
	    .wire = WIRE_RESET },
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct fault {
	const struct fault_kind *kind;
	char *path, *host, *dataset, *retry_after, *location; /* NULL: not given */
	int64_t after, count, bytes;
	int64_t seen; /* matching requests so far */
	int64_t met; /* of these, those that it was done to */
	double probability, seconds;
};

struct faults {
	struct fault *fault;
	size_t n;
	struct rng rng;
};

void
fault_help(FILE *to)
{
	for (size_t i = 0; i < N_KINDS; i++)
		fprintf(to, "  %-18s%s\n", kinds[i].name, kinds[i].help);
}

struct faults *
faults_new(uint64_t seed)
{
	struct faults *f = xcalloc(1, sizeof(*f));

	f->rng = rng_for(seed, 300, 0);
	return f;
}

void
faults_clear(struct faults *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->fault[i].path);
		free(f->fault[i].host);
		free(f->fault[i].dataset);
		free(f->fault[i].retry_after);
		free(f->fault[i].location);
	}
	f->n = 0;
}

void
faults_free(struct faults *f)
{
	if (f == NULL)
		return;
	faults_clear(f);
	free(f->fault);
	free(f);
}

/* A copy, NULL when there is none. */
static char *
text_of(struct json_object *o, const char *name)
{
	return xstrdup(member_text(o, name, NULL));
}

static const struct fault_kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* A misspelt member would make a test that tests nothing. */
static bool
has_unknown_member(struct json_object *o)
{
	static const char known[] = " fault path host dataset after count "
	    "probability retry_after seconds bytes location ";

	json_object_object_foreach(o, name, value) {
		char *word = xasprintf(" %s ", name);
		bool is_known = strstr(known, word) != NULL;

		(void)value;
		free(word);
		if (!is_known)
			return true;
	}
	return false;
}

static int
add_one(struct faults *f, struct json_object *o, const char **why)
{
	const struct fault_kind *kind;
	struct fault *fault;

	if (!json_object_is_type(o, json_type_object) ||
	    has_unknown_member(o)) {
		*why = "not a fault's members";
		return -1;
	}
	kind = find_kind(member_text(o, "fault", ""));
	if (kind == NULL) {
		*why = "no such fault";
		return -1;
	}
	f->fault = xrealloc(f->fault, (f->n + 1) * sizeof(*f->fault));
	fault = &f->fault[f->n++];
	*fault = (struct fault){ .kind = kind, .path = text_of(o, "path"),
		.host = text_of(o, "host"),
		.dataset = text_of(o, "dataset"),
		.retry_after = text_of(o, "retry_after"),
		.location = text_of(o, "location"),
		.after = (int64_t)member_number(o, "after", 0),
		.count = (int64_t)member_number(o, "count", 0),
		.bytes = (int64_t)member_number(o, "bytes", 0),
		.probability = member_number(o, "probability", 1),
		.seconds = member_number(o, "seconds", kind->seconds) };
	return 0;
}

int
faults_add(struct faults *f, const char *source, const char **why)
{
	struct json_object *o = json_tokener_parse(source);
	int r = 0;

	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; r == 0 && i < json_object_array_length(o);
		    i++)
			r = add_one(f, json_object_array_get_idx(o, i), why);
	} else {
		r = add_one(f, o, why);
	}
	json_object_put(o);
	return r;
}

void
faults_list(const struct faults *f, struct buf *out)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < f->n; i++)
		buf_addf(out, "%s{\"fault\":\"%s\",\"seen\":%lld,"
		    "\"met\":%lld}", i == 0 ? "" : ",", f->fault[i].kind->name,
		    (long long)f->fault[i].seen, (long long)f->fault[i].met);
	buf_addc(out, ']');
}

static bool
matches(const struct fault *f, const struct exchange *x, const char *path,
    const char *dataset)
{
	if (f->path != NULL && strncmp(path, f->path, strlen(f->path)) != 0)
		return false;
	if (f->host != NULL && (x->host == NULL ||
	    strncmp(x->host, f->host, strlen(f->host)) != 0))
		return false;
	if (f->dataset != NULL &&
	    (dataset == NULL || strcmp(dataset, f->dataset) != 0))
		return false;
	return !f->kind->cursor_only || exchange_arg(x, "cursor") != NULL ||
	    (x->in.len > 0 && strstr(x->in.p, "\"after\":\"") != NULL);
}

/* Is it this request's turn? */
static bool
strikes(struct faults *all, struct fault *f)
{
	if (f->seen++ < f->after || (f->count > 0 && f->met >= f->count) ||
	    !rng_chance(&all->rng, f->probability))
		return false;
	f->met++;
	return true;
}

static void
set_retry_after(struct exchange *x, const char *value)
{
	int64_t us = console_now(x->console);

	if (value == NULL)
		return;
	if (strncmp(value, "date:", 5) == 0)
		stamp_http(us + strtoll(value + 5, NULL, 10) * STAMP_SECOND,
		    x->retry_after);
	else
		snprintf(x->retry_after, sizeof(x->retry_after), "%s", value);
}

void
fault_reply(struct exchange *x, const char *name)
{
	const struct fault_kind *kind = find_kind(name);

	assert(kind != NULL);
	x->fault = kind->name;
	reply_begin(x, kind->status, kind->type);
	buf_adds(&x->out, kind->body);
}

static void
make_reply(const struct fault *f, struct exchange *x)
{
	fault_reply(x, f->kind->name);
	set_retry_after(x, f->retry_after);
	if (f->kind->status == 302)
		snprintf(x->location, sizeof(x->location), "%s",
		    f->location == NULL ? "http://203.0.113.1/login" :
		    f->location);
}

bool
faults_meet(struct faults *all, struct exchange *x, const char *path,
    const char *dataset)
{
	bool replied = false;

	for (size_t i = 0; i < all->n; i++) {
		struct fault *f = &all->fault[i];

		if (!matches(f, x, path, dataset) ||
		    (replied && f->kind->status != 0) || !strikes(all, f))
			continue;
		x->fault = f->kind->name;
		x->page_faults |= f->kind->page;
		if (f->kind->wire != WIRE_WHOLE)
			x->wire = (struct wire){ f->kind->wire, f->seconds,
				f->bytes };
		if (f->kind->status != 0) {
			make_reply(f, x);
			replied = true;
		}
	}
	return replied;
}
