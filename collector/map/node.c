#include "config.h"

#include "collector/map/node.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"

uint32_t
slice_hash(struct slice s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h ^ h >> 16;
}

/* Where the member of that name is, or belongs. */
static struct member **
table_slot(struct member **table, uint32_t mask, struct slice name)
{
	uint32_t at = slice_hash(name) & mask;

	while (table[at] != NULL && !slice_eq(name,
	    (struct slice){ table[at]->name, table[at]->len }))
		at = (at + 1) & mask;
	return &table[at];
}

struct member *
node_find(const struct node *n, struct slice name)
{
	return *table_slot(n->member, n->mask, name);
}

struct node *
node_new(struct mapper *m, char *path)
{
	struct node *n = xcalloc(1, sizeof(*n));

	n->path = path;
	n->mask = 7;
	n->member = xcalloc(n->mask + 1, sizeof(struct member *));
	n->index = (uint16_t)m->n_nodes;
	m->node = xreallocarray(m->node, m->n_nodes + 1, sizeof(*m->node));
	m->node[m->n_nodes++] = n;
	return n;
}

static void
node_grow(struct node *n)
{
	uint32_t mask = n->mask * 2 + 1;
	struct member **table = xcalloc(mask + 1, sizeof(struct member *));

	for (uint32_t i = 0; i <= n->mask; i++) {
		struct member *x = n->member[i];

		if (x != NULL)
			*table_slot(table, mask,
			    (struct slice){ x->name, x->len }) = x;
	}
	free(n->member);
	n->member = table;
	n->mask = mask;
}

struct member *
node_member(struct node *n, struct slice name)
{
	struct member **x;

	if (n->n * 2 >= n->mask)
		node_grow(n);
	x = table_slot(n->member, n->mask, name);
	if (*x == NULL) {
		*x = xmalloc(sizeof(**x));
		**x = (struct member){ .name = xstrndup(name.p, name.len),
			.len = (uint32_t)name.len, .in_place = IN_PLACE_NONE };
		n->n++;
	}
	return *x;
}

void
node_inherit(const struct node *n)
{
	for (uint32_t i = 0; i <= n->mask; i++) {
		const struct member *x = n->member[i];

		if (x == NULL)
			continue;
		if (x->node != NULL) {
			if (x->node->rest == NULL) {
				x->node->kept = n->kept;
				x->node->snake = n->snake;
			}
			node_inherit(x->node);
		}
		if (x->element != NULL) {
			x->element->root->snake = n->snake;
			node_inherit(x->element->root);
		}
	}
}

/*
 * Does something of this object stay in it?  If not, and it has rows, they
 * moved what there is to move and the object is not kept.
 */
static bool
keeps_some(const struct node *n)
{
	for (uint32_t i = 0; i <= n->mask; i++) {
		const struct member *x = n->member[i];

		if (x != NULL && (x->in_place != IN_PLACE_NONE ||
		    (x->n_rows > 0 && !x->taken) ||
		    (x->node != NULL && x->node->rest == NULL &&
			keeps_some(x->node))))
			return true;
	}
	return false;
}

static enum way
way_of(const struct member *x)
{
	const struct row *row = x->row;

	if (x->dropped)
		return WAY_DROPPED;
	if (x->node != NULL || x->element != NULL || x->n_rows != 1 ||
	    row->first || (row->flags & (MAP_APPEND | MAP_EMPTY)) != 0)
		return WAY_ROWS;
	if (row->conv == MAP_AS_IS)
		return WAY_PLAIN;
	return row->scalar != NULL ? WAY_SCALAR : WAY_ROWS;
}

static void
settle_member(struct member *x)
{
	x->way = way_of(x);
	x->mark = x->taken ? TOK_TAKEN : TOK_KNOWN;
}

void
node_settle(struct node *n)
{
	for (uint32_t i = 0; i <= n->mask; i++) {
		struct member *x = n->member[i];

		if (x == NULL)
			continue;
		if (x->node != NULL && x->node->rest != NULL) {
			x->taken = true;
		} else if (x->node != NULL && !keeps_some(x->node)) {
			x->taken = true;
			x->node->kept = false;
		}
		/* A list whose elements were only read. */
		if (x->element != NULL && x->n_rows == 0)
			x->taken = true;
		settle_member(x);
	}
}

static void
row_fini(struct row *row)
{
	/* The tag is ours; the pointer is const for everybody else. */
	free((void *)(uintptr_t)row->tag);
}

void
node_free(struct node *n)
{
	for (uint32_t i = 0; i <= n->mask; i++) {
		struct member *x = n->member[i];

		if (x == NULL)
			continue;
		for (size_t k = 0; k < x->n_rows; k++)
			row_fini(&x->row[k]);
		free(x->row);
		free(x->name);
		free(x);
	}
	if (n->rest != NULL)
		row_fini(n->rest);
	free(n->rest);
	free(n->member);
	free(n->path);
	free(n);
}
