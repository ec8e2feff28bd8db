#include "config.h"

#include "collector/setup/feeds.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/dataset/dataset.h"

struct making {
	struct feeds *f;
	const struct conf *conf;
	bool by_namespace;
};

bool
feed_has(const struct feed *feed, const struct conf_console *c)
{
	return c->dataset[feed->dataset].output == feed->output &&
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

static char *
folder_of(const struct making *m, const struct feed *feed, const char *console)
{
	return xasprintf("%s/%s/%s", m->conf->spool.directory, console,
	    dataset_table[feed->dataset]->name);
}

/* One pattern for all consoles takes in those that are added later. */
static void
set_folders(const struct making *m, struct feed *feed)
{
	size_t n = 0;

	feed->folders = xcalloc(m->conf->n_consoles + 2,
	    sizeof(*feed->folders));
	if (count_consoles(m, feed) == m->conf->n_consoles) {
		feed->folders[0] = folder_of(m, feed, "*");
		return;
	}
	for (size_t i = 0; i < m->conf->n_consoles; i++)
		if (feed_has(feed, m->conf->console[i]))
			feed->folders[n++] = folder_of(m, feed,
			    m->conf->console[i]->name);
}

/* Do all consoles have the feed's form? */
static bool
is_only_form(const struct making *m, const struct feed *feed)
{
	for (size_t i = 0; i < m->conf->n_consoles; i++)
		if (m->conf->console[i]->dataset[feed->dataset].output !=
		    feed->output)
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
	    dataset_table[feed->dataset]->name, named ? "-" : "",
	    named ? feed->namespace : "");
}

static bool
has_feed(const struct feeds *f, const struct feed *like)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->feed[i].dataset == like->dataset &&
		    f->feed[i].output == like->output &&
		    (like->namespace == NULL ||
			strcmp(f->feed[i].namespace, like->namespace) == 0))
			return true;
	return false;
}

/* The feed that a console's dataset belongs to, if it is a new one. */
static void
add_feed(const struct making *m, const struct conf_console *c,
    enum dataset_id id)
{
	struct feed feed = {
		.dataset = id,
		.output = c->dataset[id].output,
		.namespace = m->by_namespace ? c->namespace : NULL,
	};

	if (has_feed(m->f, &feed))
		return;
	feed.id = id_of(m, &feed);
	set_folders(m, &feed);
	m->f->feed = xreallocarray(m->f->feed, m->f->n + 1,
	    sizeof(*m->f->feed));
	m->f->feed[m->f->n++] = feed;
}

void
feeds_make(struct feeds *f, const struct conf *conf, bool by_namespace)
{
	struct making m = { f, conf, by_namespace };

	*f = (struct feeds){ 0 };
	for (int id = 0; id < DATASET_COUNT; id++)
		for (size_t i = 0; i < conf->n_consoles; i++)
			add_feed(&m, conf->console[i], (enum dataset_id)id);
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
