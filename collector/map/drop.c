/*
 * What has no place in the document, by name.  Names without a row come again
 * in every record, so the trie learns them: from then on they cost no more than
 * those with one.
 */
#include "config.h"

#include <stdio.h>

#include "collector/base/xalloc.h"
#include "collector/map/mapper.h"
#include "collector/map/node.h"

#define MORE "..."

/* A name in the making. */
struct path {
	char text[MAP_NAME_BYTES + sizeof(MORE)];
	size_t len;
	bool cut;
};

/* Is there a control character at p (C0, DEL, C1 as UTF-8)?  Which one. */
static bool
is_control(const char *p, const char *end, unsigned *c)
{
	*c = (unsigned char)*p;
	if (*c == 0xc2 && p + 1 < end)
		*c = (unsigned char)p[1];
	return *c < 0x20 || (*c >= 0x7f && *c < 0xa0);
}

static void
add_bytes(struct path *p, const char *s, size_t n)
{
	if (p->cut || p->len + n > MAP_NAME_BYTES) {
		p->cut = true;
		return;
	}
	memcpy(p->text + p->len, s, n);
	p->len += n;
}

/* Append valid UTF-8, character by character: none is cut in two. */
static void
add_text(struct path *path, struct slice s)
{
	const char *end = s.p + s.len;
	char escape[8];
	unsigned c;

	for (size_t n; s.p < end && !path->cut; s.p += n) {
		n = 1;
		while (s.p + n < end && ((unsigned char)s.p[n] & 0xc0) == 0x80)
			n++;
		if (is_control(s.p, end, &c)) {
			snprintf(escape, sizeof(escape), "\\u%04x", c);
			add_bytes(path, escape, strlen(escape));
		} else {
			add_bytes(path, s.p, n);
		}
	}
}

static struct slice
plain_name(struct mapper *m, size_t tok)
{
	struct val v = val_of_tok(m, tok);

	return val_plain(m, &v);
}

/* The number of a name, 0 when there are too many. */
static uint16_t
number_of(struct mapper *m, const struct path *path, bool *is_new)
{
	struct path name = *path;
	size_t len = name.len;

	if (name.cut) {
		memcpy(name.text + len, MORE, strlen(MORE));
		len += strlen(MORE);
	}
	name.text[len] = '\0';
	*is_new = false;
	for (unsigned i = 0; i < m->n_names; i++)
		if (strcmp(m->name[i], name.text) == 0)
			return (uint16_t)(i + 1);
	if (m->n_names == MAP_NAMES_MAX)
		return 0;
	*is_new = true;
	m->name[m->n_names++] = xstrndup(name.text, len);
	return (uint16_t)m->n_names;
}

static uint16_t
number_of_member(struct mapper *m, const struct node *n, struct slice name,
    bool *is_new)
{
	struct path path = { .len = 0 };

	add_text(&path, slice_of(n->path));
	add_text(&path, name);
	return number_of(m, &path, is_new);
}

static void
note(struct mapper *m, uint16_t number)
{
	if (m->n_drops == m->cap_drops) {
		m->cap_drops = m->cap_drops == 0 ? 64 : m->cap_drops * 2;
		m->drop = xreallocarray(m->drop, m->cap_drops,
		    sizeof(*m->drop));
	}
	m->drop[m->n_drops++] = number;
}

void
map_drop(struct mapper *m, const struct node *n, struct member *x)
{
	bool is_new;

	if (x->number == 0)
		x->number = number_of_member(m, n,
		    (struct slice){ x->name, x->len }, &is_new);
	note(m, x->number);
}

/*
 * Only what makes a new name enters the trie, so that it is bounded as they
 * are: other names, by the thousand, could share the beginning that is kept.
 */
struct member *
map_learn(struct mapper *m, struct node *n, size_t tok)
{
	struct slice name = plain_name(m, tok);
	bool is_new;
	uint16_t number = number_of_member(m, n, name, &is_new);
	struct member *x;

	if (!is_new || name.len > MAP_NAME_BYTES) {
		note(m, number);
		return NULL;
	}
	x = node_member(n, name);
	x->way = WAY_DROPPED;
	x->number = number;
	return x;
}

/* The way from a container to what begins at token i in it. */
static void
add_step(struct mapper *m, struct path *path, size_t tok, size_t i)
{
	if (m->scan.tok[tok].kind == TOK_ARRAY) {
		add_bytes(path, "[]", 2);
		return;
	}
	if (tok > 0)
		add_bytes(path, ".", 1);
	add_text(path, plain_name(m, i));
}

/* The members below a container, whose own path is given. */
static void
drop_below(struct mapper *m, size_t tok, struct path *path)
{
	const struct tok *t = m->scan.tok;
	bool object = t[tok].kind == TOK_OBJECT, cut = path->cut, is_new;
	size_t end = t[tok].next, len = path->len;

	for (size_t i = tok + 1, v; i < end; i = t[v].next) {
		bool dropped = object && (t[i].flags & TOK_DROPPED) != 0;

		v = object ? i + 1 : i;
		if (t[v].kind < TOK_OBJECT && !dropped)
			continue;
		add_step(m, path, tok, i);
		if (dropped)
			note(m, number_of(m, path, &is_new));
		else
			drop_below(m, v, path);
		path->len = len;
		path->cut = cut;
	}
}

void
map_drop_marked(struct mapper *m)
{
	struct path path = { .len = 0 };

	drop_below(m, 0, &path);
}

const uint16_t *
mapper_dropped(const struct mapper *m, size_t *n)
{
	*n = m->n_drops;
	return m->drop;
}

const char *
mapper_dropped_name(const struct mapper *m, unsigned number)
{
	return m->name[number - 1];
}
