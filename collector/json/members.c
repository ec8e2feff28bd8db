/*
 * Looking members up in a scanned text, by name.
 */
#include "config.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/scan.h"
#include "collector/json/text.h"

static bool
is_named(const struct scan *s, const struct tok *t, struct slice name)
{
	return (t->flags & TOK_ESCAPED) == 0 ?
	    slice_eq(scan_content(s, t), name) :
	    json_same_text(scan_content(s, t), true, name, false);
}

/* The value of a member of object token `object`, the last of that name. */
static size_t
find_member(const struct scan *s, size_t object, struct slice name)
{
	const struct tok *t = s->tok;
	size_t end = t[object].next, len = name.len + 2, found = 0;

	for (size_t i = object + 1; i < end; i = t[i + 1].next)
		if ((t[i].len == len || (t[i].flags & TOK_ESCAPED) != 0) &&
		    is_named(s, &t[i], name))
			found = i + 1;
	return found;
}

size_t
scan_find(const struct scan *s, size_t from, struct slice path)
{
	while (path.len > 0) {
		const char *dot = memchr(path.p, '.', path.len);
		size_t n = dot == NULL ? path.len : (size_t)(dot - path.p);

		if (s->tok[from].kind != TOK_OBJECT)
			return 0;
		from = find_member(s, from, (struct slice){ path.p, n });
		if (from == 0)
			return 0;
		n += dot != NULL;
		path.p += n;
		path.len -= n;
	}
	return from;
}

size_t
scan_follow(const struct scan *s, struct scan_path *path)
{
	const struct name *name = path->name;
	size_t i;

	if (name != NULL && s->unique)
		return name->last < s->names->base ? 0 :
		    name->last - s->names->base + 1;
	i = scan_find(s, 0, slice_of(path->text));
	if (i != 0 && s->tok[i - 1].name != 0)
		path->name = &s->names->name[s->tok[i - 1].name];
	return i;
}

static bool
is_escaped(const struct tok *t)
{
	return (t->flags & TOK_ESCAPED) != 0;
}

static bool
same_name(const struct scan *s, const struct tok *a, const struct tok *b)
{
	return json_same_text(scan_content(s, a), is_escaped(a),
	    scan_content(s, b), is_escaped(b));
}

/* An empty hash table with room for n names, its memory kept from call to
 * call.  Returns its size less one. */
static size_t
clear_places(struct scan *s, size_t n)
{
	size_t size = 64;

	while (size < n * 2)
		size *= 2;
	if (size > s->n_places) {
		s->place = xreallocarray(s->place, size, sizeof(*s->place));
		s->n_places = size;
	}
	memset(s->place, 0, size * sizeof(*s->place));
	return size - 1;
}

/* Large objects: a table from name to the index of its last member. */
static size_t
mark_hashed(struct scan *s, size_t object, size_t n)
{
	size_t mask = clear_places(s, n), end = s->tok[object].next;
	uint32_t *place = s->place;
	size_t found = 0;

	for (size_t i = object + 1; i < end; i = s->tok[i + 1].next) {
		const struct tok *t = &s->tok[i];
		size_t at = json_hash_text(scan_content(s, t), is_escaped(t)) &
		    mask;

		while (place[at] != 0 && !same_name(s, &s->tok[place[at]], t))
			at = (at + 1) & mask;
		if (place[at] != 0) {
			s->tok[place[at]].flags |= TOK_DEAD;
			found++;
		}
		place[at] = (uint32_t)i;
	}
	return found;
}

/* Mark the members of one object that a later one replaces, and count them. */
static size_t
mark_object(struct scan *s, size_t object)
{
	size_t end = s->tok[object].next, n = 0, found = 0;
	bool escaped = false;

	for (size_t i = object + 1; i < end; i = s->tok[i + 1].next) {
		escaped |= is_escaped(&s->tok[i]);
		n++;
	}
	if (n > 24 || escaped)
		return mark_hashed(s, object, n);
	for (size_t i = object + 1; i < end; i = s->tok[i + 1].next) {
		size_t j = s->tok[i + 1].next;

		for (; j < end; j = s->tok[j + 1].next)
			if (s->tok[i].len == s->tok[j].len &&
			    same_name(s, &s->tok[i], &s->tok[j]))
				break;
		if (j < end) {
			s->tok[i].flags |= TOK_DEAD;
			found++;
		}
	}
	return found;
}

/* What held something only in members that do not count is void after all. */
static void
mark_void(struct scan *s)
{
	struct tok *t = s->tok;

	for (size_t i = s->n; i-- > 0;) {
		bool object = t[i].kind == TOK_OBJECT, empty = true;

		if (t[i].kind < TOK_OBJECT)
			continue;
		for (size_t k = i + 1, v; k < t[i].next; k = t[v].next) {
			v = object ? k + 1 : k;
			empty &= (t[v].flags & TOK_VOID) != 0 ||
			    (object && (t[k].flags & TOK_DEAD) != 0);
		}
		if (empty)
			t[i].flags |= TOK_VOID;
	}
}

size_t
scan_mark_repeated(struct scan *s)
{
	size_t found = 0;

	if (s->unique)
		return 0;
	for (size_t i = 0; i < s->n; i++)
		if (s->tok[i].kind == TOK_OBJECT)
			found += mark_object(s, i);
	if (found > 0)
		mark_void(s);
	return found;
}
