/*
 * From slots to the document: one pass over the leaves in the order of the
 * output, opening and closing objects as they change, leaving out what is
 * empty.
 */
#include "config.h"

#include "collector/map/mapper.h"

/* What is being emitted. */
struct emit {
	struct mapper *m;
	struct out o;
	bool snake; /* no name of the record stays as it is */
};

static inline void
put_ends(struct emit *e, size_t n)
{
	while (n-- > 0)
		out_putc(&e->o, '}');
}

static bool put_tree(struct emit *e, size_t tok, bool snake);

/* How the names of an object's members are written: one after another from a
 * list, by their numbers, or as they came. */
struct naming {
	const struct slice *list;
	const struct slice *by_number;
};

static struct naming
naming_of(const struct emit *e, size_t object, bool snake)
{
	if (!snake)
		return (struct naming){ .list = NULL };
	map_snake_learn(e->m);
	if (e->m->scan.unique && !e->m->snakes_clash)
		return (struct naming){ .by_number = e->m->snaked };
	return (struct naming){ .list = map_snake_names(e->m, object) };
}

/* The next member is not written, whatever its name. */
static inline void
name_skip(struct naming *n)
{
	if (n->list != NULL)
		n->list++;
}

/* The next member's name, with its quotes; p == NULL: it is not taken over. */
static inline struct slice
name_next(const struct emit *e, struct naming *n, size_t tok)
{
	const struct tok *t = &e->m->scan.tok[tok];

	if (n->list != NULL)
		return *n->list++;
	if (n->by_number == NULL)
		return scan_raw(&e->m->scan, t);
	if (n->by_number[t->name].p == NULL)
		map_leave_out(e->m, tok);
	return n->by_number[t->name];
}

/* A member's name, which has its quotes, and colon at w, where there is room,
 * with a comma before it unless it is the first. */
OUT_INLINE char *
put_name(const struct emit *e, char *w, struct slice name, bool first)
{
	*w = ',';
	w = out_copy(&e->o, w + !first, name.p, name.len);
	*w = ':';
	return w + 1;
}

/* A member whose value is n bytes of text. */
static inline bool
put_pair(struct emit *e, struct slice name, bool first, const char *p, size_t n)
{
	if (out_has_room(&e->o, name.len + n))
		e->o.w = out_copy(&e->o, put_name(e, e->o.w, name, first), p,
		    n);
	return true;
}

/* A member of the record as it is, but for its name and for what the clean-up
 * removes.  False when nothing is left. */
static inline bool
put_member(struct emit *e, struct slice name, bool first, size_t tok,
    bool snake)
{
	const struct tok *t = &e->m->scan.tok[tok];
	size_t before;

	if ((t->flags & TOK_VOID) != 0)
		return false;
	if (t->kind < TOK_OBJECT)
		return put_pair(e, name, first, e->m->scan.text + t->start,
		    t->len);
	before = out_mark(&e->o);
	if (out_has_room(&e->o, name.len))
		e->o.w = put_name(e, e->o.w, name, first);
	if (put_tree(e, tok, snake))
		return true;
	out_take_back(&e->o, before);
	return false;
}

static bool
put_object(struct emit *e, size_t tok, bool snake)
{
	const struct tok *t = e->m->scan.tok;
	struct naming naming = naming_of(e, tok, snake);
	size_t end = t[tok].next;
	bool first = true;

	out_putc(&e->o, '{');
	for (size_t i = tok + 1; i < end; i = t[i + 1].next) {
		struct slice name = name_next(e, &naming, i);

		if (name.p != NULL && (t[i].flags & TOK_DEAD) == 0)
			first &= !put_member(e, name, first, i + 1, snake);
	}
	out_putc(&e->o, '}');
	return !first;
}

static bool
put_array(struct emit *e, size_t tok, bool snake)
{
	const struct tok *t = e->m->scan.tok;
	size_t end = t[tok].next;
	char before = '[';

	for (size_t i = tok + 1; i < end; i = t[i].next) {
		size_t to = out_mark(&e->o);

		if ((t[i].flags & TOK_VOID) != 0)
			continue;
		out_putc(&e->o, before);
		if (put_tree(e, i, snake))
			before = ',';
		else
			out_take_back(&e->o, to);
	}
	out_putc(&e->o, ']');
	return before == ',';
}

/* A value of the record as it is, but for what the clean-up removes.  False
 * when nothing of it is left (what was written is then the caller's to take
 * back). */
static bool
put_tree(struct emit *e, size_t tok, bool snake)
{
	const struct tok *t = &e->m->scan.tok[tok];

	if ((t->flags & TOK_VOID) != 0)
		return false;
	if (t->kind < TOK_OBJECT ||
	    ((t->flags & TOK_RAGGED) == 0 && !snake && e->m->n_dead == 0)) {
		out_put(&e->o, e->m->scan.text + t->start, t->len);
		return true;
	}
	return t->kind == TOK_OBJECT ? put_object(e, tok, snake) :
				       put_array(e, tok, snake);
}

static bool put_val(struct emit *e, const struct val *v);
static bool put_kept(struct emit *e, const struct node *node, size_t tok,
    size_t base, bool first);

/* A member that stays and has rows at it or below it. */
static bool
put_known(struct emit *e, const struct node *node, struct slice name,
    bool first, size_t tok, size_t base)
{
	const struct tok *t = e->m->scan.tok;
	const struct member *x = map_find(e->m, node, &t[tok]);
	const struct val *v = NULL;
	size_t before = out_mark(&e->o);
	bool some;

	if (x != NULL && x->in_place >= 0) {
		v = &e->m->val[base + (size_t)x->in_place];
		if (v->kind == 0)
			return false;
		if (v->kind <= TOK_STRING)
			return put_pair(e, name, first, v->p, v->len);
	} else if (x == NULL || x->node == NULL ||
	    t[tok + 1].kind != TOK_OBJECT) {
		return put_member(e, name, first, tok + 1, node->snake);
	}
	if (out_has_room(&e->o, name.len))
		e->o.w = put_name(e, e->o.w, name, first);
	if (v != NULL) {
		some = put_val(e, v);
	} else {
		out_putc(&e->o, '{');
		some = put_kept(e, x->node, tok + 1, base, true);
		out_putc(&e->o, '}');
	}
	if (!some)
		out_take_back(&e->o, before);
	return some;
}

/*
 * The members of an object that stay where they are: those without a row as
 * they came, those with a row that converts them in place.  False when none.
 */
static bool
put_kept(struct emit *e, const struct node *node, size_t tok, size_t base,
    bool first)
{
	const struct tok *t = e->m->scan.tok;
	struct naming naming = naming_of(e, tok, node->snake);
	size_t end = t[tok].next;
	bool none = true;

	for (size_t i = tok + 1; i < end; i = t[i + 1].next) {
		struct slice name;

		if ((t[i].flags & (TOK_DEAD | TOK_TAKEN)) != 0) {
			name_skip(&naming);
			continue;
		}
		name = name_next(e, &naming, i);
		if (name.p == NULL)
			continue;
		none &= !((t[i].flags & TOK_KNOWN) == 0 ?
		    put_member(e, name, first && none, i + 1, node->snake) :
		    put_known(e, node, name, first && none, i, base));
	}
	return !none;
}

/* A value whose text is its JSON: a scalar, or a container to be copied. */
static inline bool
is_text(const struct emit *e, const struct val *v)
{
	if (v->kind <= TOK_STRING)
		return true;
	return v->kind <= TOK_ARRAY && e->m->n_dead == 0 && !e->snake &&
	    (e->m->scan.tok[v->tok].flags & TOK_RAGGED) == 0;
}

/*
 * The way to a leaf at w, where there is room: the ends of the objects that it
 * is not in, a comma, the beginnings of those that it is in, its name.
 */
static inline char *
put_way(char *w, const struct leaf *l, size_t ends, size_t from, bool first)
{
	memset(w, '}', LEAF_DEPTH);
	w += ends;
	*w = ',';
	return out_copy_blocks(w + !first, l->text + l->off[from],
	    l->len - l->off[from]);
}

/* A leaf whose value has to be put together, or without room yet; false when
 * nothing of it is left. */
static __attribute__((noinline)) bool
put_leaf(struct emit *e, const struct leaf *l, const struct val *v, size_t ends,
    size_t from, bool first)
{
	size_t before = out_mark(&e->o);

	if (!out_has_room(&e->o, l->len))
		return false;
	e->o.w = put_way(e->o.w, l, ends, from, first);
	if (put_val(e, v))
		return true;
	out_take_back(&e->o, before);
	return false;
}

/*
 * The fields of one frame.  `first` says that nothing of the object is written
 * yet.  Returns whether something was; the objects it opened are closed.
 */
static bool
put_leaves(struct emit *e, const struct shape *s, size_t base, bool first)
{
	const struct leaf *l = s->leaf, *end = l + s->n_leaves;
	const struct val *frame = e->m->val + base;
	size_t depth = 0, common = 0;
	char *w = e->o.w;

	for (; l < end; l++) {
		const struct val *v = &frame[l->slot];

		if (l->common < common)
			common = l->common;
		if (v->kind == 0)
			continue;
		if (is_text(e, v) &&
		    e->o.end - w >= (ptrdiff_t)(l->len + v->len)) {
			w = put_way(w, l, depth - common, common, first);
			w = out_copy(&e->o, w, v->p, v->len);
		} else {
			bool some;

			e->o.w = w;
			some = put_leaf(e, l, v, depth - common, common,
			    first);
			w = e->o.w;
			if (!some)
				continue;
		}
		first = false;
		depth = common = l->depth;
	}
	e->o.w = w;
	put_ends(e, depth);
	return !first;
}

/* The elements of a list of objects, each with its fields and what is kept. */
static bool
put_objects(struct emit *e, const struct val *v)
{
	const struct mapper *m = e->m;
	const struct shape *s = m->shape[v->index];
	const struct tok *t = m->scan.tok;
	size_t frame = v->extra, end = t[v->tok].next;
	size_t i = v->tok + (t[v->tok].kind == TOK_ARRAY);
	bool first = true;

	out_putc(&e->o, '[');
	for (; i < end; i = t[i].next) {
		size_t before = out_mark(&e->o);
		bool some;

		if (!first)
			out_putc(&e->o, ',');
		if (t[i].kind == TOK_OBJECT) {
			out_putc(&e->o, '{');
			some = put_leaves(e, s, frame, true);
			some |= put_kept(e, s->root, i, frame, !some);
			out_putc(&e->o, '}');
			frame += s->n_slots;
		} else {
			some = put_tree(e, i, s->root->snake);
		}
		if (some)
			first = false;
		else
			out_take_back(&e->o, before);
	}
	out_putc(&e->o, ']');
	return !first;
}

static bool
put_list(struct emit *e, const struct val *v)
{
	char before = '[';
	size_t at;

	for (size_t i = v->tok; i != 0; i = e->m->item[i].next) {
		const struct val *one = &e->m->item[i].val;

		if (one->kind == TOK_STRING && one->len == 2)
			continue;
		if (is_text(e, one)) {
			if (!out_has_room(&e->o, one->len))
				continue;
			*e->o.w = before;
			e->o.w = out_copy(&e->o, e->o.w + 1, one->p, one->len);
			before = ',';
			continue;
		}
		at = out_mark(&e->o);
		out_putc(&e->o, before);
		if (put_val(e, one))
			before = ',';
		else
			out_take_back(&e->o, at);
	}
	if (before == '[')
		return false;
	out_putc(&e->o, ']');
	return true;
}

static bool
put_original(struct emit *e)
{
	out_putc(&e->o, '"');
	out_escape(&e->o, e->m->record);
	out_putc(&e->o, '"');
	return true;
}

static bool
put_val(struct emit *e, const struct val *v)
{
	bool some;

	switch (v->kind) {
	case 0:
		return false;
	case TOK_OBJECT:
	case TOK_ARRAY:
		return put_tree(e, v->tok, e->snake);
	case VAL_LIST:
		return put_list(e, v);
	case VAL_OBJECTS:
		return put_objects(e, v);
	case VAL_REST:
		out_putc(&e->o, '{');
		some = put_kept(e, e->m->node[v->index], v->tok, v->extra,
		    true);
		out_putc(&e->o, '}');
		return some;
	case VAL_ORIGINAL:
		return put_original(e);
	default:
		out_put(&e->o, v->p, v->len);
		return true;
	}
}

int
map_emit_document(struct mapper *m, struct buf *out)
{
	struct emit e = { .m = m, .snake = m->shape[0]->root->snake };
	const struct tok *t = &m->scan.tok[0];
	size_t before = out->len;

	out_init(&e.o, out, (struct slice){ m->scan.text, t->start + t->len });
	put_leaves(&e, m->shape[0], 0, true);
	out_putc(&e.o, '}');
	out_sync(&e.o);
	if (!e.o.full)
		return 0;
	buf_cut(out, before);
	return -1;
}
