/*
 * Lists of values: items linked by index, as the arrays move.
 */
#include "config.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/text.h"
#include "collector/map/mapper.h"

void
map_append(struct mapper *m, struct val *list, const struct val *v)
{
	size_t i = m->n_items;

	if (i == m->cap_items) {
		m->cap_items = i == 0 ? 128 : i * 2;
		m->item = xreallocarray(m->item, m->cap_items,
		    sizeof(*m->item));
	}
	if (i == 0)
		i = 1;
	m->n_items = i + 1;
	m->item[i] = (struct item){ .val = *v, .list = list->kind ==
		VAL_LIST ? list->tok : (uint32_t)i };
	if (list->kind == VAL_LIST)
		m->item[list->extra].next = (uint32_t)i;
	else
		*list = (struct val){ .kind = VAL_LIST, .tok = (uint32_t)i };
	list->extra = (uint32_t)i;
}

void
map_append_all(struct mapper *m, struct val *list, const struct val *v)
{
	if (v->kind != VAL_LIST) {
		map_append(m, list, v);
		return;
	}
	for (size_t i = v->tok; i != 0; i = m->item[i].next) {
		struct val one = m->item[i].val;

		map_append(m, list, &one);
	}
}

struct val
map_copy_of(struct mapper *m, const struct val *v)
{
	struct val list = { .kind = 0 };

	if (v->kind != VAL_LIST)
		return *v;
	map_append_all(m, &list, v);
	return list;
}

static bool
same_value(const struct val *a, const struct val *b)
{
	if ((!a->escaped && !b->escaped) || a->kind != TOK_STRING ||
	    b->kind != TOK_STRING)
		return slice_eq((struct slice){ a->p, a->len },
		    (struct slice){ b->p, b->len });
	return json_same_text((struct slice){ a->p + 1, a->len - 2 },
	    a->escaped, (struct slice){ b->p + 1, b->len - 2 }, b->escaped);
}

static uint32_t
hash_value(const struct val *v)
{
	if (v->kind != TOK_STRING)
		return json_hash_text((struct slice){ v->p, v->len }, false);
	return json_hash_text((struct slice){ v->p + 1, v->len - 2 },
	    v->escaped);
}

/* The place of v of that list (its first item), or where it belongs. */
static uint32_t *
find_place(const struct mapper *m, uint32_t list, const struct val *v)
{
	const struct list_set *s = &m->set;
	size_t at = (hash_value(v) ^ list * 0x9e3779b1u) & (s->n_places - 1);

	for (; s->place[at] != 0; at = (at + 1) & (s->n_places - 1)) {
		const struct item *x = &m->item[s->place[at]];

		if (x->list == list && same_value(&x->val, v))
			break;
	}
	return &s->place[at];
}

/* Room for one more; memory is kept from record to record. */
static void
make_place(struct mapper *m)
{
	struct list_set *s = &m->set;
	struct list_set old = *s;

	if (s->n == 0 && s->n_places > 0)
		memset(s->place, 0, s->n_places * sizeof(*s->place));
	if (s->n * 2 < s->n_places)
		return;
	s->n_places = s->n_places == 0 ? 256 : s->n_places * 2;
	s->place = xcalloc(s->n_places, sizeof(*s->place));
	for (size_t i = 0; i < old.n_places; i++) {
		const struct item *x = &m->item[old.place[i]];

		if (old.place[i] != 0)
			*find_place(m, x->list, &x->val) = old.place[i];
	}
	free(old.place);
}

/* Take up what the list got since the last time. */
static void
complete_set(struct mapper *m, uint32_t list)
{
	uint32_t last = m->item[list].taken;
	uint32_t i = last == 0 ? list : m->item[last].next;

	for (; i != 0; i = m->item[i].next) {
		make_place(m);
		*find_place(m, list, &m->item[i].val) = i;
		m->set.n++;
		m->item[list].taken = i;
	}
}

/* Is it in the list?  The first values are looked at one by one: most lists
 * have no others. */
static bool
is_in(struct mapper *m, const struct val *list, const struct val *v)
{
	size_t i = list->tok, n = 0;

	for (; i != 0 && n < 32; i = m->item[i].next, n++)
		if (same_value(&m->item[i].val, v))
			return true;
	if (i == 0)
		return false;
	complete_set(m, list->tok);
	return *find_place(m, list->tok, v) != 0;
}

void
map_append_unique(struct mapper *m, struct val *list, const struct val *v)
{
	if (list->kind != VAL_LIST || !is_in(m, list, v))
		map_append(m, list, v);
}
