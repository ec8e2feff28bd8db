/*
 * s1spool respond: response actions with the second token.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "collector/base/nearest.h"
#include "collector/cmd/cmd.h"
#include "collector/conf/conf.h"
#include "collector/respond/exit.h"
#include "collector/respond/respond.h"

static const struct cmd_option options[] = {
	[RESPOND_CONFIG] = CMD_OPTION_CONFIG,
	[RESPOND_CONSOLE] = { "console", 0, "NAME",
	    "the console, where several have a respond_token_file" },
	[RESPOND_REASON] = { "reason", 'r', "TEXT",
	    "why: a ticket, or a few words; needed for every change" },
	[RESPOND_DRY_RUN] = { "dry-run", 'n', NULL,
	    "print what would be sent, and send nothing" },
	[RESPOND_YES] = { "yes", 'y', NULL,
	    "do not ask; needs --expect-name" },
	[RESPOND_EXPECT_NAME] = { "expect-name", 0, "NAME",
	    "the computer name that the host must have" },
	[RESPOND_WAIT] = { "wait", 'w', "DURATION",
	    "follow it so long until it is completed; 0: not at all" },
	[RESPOND_OVERRIDE_LIMIT] = { "override-limit", 0, NULL,
	    "also when respond.limit is reached" },
	[RESPOND_JSON] = { "json", 0, NULL, "print JSON" },
	[RESPOND_OUTPUT] = { "output", 'o', "DIR",
	    "where downloads go, in place of the current directory" },
	[RESPOND_NAME] = { "name", 0, "NAME",
	    "the processes that kill-process ends" },
	[RESPOND_INPUT] = { "input", 0, "TEXT",
	    "what runscript hands to the script" },
	[RESPOND_OS] = { "os", 0, "OS",
	    "only scripts for windows, macos or linux" },
	[RESPOND_N_OPTIONS] = { 0 },
};

static const struct cmd_exit exits[] = {
	{ RESPOND_DONE, "done, or there was nothing to change" },
	{ RESPOND_USAGE, "wrong arguments or configuration" },
	{ RESPOND_NO_HOST, "the host is not found, or not the only one" },
	{ RESPOND_REFUSED, "refused by a rule: deny list, limit, confirmation, "
	    "audit" },
	{ RESPOND_DENIED, "the token is not valid, or may not do this" },
	{ RESPOND_REJECTED, "the console rejected the request" },
	{ RESPOND_UNKNOWN, "network, TLS or server error: look whether it was "
	    "done" },
	{ RESPOND_UNFINISHED, "accepted, and not completed in time" },
	{ RESPOND_FAILED, "completed without success" },
	{ RESPOND_APPROVAL, "waits for somebody's approval" },
	{ 0, NULL },
};

static void
print_actions(void)
{
	puts("\nActions:");
	for (size_t i = 0; i < respond_n_actions(); i++) {
		const struct respond_action *a = respond_action(i);
		char usage[64];

		snprintf(usage, sizeof(usage), "%s %s", a->name, a->args);
		cmd_help_row(usage, a->summary);
	}
	puts("\nHOST is an agent's id, its uuid, or its exact computer name.");
}

/* Its place; the number of actions when there is none. */
static size_t
find_action(const char *name)
{
	size_t n = respond_n_actions();
	struct nearest near;

	nearest_init(&near, slice_of(name));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(respond_action(i)->name, name) == 0)
			return i;
		nearest_offer(&near, slice_of(respond_action(i)->name));
	}
	cmd_unknown("respond", "action", name, &near);
	return n;
}

/* An option of another action is a mistake about what will happen. */
static int
check_arguments(const struct respond_action *a, const struct cmd_line *line)
{
	int n = line->argc - 1;

	for (unsigned i = 0; i < RESPOND_N_OPTIONS; i++) {
		if (line->value[i] == NULL || i == RESPOND_CONFIG ||
		    a->options & 1u << i)
			continue;
		fprintf(stderr, "s1spool respond: %s takes no option --%s\n",
		    a->name, options[i].name);
		return -1;
	}
	if (n >= a->min_args && n <= a->max_args)
		return 0;
	fprintf(stderr, "s1spool respond: %s; it is: %s %s\n",
	    n < a->min_args ? "something is missing" : "one operand too many",
	    a->name, a->args);
	return -1;
}

static int
run(const struct cmd_line *line)
{
	struct respond_call call = {
		.action = find_action(line->argv[0]),
		.args = line->argv + 1,
		.n_args = (size_t)line->argc - 1,
	};
	struct conf *conf;
	int code;

	if (call.action == respond_n_actions() ||
	    cmd_choice_one("respond", line, options, RESPOND_CONSOLE) != 0 ||
	    check_arguments(respond_action(call.action), line) != 0)
		return RESPOND_USAGE;
	memcpy(call.value, line->value, sizeof(call.value));
	conf = cmd_conf_load(line->value[RESPOND_CONFIG]);
	if (conf == NULL)
		return RESPOND_USAGE;
	code = respond_run(conf, &call);
	conf_free(conf);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	perror("s1spool respond: standard output");
	/* What was done counts more than that it could not be printed. */
	return code == RESPOND_DONE ? RESPOND_UNKNOWN : code;
}

const struct command cmd_respond = {
	.name = "respond",
	.summary = "act on endpoints, with a token of its own",
	.args = "ACTION [ARGUMENT]...",
	.min_args = 1,
	.max_args = 64,
	.options = options,
	.exits = exits,
	.misuse = RESPOND_USAGE,
	.print_more = print_actions,
	.run = run,
};
