/*
 * s1spool setup: the Elastic side's configurations, templates and objects.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/base/nearest.h"
#include "collector/base/xalloc.h"
#include "collector/cmd/cmd.h"
#include "collector/conf/conf.h"
#include "collector/setup/setup.h"
#include "collector/setup/target.h"

enum option {
	OPTION_CONFIG,
	OPTION_ASSETS,
	OPTION_DRY_RUN,
	OPTION_DIRECTORY,
	OPTION_FILE,
	OPTION_OUTPUT,
	OPTION_INPUTS_ONLY,
	OPTION_FLEET,
	OPTION_AGENT_POLICY,
	OPTION_PACKAGE,
	OPTION_ONLY,
	OPTION_SPACE,
	OPTION_COUNT
};

static const struct cmd_option options[] = {
	[OPTION_CONFIG] = CMD_OPTION_CONFIG,
	[OPTION_ASSETS] = { "assets", 0, "DIR",
	    "read what is installed from DIR in place of " PKGDATADIR },
	[OPTION_DRY_RUN] = { "dry-run", 'n', NULL,
	    "say what would be done, and do nothing" },
	[OPTION_DIRECTORY] = { "directory", 'd', "DIR",
	    "filebeat, agent: write files into DIR" },
	[OPTION_FILE] = { "file", 'o', "FILE",
	    "filebeat, agent: write FILE in place of standard output" },
	[OPTION_OUTPUT] = { "output", 0, "NAME",
	    "filebeat: elasticsearch, cloud, serverless, logstash or kafka" },
	[OPTION_INPUTS_ONLY] = { "inputs-only", 0, NULL,
	    "filebeat: inputs for a Filebeat that has other work too" },
	[OPTION_FLEET] = { "fleet", 0, NULL,
	    "agent: bodies of Fleet's package policies" },
	[OPTION_AGENT_POLICY] = { "agent-policy", 0, "ID",
	    "agent: Fleet's id of the agent policy that they belong to" },
	[OPTION_PACKAGE] = { "package", 0, "NAME@VERSION",
	    "agent: version of filestream, or of sentinel_one; may be "
	    "repeated" },
	[OPTION_ONLY] = { "only", 0, "PART,...", "do only these parts" },
	[OPTION_SPACE] = { "space", 0, "NAME",
	    "Kibana's space in place of the configuration's" },
	[OPTION_COUNT] = { 0 },
};

static const struct cmd_exit exits[] = {
	{ EX_OK, "done, or it was right already" },
	{ EX_USAGE, "wrong arguments" },
	{ EX_NOINPUT, "what is to be installed cannot be read" },
	{ EX_UNAVAILABLE, "something failed on the other side" },
	{ EX_CANTCREAT, "something is in the way that s1spool does not own" },
	{ EX_IOERR, "standard output or a file cannot be written" },
	{ EX_CONFIG, "the configuration has errors" },
	{ 0, NULL },
};

/* Options that all targets have. */
#define COMMON (1u << OPTION_CONFIG | 1u << OPTION_ASSETS)

/* Those of targets that may write files. */
#define WRITES                                                               \
	(1u << OPTION_DRY_RUN | 1u << OPTION_DIRECTORY | 1u << OPTION_FILE)

struct target {
	const char *name;
	const char *summary;
	unsigned options; /* bits, besides the common ones */
	const char *const *parts; /* what --only may name, NULL-terminated */
	int (*run)(struct setup *s); /* the exit code */
};

/* In the order of --help.  A new target is one row here. */
static const struct target targets[] = {
	{ "filebeat", "print a configuration for Filebeat",
	    WRITES | 1u << OPTION_OUTPUT | 1u << OPTION_INPUTS_ONLY, NULL,
	    setup_filebeat },
	{ "agent", "print one for Elastic Agent, or policies for Fleet",
	    WRITES | 1u << OPTION_FLEET | 1u << OPTION_AGENT_POLICY |
		1u << OPTION_PACKAGE, NULL, setup_agent },
	{ "elasticsearch", "install templates, pipeline and transforms",
	    1u << OPTION_DRY_RUN | 1u << OPTION_ONLY,
	    setup_elasticsearch_parts, setup_elasticsearch },
	{ "kibana", "install dashboards, searches, rules and the connector",
	    1u << OPTION_DRY_RUN | 1u << OPTION_ONLY | 1u << OPTION_SPACE,
	    setup_kibana_parts, setup_kibana },
};
#define N_TARGETS (sizeof(targets) / sizeof(targets[0]))

static void
print_targets(void)
{
	puts("\nTargets:");
	for (size_t i = 0; i < N_TARGETS; i++)
		cmd_help_row(targets[i].name, targets[i].summary);
}

static const struct target *
find_target(const char *name)
{
	struct nearest near;

	for (size_t i = 0; i < N_TARGETS; i++)
		if (strcmp(targets[i].name, name) == 0)
			return &targets[i];
	nearest_init(&near, slice_of(name));
	for (size_t i = 0; i < N_TARGETS; i++)
		nearest_offer(&near, slice_of(targets[i].name));
	cmd_unknown("setup", "target", name, &near);
	return NULL;
}

/* An option of another target is a mistake about what will happen. */
static int
check_options(const struct target *t, const struct cmd_line *line)
{
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		if (line->value[i] == NULL || (t->options | COMMON) & 1u << i)
			continue;
		fprintf(stderr, "s1spool setup: %s takes no option --%s\n",
		    t->name, options[i].name);
		return -1;
	}
	return 0;
}

/* Options that make no sense together, or alone. */
static int
check_pairs(const struct cmd_line *line)
{
	static const struct {
		enum option option, other;
		bool needs_other; /* else it excludes it */
	} pairs[] = {
		{ OPTION_FILE, OPTION_DIRECTORY, false },
		{ OPTION_OUTPUT, OPTION_INPUTS_ONLY, false },
		{ OPTION_AGENT_POLICY, OPTION_FLEET, true },
		{ OPTION_PACKAGE, OPTION_FLEET, true },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		bool other = line->value[pairs[i].other] != NULL;

		if (line->value[pairs[i].option] == NULL ||
		    other == pairs[i].needs_other)
			continue;
		fprintf(stderr, "s1spool setup: --%s %s --%s\n",
		    options[pairs[i].option].name,
		    pairs[i].needs_other ? "needs" : "does not go with",
		    options[pairs[i].other].name);
		return -1;
	}
	return 0;
}

/* "a,b" as a NULL-terminated list, freed with free_parts(). */
static char **
split_parts(const char *text)
{
	char *copy = xstrdup(text), *rest = copy, *word;
	char **parts = xcalloc(strlen(text) + 2, sizeof(*parts));
	size_t n = 0;

	while ((word = strsep(&rest, ",")) != NULL)
		if (*word != '\0')
			parts[n++] = xstrdup(word);
	free(copy);
	return parts;
}

static void
free_parts(char **parts)
{
	for (size_t i = 0; parts != NULL && parts[i] != NULL; i++)
		free(parts[i]);
	free(parts);
}

static int
check_parts(const struct target *t, char *const *parts)
{
	for (; parts != NULL && *parts != NULL; parts++) {
		const char *const *p = t->parts;

		while (*p != NULL && strcmp(*p, *parts) != 0)
			p++;
		if (*p != NULL)
			continue;
		fprintf(stderr, "s1spool setup: %s has no part '%s'; there "
		    "are", t->name, *parts);
		for (p = t->parts; *p != NULL; p++)
			fprintf(stderr, "%s %s", p == t->parts ? "" : ",", *p);
		fputc('\n', stderr);
		return -1;
	}
	return 0;
}

static const char *const packages[] = { "filestream", "sentinel_one" };

/* The version in "NAME@VERSION"; NULL when it is not that. */
static const char *
version_in(const char *text, const char *package)
{
	size_t len = strlen(package);

	return strncmp(text, package, len) == 0 && text[len] == '@' &&
	    text[len + 1] != '\0' ? text + len + 1 : NULL;
}

static int
check_packages(const struct cmd_line *line)
{
	for (size_t i = 0; i < line->n_given; i++) {
		const char *value = line->given[i].value;

		if (line->given[i].place != OPTION_PACKAGE ||
		    version_in(value, packages[0]) != NULL ||
		    version_in(value, packages[1]) != NULL)
			continue;
		fprintf(stderr, "s1spool setup: --package %s is neither "
		    "%s@VERSION nor %s@VERSION\n", value, packages[0],
		    packages[1]);
		return -1;
	}
	return 0;
}

/* What was given last of a package; NULL: nothing. */
static const char *
version_of(const struct cmd_line *line, const char *package)
{
	const char *version = NULL;

	for (size_t i = line->n_given; i-- > 0 && version == NULL;)
		if (line->given[i].place == OPTION_PACKAGE)
			version = version_in(line->given[i].value, package);
	return version;
}

static struct setup_ship
ship_of(const struct cmd_line *line)
{
	const char *const *value = line->value;

	return (struct setup_ship){
		.output = value[OPTION_OUTPUT],
		.file = value[OPTION_FILE],
		.directory = value[OPTION_DIRECTORY],
		.agent_policy = value[OPTION_AGENT_POLICY],
		.filestream = version_of(line, packages[0]),
		.sentinel_one = version_of(line, packages[1]),
		.inputs_only = value[OPTION_INPUTS_ONLY] != NULL,
		.fleet = value[OPTION_FLEET] != NULL,
	};
}

static int
run_target(const struct target *t, const struct cmd_line *line,
    char *const *parts)
{
	const char *const *value = line->value;
	struct conf *conf = cmd_conf_load(value[OPTION_CONFIG]);
	struct setup s = {
		.conf = conf,
		.assets = value[OPTION_ASSETS] != NULL ?
		    value[OPTION_ASSETS] : PKGDATADIR,
		.only = parts,
		.space = value[OPTION_SPACE],
		.dry_run = value[OPTION_DRY_RUN] != NULL,
		.ship = ship_of(line),
	};
	int code;

	if (conf == NULL)
		return EX_CONFIG;
	code = t->run(&s);
	conf_free(conf);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("s1spool setup: standard output");
		return EX_IOERR;
	}
	return code;
}

static int
run(const struct cmd_line *line)
{
	const struct target *t = find_target(line->argv[0]);
	const char *only = line->value[OPTION_ONLY];
	char **parts = NULL;
	int code = EX_USAGE;

	if (t == NULL || check_options(t, line) != 0 ||
	    check_pairs(line) != 0 || check_packages(line) != 0)
		return EX_USAGE;
	if (only != NULL)
		parts = split_parts(only);
	if (check_parts(t, parts) == 0)
		code = run_target(t, line, parts);
	free_parts(parts);
	return code;
}

const struct command cmd_setup = {
	.name = "setup",
	.summary = "configure the Elastic side",
	.args = "TARGET",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.exits = exits,
	.print_more = print_targets,
	.run = run,
};
