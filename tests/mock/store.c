#include "config.h"

#include "tests/mock/store.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"

#define ROWS_PER_BLOCK 1024

struct index {
	struct row **at;
	size_t n, cap;
};

struct set {
	struct row **block; /* of ROWS_PER_BLOCK rows, so that rows stay put */
	size_t n_rows;
	struct index index[KEY_COUNT];
	struct entry *ledger;
	size_t n_ledger, cap_ledger;
};

/* A row or a version that is written but not yet to be seen. */
struct pending {
	int64_t visible, updated;
	struct row *row;
	enum set_id set;
	bool is_new;
};

struct store {
	struct set set[SET_STORED];
	struct pending *pending; /* the next one last */
	size_t n_pending, cap_pending;
	size_t cache_left;
};

static const char *const set_names[SET_COUNT] = {
	[SET_ACTIVITY] = "activity",
	[SET_AGENT] = "agent",
	[SET_GROUP] = "group",
	[SET_THREAT] = "threat",
	[SET_ALERT] = "alert",
	[SET_UNIFIED] = "unified_alert",
	[SET_INVENTORY] = "inventory",
	[SET_APPLICATION] = "application",
	[SET_RISK] = "application_risk",
	[SET_TIMELINE] = "timeline",
	[SET_THREAT_EVENT] = "threat_event",
};

const char *
set_name(enum set_id set)
{
	return set_names[set];
}

int
set_find(const char *name, enum set_id *set)
{
	for (int i = 0; i < SET_STORED; i++) {
		if (strcmp(name, set_names[i]) == 0) {
			*set = (enum set_id)i;
			return 0;
		}
	}
	return -1;
}

int64_t
set_time(enum set_id set, int64_t us)
{
	return set == SET_UNIFIED ? us / 1000 * 1000 : us;
}

/* A UUID of version 7 has 48 bits of time and, in its end, 62 free ones. */
void
set_put_id(enum set_id set, uint64_t id, struct buf *out)
{
	uint64_t ms = id >> 22, mix = id * UINT64_C(0x9e3779b97f4a7c15) >> 52;

	if (set == SET_UNIFIED)
		buf_addf(out, "%08llx-%04llx-7%03llx-%04llx-%012llx",
		    (unsigned long long)(ms >> 16),
		    (unsigned long long)(ms & 0xffff),
		    (unsigned long long)mix,
		    (unsigned long long)(id >> 48 | 0x8000),
		    (unsigned long long)(id & 0xffffffffffff));
	else
		buf_addf(out, "%llu", (unsigned long long)id);
}

uint64_t
set_read_id(enum set_id set, const char *text)
{
	if (set != SET_UNIFIED)
		return strtoull(text, NULL, 10);
	if (strlen(text) != 36)
		return 0;
	return (strtoull(text + 19, NULL, 16) & 0x3fff) << 48 |
	    strtoull(text + 24, NULL, 16);
}

struct store *
store_new(size_t cache_bytes)
{
	struct store *s = xcalloc(1, sizeof(*s));

	s->cache_left = cache_bytes;
	return s;
}

static void
set_fini(struct set *set)
{
	for (size_t i = 0; i < set->n_rows; i++)
		free(set->block[i / ROWS_PER_BLOCK][i % ROWS_PER_BLOCK].text);
	for (size_t i = 0; i < set->n_rows; i += ROWS_PER_BLOCK)
		free(set->block[i / ROWS_PER_BLOCK]);
	free(set->block);
	for (int k = 0; k < KEY_COUNT; k++)
		free(set->index[k].at);
	free(set->ledger);
}

void
store_free(struct store *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < SET_STORED; i++)
		set_fini(&s->set[i]);
	free(s->pending);
	free(s);
}

int64_t
row_key(const struct row *row, enum key key)
{
	switch (key) {
	case KEY_CREATED:
		return row->created;
	case KEY_UPDATED:
		return row->updated;
	case KEY_KIND:
		return row->kind;
	default:
		return (int64_t)row->id;
	}
}

static int
compare_to(const struct row *row, enum key key, int64_t value, uint64_t id)
{
	int64_t v = row_key(row, key);

	if (v != value)
		return v < value ? -1 : 1;
	return row->id < id ? -1 : row->id > id;
}

int
row_compare(const struct row *a, const struct row *b, enum key key)
{
	return compare_to(a, key, row_key(b, key), b->id);
}

size_t
view_lower_bound(const struct view *v, int64_t value, uint64_t id)
{
	size_t lo = 0, hi = v->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare_to(v->at[mid], v->key, value, id) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct view
store_view(const struct store *s, enum set_id set, enum key key)
{
	const struct index *x = &s->set[set].index[key];

	return (struct view){ x->at, x->n, key };
}

static size_t
place_of(const struct store *s, enum set_id set, enum key key,
    const struct row *row)
{
	struct view v = store_view(s, set, key);

	return view_lower_bound(&v, row_key(row, key), row->id);
}

static void
index_reserve(struct index *x, size_t n)
{
	if (n <= x->cap)
		return;
	x->cap = n + n / 2;
	x->at = xrealloc(x->at, x->cap * sizeof(struct row *));
}

static void
index_insert(struct store *s, enum set_id set, enum key key, struct row *row)
{
	struct index *x = &s->set[set].index[key];
	size_t i = place_of(s, set, key, row);

	index_reserve(x, x->n + 1);
	memmove(x->at + i + 1, x->at + i, (x->n - i) * sizeof(struct row *));
	x->at[i] = row;
	x->n++;
}

static void
index_remove(struct store *s, enum set_id set, enum key key, struct row *row)
{
	struct index *x = &s->set[set].index[key];
	size_t i = place_of(s, set, key, row);

	if (i == x->n || x->at[i] != row)
		return;
	x->n--;
	memmove(x->at + i, x->at + i + 1, (x->n - i) * sizeof(struct row *));
}

static void
ledger_open(struct store *s, enum set_id set, struct row *row, int64_t now)
{
	struct set *t = &s->set[set];

	if (t->n_ledger == t->cap_ledger) {
		t->cap_ledger = t->cap_ledger * 2 + 64;
		t->ledger = xrealloc(t->ledger,
		    t->cap_ledger * sizeof(*t->ledger));
	}
	row->entry = (uint32_t)t->n_ledger;
	t->ledger[t->n_ledger++] = (struct entry){ .id = row->id,
		.created = row->created, .updated = row->updated,
		.visible = now, .index = row->index,
		.version = row->version };
}

static void
ledger_close(struct store *s, enum set_id set, const struct row *row,
    int64_t now, bool deleted)
{
	struct entry *e = &s->set[set].ledger[row->entry];

	e->gone = now;
	e->deleted = deleted;
}

const struct entry *
store_ledger(const struct store *s, enum set_id set, size_t *n)
{
	*n = s->set[set].n_ledger;
	return s->set[set].ledger;
}

struct row *
store_row(const struct store *s, enum set_id set, uint32_t index)
{
	return &s->set[set].block[index / ROWS_PER_BLOCK]
	    [index % ROWS_PER_BLOCK];
}

size_t
store_count(const struct store *s, enum set_id set)
{
	return s->set[set].n_rows;
}

struct row *
store_add(struct store *s, enum set_id set)
{
	struct set *t = &s->set[set];
	size_t i = t->n_rows;
	struct row *row;

	if (i % ROWS_PER_BLOCK == 0) {
		t->block = xrealloc(t->block,
		    (i / ROWS_PER_BLOCK + 1) * sizeof(struct row *));
		t->block[i / ROWS_PER_BLOCK] =
		    xcalloc(ROWS_PER_BLOCK, sizeof(struct row));
	}
	t->n_rows++;
	row = store_row(s, set, (uint32_t)i);
	*row = (struct row){ .index = (uint32_t)i, .agent = ROW_NONE,
		.threat = ROW_NONE, .entry = ROW_NONE };
	return row;
}

static int
by_id(const void *a, const void *b)
{
	return row_compare(*(struct row *const *)a, *(struct row *const *)b,
	    KEY_ID);
}

static int
by_created(const void *a, const void *b)
{
	return row_compare(*(struct row *const *)a, *(struct row *const *)b,
	    KEY_CREATED);
}

static int
by_updated(const void *a, const void *b)
{
	return row_compare(*(struct row *const *)a, *(struct row *const *)b,
	    KEY_UPDATED);
}

static int
by_kind(const void *a, const void *b)
{
	return row_compare(*(struct row *const *)a, *(struct row *const *)b,
	    KEY_KIND);
}

static void
set_load(struct store *s, enum set_id set, int64_t now)
{
	static int (*const compare[KEY_COUNT])(const void *, const void *) = {
		[KEY_ID] = by_id,
		[KEY_CREATED] = by_created,
		[KEY_UPDATED] = by_updated,
		[KEY_KIND] = by_kind,
	};
	struct set *t = &s->set[set];

	for (size_t i = 0; i < t->n_rows; i++)
		ledger_open(s, set, store_row(s, set, (uint32_t)i), now);
	for (int k = 0; k < KEY_COUNT; k++) {
		struct index *x = &t->index[k];

		index_reserve(x, t->n_rows);
		for (size_t i = 0; i < t->n_rows; i++)
			x->at[x->n++] = store_row(s, set, (uint32_t)i);
		if (x->n > 0)
			qsort(x->at, x->n, sizeof(struct row *), compare[k]);
	}
}

void
store_load(struct store *s, int64_t now)
{
	for (int set = 0; set < SET_STORED; set++)
		set_load(s, (enum set_id)set, now);
}

void
store_forget(struct store *s, struct row *row)
{
	if (row->text == NULL)
		return;
	s->cache_left += row->len;
	free(row->text);
	row->text = NULL;
}

static void
show_new(struct store *s, enum set_id set, struct row *row, int64_t now)
{
	for (int k = 0; k < KEY_COUNT; k++)
		index_insert(s, set, (enum key)k, row);
	ledger_open(s, set, row, now);
}

/* An update that is overtaken by a later one is never seen. */
static void
show_update(struct store *s, enum set_id set, struct row *row, int64_t updated,
    int64_t now)
{
	if (updated <= row->updated || store_find(s, set, row->id) == NULL)
		return;
	index_remove(s, set, KEY_UPDATED, row);
	row->updated = updated;
	row->version++;
	index_insert(s, set, KEY_UPDATED, row);
	store_forget(s, row);
	ledger_close(s, set, row, now, false);
	ledger_open(s, set, row, now);
}

static void
pending_add(struct store *s, struct pending p)
{
	size_t i = s->n_pending;

	if (i == s->cap_pending) {
		s->cap_pending = s->cap_pending * 2 + 64;
		s->pending = xrealloc(s->pending,
		    s->cap_pending * sizeof(*s->pending));
	}
	while (i > 0 && s->pending[i - 1].visible <= p.visible)
		i--;
	memmove(s->pending + i + 1, s->pending + i,
	    (s->n_pending - i) * sizeof(*s->pending));
	s->pending[i] = p;
	s->n_pending++;
}

void
store_publish(struct store *s, enum set_id set, struct row *row,
    int64_t updated, int64_t visible)
{
	pending_add(s, (struct pending){ .visible = visible,
		.updated = updated, .row = row, .set = set,
		.is_new = row->entry == ROW_NONE });
}

size_t
store_pending(const struct store *s)
{
	return s->n_pending;
}

void
store_advance(struct store *s, int64_t now)
{
	while (s->n_pending > 0 &&
	    s->pending[s->n_pending - 1].visible <= now) {
		const struct pending *p = &s->pending[--s->n_pending];

		if (p->is_new)
			show_new(s, p->set, p->row, now);
		else
			show_update(s, p->set, p->row, p->updated, now);
	}
}

struct row *
store_find(const struct store *s, enum set_id set, uint64_t id)
{
	struct view v = store_view(s, set, KEY_ID);
	size_t i = view_lower_bound(&v, (int64_t)id, id);

	return i < v.n && v.at[i]->id == id ? v.at[i] : NULL;
}

bool
store_delete(struct store *s, enum set_id set, uint64_t id, int64_t now)
{
	struct row *row = store_find(s, set, id);

	if (row == NULL)
		return false;
	for (int k = 0; k < KEY_COUNT; k++)
		index_remove(s, set, (enum key)k, row);
	store_forget(s, row);
	ledger_close(s, set, row, now, true);
	return true;
}

struct slice
store_text(struct store *s, struct row *row, struct buf *scratch,
    void (*make)(void *cookie, const struct row *row, struct buf *out),
    void *cookie)
{
	if (row->text != NULL)
		return (struct slice){ row->text, row->len };
	buf_reset(scratch);
	make(cookie, row, scratch);
	if (scratch->len <= s->cache_left) {
		row->len = (uint32_t)scratch->len;
		row->text = xmalloc(scratch->len);
		memcpy(row->text, scratch->p, scratch->len);
		s->cache_left -= scratch->len;
	}
	return buf_slice(scratch);
}
