/*
 * s1spool check: is all as it should be?
 */
#include "config.h"

#include <stdio.h>
#include <sysexits.h>

#include "collector/base/log.h"
#include "collector/check/check.h"
#include "collector/check/report.h"
#include "collector/cmd/cmd.h"
#include "collector/conf/conf.h"
#include "collector/respond/rights.h"

enum option { OPTION_CONFIG, OPTION_JSON, OPTION_CONSOLE, OPTION_RESPOND };

static const struct cmd_option options[] = {
	[OPTION_CONFIG] = CMD_OPTION_CONFIG,
	[OPTION_JSON] = { "json", 0, NULL, "print one JSON object" },
	[OPTION_CONSOLE] = { "console", 0, "NAME",
	    "look only at this console; may be repeated" },
	[OPTION_RESPOND] = { "respond", 0, NULL,
	    "look only at what s1spool respond may do" },
	{ 0 },
};

static const struct cmd_exit exits[] = {
	{ EX_OK, "all is well" },
	{ EX_USAGE, "wrong arguments, or there is no such console" },
	{ EX_UNAVAILABLE, "there are errors: something does not work" },
	{ EX_IOERR, "standard output cannot be written" },
	{ EX_TEMPFAIL, "there are warnings: something will not work for long, "
	    "or cannot be told" },
	{ EX_CONFIG, "the configuration has errors" },
	{ 0, NULL },
};

/* Print what was found; the exit code, unless `code` is one already. */
static int
report(struct check *c, bool json, int code)
{
	static const int codes[LEVEL_COUNT] = {
		[LEVEL_OK] = EX_OK,
		[LEVEL_WARNING] = EX_TEMPFAIL,
		[LEVEL_ERROR] = EX_UNAVAILABLE,
	};

	if (json)
		report_json(&c->found, stdout);
	else
		report_text(&c->found, stdout, report_may_colour(stdout));
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_error("standard output: %m");
		return EX_IOERR;
	}
	return code != EX_OK ? code : codes[findings_worst(&c->found)];
}

static int
check(struct check *c, const struct conf *conf, const struct buf *messages,
    const struct cmd_line *line)
{
	int code = EX_OK;

	c->conf = conf;
	c->warnings = messages->p;
	if (conf == NULL) {
		check_no_conf(c, messages->p);
		code = EX_CONFIG;
	} else if (cmd_choice_check(c->choice, "check", conf) != EX_OK) {
		return EX_USAGE;
	} else if (line->value[OPTION_RESPOND] != NULL) {
		rights_check(conf, c->choice, &c->found);
	} else {
		check_run(c);
	}
	return report(c, line->value[OPTION_JSON] != NULL, code);
}

static int
run_chosen(const struct cmd_line *line, const struct choice *choice)
{
	struct check c = {
		.file = line->value[OPTION_CONFIG] != NULL ?
		    line->value[OPTION_CONFIG] : CMD_CONFIG_FILE,
		.choice = choice,
	};
	struct conf *conf;
	struct buf messages;
	int code;

	/* What is found is told once, and not by the log. */
	log_setup(LOG_ERROR, LOG_TEXT);
	buf_init(&messages, 1 << 20);
	conf = conf_load(c.file, &messages);
	code = check(&c, conf, &messages, line);
	findings_fini(&c.found);
	buf_fini(&messages);
	conf_free(conf);
	return code;
}

static int
run(const struct cmd_line *line)
{
	struct choice choice;
	int code = cmd_choice_take(&choice, "check", line, OPTION_CONSOLE, -1);

	if (code == EX_OK)
		code = run_chosen(line, &choice);
	choice_fini(&choice);
	return code;
}

static void
print_more(void)
{
	puts("\nPermissions that the token's role needs, by dataset:");
	for (int i = 0; i < DATASET_COUNT; i++)
		cmd_help_row(dataset_table[i]->name,
		    dataset_table[i]->permission);
}

const struct command cmd_check = {
	.name = "check",
	.summary = "is all as it should be: configuration, rights, disk, "
	    "consoles, shippers",
	.options = options,
	.exits = exits,
	.print_more = print_more,
	.run = run,
};
