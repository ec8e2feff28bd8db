#include "config.h"

#include "collector/json/names.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/scan.h"

void
names_fini(struct names *names)
{
	free(names->name);
	free(names->below);
	*names = (struct names){ .n = 0 };
}

uint32_t
names_begin(struct names *names, size_t n)
{
	if (names->base < UINT32_MAX - 2 * SCAN_TOKENS_MAX) {
		names->base += (uint32_t)n + 1;
		return names->base;
	}
	for (size_t i = 1; i <= names->n; i++)
		names->name[i].last = 0;
	names->base = 1;
	return 1;
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
	if (names->name == NULL) {
		names->name = xcalloc(NAMES_MAX + 1, sizeof(*names->name));
		names->below = xcalloc(NAMES_MAX + 1, sizeof(*names->below));
	}
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
	if (*link != NULL) {
		x->other = (*link)->number;
		if (x->next == NULL)
			x->next = *link;
	}
	*link = x;
	return x;
}
