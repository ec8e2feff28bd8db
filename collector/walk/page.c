/*
 * One request of a poller and its answer.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/client/detail.h"
#include "collector/walk/poller.h"
#include "collector/walk/tenant.h"
#include "collector/walk/url.h"

#define URL_MAX (64 << 10)
#define BODY_MAX (1 << 20)

/* No API gives a tenth of that for a page. */
#define RECORDS_MAX 10000
/* Percent-encoded it is three times as long, and fits into URL_MAX. */
#define CURSOR_MAX (16 << 10)
/* So many pages without a record in a row are no walk any more. */
#define EMPTY_MAX 100

/* Where the REST API tells errors. */
#define REST_ERRORS "errors"

static const struct walk_request *
asked_for(const struct poller *p)
{
	return p->asks_child ? &p->row->child : &p->row->list;
}

/* The text of the request: everything frozen, and the cursor. */
static void
fill_args(struct poller *p, struct url_args *a)
{
	const struct walk *w = poller_walk(p);
	const struct walk_request *rq = asked_for(p);

	*a = (struct url_args){
		.query = rq->query,
		.limit = p->limit < rq->max_page ? p->limit : rq->max_page,
		.site_ids = p->conf->site_ids,
		.cursor = p->asks_child ? w->child_cursor : w->cursor,
	};
	if (p->asks_child) {
		a->key = poller_run(p)->work.parent[w->child].key;
		return;
	}
	if (w->everything && p->row->resend_query != NULL) {
		a->query = p->row->resend_query;
		return;
	}
	a->field = p->row->phase[w->phase];
	a->lower = w->window.lower;
	a->upper = w->window.upper;
}

static bool
on_record(void *cookie, struct slice record)
{
	struct poller *p = cookie;
	int rc;

	if (++p->n_records > RECORDS_MAX)
		return false;
	if (p->asks_child)
		rc = chain_take_child(p, record);
	else if (p->with_child)
		rc = chain_take_parent(p, record);
	else
		rc = intake_add(&p->intake, record, &p->source);
	if (rc != 0)
		p->page_errno = errno;
	return rc == 0;
}

static void
on_too_large(void *cookie, size_t bytes)
{
	struct poller *p = cookie;

	intake_reject_large(&p->intake, bytes, p->source.page);
}

static bool
on_body(void *cookie, struct slice piece)
{
	struct poller *p = cookie;

	if (splitter_feed(p->splitter, piece) == 0)
		return true;
	p->page_bad = p->page_errno == 0;
	return false;
}

static void
set_source(struct poller *p)
{
	const struct walk *w = poller_walk(p);
	struct intake_source *s = &p->source;

	s->map.collected_at_ms = clock_wall_us() / 1000;
	s->map.sweep_start_ms = w->window.upper;
	s->map.parent_id = (struct slice){ "", 0 };
	s->resend = p->kind == WALK_RESEND ? w->window.upper / 1000 : 0;
	s->backfill = false;
	s->only = (struct range){ 0, 0 };
	s->clock.lower_ms = w->window.lower;
	s->clock.upper_ms = w->window.upper;
	s->clock.fixed_ms = 0;
	s->page = w->page + 1;
	if (p->kind == WALK_BACKFILL)
		backfill_run_asks(p);
}

static void
begin_page(struct poller *p)
{
	const struct walk_request *rq = asked_for(p);
	const struct walk *w = poller_walk(p);
	const struct work *work = &poller_run(p)->work;
	struct split_paths paths = { rq->records, rq->cursor, rq->more,
		rq->errors != NULL ? rq->errors : REST_ERRORS };

	splitter_free(p->splitter);
	p->splitter = splitter_new(&paths, 2 * p->env->max_line, on_record,
	    on_too_large, p);
	p->page_bad = false;
	p->page_errno = 0;
	p->n_records = 0;
	set_source(p);
	if (p->asks_child && work->parent[w->child].key[0] != NULL)
		p->source.map.parent_id =
		    slice_of(work->parent[w->child].key[0]);
	else if (!p->asks_child)
		work_reset(&p->listing);
}

/* Nothing more comes of this page.  Records of a REST page that came whole
 * count, and are made durable though the position stays; a page that may carry
 * `errors` counts whole or not at all. */
static int
end_page(struct poller *p, bool whole)
{
	int rc, saved;

	splitter_free(p->splitter);
	p->splitter = NULL;
	if (!whole && p->intake.hold) {
		intake_drop(&p->intake);
		return 0;
	}
	rc = intake_flush(&p->intake);
	saved = errno;
	if (stream_is_dirty(p->stream))
		poller_mark(p);
	errno = saved;
	return rc;
}

/* Owned; NULL when there is no next page. */
static char *
next_cursor(struct poller *p, const struct split_page *page)
{
	const struct walk_request *rq = asked_for(p);
	struct walk_run *run = poller_run(p);
	struct loop *loop = p->asks_child ? &run->child_loop : &run->loop;
	char *next;

	if (page->cursor.p == NULL || page->cursor.len == 0)
		return NULL;
	if (rq->more != NULL && !(page->has_more && page->more))
		return NULL;
	next = xstrndup(page->cursor.p, page->cursor.len);
	if (!loop_step(loop, next))
		return next;
	log_event(LOG_WARN, p->console, p->dataset->name,
	    "the console repeats a cursor: this walk ends here");
	free(next);
	return NULL;
}

static int
take_page(struct poller *p, const char *next)
{
	if (p->asks_child)
		return chain_child_done(p, next);
	if (p->with_child)
		return chain_listed(p, next);
	poller_page_done(p, next);
	return 0;
}

static void
retry_page(struct poller *p, const struct answer *answer, const char *why,
    struct slice text)
{
	struct buf line;

	p->counts.errors++;
	buf_init(&line, DETAIL_DRAFT_MAX);
	buf_addf(&line, "%s: %.*s", why, (int)text.len, text.p);
	detail_finish(&line, answer->token);
	if (end_page(p, false) != 0)
		poller_intake_failed(p, errno);
	else
		poller_retry(p, -1, line.p);
	buf_fini(&line);
}

static void
retry_senseless(struct poller *p, const struct answer *answer,
    const char *what)
{
	retry_page(p, answer, "the answer makes no sense", slice_of(what));
}

/* NULL, or why the page that it leads to could never be asked for. */
static const char *
cursor_fault(struct slice cursor)
{
	if (cursor.p == NULL)
		return NULL;
	if (cursor.len > CURSOR_MAX)
		return "a cursor that is too long";
	return memchr(cursor.p, '\0', cursor.len) == NULL ? NULL :
	    "a cursor with a NUL in it";
}

static bool
goes_nowhere(struct poller *p, const struct split_page *page, bool more)
{
	if (page->n_records > 0 || !more)
		p->n_empty = 0;
	else
		p->n_empty++;
	return p->n_empty > EMPTY_MAX;
}

/* Errors beside records are for some requests only; errors in their place are
 * no empty page. */
static bool
is_failure(const struct poller *p, const struct split_page *page)
{
	return page->errors.p != NULL &&
	    (asked_for(p)->errors != NULL || page->n_records == 0);
}

static void
page_arrived(struct poller *p, const struct answer *answer)
{
	const char *fault;
	struct split_page page;
	bool nowhere;
	char *next;
	int rc;

	if (splitter_end(p->splitter, &page) != 0) {
		retry_senseless(p, answer, splitter_error(p->splitter));
		return;
	}
	if (is_failure(p, &page)) {
		retry_page(p, answer, "the answer has errors", page.errors);
		return;
	}
	fault = cursor_fault(page.cursor);
	if (fault != NULL) {
		retry_senseless(p, answer, fault);
		return;
	}
	next = next_cursor(p, &page);
	nowhere = goes_nowhere(p, &page, next != NULL);
	rc = end_page(p, true);
	if (rc == 0)
		rc = take_page(p, next);
	free(next);
	if (rc != 0) {
		poller_intake_failed(p, errno);
		return;
	}
	backfill_run_answered(p);
	if (nowhere) {
		p->counts.errors++;
		poller_retry(p, -1, "page after page without a record");
		return;
	}
	poller_recovered(p);
	poller_next(p);
}

static void
page_broke_off(struct poller *p, const struct answer *answer)
{
	int error = p->page_errno;

	if (p->page_bad) {
		retry_senseless(p, answer, p->n_records > RECORDS_MAX ?
		    "far more records than were asked for" :
		    splitter_error(p->splitter));
		return;
	}
	if (end_page(p, false) != 0 && error == 0)
		error = errno;
	if (error != 0) {
		poller_intake_failed(p, error);
		return;
	}
	p->counts.errors++;
	poller_trouble(p, answer);
}

static void
on_done(void *cookie, const struct answer *answer)
{
	struct poller *p = cookie;

	p->request = NULL;
	if (answer->verdict == VERDICT_OK)
		page_arrived(p, answer);
	else
		page_broke_off(p, answer);
}

void
poller_ask(struct poller *p)
{
	const struct walk_request *rq;
	struct url_args args;
	struct buf path, body;
	struct call call;

	p->asks_child = chain_is_pending(p);
	rq = asked_for(p);
	fill_args(p, &args);
	begin_page(p);
	buf_init(&path, URL_MAX);
	buf_init(&body, BODY_MAX);
	if (url_path(&path, rq, &args) != 0 ||
	    (rq->body != NULL && url_body(&body, rq, &args) != 0)) {
		poller_retry(p, -1, "the request would be too large");
		goto out;
	}
	call = (struct call){
		.path = path.p,
		.rate_class = rq->rate_class,
		.body = rq->body != NULL ? body.p : NULL,
		.bearer = p->row->bearer,
		.timeout_ms = p->conf->http_client_timeout,
		.trace = p->trace,
		.dataset = p->dataset->name,
		.on_body = on_body,
		.on_done = on_done,
		.cookie = p,
	};
	p->counts.requests++;
	p->request = request_start(tenant_console(p->tenant), &call);
	poller_set_state(p, POLLER_ASKING, NULL);
out:
	buf_fini(&path);
	buf_fini(&body);
}

void
poller_abort_page(struct poller *p)
{
	if (p->request != NULL)
		request_cancel(p->request);
	p->request = NULL;
	if (end_page(p, false) != 0)
		log_event(LOG_WARN, p->console, p->dataset->name,
		    "cannot write the last lines (%s): they will be asked "
		    "for again", strerror(errno));
}
