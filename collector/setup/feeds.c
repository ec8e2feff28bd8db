#include "config.h"

#include "collector/setup/feeds.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/dataset/dataset.h"

/* What s1spool tells of itself, in the form of the others, for each console. */
static const struct own {
	const char *name;
	size_t directory; /* a char * of struct conf */
	bool pruned;
} own[FEEDS_OWN] = {
	{ "audit", offsetof(struct conf, respond.directory), false },
	{ "health", offsetof(struct conf, spool.directory), true },
};

struct making {
	struct feeds *f;
	const struct conf *conf;
	bool by_namespace;
};

/* A console's form of the feed's dataset. */
static enum conf_output
output_of(const struct feed *feed, const struct conf_console *c)
{
	return feed->dataset == DATASET_COUNT ? OUTPUT_MAPPED :
	    c->dataset[feed->dataset].output;
}

bool
feed_has(const struct feed *feed, const struct conf_console *c)
{
	return output_of(feed, c) == feed->output &&
	    (feed->namespace == NULL ||
		strcmp(c->namespace, feed->namespace) == 0);
}

static size_t
count_consoles(const struct making *m, const struct feed *feed)
{
	size_t n = 0;

	for (size_t i = 0; i < m->conf->n_consoles; i++)
		n += feed_has(feed, m->conf->console[i]);
	return n;
}

/* One pattern for all consoles takes in those that are added later. */
static void
set_folders(const struct making *m, struct feed *feed, const char *directory)
{
	size_t n = 0;

	feed->folders = xcalloc(m->conf->n_consoles + 2,
	    sizeof(*feed->folders));
	if (count_consoles(m, feed) == m->conf->n_consoles) {
		feed->folders[0] = xasprintf("%s/*/%s", directory, feed->name);
		return;
	}
	for (size_t i = 0; i < m->conf->n_consoles; i++)
		if (feed_has(feed, m->conf->console[i]))
			feed->folders[n++] = xasprintf("%s/%s/%s", directory,
			    m->conf->console[i]->name, feed->name);
}

/* Do all consoles have the feed's form? */
static bool
is_only_form(const struct making *m, const struct feed *feed)
{
	for (size_t i = 0; i < m->conf->n_consoles; i++)
		if (output_of(feed, m->conf->console[i]) != feed->output)
			return false;
	return true;
}

static char *
id_of(const struct making *m, const struct feed *feed)
{
	bool raw = feed->output == OUTPUT_RAW && !is_only_form(m, feed);
	bool named = feed->namespace != NULL &&
	    strcmp(feed->namespace, "default") != 0;

	return xasprintf("s1spool-%s%s%s%s", raw ? "raw-" : "",
	    feed->name, named ? "-" : "",
	    named ? feed->namespace : "");
}

static bool
has_feed(const struct feeds *f, const struct feed *like)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->feed[i].name, like->name) == 0 &&
		    f->feed[i].output == like->output &&
		    (like->namespace == NULL ||
			strcmp(f->feed[i].namespace, like->namespace) == 0))
			return true;
	return false;
}

/* If it is a new one. */
static void
add_feed(const struct making *m, const char *directory, struct feed feed)
{
	if (has_feed(m->f, &feed))
		return;
	feed.id = id_of(m, &feed);
	set_folders(m, &feed, directory);
	m->f->feed = xreallocarray(m->f->feed, m->f->n + 1,
	    sizeof(*m->f->feed));
	m->f->feed[m->f->n++] = feed;
}

static void
add_dataset(const struct making *m, const struct conf_console *c,
    enum dataset_id id)
{
	add_feed(m, m->conf->spool.directory, (struct feed){
		.dataset = id,
		.name = dataset_table[id]->name,
		.module = "sentinel_one",
		.pruned = true,
		.output = c->dataset[id].output,
		.namespace = m->by_namespace ? c->namespace : NULL,
	});
}

static void
add_own(const struct making *m, const struct conf_console *c,
    const struct own *o)
{
	const void *field = (const char *)m->conf + o->directory;

	add_feed(m, *(char *const *)field, (struct feed){
		.dataset = DATASET_COUNT,
		.name = o->name,
		.module = "s1spool",
		.pruned = o->pruned,
		.output = OUTPUT_MAPPED,
		.namespace = m->by_namespace ? c->namespace : NULL,
	});
}

void
feeds_make(struct feeds *f, const struct conf *conf, bool by_namespace)
{
	struct making m = { f, conf, by_namespace };

	*f = (struct feeds){ 0 };
	for (int id = 0; id < DATASET_COUNT; id++)
		for (size_t i = 0; i < conf->n_consoles; i++)
			add_dataset(&m, conf->console[i], (enum dataset_id)id);
	for (size_t o = 0; o < FEEDS_OWN; o++)
		for (size_t i = 0; i < conf->n_consoles; i++)
			add_own(&m, conf->console[i], &own[o]);
}

void
feeds_fini(struct feeds *f)
{
	for (size_t i = 0; i < f->n; i++) {
		for (char **p = f->feed[i].folders; *p != NULL; p++)
			free(*p);
		free(f->feed[i].folders);
		free(f->feed[i].id);
	}
	free(f->feed);
	*f = (struct feeds){ 0 };
}
