/*
 * The configuration: what its reader doubts, and what is allowed but unwise.
 */
#include "config.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/base/xalloc.h"
#include "collector/check/check.h"

static const struct subject about = { .topic = "configuration" };

/* Each line of text is a finding. */
static void
add_lines(struct check *c, enum level level, const char *text)
{
	for (size_t n; *text != '\0'; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n > 0)
			finding_add(&c->found, level, &about, "%.*s", (int)n,
			    text);
	}
}

void
check_no_conf(struct check *c, const char *errors)
{
	add_lines(c, LEVEL_ERROR, errors);
}

static size_t
count_datasets(const struct conf_console *console)
{
	size_t n = 0;

	for (int i = 0; i < DATASET_COUNT; i++)
		n += console->dataset[i].enabled;
	return n;
}

static bool
has_password(const char *url)
{
	return url != NULL && strchr(url, '@') != NULL;
}

/* A password is the one secret that can be in the configuration itself. */
static void
judge_file(struct check *c, const char *file, bool secret)
{
	struct stat sb;

	if (stat(file, &sb) != 0)
		return;
	if ((sb.st_mode & S_IWOTH) != 0)
		finding_mend(finding_add(&c->found, LEVEL_ERROR, &about,
		    "%s: everybody may write to it", file), "chmod o= %s",
		    file);
	else if (secret && (sb.st_mode & S_IROTH) != 0)
		finding_mend(finding_add(&c->found, LEVEL_WARNING, &about,
		    "%s: everybody may read it, and a proxy_url has a "
		    "password", file), "chmod o= %s", file);
}

/* The file that was named, and those in conf.d beside it. */
static void
judge_files(struct check *c)
{
	bool secret = has_password(c->conf->elasticsearch.proxy_url) ||
	    has_password(c->conf->kibana.proxy_url);
	const char *slash = strrchr(c->file, '/');
	char *pattern = xasprintf("%.*sconf.d/*.yml", slash == NULL ? 0 :
	    (int)(slash + 1 - c->file), c->file);
	glob_t g;

	for (size_t i = 0; i < c->conf->n_consoles; i++)
		secret |= has_password(c->conf->console[i]->proxy_url);
	judge_file(c, c->file, secret);
	if (glob(pattern, GLOB_NOSORT, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			judge_file(c, g.gl_pathv[i], secret);
		globfree(&g);
	}
	free(pattern);
}

static void
judge_console(struct check *c, const struct conf_console *console)
{
	const struct subject whose = { "configuration", console->name, NULL };
	const char *mode = console->ssl.verification_mode;

	if (mode != NULL && strcmp(mode, "none") == 0)
		finding_mend(finding_add(&c->found, LEVEL_WARNING, &whose,
		    "ssl.verification_mode is none: anybody on the way can "
		    "read the token"), "name the CA in "
		    "ssl.certificate_authorities instead");
	if (count_datasets(console) == 0)
		finding_mend(finding_add(&c->found, LEVEL_WARNING, &whose,
		    "no dataset is enabled"), "enable some, or remove the "
		    "console");
}

void
probe_conf(struct check *c)
{
	const struct conf *conf = c->conf;
	size_t before = c->found.n, datasets = 0;

	add_lines(c, LEVEL_WARNING, c->warnings);
	judge_files(c);
	if (conf->spool.compress == COMPRESS_SEALED && conf->n_shippers == 0)
		finding_mend(finding_add(&c->found, LEVEL_WARNING, &about,
		    "spool.compress is sealed, and no shipper is named: nobody "
		    "can tell whether it reads packed files"),
		    "name it in shippers");
	for (size_t i = 0; i < conf->n_consoles; i++) {
		datasets += count_datasets(conf->console[i]);
		if (check_wants(c, conf->console[i]))
			judge_console(c, conf->console[i]);
	}
	if (c->found.n == before)
		finding_add(&c->found, LEVEL_OK, &about, "%s: %zu consoles, "
		    "%zu datasets enabled, %zu shippers named", c->file,
		    conf->n_consoles, datasets, conf->n_shippers);
}
