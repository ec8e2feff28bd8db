#include "config.h"

#include "collector/json/names.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"

void
names_fini(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->name[i]);
	free(names->name);
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
	struct name *x;

	if (names->n == NAMES_MAX || set->n == NAMES_OBJECT_MAX)
		return NULL;
	names->name = xreallocarray(names->name, names->n + 1,
	    sizeof(struct name *));
	x = xcalloc(1, sizeof(*x));
	names->name[names->n++] = x;
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
