#include "config.h"

#include "collector/walk/mappers.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf_list.h"

/* On the heap, for the mapper borrows the options. */
struct owned_options {
	struct map_options options;
	char *namespace;
	char **tags;
};

struct mapper_entry {
	const struct dataset *dataset;
	struct owned_options *owned;
	struct mapper *mapper;
	size_t users;
};

static bool
same_options(const struct map_options *a, const struct map_options *b)
{
	return strcmp(a->namespace, b->namespace) == 0 &&
	    conf_list_same(a->tags, b->tags) &&
	    a->preserve_original_event == b->preserve_original_event &&
	    a->preserve_duplicate_custom_fields ==
	        b->preserve_duplicate_custom_fields &&
	    a->raw == b->raw && a->switches == b->switches &&
	    a->resend_period_ms == b->resend_period_ms;
}

static char **
copy_tags(char *const *tags)
{
	size_t n = 0;
	char **copy;

	if (tags == NULL)
		return NULL;
	while (tags[n] != NULL)
		n++;
	copy = xcalloc(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = xstrdup(tags[i]);
	return copy;
}

static struct owned_options *
copy_options(const struct map_options *options)
{
	struct owned_options *o = xcalloc(1, sizeof(*o));

	o->namespace = xstrdup(options->namespace);
	o->tags = copy_tags(options->tags);
	o->options = *options;
	o->options.namespace = o->namespace;
	o->options.tags = o->tags;
	return o;
}

static void
free_options(struct owned_options *o)
{
	for (char **tag = o->tags; tag != NULL && *tag != NULL; tag++)
		free(*tag);
	free(o->tags);
	free(o->namespace);
	free(o);
}

struct mapper *
mappers_get(struct mappers *m, const struct dataset *dataset,
    const struct map_options *options)
{
	struct mapper_entry *e;

	for (size_t i = 0; i < m->n; i++) {
		e = &m->entry[i];
		if (e->dataset != dataset ||
		    !same_options(&e->owned->options, options))
			continue;
		e->users++;
		return e->mapper;
	}
	m->entry = xreallocarray(m->entry, m->n + 1, sizeof(*m->entry));
	e = &m->entry[m->n++];
	e->dataset = dataset;
	e->users = 1;
	e->owned = copy_options(options);
	e->mapper = mapper_new(&dataset->map, &e->owned->options);
	return e->mapper;
}

static void
free_entry(struct mapper_entry *e)
{
	mapper_free(e->mapper);
	free_options(e->owned);
}

void
mappers_put(struct mappers *m, const struct mapper *mapper)
{
	size_t i = 0;

	while (i < m->n && m->entry[i].mapper != mapper)
		i++;
	if (i == m->n || --m->entry[i].users > 0)
		return;
	free_entry(&m->entry[i]);
	m->entry[i] = m->entry[--m->n];
}

void
mappers_fini(struct mappers *m)
{
	for (size_t i = 0; i < m->n; i++)
		free_entry(&m->entry[i]);
	free(m->entry);
	*m = (struct mappers){ 0 };
}
