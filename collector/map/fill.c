/*
 * From tokens to slots: walk the record's members against the trie of known
 * ones and run their rows.
 */
#include "config.h"

#include "collector/base/xalloc.h"
#include "collector/map/mapper.h"

/* Objects and frames are referred to by index: the arrays move. */
static void fill_object(struct mapper *m, struct node *node, size_t tok,
    size_t base);

/* A new frame for each of n elements of a shape; returns the first. */
static size_t
add_frames(struct mapper *m, const struct shape *s, size_t n)
{
	size_t first = m->n_vals;

	while (m->n_vals + n * s->n_slots > m->cap_vals) {
		m->cap_vals = m->cap_vals == 0 ? 512 : m->cap_vals * 2;
		m->val = xreallocarray(m->val, m->cap_vals, sizeof(*m->val));
	}
	for (size_t i = 0; i < n; i++) {
		memcpy(m->val + m->n_vals, s->fresh,
		    s->n_slots * sizeof(*m->val));
		m->n_vals += s->n_slots;
	}
	return first;
}

/* The number of elements, those that are objects in *objects. */
static void
count_objects(const struct mapper *m, size_t tok, size_t *objects)
{
	size_t end = m->scan.tok[tok].next;

	*objects = 0;
	for (size_t i = tok + 1; i < end; i = m->scan.tok[i].next)
		*objects += m->scan.tok[i].kind == TOK_OBJECT;
}

/*
 * Map the elements of a list by a shape, each in a frame of its own; what is
 * no list counts as one element.  Returns the first frame.
 */
static size_t
fill_elements(struct mapper *m, const struct shape *s, size_t tok)
{
	size_t n = 1, base, end, i = tok, first;
	bool around = m->in_first;

	if (m->scan.tok[tok].kind == TOK_ARRAY) {
		count_objects(m, tok, &n);
		i++;
	}
	base = add_frames(m, s, n);
	end = m->scan.tok[tok].next;
	first = i;
	for (size_t frame = base; i < end; i = m->scan.tok[i].next) {
		if (m->scan.tok[i].kind != TOK_OBJECT)
			continue;
		m->in_first = around && i == first;
		fill_object(m, s->root, i, frame);
		frame += s->n_slots;
	}
	m->in_first = around;
	return base;
}

static struct val
objects_value(struct mapper *m, const struct row *row, size_t tok)
{
	const struct shape *s = m->shape[row->index];
	struct val v = val_of_tok(m, tok);

	if ((row->flags & MAP_LIST_ONLY) != 0 && v.kind != TOK_ARRAY)
		return v;
	if (v.kind != TOK_ARRAY && v.kind != TOK_OBJECT)
		return v;
	v.extra = (uint32_t)fill_elements(m, s, tok);
	v.kind = VAL_OBJECTS;
	v.index = s->index;
	return v;
}

/* Add to the list in a slot; of a list each of its items. */
static void
add_to(struct mapper *m, const struct row *row, struct val *slot,
    const struct val *v)
{
	if ((row->flags & MAP_UNIQUE) == 0) {
		map_append_all(m, slot, v);
		return;
	}
	if (v->kind != VAL_LIST) {
		map_append_unique(m, slot, v);
		return;
	}
	for (size_t i = v->tok; i != 0; i = m->item[i].next) {
		struct val one = m->item[i].val;

		map_append_unique(m, slot, &one);
	}
}

static void
store(struct mapper *m, const struct row *row, size_t base,
    const struct val *v)
{
	if (row->alone) {
		*map_slot(m, base, row->dest[0]) = *v;
		return;
	}
	for (size_t i = 0; i < row->n_dests; i++) {
		struct val *slot = map_slot(m, base, row->dest[i]);

		if (row->first && !m->in_first && !row->dest[i].in_place)
			continue;
		if ((row->flags & MAP_APPEND) != 0 && !row->dest[i].in_place)
			add_to(m, row, slot, v);
		else
			*slot = i == 0 ? *v : map_copy_of(m, v);
	}
}

/* Void values are no values, with two exceptions. */
static bool
wants_void(const struct mapper *m, const struct row *row, const struct tok *t)
{
	if (t->kind == TOK_STRING)
		return (row->flags & MAP_EMPTY) != 0;
	if (t->kind == TOK_OBJECT && (row->flags & MAP_LIST_ONLY) != 0)
		return false;
	/* No conversion takes an empty object, or a list of nulls; they may
	 * stand in the elements of a list. */
	return t->kind >= TOK_OBJECT && !m->table->prune_first &&
	    row->conv != MAP_AS_IS;
}

static void
run_row(struct mapper *m, const struct row *row, size_t tok, size_t base)
{
	const struct tok *t = &m->scan.tok[tok];
	struct val v;

	if ((t->flags & TOK_VOID) != 0 && !wants_void(m, row, t))
		return;
	if (row->first && !m->in_first && !row->stays)
		return;
	switch (row->conv) {
	case MAP_AS_IS:
		v = val_of_tok(m, tok);
		break;
	case MAP_OBJECTS:
		v = objects_value(m, row, tok);
		break;
	default:
		if (!map_convert(m, row, tok, &v))
			return;
		break;
	}
	store(m, row, base, &v);
}

/* The most frequent row: moved as it is, to places of its own. */
static inline void
fill_plain(struct mapper *m, const struct row *row, const struct tok *t,
    size_t tok, size_t base)
{
	if ((t->flags & TOK_VOID) != 0)
		return;
	for (size_t i = 0; i < row->n_dests; i++)
		val_set(map_slot(m, base, row->dest[i]), m, tok);
}

/* The next most frequent: converted, to places of its own. */
static inline void
fill_scalar(struct mapper *m, const struct row *row, const struct tok *t,
    size_t tok, size_t base)
{
	struct val *slot = map_slot(m, base, row->dest[0]);

	/* What another row has set stays when this one fails. */
	if (t->kind >= TOK_OBJECT || slot->kind != 0) {
		run_row(m, row, tok, base);
		return;
	}
	if ((t->flags & TOK_VOID) != 0)
		return;
	val_set(slot, m, tok);
	if (!row->scalar(m, row, slot)) {
		slot->kind = 0;
		return;
	}
	for (size_t i = 1; i < row->n_dests; i++)
		*map_slot(m, base, row->dest[i]) = map_copy_of(m, slot);
}

/* The rows of one member, and what is known below it. */
static void
fill_member(struct mapper *m, struct member *x, size_t tok, size_t base)
{
	enum tok_kind kind = m->scan.tok[tok].kind;
	bool below = false;

	if (x->node != NULL) {
		if (kind == TOK_OBJECT)
			fill_object(m, x->node, tok, base);
		else if (x->node->rest != NULL)
			run_row(m, &(struct row){ .conv = MAP_AS_IS,
			    .dest = { x->node->rest->dest[0] },
			    .n_dests = 1 }, tok, base);
	}
	for (size_t i = 0; i < x->n_rows; i++) {
		run_row(m, &x->row[i], tok, base);
		below |= x->row[i].conv == MAP_OBJECTS;
	}
	/* A list that is no field itself, but whose elements have rows. */
	if (x->element != NULL && !below && kind >= TOK_OBJECT)
		fill_elements(m, x->element, tok);
}

static struct member *
look_up(struct mapper *m, const struct node *node, const struct tok *name)
{
	struct slice content = scan_content(&m->scan, name);
	struct val v = { .p = content.p - 1, .len = name->len,
		.kind = TOK_STRING, .escaped = 1 };

	return node_find(node, (name->flags & TOK_ESCAPED) != 0 ?
	    val_plain(m, &v) : content);
}

/* Room for what is found of each name that the scanner knows by now. */
static void
reserve_known(struct mapper *m)
{
	size_t n = m->n_known;

	if (m->names.n < n)
		return;
	m->n_known = m->names.n + 1;
	m->known = xreallocarray(m->known, m->n_known, sizeof(*m->known));
	memset(m->known + n, 0, (m->n_known - n) * sizeof(*m->known));
}

static __attribute__((noinline)) struct member *
find_anew(struct mapper *m, const struct node *node, const struct tok *name)
{
	struct member *x = look_up(m, node, name);

	/* Name 0 is any that the scanner does not know.  What is not kept may
	 * be learned as dropped any time. */
	if (name->name != 0 && (x != NULL || node->kept))
		m->known[name->name] = (struct known){ node, x };
	return x;
}

struct member *
map_find(struct mapper *m, const struct node *node, const struct tok *name)
{
	const struct known *k = &m->known[name->name];

	return k->node == node ? k->member : find_anew(m, node, name);
}

static void
fill_object(struct mapper *m, struct node *node, size_t tok, size_t base)
{
	/* Tokens stay where they are while they are walked. */
	struct tok *const t = m->scan.tok;
	size_t end = t[tok].next;

	for (size_t i = tok + 1; i < end; i = t[i + 1].next) {
		struct member *x;

		if ((t[i].flags & TOK_DEAD) != 0)
			continue;
		x = map_find(m, node, &t[i]);
		if (x == NULL && !node->kept)
			x = map_learn(m, node, i);
		if (x == NULL)
			continue;
		t[i].flags |= x->mark;
		if (x->way == WAY_PLAIN)
			fill_plain(m, x->row, &t[i + 1], i + 1, base);
		else if (x->way == WAY_SCALAR)
			fill_scalar(m, x->row, &t[i + 1], i + 1, base);
		else if (x->way == WAY_DROPPED)
			map_drop(m, node, x);
		else
			fill_member(m, x, i + 1, base);
	}
	if (node->rest != NULL) {
		struct val v = val_of_tok(m, tok);

		v.kind = VAL_REST;
		v.index = node->index;
		v.extra = (uint32_t)base;
		store(m, node->rest, base, &v);
	}
}

void
map_fill(struct mapper *m)
{
	m->n_vals = 0;
	m->n_items = 0;
	m->n_drops = 0;
	m->in_first = true;
	m->set.n = 0;
	reserve_known(m);
	add_frames(m, m->shape[0], 1);
	fill_object(m, m->shape[0]->root, 0, 0);
}
