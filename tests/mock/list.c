#include "config.h"

#include "tests/mock/list.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/gen.h"

#define ROW_MAX (1u << 20)

/* A list request while it is answered. */
struct page {
	struct exchange *x;
	const struct list_kind *kind;
	struct query q;
	struct view view;
	size_t begin, end; /* of the sort column's range in the view */
	struct buf scratch;
	struct row *last; /* the last row written */
	int64_t n; /* rows written */
	bool more;
};

static void
make_text(void *cookie, const struct row *row, struct buf *out)
{
	const struct page *p = cookie;
	const struct console *c = p->x->console;

	gen_row(&c->world, c->store, p->kind->set, row, out);
}

/* How many rows match, wherever the cursor stands. */
static int64_t
count_all(const struct page *p)
{
	int64_t n = 0;

	if (!query_is_narrow(&p->q))
		return (int64_t)(p->end - p->begin);
	for (size_t i = p->begin; i < p->end; i++)
		n += query_match(&p->q, p->x->console, p->view.at[i]);
	return n;
}

static void
find_range(struct page *p)
{
	int64_t hi = p->q.hi[p->q.sort];

	p->begin = view_lower_bound(&p->view, p->q.lo[p->q.sort], 0);
	p->end = hi == INT64_MAX ? p->view.n :
	    view_lower_bound(&p->view, hi + 1, 0);
	if (p->end < p->begin)
		p->end = p->begin;
}

/* Leave only what comes behind the cursor. */
static void
apply_cursor(struct page *p)
{
	const struct cursor *c = &p->q.cursor;
	size_t at = view_lower_bound(&p->view, c->value, c->id);

	if (c->desc) {
		if (at < p->end)
			p->end = at < p->begin ? p->begin : at;
		return;
	}
	if (at < p->view.n && p->view.at[at]->id == c->id &&
	    row_key(p->view.at[at], c->key) == c->value)
		at++;
	if (at > p->begin)
		p->begin = at > p->end ? p->end : at;
}

static void
add_row(struct page *p, struct row *row)
{
	struct buf *out = &p->x->out;

	if (p->n++ > 0)
		buf_addc(out, ',');
	if (p->kind->is_large)
		make_text(p, row, out);
	else
		buf_add_slice(out, store_text(p->x->console->store, row,
		    &p->scratch, make_text, p));
	p->last = row;
}

static void
add_rows(struct page *p)
{
	int64_t skip = p->q.skip;

	for (size_t i = 0, n = p->end - p->begin; i < n; i++) {
		struct row *row = p->view.at[p->q.desc ? p->end - 1 - i :
		    p->begin + i];

		if (!query_match(&p->q, p->x->console, row))
			continue;
		if (skip > 0) {
			skip--;
		} else if (p->n == p->q.limit) {
			p->more = true;
			return;
		} else {
			add_row(p, row);
		}
	}
}

static void
add_data(struct page *p)
{
	buf_adds(&p->x->out, "\"data\":[");
	if (!p->q.count_only && !(p->x->page_faults & PAGE_EMPTY))
		add_rows(p);
	buf_addc(&p->x->out, ']');
}

/* The place before the first row that the request may have. */
static struct cursor
start_of(const struct page *p)
{
	const struct query *q = &p->q;
	int64_t lo = q->lo[q->sort], hi = q->hi[q->sort];
	struct cursor c = { .key = q->sort, .desc = q->desc };

	if (q->desc)
		c.value = hi < INT64_C(253402300799000000) ? hi + 1 :
		    INT64_C(253402300799000000);
	else
		c.value = lo > 0 ? lo - 1 : 0;
	c.id = q->desc ? (uint64_t)INT64_MAX : 0;
	if (q->sort == KEY_ID)
		c.id = (uint64_t)c.value;
	return c;
}

/* False when there is no next page. */
static bool
next_cursor(const struct page *p, struct cursor *c)
{
	unsigned faults = p->x->page_faults;

	if (p->q.count_only)
		return false;
	if (p->q.has_cursor && (faults & (PAGE_REPEAT_CURSOR | PAGE_EMPTY))) {
		*c = p->q.cursor;
		if (faults & PAGE_EMPTY)
			c->again = !c->again;
		return true;
	}
	if (faults & PAGE_EMPTY) {
		*c = start_of(p);
		return true;
	}
	if (p->last == NULL || (!p->more &&
	    !(faults & (PAGE_EXTRA_EMPTY | PAGE_REPEAT_CURSOR))))
		return false;
	*c = (struct cursor){ .key = p->q.sort, .desc = p->q.desc,
		.value = row_key(p->last, p->q.sort), .id = p->last->id };
	return true;
}

static void
add_pagination(struct page *p, int64_t total)
{
	struct buf *out = &p->x->out;
	struct cursor c;

	if (p->x->page_faults & PAGE_TOTAL_ZERO)
		total = 0;
	if ((p->x->page_faults & PAGE_TOTAL_CAPPED) && total > LIST_TOTAL_CAP)
		total = LIST_TOTAL_CAP;
	buf_adds(out, "\"pagination\":{\"nextCursor\":");
	if (next_cursor(p, &c)) {
		buf_addc(out, '"');
		cursor_write(&c, p->kind->cursor_prefix, out);
		buf_addc(out, '"');
	} else {
		buf_adds(out, "null");
	}
	buf_addf(out, ",\"totalItems\":%lld}", (long long)total);
}

static void
add_members(struct page *p)
{
	struct buf *out = &p->x->out;
	unsigned faults = p->x->page_faults;
	/* Follow-up pages are not counted. */
	int64_t total = p->q.skip_count || p->q.has_cursor ? 0 : count_all(p);
	size_t data_at, data_len;

	if (p->q.has_cursor)
		apply_cursor(p);
	data_at = out->len;
	add_data(p);
	if (faults & PAGE_NO_PAGINATION)
		return;
	buf_addc(out, ',');
	data_len = out->len - data_at;
	add_pagination(p, total);
	if (!(faults & PAGE_PAGINATION_FIRST))
		return;
	/* The cursor is known after the rows only: copy these behind it. */
	buf_addc(out, ',');
	if (buf_reserve(out, data_len) != NULL)
		buf_add(out, out->p + data_at, data_len - 1);
	memmove(out->p + data_at, out->p + data_at + data_len,
	    out->len - data_at - data_len);
	buf_cut(out, out->len - data_len);
}

static void
serve_page(struct page *p)
{
	reply_begin(p->x, 200, "application/json");
	buf_init(&p->scratch, ROW_MAX);
	buf_addc(&p->x->out, '{');
	find_range(p);
	add_members(p);
	buf_addc(&p->x->out, '}');
	buf_fini(&p->scratch);
}

static int
by_kind(const void *a, const void *b)
{
	return row_compare(*(struct row *const *)a, *(struct row *const *)b,
	    KEY_KIND);
}

/* In the order of the request; made rows come in that of their times. */
static struct view
view_of(const struct page *p, struct row **made, size_t n)
{
	if (made == NULL)
		return store_view(p->x->console->store, p->kind->set,
		    p->q.sort);
	if (p->q.sort == KEY_KIND)
		qsort(made, n, sizeof(*made), by_kind);
	return (struct view){ made, n, p->q.sort };
}

/* of_kind: only those rows, negative: all.  made may be NULL: stored ones. */
static void
list_view(struct exchange *x, const struct list_kind *kind,
    struct row **made, size_t n, int64_t of_kind)
{
	struct page p = { .x = x, .kind = kind };

	if (query_read(&p.q, &kind->rules, x) == 0) {
		if (of_kind >= 0)
			p.q.lo[KEY_KIND] = p.q.hi[KEY_KIND] = of_kind;
		p.view = view_of(&p, made, n);
		serve_page(&p);
	}
	query_fini(&p.q);
}

void
list_stored(struct exchange *x, const struct list_kind *kind)
{
	list_view(x, kind, NULL, 0, -1);
}

void
list_stored_of(struct exchange *x, const struct list_kind *kind,
    uint32_t of_kind)
{
	list_view(x, kind, NULL, 0, of_kind);
}

void
list_made(struct exchange *x, const struct list_kind *kind, struct row *row,
    size_t n)
{
	struct row **at = xcalloc(n + 1, sizeof(struct row *));

	for (size_t i = 0; i < n; i++)
		at[i] = &row[i];
	list_view(x, kind, at, n, -1);
	for (size_t i = 0; i < n; i++)
		store_forget(x->console->store, &row[i]);
	free(at);
}
