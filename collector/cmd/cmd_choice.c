/*
 * What --console and --dataset choose, for all commands that have them.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "collector/cmd/cmd.h"
#include "collector/conf/conf.h"
#include "collector/dataset/dataset.h"
#include "collector/walk/choice.h"

static int
add(const char *command, const char *option, const char ***list,
    const char *name)
{
	if (choice_add(list, name))
		return EX_OK;
	fprintf(stderr, "s1spool %s: --%s %s is given twice\n", command,
	    option, name);
	return EX_USAGE;
}

static int
add_dataset(const char *command, const char ***list, const char *name)
{
	if (dataset_find(slice_of(name)) == NULL)
		return cmd_unknown_dataset(command, name);
	return add(command, "dataset", list, name);
}

int
cmd_choice_take(struct choice *c, const char *command,
    const struct cmd_line *line, int console, int dataset)
{
	int code = EX_OK;

	*c = (struct choice){ NULL, NULL };
	for (size_t i = 0; code == EX_OK && i < line->n_given; i++) {
		const struct cmd_given *g = &line->given[i];

		if (g->place == console)
			code = add(command, "console", &c->consoles, g->value);
		else if (g->place == dataset)
			code = add_dataset(command, &c->datasets, g->value);
	}
	return code;
}

int
cmd_choice_one(const char *command, const struct cmd_line *line,
    const struct cmd_option *options, int place)
{
	size_t n = 0;

	for (size_t i = 0; i < line->n_given; i++)
		n += line->given[i].place == place;
	if (n < 2)
		return EX_OK;
	fprintf(stderr, "s1spool %s: --%s can be given only once\n", command,
	    options[place].name);
	return EX_USAGE;
}

static bool
is_configured(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_consoles; i++)
		if (strcmp(conf->console[i]->name, name) == 0)
			return true;
	return false;
}

int
cmd_choice_check(const struct choice *c, const char *command,
    const struct conf *conf)
{
	const char **name = c->consoles;

	while (name != NULL && *name != NULL && is_configured(conf, *name))
		name++;
	if (name == NULL || *name == NULL)
		return EX_OK;
	fprintf(stderr, "s1spool %s: there is no console %s in the "
	    "configuration\n", command, *name);
	return EX_USAGE;
}

size_t
cmd_choice_count(const struct choice *c, const struct conf *conf, int id)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->n_consoles; i++)
		n += conf->console[i]->dataset[id].enabled && choice_has(c,
		    conf->console[i]->name, dataset_table[id]->name);
	return n;
}

/* Is a dataset enabled that is chosen? */
static bool
has_some(const struct choice *c, const struct conf_console *console)
{
	for (int id = 0; id < DATASET_COUNT; id++)
		if (console->dataset[id].enabled &&
		    choice_has_dataset(c, dataset_table[id]->name))
			return true;
	return false;
}

/* `what` is enabled nowhere, or only for consoles that are not chosen. */
static int
not_enabled(const struct choice *c, const char *command, const char *what)
{
	fprintf(stderr, "s1spool %s: %s enabled", command, what);
	if (c->consoles == NULL)
		fputs(" in the configuration", stderr);
	for (size_t i = 0; c->consoles != NULL && c->consoles[i] != NULL; i++)
		fprintf(stderr, "%s console %s", i == 0 ? " for" : " or",
		    c->consoles[i]);
	fputs("\n", stderr);
	return EX_USAGE;
}

static int
datasets_enabled(const struct choice *c, const char *command,
    const struct conf *conf)
{
	for (int id = 0; c->datasets != NULL && id < DATASET_COUNT; id++) {
		const char *name = dataset_table[id]->name;
		char what[80];

		if (!choice_has_dataset(c, name) ||
		    cmd_choice_count(c, conf, id) > 0)
			continue;
		snprintf(what, sizeof(what), "dataset %s is not", name);
		return not_enabled(c, command, what);
	}
	return EX_OK;
}

int
cmd_choice_enabled(const struct choice *c, const char *command,
    const struct conf *conf)
{
	int code = datasets_enabled(c, command, conf);
	bool some = false;

	for (size_t i = 0; code == EX_OK && i < conf->n_consoles; i++) {
		const char *name = conf->console[i]->name;
		const char *named[] = { name, NULL };
		struct choice one = { named, NULL };

		if (!choice_has_console(c, name))
			continue;
		if (has_some(c, conf->console[i]))
			some = true;
		else if (c->consoles != NULL)
			code = not_enabled(&one, command, c->datasets != NULL ?
			    "none of these datasets is" : "no dataset is");
	}
	if (code == EX_OK && !some)
		code = not_enabled(c, command, "no dataset is");
	return code;
}
