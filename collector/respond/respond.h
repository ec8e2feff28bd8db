/*
 * Response actions: what `s1spool respond ACTION` does.  Actions are a table in
 * action.c; each has its own file.
 */
#ifndef S1SPOOL_RESPOND_H
#define S1SPOOL_RESPOND_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/conf/conf.h"

/* Options of the command, in the order of its table in cmd_respond.c. */
enum respond_option {
	RESPOND_CONFIG,
	RESPOND_CONSOLE,
	RESPOND_REASON,
	RESPOND_DRY_RUN,
	RESPOND_YES,
	RESPOND_EXPECT_NAME,
	RESPOND_WAIT,
	RESPOND_OVERRIDE_LIMIT,
	RESPOND_JSON,
	RESPOND_OUTPUT,
	RESPOND_NAME,
	RESPOND_INPUT,
	RESPOND_OS,
	RESPOND_N_OPTIONS
};

/* What an action says of itself to help and to the check of arguments. */
struct respond_action {
	const char *name;
	const char *args; /* operands for help, "" for none */
	const char *summary; /* one line, no full stop */
	int min_args, max_args;
	unsigned options; /* bits of enum respond_option */
	bool writes; /* acts on a host */
};

size_t respond_n_actions(void);
const struct respond_action *respond_action(size_t i);

/* All borrowed. */
struct respond_call {
	size_t action; /* its place */
	const char *value[RESPOND_N_OPTIONS]; /* as in struct cmd_line */
	char *const *args;
	size_t n_args;
};

/* Do it: one of enum respond_exit.  Tells people on stderr what came of it. */
int respond_run(const struct conf *conf, const struct respond_call *call);

#endif
