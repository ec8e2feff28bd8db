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

int
cmd_choice_enabled(const struct choice *c, const char *command,
    const struct conf *conf)
{
	size_t n = 0;

	for (int id = 0; id < DATASET_COUNT; id++) {
		size_t enabled = cmd_choice_count(c, conf, id);

		n += enabled;
		if (enabled > 0 || c->datasets == NULL ||
		    !choice_has_dataset(c, dataset_table[id]->name))
			continue;
		fprintf(stderr, "s1spool %s: dataset %s is not enabled in the "
		    "configuration\n", command, dataset_table[id]->name);
		return EX_USAGE;
	}
	if (n > 0)
		return EX_OK;
	fprintf(stderr, "s1spool %s: no dataset is enabled in the "
	    "configuration\n", command);
	return EX_USAGE;
}
