#include "config.h"

#include "collector/setup/ship.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf_items.h"
#include "collector/setup/file.h"

static const char *const type_names[] = {
	[CONF_FILEBEAT] = "filebeat",
	[CONF_ELASTIC_AGENT] = "elastic-agent",
};

int
ship_expand(const struct setup *s, const char *asset,
    const struct template_word *words, struct buf *out)
{
	struct buf text;
	int rc;

	buf_init(&text, SHIP_TEXT_MAX);
	rc = setup_asset(s, asset, &text);
	if (rc == 0) {
		rc = template_expand(buf_slice(&text), words, out);
		if (rc != 0)
			fprintf(stderr, "s1spool setup: %s/%s: %s\n",
			    s->assets, asset, errno == EINVAL ?
			    "it has an unknown @WORD@" : strerror(errno));
	}
	buf_fini(&text);
	return rc;
}

/* one feed */

static bool
is_sealed(const struct setup *s)
{
	return s->conf->spool.compress == COMPRESS_SEALED;
}

static void
add_paths(const struct setup *s, const struct feed *f, struct buf *out)
{
	static const char *const endings[] = { ".ndjson", ".ndjson.gz" };
	size_t n = is_sealed(s) ? 2 : 1;

	for (char **p = f->folders; *p != NULL; p++)
		for (size_t i = 0; i < n; i++) {
			char *path = xasprintf("%s/*%s", *p, endings[i]);

			buf_adds(out, "- ");
			template_quote(path, out);
			buf_addc(out, '\n');
			free(path);
		}
}

/* Without it, the output chooses the data stream by each line. */
static void
add_index(const struct feed *f, struct buf *out)
{
	char *index;

	if (f->namespace == NULL)
		return;
	index = xasprintf("logs-%s.%s-%s", f->module, f->name, f->namespace);
	buf_adds(out, "index: ");
	template_quote(index, out);
	free(index);
}

/* The same id for all consoles, or NULL. */
static const char *
common_agent_id(const struct conf *c)
{
	const char *id = c->console[0]->elastic_agent_id;

	for (size_t i = 1; id != NULL && i < c->n_consoles; i++)
		if (c->console[i]->elastic_agent_id == NULL ||
		    strcmp(c->console[i]->elastic_agent_id, id) != 0)
			return NULL;
	return id;
}

static int
add_agent_id(const struct setup *s, const char *id, const char *folder,
    struct buf *out)
{
	char *when = folder == NULL ? xstrdup("") :
	    xasprintf("when.contains:\n  log.file.path: %s", folder);
	int rc = ship_expand(s, "shipper/parts/agent-id.yml",
	    (const struct template_word[]){ { "AGENT_ID", id },
		{ "WHEN", when }, { NULL, NULL } }, out);

	free(when);
	return rc;
}

int
ship_agent_id(const struct setup *s, const struct feed *f, struct buf *out)
{
	const char *id = common_agent_id(s->conf);
	int rc = 0;

	if (f->dataset != DATASET_AGENT)
		return 0;
	if (id != NULL)
		return add_agent_id(s, id, NULL, out);
	for (size_t i = 0; rc == 0 && i < s->conf->n_consoles; i++) {
		const struct conf_console *c = s->conf->console[i];
		char *folder = xasprintf("/%s/%s/", c->name, f->name);

		if (c->elastic_agent_id != NULL && feed_has(f, c))
			rc = add_agent_id(s, c->elastic_agent_id, folder, out);
		free(folder);
	}
	return rc;
}

int
ship_expand_feed(const struct setup *s, const struct feed *f,
    const char *asset, const char *processors, struct buf *out)
{
	enum { PATHS, INDEX, IDENTITY, AGENT_ID, N };
	struct buf text[N];
	char *dataset;
	int rc;

	for (int i = 0; i < N; i++)
		buf_init(&text[i], SHIP_TEXT_MAX);
	dataset = xasprintf("%s.%s", f->module, f->name);
	add_paths(s, f, &text[PATHS]);
	add_index(f, &text[INDEX]);
	rc = setup_asset(s, is_sealed(s) ? "shipper/parts/sealed.yml" :
	    "shipper/parts/identity.yml", &text[IDENTITY]);
	if (rc == 0)
		rc = ship_agent_id(s, f, &text[AGENT_ID]);
	if (rc == 0)
		rc = ship_expand(s, asset, (const struct template_word[]){
		    { "ID", f->id },
		    { "DATASET", dataset },
		    { "PATHS", text[PATHS].p },
		    { "INDEX", text[INDEX].p },
		    { "IDENTITY", text[IDENTITY].p },
		    { "AGENT_ID", text[AGENT_ID].p },
		    { "PROCESSORS", processors == NULL ? "" : processors },
		    { "PIPELINE", f->output == OUTPUT_MAPPED ?
			"pipeline: _none" : "" },
		    { NULL, NULL } }, out);
	free(dataset);
	for (int i = 0; i < N; i++)
		buf_fini(&text[i]);
	return rc;
}

/* the rest */

static const char *
registry_of(const struct conf *c, enum conf_shipper_type type)
{
	for (size_t i = 0; i < c->n_shippers; i++)
		if (c->shipper[i].type == type)
			return c->shipper[i].registry;
	return conf_items_registry(type);
}

void
ship_hint(const struct setup *s, enum conf_shipper_type type,
    const struct feeds *feeds, struct buf *out)
{
	struct buf entry;

	buf_init(&entry, SHIP_TEXT_MAX);
	buf_addf(&entry, "shippers:\n  - type: %s\n    registry: ",
	    type_names[type]);
	template_quote(registry_of(s->conf, type), &entry);
	buf_adds(&entry, "\n    inputs:\n");
	for (size_t i = 0; i < feeds->n; i++)
		if (feeds->feed[i].pruned)
			buf_addf(&entry, "      - %s\n", feeds->feed[i].id);
	template_indent(buf_slice(&entry), "#   ", out);
	buf_fini(&entry);
}

int
ship_deliver(struct setup *s, const char *name, struct slice text)
{
	int rc;

	if (s->ship.file == NULL && s->ship.directory == NULL) {
		fwrite(text.p, 1, text.len, stdout);
		return EX_OK;
	}
	if (s->ship.file != NULL)
		rc = setup_file(s, NULL, s->ship.file, text);
	else
		rc = setup_file(s, s->ship.directory, name, text);
	return rc == 0 ? EX_OK : EX_IOERR;
}

int
ship_end(const struct setup *s, int code)
{
	return code == EX_OK && s->count[SETUP_REFUSED] > 0 ? EX_CANTCREAT :
							      code;
}
