#include "config.h"

#include "collector/conf/conf_items.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf_check.h"
#include "collector/conf/conf_dataset.h"
#include "collector/conf/conf_value.h"

/* What a list is of. */
struct kind {
	const char *what;
	const char *first; /* the option that an item begins with */
	const struct conf_section *section;
	/* Append an item with its defaults. */
	void *(*add)(struct conf *c);
	/* The name of an item, NULL when it has none; it must be unique. */
	const char *(*name)(const struct conf *c, size_t i);
	/* All its options have been read. */
	void (*finish)(struct conf_scope *sc, const yaml_node_t *node);
};

/* consoles */

static void *
add_console(struct conf *c)
{
	c->console = xreallocarray(c->console, c->n_consoles + 1,
	    sizeof(*c->console));
	c->console[c->n_consoles] = conf_console_new();
	return c->console[c->n_consoles++];
}

static const char *
console_name(const struct conf *c, size_t i)
{
	return c->console[i]->name;
}

static void
finish_console(struct conf_scope *sc, const yaml_node_t *node)
{
	struct conf_console *c = sc->base;

	conf_console_inherit(c);
	if (*sc->datasets != NULL)
		conf_scope_datasets(sc, *sc->datasets);
	conf_check_console(sc->file, c, node);
}

/* shippers */

/* Where the packages of each type keep the registry. */
static const struct {
	const char *name;
	const char *registry;
} shippers[] = {
	[CONF_FILEBEAT] = { "filebeat",
	    "/var/lib/filebeat/registry/filebeat" },
	[CONF_ELASTIC_AGENT] = { "elastic-agent",
	    "/var/lib/elastic-agent/data/elastic-agent-*/run/"
	    "filestream-default/registry/filebeat" },
};

const char *
conf_items_registry(enum conf_shipper_type type)
{
	return shippers[type].registry;
}

static void *
add_shipper(struct conf *c)
{
	struct conf_shipper *s;

	c->shipper = xreallocarray(c->shipper, c->n_shippers + 1,
	    sizeof(*c->shipper));
	s = &c->shipper[c->n_shippers++];
	*s = (struct conf_shipper){ 0 };
	conf_value_defaults(&conf_schema_shipper, s);
	return s;
}

static const char *
shipper_name(const struct conf *c, size_t i)
{
	return c->shipper[i].name;
}

static void
finish_shipper(struct conf_scope *sc, const yaml_node_t *node)
{
	struct conf_shipper *s = sc->base;

	(void)node;
	if (s->name == NULL)
		s->name = xstrdup(shippers[s->type].name);
	if (s->registry == NULL)
		s->registry = xstrdup(conf_items_registry(s->type));
}

/* any list */

static const struct kind kinds[CONF_N_LISTS] = {
	[CONF_LIST_CONSOLES] = { "console", "name", &conf_schema_console,
	    add_console, console_name, finish_console },
	[CONF_LIST_SHIPPERS] = { "shipper", "type", &conf_schema_shipper,
	    add_shipper, shipper_name, finish_shipper },
};

static void
check_required(const struct conf_scope *sc, const struct kind *kind,
    const yaml_node_t *node)
{
	for (size_t i = 0; i < sc->section->n; i++) {
		const struct conf_option *o = &sc->section->options[i];

		if (o->required && sc->line_of[i] == 0)
			conf_file_error(sc->file, node, "this %s has no %s: "
			    "%s", kind->what, o->path, o->help);
	}
}

/* The newest item's name is a folder's, or stands in messages: it must be the
 * only one. */
static void
check_name(const struct conf_scope *sc, enum conf_list list,
    const yaml_node_t *node)
{
	const struct kind *kind = &kinds[list];
	const struct conf_reader *r = sc->reader;
	size_t last = r->n_places[list] - 1;
	const char *name = kind->name(r->conf, last);

	if (name == NULL)
		return;
	for (size_t i = 0; i < last; i++) {
		const char *other = kind->name(r->conf, i);

		if (other == NULL || strcmp(other, name) != 0)
			continue;
		conf_file_error(sc->file, node, "the %s name %s is taken by "
		    "%s; choose another", kind->what, name, r->place[list][i]);
		return;
	}
}

/* Where an item was, for the message about a second one of its name. */
static void
note_place(const struct conf_scope *sc, enum conf_list list,
    const yaml_node_t *node)
{
	struct conf_reader *r = sc->reader;
	size_t n = r->n_places[list]++;

	r->place[list] = xreallocarray(r->place[list], n + 1,
	    sizeof(*r->place[list]));
	r->place[list][n] = xasprintf("%s:%zu", sc->file->name,
	    conf_file_line(node));
}

static void
read_item(const struct conf_scope *sc, enum conf_list list, yaml_node_t *node)
{
	const struct kind *kind = &kinds[list];
	size_t line_of[CONF_OPTIONS_MAX] = { 0 };
	yaml_node_t *datasets = NULL;
	struct conf_scope inner = {
		.reader = sc->reader,
		.file = sc->file,
		.section = kind->section,
		.group = "",
		.line_of = line_of,
		.datasets = &datasets,
	};

	if (node->type != YAML_MAPPING_NODE) {
		conf_file_error(sc->file, node, "a %s must be a map of "
		    "options; its first line begins with '- %s: '",
		    kind->what, kind->first);
		return;
	}
	note_place(sc, list, node);
	inner.base = kind->add(sc->reader->conf);
	conf_file_pairs(sc->file, node, kind->section->what, conf_scope_option,
	    &inner);
	kind->finish(&inner, node);
	check_required(&inner, kind, node);
	check_name(&inner, list, node);
}

void
conf_items_read(const struct conf_scope *sc, const struct conf_option *o,
    yaml_node_t *list)
{
	enum conf_list which = o->type == CONF_SHIPPERS ? CONF_LIST_SHIPPERS :
							  CONF_LIST_CONSOLES;
	yaml_node_item_t *item;

	if (conf_file_is_null(list))
		return;
	if (list->type != YAML_SEQUENCE_NODE) {
		conf_file_error(sc->file, list, "%s must be a list; each %s "
		    "begins with '- %s: '", o->path, kinds[which].what,
		    kinds[which].first);
		return;
	}
	for (item = list->data.sequence.items.start;
	    item < list->data.sequence.items.top; item++)
		read_item(sc, which, conf_file_node(sc->file, *item));
}
