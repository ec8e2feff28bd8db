#include "config.h"

#include "collector/conf/conf_read.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/nearest.h"
#include "collector/base/xalloc.h"
#include "collector/conf/conf_dataset.h"
#include "collector/conf/conf_items.h"
#include "collector/conf/conf_schema.h"
#include "collector/conf/conf_scope.h"
#include "collector/conf/conf_server.h"
#include "collector/conf/conf_value.h"

#define KEY_SHOWN_MAX 40

/* The name that an option has within a group, NULL when it is not in it. */
static const char *
name_in(const char *group, const struct conf_option *o)
{
	size_t len = strlen(group);

	if (len == 0)
		return strchr(o->path, '.') == NULL ? o->path : NULL;
	if (strncmp(o->path, group, len) != 0 || o->path[len] != '.')
		return NULL;
	return o->path + len + 1;
}

/* The name that an option has where the scope is, NULL: it has none there. */
static const char *
name_here(const struct conf_scope *sc, const struct conf_option *o)
{
	if (sc->dataset != NULL && !conf_dataset_has(sc->dataset, o))
		return NULL;
	return name_in(sc->group, o);
}

/* The place of an option in its section; the section's size: none. */
static size_t
find_option(const struct conf_scope *sc, struct slice key)
{
	size_t i;

	for (i = 0; i < sc->section->n; i++) {
		const struct conf_option *o = &sc->section->options[i];
		const char *name = name_in(sc->group, o);

		if (name != NULL && (slice_is(key, name) ||
		    (o->alias != NULL && slice_is(key, o->alias))))
			break;
	}
	return i;
}

/* An option of that name elsewhere; *what is the kind of its section. */
static const struct conf_option *
find_elsewhere(struct slice key, const char **what)
{
	static const struct conf_section *const all[] = {
		&conf_schema_top, &conf_schema_shipper, &conf_schema_console,
		&conf_schema_dataset, &conf_schema_elasticsearch,
		&conf_schema_kibana,
	};

	for (size_t s = 0; s < sizeof(all) / sizeof(all[0]); s++)
		for (size_t i = 0; i < all[s]->n; i++) {
			const struct conf_option *o = &all[s]->options[i];
			const char *dot = strrchr(o->path, '.');

			*what = all[s]->what;
			if (slice_is(key, dot == NULL ? o->path : dot + 1))
				return o;
		}
	return NULL;
}

static void
add_known(const struct conf_scope *sc, struct buf *text)
{
	const char *between = "known here: ";

	for (size_t i = 0; i < sc->section->n; i++) {
		const char *name = name_here(sc, &sc->section->options[i]);

		if (name == NULL)
			continue;
		buf_addf(text, "%s%s", between, name);
		between = ", ";
	}
}

/* What was meant by an unknown option: it belongs elsewhere, is mistyped, or
 * else one of these. */
static void
add_advice(const struct conf_scope *sc, struct slice key, struct buf *text)
{
	const struct conf_option *other;
	const char *what;
	struct nearest near;

	nearest_init(&near, key);
	for (size_t i = 0; i < sc->section->n; i++) {
		const char *name = name_here(sc, &sc->section->options[i]);

		if (name != NULL)
			nearest_offer(&near, slice_of(name));
	}
	other = find_elsewhere(key, &what);
	if (other != NULL)
		buf_addf(text, "%s belongs to %s", other->path, what);
	else if (near.name.len > 0)
		buf_addf(text, "did you mean %.*s?", (int)near.name.len,
		    near.name.p);
	else
		add_known(sc, text);
}

/* As much of a key as fits into a message. */
static struct slice
shown(const yaml_node_t *key)
{
	struct slice text = conf_file_text(key);

	if (text.len > KEY_SHOWN_MAX)
		text.len = KEY_SHOWN_MAX;
	return text;
}

static const struct conf_absent *
find_absent(const struct conf_scope *sc, struct slice key)
{
	size_t group = strlen(sc->group);

	for (size_t i = 0; i < conf_schema_n_absent; i++) {
		const char *name = conf_schema_absent[i].path;

		if (group > 0 && (strncmp(name, sc->group, group) != 0 ||
		    name[group] != '.'))
			continue;
		if (slice_is(key, name + group + (group > 0)))
			return &conf_schema_absent[i];
	}
	return NULL;
}

static void
report_unknown(const struct conf_scope *sc, const yaml_node_t *key)
{
	const struct conf_absent *absent = find_absent(sc,
	    conf_file_text(key));
	struct slice text = shown(key);
	struct buf advice;

	if (absent != NULL) {
		conf_file_error(sc->file, key, "%s is no option of s1spool: %s",
		    absent->path, absent->instead);
		return;
	}
	buf_init(&advice, 4096);
	add_advice(sc, text, &advice);
	conf_file_error(sc->file, key, "unknown option '%.*s'; %s",
	    (int)text.len, text.p, advice.p);
	buf_fini(&advice);
}

static void
read_item(const struct conf_scope *sc, const struct conf_option *o,
    const yaml_node_t *node)
{
	struct buf why;

	if (node->type != YAML_SCALAR_NODE) {
		conf_file_error(sc->file, node, "%s: must be a plain value, "
		    "not a list or a map", o->path);
		return;
	}
	buf_init(&why, 1024);
	if (conf_value_add(o, sc->base, conf_file_text(node), &why) < 0)
		conf_file_error(sc->file, node, "%s: %s", o->path, why.p);
	else if (why.len > 0)
		conf_file_warn(sc->file, node, "%s: %s", o->path, why.p);
	buf_fini(&why);
}

static void
read_list(const struct conf_scope *sc, const struct conf_option *o,
    const yaml_node_t *list)
{
	yaml_node_item_t *item;

	conf_value_clear(o, sc->base);
	for (item = list->data.sequence.items.start;
	    item < list->data.sequence.items.top; item++)
		read_item(sc, o, conf_file_node(sc->file, *item));
}

static void
read_value(const struct conf_scope *sc, const struct conf_option *o,
    const yaml_node_t *node)
{
	struct conf_option narrowed = *o;
	bool is_list = conf_type_is_list(o->type);

	if (sc->dataset != NULL)
		narrowed.max = conf_dataset_max(sc->dataset, o);
	if (is_list && node->type == YAML_SEQUENCE_NODE) {
		read_list(sc, o, node);
	} else if (!conf_file_is_null(node)) {
		conf_value_clear(o, sc->base);
		read_item(sc, &narrowed, node);
	} else if (!is_list) {
		conf_file_error(sc->file, node, "%s: has no value; give it one "
		    "or remove the line", o->path);
	}
}

/* The datasets of one console. */
struct datasets {
	struct conf_reader *reader;
	struct conf_file *file;
	struct conf_console *console;
	size_t line_of[DATASET_COUNT];
};

static void
report_unknown_dataset(struct conf_file *f, const yaml_node_t *key)
{
	struct slice text = shown(key);
	struct nearest near;
	struct buf known;

	nearest_init(&near, text);
	buf_init(&known, 4096);
	for (int id = 0; id < DATASET_COUNT; id++) {
		nearest_offer(&near, slice_of(dataset_table[id]->name));
		buf_addf(&known, "%s%s", id > 0 ? ", " : "known: ",
		    dataset_table[id]->name);
	}
	if (near.name.len > 0) {
		buf_reset(&known);
		buf_addf(&known, "did you mean %.*s?", (int)near.name.len,
		    near.name.p);
	}
	conf_file_error(f, key, "unknown dataset '%.*s'; %s", (int)text.len,
	    text.p, known.p);
	buf_fini(&known);
}

static void
read_dataset(void *cookie, yaml_node_t *key, yaml_node_t *value, bool merged)
{
	struct datasets *all = cookie;
	size_t line_of[CONF_OPTIONS_MAX] = { 0 };
	struct conf_dataset *c;
	struct conf_scope sc;
	int id = 0;

	while (id < DATASET_COUNT &&
	    !slice_is(conf_file_text(key), dataset_table[id]->name))
		id++;
	if (id == DATASET_COUNT) {
		report_unknown_dataset(all->file, key);
		return;
	}
	if (all->line_of[id] != 0) {
		if (!merged)
			conf_file_error(all->file, key, "the dataset %s is "
			    "given twice, first on line %zu; put its options "
			    "together", dataset_table[id]->name,
			    all->line_of[id]);
		return;
	}
	all->line_of[id] = conf_file_line(key);
	if (conf_file_is_null(value))
		return;
	c = &all->console->dataset[id];
	sc = (struct conf_scope){
		.reader = all->reader,
		.file = all->file,
		.section = &conf_schema_dataset,
		.base = c,
		.dataset = dataset_table[id],
		.group = "",
		.line_of = line_of,
	};
	conf_file_pairs(all->file, value, dataset_table[id]->name,
	    conf_scope_option, &sc);
	/* Ids are remembered as far back as the overlap reaches. */
	if (c->look_back > c->overlap)
		conf_file_error(all->file, key, "%s: look_back must not be "
		    "longer than overlap", dataset_table[id]->name);
}

void
conf_scope_datasets(const struct conf_scope *sc, yaml_node_t *map)
{
	struct datasets all = {
		.reader = sc->reader,
		.file = sc->file,
		.console = sc->base,
	};

	if (!conf_file_is_null(map))
		conf_file_pairs(sc->file, map, "datasets", read_dataset, &all);
}

static void
read_group(const struct conf_scope *sc, const struct conf_option *o,
    yaml_node_t *map)
{
	struct conf_scope inner = *sc;

	inner.group = o->path;
	if (!conf_file_is_null(map))
		conf_file_pairs(sc->file, map, o->path, conf_scope_option,
		    &inner);
}

static void
read_known(const struct conf_scope *sc, const struct conf_option *o,
    yaml_node_t *value)
{
	switch (o->type) {
	case CONF_GROUP:
		read_group(sc, o, value);
		break;
	case CONF_CONSOLES:
	case CONF_SHIPPERS:
		conf_items_read(sc, o, value);
		break;
	case CONF_SERVER:
		conf_server_read(sc, o, value);
		break;
	case CONF_DATASETS:
		*sc->datasets = value;
		break;
	default:
		read_value(sc, o, value);
	}
}

void
conf_scope_option(void *cookie, yaml_node_t *key, yaml_node_t *value,
    bool merged)
{
	const struct conf_scope *sc = cookie;
	size_t place = find_option(sc, conf_file_text(key));
	const struct conf_option *o = &sc->section->options[place];

	if (place == sc->section->n) {
		report_unknown(sc, key);
	} else if (name_here(sc, o) == NULL) {
		conf_file_error(sc->file, key, "the dataset %s has no option "
		    "%s; remove it", sc->dataset->name, o->path);
	} else if (sc->line_of[place] == 0) {
		sc->line_of[place] = conf_file_line(key);
		read_known(sc, o, value);
	} else if (!merged) {
		conf_file_error(sc->file, key, "%s is given twice, first on "
		    "line %zu; remove one", o->path, sc->line_of[place]);
	}
}

void
conf_read_root(struct conf_reader *r, struct conf_file *f, yaml_node_t *root)
{
	size_t line_of[CONF_OPTIONS_MAX] = { 0 };
	struct conf_scope sc = {
		.reader = r,
		.file = f,
		.section = &conf_schema_top,
		.base = r->conf,
		.group = "",
		.line_of = line_of,
	};

	conf_file_pairs(f, root, "the configuration", conf_scope_option, &sc);
}

void
conf_reader_fini(struct conf_reader *r)
{
	for (int i = 0; i < CONF_N_LISTS; i++) {
		for (size_t j = 0; j < r->n_places[i]; j++)
			free(r->place[i][j]);
		free(r->place[i]);
	}
}
