#include "config.h"

#include "collector/conf/conf.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf_dataset.h"
#include "collector/conf/conf_file.h"
#include "collector/conf/conf_read.h"
#include "collector/conf/conf_server.h"
#include "collector/conf/conf_value.h"

#define MINUTE INT64_C(60000)
#define DAY (24 * 60 * MINUTE)
#define NOT_GIVEN (-1)

/* Read one file over what is there.  The number of errors. */
static size_t
load_file(struct conf_reader *r, const char *name, struct buf *err)
{
	struct conf_file f;
	yaml_node_t *root;

	if (conf_file_open(&f, name, err, &root) == 0 && root != NULL &&
	    !conf_file_is_null(root))
		conf_read_root(r, &f, root);
	conf_file_close(&f);
	return f.n_errors;
}

static int
is_fragment(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot != NULL &&
	    strcmp(dot, ".yml") == 0;
}

/* conf.d in the directory of the main file. */
static char *
fragments_dir(const char *file)
{
	const char *slash = strrchr(file, '/');

	return xasprintf("%.*sconf.d",
	    slash == NULL ? 0 : (int)(slash - file + 1), file);
}

static size_t
load_fragments(struct conf_reader *r, const char *file, struct buf *err)
{
	char *dir = fragments_dir(file);
	struct dirent **entry = NULL;
	int n = scandir(dir, &entry, is_fragment, alphasort);
	size_t errors = 0;

	if (n < 0 && errno != ENOENT) {
		buf_addf(err, "%s: %s\n", dir, strerror(errno));
		errors++;
	}
	for (int i = 0; i < n; i++) {
		char *name = xasprintf("%s/%s", dir, entry[i]->d_name);

		errors += load_file(r, name, err);
		free(name);
		free(entry[i]);
	}
	free(entry);
	free(dir);
	return errors;
}

/* Each is locked by one process, and has files of its own. */
static size_t
check_folders(const struct conf *c, const char *file, struct buf *err)
{
	if (strcmp(c->spool.directory, c->state.directory) != 0)
		return 0;
	buf_addf(err, "%s: spool.directory and state.directory are both %s; "
	    "give each its own\n", file, c->spool.directory);
	return 1;
}

struct conf *
conf_load(const char *file, struct buf *err)
{
	struct conf *c = xcalloc(1, sizeof(*c));
	struct conf_reader r = { .conf = c };
	size_t errors;

	conf_value_defaults(&conf_schema_top, c);
	conf_servers_init(c);
	c->spool.hold = NOT_GIVEN;
	errors = load_file(&r, file, err);
	errors += load_fragments(&r, file, err);
	if (errors == 0 && c->n_consoles == 0) {
		buf_addf(err, "%s: there is no console to ask; add one below "
		    "consoles: with its name, url and api_token_file\n", file);
		errors++;
	}
	errors += conf_servers_check(c, file, err);
	if (errors == 0)
		errors += check_folders(c, file, err);
	conf_reader_fini(&r);
	/* Without shippers there is nothing else to tell what was shipped. */
	if (c->spool.hold == NOT_GIVEN)
		c->spool.hold = c->n_shippers > 0 ? MINUTE : DAY;
	if (errors == 0)
		return c;
	conf_free(c);
	return NULL;
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n_consoles; i++)
		conf_console_free(c->console[i]);
	free(c->console);
	for (size_t i = 0; i < c->n_shippers; i++)
		conf_value_free(&conf_schema_shipper, &c->shipper[i]);
	free(c->shipper);
	conf_servers_fini(c);
	conf_value_free(&conf_schema_top, c);
	free(c);
}

void
conf_take_console(struct conf *to, size_t at, struct conf *from,
    const struct conf_console *c)
{
	struct conf_console *other = to->console[at];

	for (size_t i = 0; i < from->n_consoles; i++) {
		if (from->console[i] != c)
			continue;
		to->console[at] = from->console[i];
		from->console[i] = other;
		return;
	}
}
