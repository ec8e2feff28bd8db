#include "config.h"

#include "collector/json/names.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/scan.h"

void
names_fini(struct names *names)
{
	for (size_t i = 1; i <= names->n; i++)
		free(names->name[i].below);
	free(names->name);
	*names = (struct names){ .n = 0 };
}

void
names_begin(struct names *names, size_t n)
{
	if (names->base < UINT32_MAX - 2 * SCAN_TOKENS_MAX) {
		names->base += (uint32_t)n + 1;
		return;
	}
	for (size_t i = 1; i <= names->n; i++)
		names->name[i].last = 0;
	names->base = 1;
}

static struct name *
find(const struct names *names, const struct name_set *set, struct slice text)
{
	uint16_t i = set->all;

	while (i != 0 && !slice_eq(text, (struct slice){ names->name[i].text,
	    names->name[i].len }))
		i = names->name[i].sibling;
	return i == 0 ? NULL : &names->name[i];
}

static struct name *
add(struct names *names, struct name_set *set, struct slice text)
{
	struct name *x;

	if (names->n == NAMES_MAX || set->n == NAMES_OBJECT_MAX)
		return NULL;
	/* Memory that is not used is never touched. */
	if (names->name == NULL)
		names->name = xcalloc(NAMES_MAX + 1, sizeof(*names->name));
	x = &names->name[++names->n];
	memcpy(x->text, text.p, text.len);
	x->len = (uint8_t)text.len;
	x->number = (uint16_t)names->n;
	x->sibling = set->all;
	set->all = x->number;
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
	x = find(names, set, text);
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
