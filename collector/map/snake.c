/*
 * Names of kept members in snake_case.
 */
#include "config.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/map/mapper.h"

/*
 * An upper-case letter becomes lower case, with '_' before it unless it is the
 * first or follows another one.  In quotes.
 */
static struct slice
snake_text(struct mapper *m, struct slice name)
{
	char *text = map_alloc(m, name.len * 2 + 2), *w = text;
	bool upper = true;

	*w++ = '"';
	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		bool is_upper = c >= 'A' && c <= 'Z';

		if (is_upper && !upper)
			*w++ = '_';
		upper = is_upper;
		*w++ = is_upper ? (char)(c - 'A' + 'a') : c;
	}
	*w++ = '"';
	return (struct slice){ text, (size_t)(w - text) };
}

/* A name as it is written, with its quotes; p == NULL when it holds '@', for
 * such members are not taken over. */
static struct slice
snake_name(struct mapper *m, size_t tok)
{
	struct val v = val_of_tok(m, tok);
	struct slice plain = val_plain(m, &v), name;

	if (memchr(plain.p, '@', plain.len) != NULL)
		return (struct slice){ NULL, 0 };
	name = snake_text(m, plain);
	if (!v.escaped)
		return name;
	v = val_string(m, (struct slice){ name.p + 1, name.len - 2 });
	return (struct slice){ v.p, v.len };
}

/* What finds the later one of two equal names: open addressing by the name's
 * hash, a name's number plus one in each place. */
struct seen {
	uint32_t *place;
	uint32_t mask;
};

static struct seen
seen_new(struct mapper *m, size_t n)
{
	struct seen s = { .mask = 15 };

	while (s.mask < n * 2)
		s.mask = s.mask * 2 + 1;
	s.place = (uint32_t *)(void *)map_alloc(m,
	    (s.mask + 1) * sizeof(*s.place));
	memset(s.place, 0, (s.mask + 1) * sizeof(*s.place));
	return s;
}

static bool
seen_before(struct seen *s, const struct slice *names, size_t k)
{
	uint32_t at = slice_hash(names[k]) & s->mask;

	for (; s->place[at] != 0; at = (at + 1) & s->mask)
		if (slice_eq(names[s->place[at] - 1], names[k]))
			return true;
	s->place[at] = (uint32_t)k + 1;
	return false;
}

/* What becomes of a name with a number; those before are worked out. */
static void
work_out(struct mapper *m, uint16_t number)
{
	const struct name *name = &m->names.name[number];
	struct slice plain = { name->text + 1, name->len - 3u }, snake;

	if (memchr(plain.p, '@', plain.len) != NULL)
		return;
	snake = snake_text(m, plain);
	m->snaked[number] = (struct slice){ xstrndup(snake.p, snake.len),
		snake.len };
	while ((number = name->sibling) != 0) {
		name = &m->names.name[number];
		m->snakes_clash |= slice_eq(m->snaked[number], snake);
	}
}

void
map_snake_learn(struct mapper *m)
{
	size_t n = m->n_snaked;

	if (m->names.n < n)
		return;
	m->n_snaked = m->names.n + 1;
	m->snaked = xreallocarray(m->snaked, m->n_snaked, sizeof(*m->snaked));
	memset(m->snaked + n, 0, (m->n_snaked - n) * sizeof(*m->snaked));
	for (n = n == 0 ? 1 : n; n < m->n_snaked; n++)
		work_out(m, (uint16_t)n);
}

void
map_snake_free(struct mapper *m)
{
	for (size_t i = 0; i < m->n_snaked; i++)
		free((void *)(uintptr_t)m->snaked[i].p);
	free(m->snaked);
}

const struct slice *
map_snake_names(struct mapper *m, size_t object)
{
	const struct tok *t = m->scan.tok;
	size_t n = 0, end = t[object].next;
	struct slice *names;
	struct seen seen;

	for (size_t i = object + 1; i < end; i = t[i + 1].next)
		n++;
	names = (struct slice *)(void *)map_alloc(m, n * sizeof(*names));
	seen = seen_new(m, n);
	for (size_t i = object + 1, k = 0; i < end; i = t[i + 1].next, k++) {
		names[k] = (struct slice){ NULL, 0 };
		if ((t[i].flags & TOK_DEAD) != 0)
			continue;
		names[k] = snake_name(m, i);
		if (names[k].p == NULL || seen_before(&seen, names, k)) {
			map_leave_out(m, i);
			names[k].p = NULL;
		}
	}
	return names;
}
