/*
 * A table made ready: raw paths become a trie of known members, targets become
 * slots, and the slots of each object become a list of leaves in the order of
 * the output.  Runs once; a table that contradicts itself aborts.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/map/mapper.h"
#include "collector/map/node.h"

/* A field of the document while compiling. */
struct target {
	char *path;
	uint16_t slot;
	bool hidden;
};

/* A shape while compiling. */
struct draft {
	struct shape *shape;
	struct target *name;
	size_t n_names;
	char *prefix; /* target of the list, NULL when it is not in the
		       * document */
};

struct compiler {
	struct mapper *m;
	struct draft *draft; /* by shape index */
};

static _Noreturn void
broken(const struct compiler *c, const char *path, const char *why)
{
	fprintf(stderr, "s1spool: mapping of %s: %s: %s\n", c->m->opt->name,
	    path, why);
	abort();
}

/* shapes and slots */

static struct shape *
shape_new(struct compiler *c, char *path)
{
	struct mapper *m = c->m;
	struct shape *s = xcalloc(1, sizeof(*s));

	s->root = node_new(m, path);
	s->index = (uint16_t)m->n_shapes;
	m->shape = xreallocarray(m->shape, m->n_shapes + 1, sizeof(*m->shape));
	m->shape[m->n_shapes++] = s;
	c->draft = xreallocarray(c->draft, m->n_shapes, sizeof(*c->draft));
	c->draft[s->index] = (struct draft){ .shape = s };
	return s;
}

/* The slot of a target in a shape, made when it is new. */
static uint16_t
slot_of(struct compiler *c, const struct shape *s, struct slice path)
{
	struct draft *d = &c->draft[s->index];

	for (size_t i = 0; i < d->n_names; i++)
		if (slice_is(path, d->name[i].path))
			return d->name[i].slot;
	d->name = xreallocarray(d->name, d->n_names + 1, sizeof(*d->name));
	d->name[d->n_names] = (struct target){ xstrndup(path.p, path.len),
		(uint16_t)d->n_names, path.len > 0 && path.p[0] == '.' };
	return d->name[d->n_names++].slot;
}

/* A row's target as a slot of the element or of the document. */
static struct dest
dest_of(struct compiler *c, const struct shape *s, struct slice target)
{
	const char *prefix = c->draft[s->index].prefix;
	size_t n = prefix == NULL ? 0 : strlen(prefix);

	if (target.len > 2 && memcmp(target.p + target.len - 2, "[]", 2) == 0)
		target.len -= 2;
	if (prefix != NULL && target.len > n + 3 &&
	    memcmp(target.p, prefix, n) == 0 &&
	    memcmp(target.p + n, "[].", 3) == 0) {
		target.p += n + 3;
		target.len -= n + 3;
		return (struct dest){ .slot = slot_of(c, s, target),
			.root = s->index == 0 };
	}
	if (memchr(target.p, '[', target.len) != NULL)
		broken(c, target.p, "target in a list without MAP_OBJECTS");
	return (struct dest){ .slot = slot_of(c, c->m->shape[0], target),
		.root = true };
}

static void
add_dests(struct compiler *c, const struct shape *s, struct row *row,
    const char *targets)
{
	while (targets != NULL && *targets != '\0') {
		size_t n = strcspn(targets, " ");

		if (row->n_dests == ROW_DESTS_MAX)
			broken(c, targets, "too many targets");
		row->dest[row->n_dests++] = dest_of(c, s,
		    (struct slice){ targets, n });
		targets += n + strspn(targets + n, " ");
	}
}

/* Where a raw path leads: the shape and node it ends in, its last name. */
struct place {
	struct shape *shape;
	struct node *node;
	struct slice name;
	bool each;
	bool first;
};

/* The object, or the elements, that member x of a place is; made when new. */

static struct node *
object_of(struct compiler *c, const struct place *at, struct member *x)
{
	if (x->node == NULL)
		x->node = node_new(c->m, xasprintf("%s%s.", at->node->path,
		    x->name));
	return x->node;
}

static struct shape *
element_of(struct compiler *c, const struct place *at, struct member *x)
{
	if (x->element == NULL)
		x->element = shape_new(c, xasprintf("%s%s[].", at->node->path,
		    x->name));
	return x->element;
}

static struct place
find_place(struct compiler *c, const char *raw)
{
	struct place at = { .shape = c->m->shape[0],
		.node = c->m->shape[0]->root };

	for (;;) {
		size_t n = strcspn(raw, ".[");
		struct member *x;

		at.name = (struct slice){ raw, n };
		at.each = raw[n] == '[';
		at.first |= strncmp(raw + n, "[0]", 3) == 0;
		raw += n;
		raw += at.each ? strcspn(raw, "]") + 1 : 0;
		if (*raw == '\0')
			return at;
		if (*raw++ != '.')
			broken(c, raw, "malformed raw path");
		x = node_member(at.node, at.name);
		if (at.each) {
			at.shape = element_of(c, &at, x);
			at.node = at.shape->root;
		} else {
			at.node = object_of(c, &at, x);
		}
	}
}

static char *
tag_of(const char *raw)
{
	char *tag = xstrdup(raw), *w = tag;

	for (const char *p = tag; *p != '\0'; p++) {
		if (*p == '[')
			p = strchr(p, ']');
		else
			*w++ = *p;
	}
	*w = '\0';
	return tag;
}

/* A custom field that ECS has too, and the options do not want both. */
static bool
is_unwanted(const struct compiler *c, const struct map_row *r)
{
	return (r->flags & MAP_DUPLICATE) != 0 && !c->m->keeps_duplicates;
}

static void
hide(struct compiler *c, struct dest d, const struct shape *s)
{
	struct draft *draft = &c->draft[d.root ? 0 : s->index];

	draft->name[d.slot].hidden = true;
}

static struct row
make_row(struct compiler *c, const struct map_row *r, const struct place *at)
{
	struct row row = { .conv = r->conv, .flags = r->flags,
		.each = at->each, .first = at->first,
		.stays = r->target == NULL };

	row.tag = tag_of(r->raw);
	row.scalar = map_converter(r->conv);
	if (r->target != NULL)
		add_dests(c, at->shape, &row, r->target);
	if (r->target != NULL && is_unwanted(c, r))
		hide(c, row.dest[0], at->shape);
	add_dests(c, at->shape, &row, r->also);
	row.alone = row.n_dests == 1 && !row.first &&
	    (row.flags & MAP_APPEND) == 0;
	return row;
}

static void
add_rest_row(struct compiler *c, const struct map_row *r)
{
	struct place at = find_place(c, r->raw);
	struct node *n = at.node;

	if (at.name.len > 0)
		n = object_of(c, &at, node_member(at.node, at.name));
	n->kept = true;
	n->snake = (r->flags & MAP_SNAKE) != 0;
	n->rest = xmalloc(sizeof(*n->rest));
	*n->rest = make_row(c, r, &at);
	n->rest->index = n->index;
}

static void
add_row(struct compiler *c, const struct map_row *r)
{
	struct place at = find_place(c, r->raw);
	struct row row = make_row(c, r, &at);
	struct member *x = node_member(at.node, at.name);

	if (r->conv == MAP_OBJECTS) {
		char *prefix = r->target == NULL ? NULL :
						   xstrdup(r->target);

		row.index = element_of(c, &at, x)->index;
		x->element->root->kept = true;
		c->draft[row.index].prefix = prefix;
	}
	if (r->target == NULL) {
		char *slot = xasprintf(".%s", r->raw);
		struct dest d = { .slot = slot_of(c, at.shape,
		    slice_of(slot)), .root = at.shape->index == 0,
			.in_place = true };

		if (row.n_dests == ROW_DESTS_MAX)
			broken(c, r->raw, "too many targets");
		row.dest[row.n_dests++] = d;
		row.alone = row.n_dests == 1;
		x->in_place = is_unwanted(c, r) ? IN_PLACE_HIDDEN : d.slot;
		x->taken |= is_unwanted(c, r);
		free(slot);
	} else if ((r->flags & MAP_STAYS) == 0) {
		x->taken = true;
	}
	x->row = xreallocarray(x->row, x->n_rows + 1, sizeof(*x->row));
	x->row[x->n_rows++] = row;
}

/* An element's fields stand beside the members it keeps: these give way to a
 * field of their name. */
static void
claim_names(struct draft *d)
{
	for (size_t i = 0; i < d->n_names; i++) {
		const char *path = d->name[i].path;
		struct member *x;

		if (d->name[i].hidden)
			continue;
		x = node_member(d->shape->root,
		    (struct slice){ path, strcspn(path, ".") });
		if (x->n_rows == 0 && x->node == NULL && x->element == NULL)
			x->taken = x->dropped = true;
	}
}

/* leaves */

/* Path order with '.' before everything, so that objects stay together. */
static int
path_cmp(const void *a, const void *b)
{
	const char *p = ((const struct target *)a)->path;
	const char *q = ((const struct target *)b)->path;

	while (*p == *q && *p != '\0') {
		p++;
		q++;
	}
	if (*p == '\0' || *q == '\0')
		return (unsigned char)*p - (unsigned char)*q;
	if (*p == '.' || *q == '.')
		return *p == '.' ? -1 : 1;
	return (unsigned char)*p - (unsigned char)*q;
}

static struct leaf
leaf_of(const struct compiler *c, const struct target *name, const char *before)
{
	struct leaf l = { .slot = name->slot };
	const char *p = name->path;
	bool same = before != NULL;
	struct buf text;

	buf_init(&text, UINT16_MAX);
	for (;;) {
		size_t n = strcspn(p, ".");
		bool last = p[n] == '\0';

		l.off[l.depth] = (uint16_t)text.len;
		buf_addf(&text, "\"%.*s\":%s", (int)n, p, last ? "" : "{");
		if (last)
			break;
		same = same && strncmp(before, p, n + 1) == 0;
		if (same) {
			l.common++;
			before += n + 1;
		}
		if (++l.depth == sizeof(l.off) / sizeof(l.off[0]))
			broken(c, name->path, "target is too deep");
		p += n + 1;
	}
	l.len = (uint16_t)text.len;
	l.text = xcalloc(1, text.len + LEAF_PAD);
	memcpy(l.text, text.p, text.len);
	buf_fini(&text);
	return l;
}

static void
make_leaves(const struct compiler *c, struct draft *d)
{
	struct shape *s = d->shape;
	const char *before = NULL;

	s->n_slots = (uint16_t)d->n_names;
	s->fresh = xcalloc(d->n_names, sizeof(*s->fresh));
	if (d->n_names == 0)
		return;
	qsort(d->name, d->n_names, sizeof(*d->name), path_cmp);
	s->leaf = xcalloc(d->n_names, sizeof(*s->leaf));
	for (size_t i = 0; i < d->n_names; i++) {
		const char *path = d->name[i].path;

		if (d->name[i].hidden)
			continue;
		if (before != NULL && strncmp(path, before, strlen(before)) ==
		    0 && path[strlen(before)] == '.')
			broken(c, path, "is below another target");
		s->leaf[s->n_leaves++] = leaf_of(c, &d->name[i], before);
		before = path;
	}
}

/* the whole table */

/* Lists of objects, the outer ones first: the targets of the others are told
 * by theirs. */
static void
add_lists(struct compiler *c)
{
	const struct map_table *t = c->m->table;
	bool deeper = true;

	for (size_t depth = 0; deeper; depth++) {
		deeper = false;
		for (size_t i = 0; i < t->n_rows; i++) {
			size_t n = 0;

			if (t->rows[i].conv != MAP_OBJECTS)
				continue;
			for (const char *p = t->rows[i].raw; *p != '\0'; p++)
				n += *p == '[';
			if (n == depth)
				add_row(c, &t->rows[i]);
			deeper |= n > depth;
		}
	}
}

static void
add_slots(struct compiler *c)
{
	static const char *const fixed[SLOT_FIXED] = {
		[SLOT_TIMESTAMP] = "@timestamp",
		[SLOT_ERROR] = "error.message",
		[SLOT_KIND] = "event.kind",
		[SLOT_TAGS] = "tags",
		[SLOT_ORIGINAL] = "event.original",
		[SLOT_CREATED] = "event.created",
	};
	const struct map_table *t = c->m->table;
	struct shape *s = c->m->shape[0];

	for (int i = 0; i < SLOT_FIXED; i++)
		slot_of(c, s, slice_of(fixed[i]));
	add_lists(c);
	for (size_t i = 0; i < t->n_rows; i++)
		if (t->rows[i].conv == MAP_REST)
			add_rest_row(c, &t->rows[i]);
	for (size_t i = 0; i < t->n_rows; i++)
		if (t->rows[i].conv != MAP_OBJECTS &&
		    t->rows[i].conv != MAP_REST)
			add_row(c, &t->rows[i]);
	c->m->named = xcalloc(t->n_slots, sizeof(*c->m->named));
	for (size_t i = 0; i < t->n_slots; i++)
		c->m->named[i] = slot_of(c, s, slice_of(t->slots[i]));
}

static void
fill_constants(struct mapper *m, const struct draft *d,
    const struct map_constant *constant)
{
	for (; constant->target != NULL; constant++)
		for (size_t i = 0; i < d->n_names; i++)
			if (strcmp(d->name[i].path, constant->target) == 0)
				m->shape[0]->fresh[d->name[i].slot] =
				    (struct val){ .p = constant->value,
					.len = (uint32_t)strlen(
					    constant->value),
					.kind = TOK_NUMBER };
}

void
map_compile(struct mapper *m)
{
	struct compiler c = { .m = m };
	const struct map_constant *constant;

	shape_new(&c, xstrdup(""));
	add_slots(&c);
	for (constant = m->constant; constant->target != NULL; constant++)
		slot_of(&c, m->shape[0], slice_of(constant->target));
	for (constant = m->table->constants; constant->target != NULL;
	    constant++)
		slot_of(&c, m->shape[0], slice_of(constant->target));
	node_inherit(m->shape[0]->root);
	for (size_t i = 1; i < m->n_shapes; i++)
		claim_names(&c.draft[i]);
	for (size_t i = 0; i < m->n_nodes; i++)
		node_settle(m->node[i]);
	for (size_t i = 0; i < m->n_shapes; i++)
		make_leaves(&c, &c.draft[i]);
	fill_constants(m, &c.draft[0], m->table->constants);
	fill_constants(m, &c.draft[0], m->constant);
	for (size_t i = 0; i < m->n_shapes; i++) {
		for (size_t k = 0; k < c.draft[i].n_names; k++)
			free(c.draft[i].name[k].path);
		free(c.draft[i].name);
		free(c.draft[i].prefix);
	}
	free(c.draft);
}

void
map_compile_free(struct mapper *m)
{
	for (size_t i = 0; i < m->n_shapes; i++) {
		for (size_t k = 0; k < m->shape[i]->n_leaves; k++)
			free(m->shape[i]->leaf[k].text);
		free(m->shape[i]->leaf);
		free(m->shape[i]->fresh);
		free(m->shape[i]);
	}
	for (size_t i = 0; i < m->n_nodes; i++)
		node_free(m->node[i]);
	free(m->shape);
	free(m->node);
	free(m->named);
}
