/*
 * The frame of the subcommands: what a command says of itself is a table, from
 * which its arguments are parsed and its help is printed.
 */
#ifndef S1SPOOL_CMD_H
#define S1SPOOL_CMD_H

#include <stdbool.h>
#include <stddef.h>

/* --help, which every command has, counts. */
#define CMD_OPTIONS_MAX 32

/* One option.  A table ends with a row without a name. */
struct cmd_option {
	const char *name; /* long form, without the dashes */
	char letter; /* short form, 0 for none */
	/* Its argument's name in help, NULL: takes none.  "FILE...": it takes
	 * the words behind that, too, up to the next option or "--", unless it
	 * is written with a "=". */
	const char *arg;
	const char *help; /* one line */
};

/* An exit code with what it means here.  A table ends with NULL. */
struct cmd_exit {
	int code; /* of <sysexits.h> */
	const char *meaning;
};

/* What was given on the command line; all borrowed from argv. */
struct cmd_line {
	/*
	 * By the option's place in its table: NULL when it was not given, ""
	 * for one without an argument.  Of a repeated option the last counts.
	 */
	const char *value[CMD_OPTIONS_MAX];
	/* All that was given, in order, for options that may be repeated. */
	struct cmd_given {
		int place;
		const char *value;
	} *given;
	size_t n_given;
	int argc; /* operands, at least min_args and at most max_args */
	char **argv;
};

struct command {
	const char *name;
	const char *summary; /* one line, no full stop */
	const char *args; /* operands in the usage line, NULL for none */
	int min_args, max_args;
	const struct cmd_option *options; /* NULL for none */
	const struct cmd_exit *exits;
	int misuse; /* its exit code for wrong arguments; 0: EX_USAGE */
	/* Prints more for --help, in front of the options; NULL for nothing. */
	void (*print_more)(void);
	int (*run)(const struct cmd_line *line); /* the exit code */
};

struct conf;

/* The option that all commands with a configuration share. */
#define CMD_OPTION_CONFIG                                                    \
	{                                                                    \
		"config", 'c', "FILE",                                       \
		    "read FILE in place of " CMD_CONFIG_FILE                 \
	}
#define CMD_CONFIG_FILE SYSCONFDIR "/s1spool/s1spool.yml"

/* ... and all that map records of one dataset. */
#define CMD_OPTION_COLLECTED_AT                                              \
	{                                                                    \
		"collected-at", 0, "RFC3339",                                \
		    "the time of collection in place of now"                 \
	}
#define CMD_OPTION_PARENT_ID                                                 \
	{                                                                    \
		"parent-id", 0, "ID", "id of the parent of a chained request" \
	}

/* Each in its own file, cmd_<name>.c; main.c lists those that are built. */
extern const struct command cmd_run;
extern const struct command cmd_once;
extern const struct command cmd_backfill;
extern const struct command cmd_map;
extern const struct command cmd_status;
extern const struct command cmd_verify;
extern const struct command cmd_prune;
extern const struct command cmd_setup;
extern const struct command cmd_check;
extern const struct command cmd_respond;

/*
 * Find the command that argv[1] names in a NULL-terminated list, parse its
 * arguments and run it; or do what --help and --version say.  The exit code:
 * EX_USAGE, with one specific message on stderr, when argv makes no sense.
 */
int cmd_main(const struct command *const *list, int argc, char **argv);

/* A row of the help text: a name and what it stands for. */
void cmd_help_row(const char *name, const char *text);

struct nearest;

/* Say on stderr that a command knows no such action, target ... */
void cmd_unknown(const char *command, const char *what, const char *name,
    const struct nearest *near);

/*
 * Read the configuration, from CMD_CONFIG_FILE when file is NULL, and set up
 * the log as it says.  What is wrong or doubtful in it is logged, a line each.
 * NULL when it has errors: EX_CONFIG.
 */
struct conf *cmd_conf_load(const char *file);

/* Switch the request traces of all consoles and datasets on, as with
 * CMD_OPTION_TRACE. */
void cmd_conf_trace(struct conf *conf);
#define CMD_OPTION_TRACE                                                     \
	{                                                                    \
		"trace-requests", 0, NULL,                                   \
		    "write all requests and answers to files, for debugging" \
	}

struct choice;

/*
 * What the options at these places of the table choose; -1: there is no such
 * option.  choice_fini() is the caller's, also after an error.  EX_OK, or
 * EX_USAGE after a message on stderr: one is given twice, or there is no such
 * dataset.
 */
int cmd_choice_take(struct choice *c, const char *command,
    const struct cmd_line *line, int console, int dataset);
/* The same of one that is given twice where it has to be one. */
int cmd_choice_one(const char *command, const struct cmd_line *line,
    const struct cmd_option *options, int place);
/* The same of a console that the configuration does not have. */
int cmd_choice_check(const struct choice *c, const char *command,
    const struct conf *conf);
/* On how many of the consoles dataset_table[id] is chosen and enabled. */
size_t cmd_choice_count(const struct choice *c, const struct conf *conf,
    int id);
/* EX_USAGE after a message on stderr when a dataset that is named is enabled on
 * none of them, none is on a console that is named, or none is at all. */
int cmd_choice_enabled(const struct choice *c, const char *command,
    const struct conf *conf);

/* Say on stderr that a command was given a dataset that there is not: EX_USAGE. */
int cmd_unknown_dataset(const char *command, const char *name);

/*
 * As root, go on as the owner of the directory: what root made in it the daemon
 * could not use, and what is in it belongs to a user whom root should not have
 * to trust.  0, or -1 after a message.
 */
int cmd_become_owner(const char *directory);

struct map_context;

/*
 * What surrounds the records that a command maps, from its two options above,
 * each NULL when not given; parent_id is borrowed.  EX_OK, or EX_USAGE after a
 * message.
 */
int cmd_map_context(const char *command, const char *collected_at,
    const char *parent_id, struct map_context *ctx);

#endif
