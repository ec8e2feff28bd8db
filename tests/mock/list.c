#include "config.h"

#include "tests/mock/list.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/gen.h"
#include "tests/mock/query.h"
#include "tests/mock/stamp.h"

#define TOTAL_CAP 50000
#define ROW_MAX (1u << 20)

struct list_kind {
	enum set_id set;
	struct query_rules rules;
	const char *cursor_prefix; /* the database's name for the list */
};

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

static const struct param activity_params[] = {
	{ "createdAt", PARAM_RANGE, KEY_CREATED },
	{ "activityTypes", PARAM_LIST, LIST_KIND },
	{ "agentIds", PARAM_LIST, LIST_AGENT },
	{ "threatIds", PARAM_LIST, LIST_THREAT },
	{ "includeHidden", PARAM_IGNORED, 0 },
	{ NULL, PARAM_IGNORED, 0 },
};

static const struct param agent_params[] = {
	{ "createdAt", PARAM_RANGE, KEY_CREATED },
	{ "updatedAt", PARAM_RANGE, KEY_UPDATED },
	{ "isActive", PARAM_NO_FLAG, AGENT_INACTIVE },
	{ "infected", PARAM_FLAG, AGENT_INFECTED },
	{ "isDecommissioned", PARAM_FLAG, AGENT_DECOMMISSIONED },
	{ "isUninstalled", PARAM_FLAG, AGENT_UNINSTALLED },
	{ NULL, PARAM_IGNORED, 0 },
};

static const struct param group_params[] = {
	{ "updatedAt", PARAM_RANGE, KEY_UPDATED },
	{ NULL, PARAM_IGNORED, 0 },
};

static const struct param threat_params[] = {
	{ "createdAt", PARAM_RANGE, KEY_CREATED },
	{ "updatedAt", PARAM_RANGE, KEY_UPDATED },
	{ "agentIds", PARAM_LIST, LIST_AGENT },
	{ NULL, PARAM_IGNORED, 0 },
};

#define SORTS_TIMES (1u << KEY_ID | 1u << KEY_CREATED | 1u << KEY_UPDATED)
#define SORTS_ACTIVITY (1u << KEY_ID | 1u << KEY_CREATED | 1u << KEY_KIND)
#define SORTS_TIMELINE (1u << KEY_CREATED | 1u << KEY_KIND)

static const struct list_kind activities = { SET_ACTIVITY,
	{ activity_params, SORTS_ACTIVITY, KEY_ID, 1000 }, "" };
static const struct list_kind agents = { SET_AGENT,
	{ agent_params, SORTS_TIMES, KEY_ID, 1000 }, "" };
static const struct list_kind groups = { SET_GROUP,
	{ group_params, SORTS_TIMES, KEY_ID, 300 }, "" };
static const struct list_kind threats = { SET_THREAT,
	{ threat_params, SORTS_TIMES, KEY_ID, 1000 }, "ThreatView." };
static const struct list_kind timeline = { SET_TIMELINE,
	{ NULL, SORTS_TIMELINE, KEY_CREATED, 1000 }, "" };

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
	struct slice text = store_text(p->x->console->store, row, &p->scratch,
	    make_text, p);

	if (p->n++ > 0)
		buf_addc(&p->x->out, ',');
	buf_add_slice(&p->x->out, text);
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
	if ((p->x->page_faults & PAGE_TOTAL_CAPPED) && total > TOTAL_CAP)
		total = TOTAL_CAP;
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

static void
list_stored(struct exchange *x, const struct list_kind *kind)
{
	struct page p = { .x = x, .kind = kind };

	if (query_read(&p.q, &kind->rules, x) == 0) {
		p.view = store_view(x->console->store, kind->set, p.q.sort);
		serve_page(&p);
	}
	query_fini(&p.q);
}

void
list_activities(struct exchange *x)
{
	list_stored(x, &activities);
}

void
list_agents(struct exchange *x)
{
	list_stored(x, &agents);
}

void
list_groups(struct exchange *x)
{
	list_stored(x, &groups);
}

void
list_threats(struct exchange *x)
{
	list_stored(x, &threats);
}

static int
by_kind(const void *a, const void *b)
{
	return row_compare(*(struct row *const *)a, *(struct row *const *)b,
	    KEY_KIND);
}

/* A threat's timeline is not stored; the rows are made for this request. */
static void
timeline_rows(const struct console *c, const struct row *threat,
    struct row *row, struct row **at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		int64_t created = threat->created +
		    (int64_t)i * 37 * STAMP_SECOND + 12345;

		row[i] = (struct row){ .index = i, .created = created,
			.updated = created - 2000, .kind = 19 + i % 6,
			.agent = threat->agent, .threat = threat->index,
			.group = threat->group };
		row[i].id = world_id(&c->world, created, SET_TIMELINE,
		    threat->index);
		at[i] = &row[i];
	}
}

void
list_timeline(struct exchange *x)
{
	const struct console *c = x->console;
	struct page p = { .x = x, .kind = &timeline };
	const struct row *threat = store_find(c->store, SET_THREAT, x->id);
	struct row *row, **at;
	uint32_t n;

	if (threat == NULL) {
		reply_error(x, 404, 4040010, "Requested resource was not found",
		    NULL);
		return;
	}
	n = gen_timeline_count(&c->world, threat);
	row = xcalloc(n + 1, sizeof(*row));
	at = xcalloc(n + 1, sizeof(struct row *));
	timeline_rows(c, threat, row, at, n);
	if (query_read(&p.q, &timeline.rules, x) == 0) {
		if (p.q.sort == KEY_KIND)
			qsort(at, n, sizeof(struct row *), by_kind);
		p.view = (struct view){ at, n, p.q.sort };
		serve_page(&p);
	}
	query_fini(&p.q);
	for (uint32_t i = 0; i < n; i++)
		store_forget(c->store, &row[i]);
	free(at);
	free(row);
}
