#include "config.h"

#include "collector/conf/conf_dataset.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf_list.h"
#include "collector/conf/conf_value.h"

/* Is an option a switch of the dataset, for its walk or its mapping? */
static bool
has_switch(const struct dataset *d, const char *name)
{
	const char *const *s = d->map.switches;

	if (d->walk.child_option != NULL &&
	    strcmp(d->walk.child_option, name) == 0)
		return true;
	while (*s != NULL && strcmp(*s, name) != 0)
		s++;
	return *s != NULL;
}

bool
conf_dataset_switch(const struct conf_dataset *c, const char *name)
{
	const struct conf_section *s = &conf_schema_dataset;

	for (size_t i = 0; i < s->n; i++)
		if (s->options[i].has == CONF_HAS_SWITCH &&
		    strcmp(s->options[i].path, name) == 0)
			return *(const bool *)((const char *)c +
			    s->options[i].offset);
	return false;
}

bool
conf_dataset_has_sites(const struct dataset *d)
{
	return d->walk.list.site_ids || d->walk.child.site_ids;
}

bool
conf_dataset_has(const struct dataset *d, const struct conf_option *o)
{
	switch (o->has) {
	case CONF_HAS_EACH:
		return true;
	case CONF_HAS_BOUNDS:
		return d->walk.bound != WALK_BOUND_NONE;
	case CONF_HAS_LOOK_BACK:
		return d->defaults.initial_interval > 0;
	case CONF_HAS_INVENTORY:
		return d->defaults.inventory;
	case CONF_HAS_RESEND:
		return d->defaults.resend > 0;
	case CONF_HAS_DUPLICATES:
		return d->defaults.custom_duplicates;
	case CONF_HAS_TRAILING:
		return d->defaults.trailing_window > 0;
	case CONF_HAS_SWITCH:
		return has_switch(d, o->path);
	case CONF_HAS_SITES:
		return conf_dataset_has_sites(d);
	}
	return false;
}

int64_t
conf_dataset_max(const struct dataset *d, const struct conf_option *o)
{
	/* A count is a page size, for which the API has its own limit. */
	if (o->type == CONF_COUNT && d->walk.list.max_page > 0 &&
	    d->walk.list.max_page < o->max)
		return d->walk.list.max_page;
	return o->max;
}

static void
dataset_init(struct conf_dataset *c, const struct dataset_defaults *d)
{
	conf_value_defaults(&conf_schema_dataset, c);
	c->enabled = d->enabled;
	c->interval = d->interval;
	c->initial_interval = d->initial_interval;
	c->page_size = d->page_size;
	c->inventory = d->inventory;
	c->resend = d->resend;
	c->trailing_window = d->trailing_window;
	c->tags = conf_list_new(d->tags, sizeof(d->tags) / sizeof(d->tags[0]));
}

struct conf_console *
conf_console_new(void)
{
	struct conf_console *c = xcalloc(1, sizeof(*c));

	conf_value_defaults(&conf_schema_console, c);
	for (int id = 0; id < DATASET_COUNT; id++)
		dataset_init(&c->dataset[id], &dataset_table[id]->defaults);
	return c;
}

static const struct conf_option *
find_option(const struct conf_section *s, const char *path)
{
	size_t i = 0;

	while (i < s->n && strcmp(s->options[i].path, path) != 0)
		i++;
	return i < s->n ? &s->options[i] : NULL;
}

static void
inherit(const struct conf_console *c, const struct dataset *d,
    struct conf_dataset *to)
{
	for (size_t i = 0; i < conf_schema_dataset.n; i++) {
		const struct conf_option *o = &conf_schema_dataset.options[i];

		if (o->inherited && conf_dataset_has(d, o))
			conf_value_copy(find_option(&conf_schema_console,
			    o->path), c, o, to);
	}
}

void
conf_console_inherit(struct conf_console *c)
{
	for (int id = 0; id < DATASET_COUNT; id++)
		inherit(c, dataset_table[id], &c->dataset[id]);
}

bool
conf_console_same(const struct conf_console *a, const struct conf_console *b)
{
	if (!conf_value_same_all(&conf_schema_console, a, b))
		return false;
	for (int id = 0; id < DATASET_COUNT; id++)
		if (!conf_value_same_all(&conf_schema_dataset, &a->dataset[id],
		    &b->dataset[id]))
			return false;
	return true;
}

void
conf_console_free(struct conf_console *c)
{
	if (c == NULL)
		return;
	for (int id = 0; id < DATASET_COUNT; id++)
		conf_value_free(&conf_schema_dataset, &c->dataset[id]);
	conf_value_free(&conf_schema_console, c);
	free(c);
}
