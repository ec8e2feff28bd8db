#include "config.h"

#include "collector/json/names.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"

void
names_fini(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->chunk[i / NAMES_CHUNK][i % NAMES_CHUNK].below);
	for (size_t i = 0; i < names->n; i += NAMES_CHUNK)
		free(names->chunk[i / NAMES_CHUNK]);
	*names = (struct names){ .n = 0 };
}

static struct name *
find(const struct name_set *set, struct slice text)
{
	struct name *x = set->all;

	while (x != NULL && !slice_eq(text, (struct slice){ x->text, x->len }))
		x = x->sibling;
	return x;
}

static struct name *
add(struct names *names, struct name_set *set, struct slice text)
{
	struct name **chunk = &names->chunk[names->n / NAMES_CHUNK], *x;

	if (names->n == NAMES_MAX || set->n == NAMES_OBJECT_MAX)
		return NULL;
	if (*chunk == NULL)
		*chunk = xcalloc(NAMES_CHUNK, sizeof(**chunk));
	x = &(*chunk)[names->n++ % NAMES_CHUNK];
	memcpy(x->text, text.p, text.len);
	x->len = (uint16_t)text.len;
	x->number = (uint16_t)names->n;
	x->sibling = set->all;
	set->all = x;
	set->n++;
	return x;
}

struct name *
names_learn(struct names *names, struct name_set *set, struct name **link,
    struct slice text)
{
	struct name *x;

	if (text.len > NAMES_TEXT_MAX || set->strangers == NAMES_STRANGERS)
		return NULL;
	x = find(set, text);
	if (x == NULL)
		x = add(names, set, text);
	if (x == NULL)
		set->strangers++;
	if (x == NULL || *link == x)
		return x;
	if (x->next == NULL)
		x->next = *link;
	*link = x;
	return x;
}

struct names_below *
names_below(struct name *name)
{
	if (name->below == NULL)
		name->below = xcalloc(1, sizeof(*name->below));
	return name->below;
}
