/*
 * From slots to the document: one pass over the leaves in the order of the
 * output, opening and closing objects as they change, leaving out what is
 * empty.
 */
#include "config.h"

#include "collector/json/text.h"
#include "collector/map/mapper.h"

/* Where output goes.  w and end cache the buffer's free room. */
struct out {
	struct mapper *m;
	struct buf *b;
	char *w;
	char *end;
	bool full;
	bool snake; /* no name of the record stays as it is */
};

static void
sync_out(struct out *o)
{
	buf_commit(o->b, (size_t)(o->w - (o->b->p + o->b->len)));
	o->w = o->end = o->b->p + o->b->len;
}

/* Make room for n bytes; false when the cap is reached. */
static bool
make_room(struct out *o, size_t n)
{
	sync_out(o);
	if (n < 4096 && buf_reserve(o->b, 4096) != NULL)
		n = 4096;
	o->w = buf_reserve(o->b, n);
	if (o->w == NULL) {
		o->w = o->end = o->b->p + o->b->len;
		o->full = true;
		return false;
	}
	o->end = o->w + n;
	return true;
}

/* memcpy() for what is mostly short: no call, and the two halves overlap. */
static inline void
copy(char *to, const char *p, size_t n)
{
	if (n > 32) {
		memcpy(to, p, n);
	} else if (n >= 16) {
		memcpy(to, p, 16);
		memcpy(to + n - 16, p + n - 16, 16);
	} else if (n >= 8) {
		memcpy(to, p, 8);
		memcpy(to + n - 8, p + n - 8, 8);
	} else if (n >= 4) {
		memcpy(to, p, 4);
		memcpy(to + n - 4, p + n - 4, 4);
	} else if (n > 0) {
		to[0] = p[0];
		to[n / 2] = p[n / 2];
		to[n - 1] = p[n - 1];
	}
}

static inline void
put(struct out *o, const char *p, size_t n)
{
	if ((size_t)(o->end - o->w) < n && !make_room(o, n))
		return;
	copy(o->w, p, n);
	o->w += n;
}

static inline void
putc1(struct out *o, char c)
{
	if (o->w < o->end || make_room(o, 1))
		*o->w++ = c;
}

static inline void
put_ends(struct out *o, size_t n)
{
	while (n-- > 0)
		putc1(o, '}');
}

/* What was written so far, to take back what turns out to be empty. */
static size_t
mark(const struct out *o)
{
	return (size_t)(o->w - o->b->p);
}

static void
take_back(struct out *o, size_t to)
{
	if (o->full)
		return;
	if (to >= o->b->len) {
		o->w = o->b->p + to;
		return;
	}
	sync_out(o);
	buf_cut(o->b, to);
	o->w = o->end = o->b->p + to;
}

static bool put_tree(struct out *o, size_t tok, bool snake);

/* How the names of an object's members are written: one after another from a
 * list, by their numbers, or as they came. */
struct naming {
	const struct slice *list;
	const struct slice *by_number;
};

static struct naming
naming_of(const struct out *o, size_t object, bool snake)
{
	if (!snake)
		return (struct naming){ .list = NULL };
	map_snake_learn(o->m);
	if (o->m->scan.unique && !o->m->snakes_clash)
		return (struct naming){ .by_number = o->m->snaked };
	return (struct naming){ .list = map_snake_names(o->m, object) };
}

/* The next member's name, with its quotes; p == NULL: it is not taken over. */
static inline struct slice
name_next(const struct out *o, struct naming *n, size_t tok)
{
	const struct tok *t = &o->m->scan.tok[tok];

	if (n->list != NULL)
		return *n->list++;
	if (n->by_number == NULL)
		return scan_raw(&o->m->scan, t);
	if (n->by_number[t->name].p == NULL)
		map_leave_out(o->m, tok);
	return n->by_number[t->name];
}

/* A member's name, which has its quotes, and colon, with a comma before it
 * unless it is the first. */
static inline void
put_name(struct out *o, struct slice name, bool first)
{
	size_t need = name.len + 2;
	char *w;

	if ((size_t)(o->end - o->w) < need && !make_room(o, need))
		return;
	w = o->w;
	*w = ',';
	w += !first;
	copy(w, name.p, name.len);
	w += name.len;
	*w++ = ':';
	o->w = w;
}

/* A container of the record, pruned.  False when nothing of it is left (what
 * was written is then the caller's to take back). */
static bool
put_container(struct out *o, size_t tok, bool snake)
{
	const struct tok *t = o->m->scan.tok;
	bool object = t[tok].kind == TOK_OBJECT, first = true;
	struct naming naming = naming_of(o, tok, object && snake);
	size_t end = t[tok].next;

	putc1(o, object ? '{' : '[');
	for (size_t i = tok + 1, value; i < end; i = t[value].next) {
		size_t before = mark(o);
		struct slice name = { "", 0 };

		value = object ? i + 1 : i;
		if (object)
			name = name_next(o, &naming, i);
		if ((t[value].flags & TOK_VOID) != 0 || name.p == NULL ||
		    (object && (t[i].flags & TOK_DEAD) != 0))
			continue;
		if (object)
			put_name(o, name, first);
		else if (!first)
			putc1(o, ',');
		if (put_tree(o, value, snake))
			first = false;
		else
			take_back(o, before);
	}
	putc1(o, object ? '}' : ']');
	return !first;
}

/* A value of the record as it is, but for what the clean-up removes. */
static bool
put_tree(struct out *o, size_t tok, bool snake)
{
	const struct tok *t = &o->m->scan.tok[tok];

	if ((t->flags & TOK_VOID) != 0)
		return false;
	if (t->kind < TOK_OBJECT ||
	    ((t->flags & TOK_RAGGED) == 0 && !snake && o->m->n_dead == 0)) {
		put(o, o->m->scan.text + t->start, t->len);
		return true;
	}
	return put_container(o, tok, snake);
}

static bool put_val(struct out *o, const struct val *v);

/*
 * The members of an object that stay where they are: those without a row as
 * they came, those with a row that converts them in place.  False when none.
 */
static bool
put_kept(struct out *o, const struct node *node, size_t tok, size_t base,
    bool first)
{
	const struct tok *t = o->m->scan.tok;
	struct naming naming = naming_of(o, tok, node->snake);
	size_t end = t[tok].next;
	bool none = true;

	for (size_t i = tok + 1; i < end; i = t[i + 1].next) {
		struct slice name = name_next(o, &naming, i);
		const struct member *x;
		size_t before = mark(o);
		bool put_one;

		if (name.p == NULL ||
		    (t[i].flags & (TOK_DEAD | TOK_TAKEN)) != 0)
			continue;
		x = (t[i].flags & TOK_KNOWN) == 0 ? NULL :
						    map_find(o->m, node,
							&t[i]);
		put_name(o, name, first && none);
		if (x != NULL && x->in_place >= 0) {
			put_one = put_val(o,
			    &o->m->val[base + (size_t)x->in_place]);
		} else if (x != NULL && x->node != NULL &&
		    t[i + 1].kind == TOK_OBJECT) {
			putc1(o, '{');
			put_one = put_kept(o, x->node, i + 1, base, true);
			putc1(o, '}');
		} else {
			put_one = put_tree(o, i + 1, node->snake);
		}
		if (put_one)
			none = false;
		else
			take_back(o, before);
	}
	return !none;
}

/* A value whose text is its JSON: a scalar, or a container to be copied. */
static inline bool
is_text(const struct out *o, const struct val *v)
{
	if (v->kind <= TOK_STRING)
		return true;
	return v->kind <= TOK_ARRAY && o->m->n_dead == 0 && !o->snake &&
	    (o->m->scan.tok[v->tok].flags & TOK_RAGGED) == 0;
}

/*
 * The way to a leaf: the ends of the objects that it is not in, a comma, the
 * beginnings of those that it is in, its name.  Behind it there is room for
 * `more`.  Returns where that is, or NULL when there is none.
 */
static inline char *
put_way(struct out *o, const struct leaf *l, size_t ends, size_t from,
    bool first, size_t more)
{
	const char *text = l->text + l->off[from];
	size_t len = l->len - l->off[from];
	size_t need = ends + 1 + len + LEAF_PAD + more;
	char *w;

	if ((size_t)(o->end - o->w) < need && !make_room(o, need))
		return NULL;
	w = o->w;
	for (; ends > 0; ends--)
		*w++ = '}';
	*w = ',';
	w += !first;
	/* Most are shorter than what is copied at once. */
	memcpy(w, text, LEAF_PAD);
	if (len > LEAF_PAD)
		memcpy(w + LEAF_PAD, text + LEAF_PAD, len - LEAF_PAD);
	return w + len;
}

/* A leaf and its value; false when nothing of that is left. */
static inline bool
put_leaf(struct out *o, const struct leaf *l, const struct val *v, size_t ends,
    size_t from, bool first)
{
	size_t before;
	char *w;

	if (is_text(o, v)) {
		w = put_way(o, l, ends, from, first, v->len);
		if (w == NULL)
			return false;
		copy(w, v->p, v->len);
		o->w = w + v->len;
		return true;
	}
	before = mark(o);
	w = put_way(o, l, ends, from, first, 0);
	if (w == NULL)
		return false;
	o->w = w;
	if (put_val(o, v))
		return true;
	take_back(o, before);
	return false;
}

/*
 * The fields of one frame.  `first` says that nothing of the object is written
 * yet.  Returns whether something was; the objects it opened are closed.
 */
static bool
put_leaves(struct out *o, const struct shape *s, size_t base, bool first)
{
	const struct leaf *l = s->leaf, *end = l + s->n_leaves;
	const struct val *frame = o->m->val + base;
	size_t depth = 0, common = 0;

	for (; l < end; l++) {
		const struct val *v = &frame[l->slot];

		if (l->common < common)
			common = l->common;
		if (v->kind == 0 ||
		    !put_leaf(o, l, v, depth - common, common, first))
			continue;
		first = false;
		depth = common = l->depth;
	}
	put_ends(o, depth);
	return !first;
}

/* The elements of a list of objects, each with its fields and what is kept. */
static bool
put_objects(struct out *o, const struct val *v)
{
	const struct mapper *m = o->m;
	const struct shape *s = m->shape[v->index];
	const struct tok *t = m->scan.tok;
	size_t frame = v->extra, end = t[v->tok].next;
	size_t i = v->tok + (t[v->tok].kind == TOK_ARRAY);
	bool first = true;

	putc1(o, '[');
	for (; i < end; i = t[i].next) {
		size_t before = mark(o);
		bool some;

		if (!first)
			putc1(o, ',');
		if (t[i].kind == TOK_OBJECT) {
			putc1(o, '{');
			some = put_leaves(o, s, frame, true);
			some |= put_kept(o, s->root, i, frame, !some);
			putc1(o, '}');
			frame += s->n_slots;
		} else {
			some = put_tree(o, i, s->root->snake);
		}
		if (some)
			first = false;
		else
			take_back(o, before);
	}
	putc1(o, ']');
	return !first;
}

static bool
put_list(struct out *o, const struct val *v)
{
	char before = '[';
	size_t at;

	for (size_t i = v->tok; i != 0; i = o->m->item[i].next) {
		const struct val *one = &o->m->item[i].val;

		if (one->kind == TOK_STRING && one->len == 2)
			continue;
		at = mark(o);
		putc1(o, before);
		if (put_val(o, one))
			before = ',';
		else
			take_back(o, at);
	}
	if (before == '[')
		return false;
	putc1(o, ']');
	return true;
}

static bool
put_original(struct out *o)
{
	bool ok;

	putc1(o, '"');
	sync_out(o);
	ok = json_escape(o->b, o->m->record) == 0;
	o->w = o->end = o->b->p + o->b->len;
	if (!ok)
		o->full = true;
	putc1(o, '"');
	return true;
}

static bool
put_val(struct out *o, const struct val *v)
{
	bool some;

	switch (v->kind) {
	case 0:
		return false;
	case TOK_OBJECT:
	case TOK_ARRAY:
		return put_tree(o, v->tok, o->snake);
	case VAL_LIST:
		return put_list(o, v);
	case VAL_OBJECTS:
		return put_objects(o, v);
	case VAL_REST:
		putc1(o, '{');
		some = put_kept(o, o->m->node[v->index], v->tok, v->extra,
		    true);
		putc1(o, '}');
		return some;
	case VAL_ORIGINAL:
		return put_original(o);
	default:
		put(o, v->p, v->len);
		return true;
	}
}

int
map_emit_document(struct mapper *m, struct buf *out)
{
	struct out o = { .m = m, .b = out, .w = out->p + out->len,
		.snake = m->shape[0]->root->snake };
	size_t before = out->len;

	o.end = o.w;
	put_leaves(&o, m->shape[0], 0, true);
	putc1(&o, '}');
	sync_out(&o);
	if (!o.full)
		return 0;
	buf_cut(out, before);
	return -1;
}
