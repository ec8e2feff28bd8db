#include "config.h"

#include "collector/cmd/cmd.h"

#include <ctype.h>
#include <curl/curl.h>
#include <getopt.h>
#include <json-c/json.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <yaml.h>
#include <zlib.h>

#include "collector/base/nearest.h"
#include "collector/base/xalloc.h"

/* What getopt_long() returns for the option at place i of a table. */
#define OPTION_VALUE 256

/* ... and for an operand. */
#define OPERAND 1

/* Room for "  -x, --name=ARG" before the help texts. */
#define HELP_COLUMN 28

static const struct cmd_option help_option = {
	"help", 'h', NULL, "print this help and exit"
};

/* The options of the program itself, in the place of a command. */
static const struct cmd_option main_options[] = {
	{ "version", 'V', NULL, "print the versions of s1spool and its libraries" },
	{ 0 },
};

static const struct cmd_exit main_exits[] = {
	{ EX_OK, "done" },
	{ EX_USAGE, "the command line makes no sense" },
	{ 0, NULL },
};

static const struct command program = {
	.args = "COMMAND ...",
	.options = main_options,
	.exits = main_exits,
};

static size_t
count_options(const struct command *cmd)
{
	size_t n = 0;

	while (cmd->options != NULL && cmd->options[n].name != NULL)
		n++;
	return n;
}

/* The option at place i, where --help follows the command's own. */
static const struct cmd_option *
option_at(const struct command *cmd, size_t i)
{
	return i < count_options(cmd) ? &cmd->options[i] : &help_option;
}

static void
print_option(const struct cmd_option *o)
{
	int width;

	if (o->letter != 0)
		width = printf("  -%c, --%s", o->letter, o->name);
	else
		width = printf("      --%s", o->name);
	if (o->arg != NULL)
		width += printf("=%s", o->arg);
	if (width > HELP_COLUMN - 2) {
		putchar('\n');
		width = 0;
	}
	printf("%*s%s\n", HELP_COLUMN - width, "", o->help);
}

static void
print_usage(const struct command *cmd)
{
	printf("Usage: s1spool");
	if (cmd->name != NULL)
		printf(" %s", cmd->name);
	printf(" [OPTION]...");
	if (cmd->args != NULL)
		printf(" %s", cmd->args);
	putchar('\n');
}

static void
print_options(const struct command *cmd)
{
	size_t n = count_options(cmd);

	puts("\nOptions:");
	for (size_t i = 0; i <= n; i++)
		print_option(option_at(cmd, i));
}

static void
print_exits(const struct command *cmd)
{
	puts("\nExit codes:");
	for (const struct cmd_exit *e = cmd->exits; e->meaning != NULL; e++)
		printf("  %-4d%s\n", e->code, e->meaning);
}

void
cmd_help_row(const char *name, const char *text)
{
	printf("  %-*s%s\n", HELP_COLUMN - 2, name, text);
}

/* What was printed counts only when it arrived. */
static int
end_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EX_OK;
	perror("s1spool: standard output");
	return EX_IOERR;
}

static int
print_help(const struct command *cmd)
{
	print_usage(cmd);
	printf("%c%s.\n", toupper((unsigned char)cmd->summary[0]),
	    cmd->summary + 1);
	if (cmd->print_more != NULL)
		cmd->print_more();
	print_options(cmd);
	print_exits(cmd);
	return end_output();
}

static int
print_main_help(const struct command *const *list)
{
	print_usage(&program);
	puts("Collect from SentinelOne consoles into files for Filebeat.\n");
	puts("Commands:");
	for (; *list != NULL; list++)
		cmd_help_row((*list)->name, (*list)->summary);
	print_options(&program);
	print_exits(&program);
	puts("\ns1spool COMMAND --help says more about a command.");
	return end_output();
}

static int
print_version(void)
{
	puts(PACKAGE_STRING);
	printf("libcurl %s\n", curl_version_info(CURLVERSION_NOW)->version);
	printf("json-c %s\n", json_c_version());
	printf("zlib %s\n", zlibVersion());
	puts(OpenSSL_version(OPENSSL_VERSION));
	printf("libyaml %s\n", yaml_get_version_string());
	return end_output();
}

/* Say what is wrong and where to read how it is right. */
static int __attribute__((format(printf, 2, 3)))
misuse(const struct command *cmd, const char *fmt, ...)
{
	va_list ap;

	fputs("s1spool", stderr);
	if (cmd->name != NULL)
		fprintf(stderr, " %s", cmd->name);
	fputs(": ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; try 's1spool %s%s--help'\n",
	    cmd->name != NULL ? cmd->name : "", cmd->name != NULL ? " " : "");
	return EX_USAGE;
}

static int
unknown_option(const struct command *cmd, const char *word)
{
	size_t n = count_options(cmd);
	size_t len = strcspn(word, "=");
	struct nearest near;

	nearest_init(&near, (struct slice){ word, len });
	for (size_t i = 0; i <= n; i++)
		nearest_offer(&near, slice_of(option_at(cmd, i)->name));
	if (near.name.len == 0)
		return misuse(cmd, "unknown option --%.*s", (int)len, word);
	return misuse(cmd, "unknown option --%.*s, did you mean --%.*s?",
	    (int)len, word, (int)near.name.len, near.name.p);
}

static int
unknown_command(const struct command *const *list, const char *word)
{
	struct nearest near;

	nearest_init(&near, slice_of(word));
	for (; *list != NULL; list++)
		nearest_offer(&near, slice_of((*list)->name));
	if (near.name.len == 0)
		return misuse(&program, "unknown command '%s'", word);
	return misuse(&program, "unknown command '%s', did you mean '%.*s'?",
	    word, (int)near.name.len, near.name.p);
}

void
cmd_unknown(const char *command, const char *what, const char *name,
    const struct nearest *near)
{
	fprintf(stderr, "s1spool %s: unknown %s '%s'", command, what, name);
	if (near->name.len > 0)
		fprintf(stderr, ", did you mean '%.*s'?", (int)near->name.len,
		    near->name.p);
	fprintf(stderr, "; try 's1spool %s --help'\n", command);
}

/* The table as getopt_long() wants it.  letters has room for "+:" or "-:" and
 * three characters an option. */
static void
build_getopt(const struct command *cmd, struct option *longs, char *letters)
{
	size_t n = count_options(cmd);

	/* The command's options are not the program's: stop at its name.
	 * Behind it, operands are handed out where they stand. */
	*letters++ = cmd == &program ? '+' : '-';
	*letters++ = ':'; /* tell a missing argument from an unknown option */
	for (size_t i = 0; i <= n; i++) {
		const struct cmd_option *o = option_at(cmd, i);

		longs[i] = (struct option){
			.name = o->name,
			.has_arg = o->arg != NULL ? required_argument
						  : no_argument,
			.val = OPTION_VALUE + (int)i,
		};
		if (o->letter == 0)
			continue;
		*letters++ = o->letter;
		if (o->arg != NULL)
			*letters++ = ':';
	}
	longs[n + 1] = (struct option){ 0 };
	*letters = '\0';
}

/* The place of what getopt_long() returned or left in optopt; -1: none. */
static int
place_of(const struct command *cmd, int value)
{
	size_t n = count_options(cmd);

	if (value >= OPTION_VALUE)
		return value - OPTION_VALUE;
	for (size_t i = 0; value != 0 && i <= n; i++)
		if (option_at(cmd, i)->letter == value)
			return (int)i;
	return -1;
}

/* What getopt_long() did not like; word is where it stopped. */
static int
bad_option(const struct command *cmd, int complaint, const char *word)
{
	int place = place_of(cmd, optopt);

	if (place >= 0 && complaint == ':')
		return misuse(cmd, "option --%s needs its %s",
		    option_at(cmd, (size_t)place)->name,
		    option_at(cmd, (size_t)place)->arg);
	if (place >= 0)
		return misuse(cmd, "option --%s takes no argument",
		    option_at(cmd, (size_t)place)->name);
	if (optopt != 0)
		return misuse(cmd, "unknown option -%c", optopt);
	return unknown_option(cmd, word + strspn(word, "-"));
}

static void
give(struct cmd_line *line, int place, const char *value)
{
	line->value[place] = value;
	/* One argument may be many options: -hhh. */
	line->given = xreallocarray(line->given, line->n_given + 1,
	    sizeof(*line->given));
	line->given[line->n_given++] = (struct cmd_given){ place, value };
}

/* Does an option that has just been met take the operands behind it? */
static bool
takes_more(const struct command *cmd, int place, const char *word)
{
	const char *arg = option_at(cmd, (size_t)place)->arg;

	return arg != NULL && strstr(arg, "...") != NULL && word == optarg;
}

/*
 * Parse the arguments behind the command's name, argv[0].  EX_OK, or EX_USAGE
 * after a message.  --help is line->value[] behind the command's own.
 */
static int
parse_line(const struct command *cmd, int argc, char **argv,
    struct cmd_line *line)
{
	struct option longs[CMD_OPTIONS_MAX + 1];
	char letters[2 * CMD_OPTIONS_MAX + 3];
	int opt, place, taker = -1;

	build_getopt(cmd, longs, letters);
	*line = (struct cmd_line){ .argv = argv + 1 };
	opterr = 0;
	optind = 0; /* forget an earlier parse: glibc's and musl's word for it */
	while ((opt = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (opt == '?' || opt == ':')
			return bad_option(cmd, opt, argv[optind - 1]);
		if (opt == OPERAND && taker >= 0) {
			give(line, taker, optarg);
		} else if (opt == OPERAND) {
			/* Down to the others: getopt is past that place. */
			line->argv[line->argc++] = optarg;
		} else {
			place = place_of(cmd, opt);
			give(line, place, optarg != NULL ? optarg : "");
			taker = takes_more(cmd, place, argv[optind - 1]) ?
			    place : -1;
		}
	}
	while (optind < argc)
		line->argv[line->argc++] = argv[optind++];
	return EX_OK;
}

static int
run_line(const struct command *cmd, const struct cmd_line *line)
{
	int code;

	if (line->value[count_options(cmd)] != NULL)
		return print_help(cmd);
	if (line->argc < cmd->min_args)
		return misuse(cmd, "missing operand: %s", cmd->args);
	if (line->argc > cmd->max_args)
		return misuse(cmd, "one operand too many: '%s'",
		    line->argv[cmd->max_args]);
	code = cmd->run(line);
	return code == EX_OK ? end_output() : code;
}

static int
run_command(const struct command *cmd, int argc, char **argv)
{
	struct cmd_line line;
	int code = parse_line(cmd, argc, argv, &line);

	if (code == EX_OK)
		code = run_line(cmd, &line);
	free(line.given);
	return code == EX_USAGE && cmd->misuse != 0 ? cmd->misuse : code;
}

int
cmd_main(const struct command *const *list, int argc, char **argv)
{
	struct cmd_line line;
	int code = parse_line(&program, argc, argv, &line);

	free(line.given);
	if (code != EX_OK)
		return code;
	if (line.value[count_options(&program)] != NULL)
		return print_main_help(list);
	if (line.value[0] != NULL)
		return print_version();
	if (line.argc == 0)
		return misuse(&program, "which command?");
	for (size_t i = 0; list[i] != NULL; i++)
		if (strcmp(list[i]->name, line.argv[0]) == 0)
			return run_command(list[i], line.argc, line.argv);
	return unknown_command(list, line.argv[0]);
}
