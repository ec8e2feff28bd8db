#include "config.h"

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/cmd/cmd.h"
#include "tests/unit/unit.h"

enum { OPT_CONFIG, OPT_FORCE, OPT_LEVEL, OPT_QUIET, OPT_COATS };

static const struct cmd_option paint_options[] = {
	[OPT_CONFIG] = CMD_OPTION_CONFIG,
	[OPT_FORCE] = { "force", 0, NULL, "do not ask" },
	[OPT_LEVEL] = { "a-rather-long-option", 'l', "LEVEL", "how much" },
	[OPT_QUIET] = { "quiet", 'q', NULL, "say nothing" },
	[OPT_COATS] = { "coats", 'C', "COAT...", "what goes below" },
	{ 0 },
};

static const struct cmd_exit paint_exits[] = {
	{ EX_OK, "painted" },
	{ EX_NOINPUT, "no wall" },
	{ 0, NULL },
};

/* What the command was run with. */
static struct cmd_line seen;
static char seen_given[128]; /* "PLACE=VALUE " each */
static int n_runs;

static int
paint_run(const struct cmd_line *line)
{
	size_t len = 0;

	seen = *line;
	seen_given[0] = '\0';
	for (size_t i = 0; i < line->n_given; i++)
		len += (size_t)snprintf(seen_given + len,
		    sizeof(seen_given) - len, "%d=%s ", line->given[i].place,
		    line->given[i].value);
	n_runs++;
	return EX_NOINPUT;
}

static void
print_walls(void)
{
	puts("\nWalls:");
	cmd_help_row("east", "where the sun rises");
}

static const struct command paint = {
	.name = "paint",
	.summary = "paint a wall",
	.args = "WALL",
	.min_args = 1,
	.max_args = 2,
	.options = paint_options,
	.exits = paint_exits,
	.print_more = print_walls,
	.run = paint_run,
};

static const struct command wait_for_it = {
	.name = "wait",
	.summary = "wait for the paint to dry",
	.exits = paint_exits,
	.run = paint_run,
};

static const struct command *const list[] = { &paint, &wait_for_it, NULL };

static char out[4096], err[4096];
static int code;

static void
slurp(FILE *f, int fd, int saved, char *into, size_t size)
{
	size_t n;

	fflush(stdout);
	fflush(stderr);
	dup2(saved, fd);
	close(saved);
	rewind(f);
	n = fread(into, 1, size - 1, f);
	into[n] = '\0';
	fclose(f);
}

/* Run with the words of a line as arguments; keep code, out and err. */
static void
run(const char *line)
{
	static char words[256], *argv[16];
	char *rest = words;
	int argc = 0;
	FILE *o = tmpfile(), *e = tmpfile();
	int saved_out = dup(STDOUT_FILENO), saved_err = dup(STDERR_FILENO);

	fflush(stdout);
	dup2(fileno(o), STDOUT_FILENO);
	dup2(fileno(e), STDERR_FILENO);
	snprintf(words, sizeof(words), "s1spool %s", line);
	while (argc < 15 && (argv[argc] = strsep(&rest, " ")) != NULL)
		if (argv[argc][0] != '\0')
			argc++;
	argv[argc] = NULL;
	n_runs = 0;
	code = cmd_main(list, argc, argv);
	slurp(o, STDOUT_FILENO, saved_out, out, sizeof(out));
	slurp(e, STDERR_FILENO, saved_err, err, sizeof(err));
}

static void
test_values(void)
{
	run("paint --force -c my.yml east");
	CU_ASSERT_EQUAL(code, EX_NOINPUT);
	CU_ASSERT_EQUAL(n_runs, 1);
	UNIT_TEXT(out, "");
	UNIT_TEXT(err, "");
	UNIT_TEXT(seen.value[OPT_CONFIG], "my.yml");
	UNIT_TEXT(seen.value[OPT_FORCE], "");
	CU_ASSERT_PTR_NULL(seen.value[OPT_LEVEL]);
	CU_ASSERT_EQUAL(seen.argc, 1);
	UNIT_TEXT(seen.argv[0], "east");

	run("paint east --config=a --config b west -l 3");
	CU_ASSERT_EQUAL(n_runs, 1);
	UNIT_TEXT(seen.value[OPT_CONFIG], "b");
	UNIT_TEXT(seen.value[OPT_LEVEL], "3");
	CU_ASSERT_PTR_NULL(seen.value[OPT_FORCE]);
	UNIT_TEXT(seen_given, "0=a 0=b 2=3 ");
	CU_ASSERT_EQUAL(seen.argc, 2);
	UNIT_TEXT(seen.argv[1], "west");

	/* Many options in one argument. */
	run("paint -qqqqqqqqqqqqqqqqc my.yml east");
	CU_ASSERT_EQUAL(n_runs, 1);
	CU_ASSERT_EQUAL(seen.n_given, 17);
	UNIT_TEXT(seen.value[OPT_CONFIG], "my.yml");

	run("paint -- --force");
	CU_ASSERT_EQUAL(n_runs, 1);
	CU_ASSERT_PTR_NULL(seen.value[OPT_FORCE]);
	UNIT_TEXT(seen.argv[0], "--force");

	run("wait");
	CU_ASSERT_EQUAL(n_runs, 1);
	CU_ASSERT_EQUAL(seen.argc, 0);
}

/* An option takes all words up to the next option. */
static void
test_many_values(void)
{
	run("paint east --coats a b - -q west --coats=c north");
	CU_ASSERT_EQUAL(n_runs, 0);
	CU_ASSERT_EQUAL(code, EX_USAGE); /* three walls are too many */
	run("paint east --coats a b - -q west --coats=c");
	CU_ASSERT_EQUAL(n_runs, 1);
	UNIT_TEXT(seen_given, "4=a 4=b 4=- 3= 4=c ");
	UNIT_TEXT(seen.value[OPT_COATS], "c");
	CU_ASSERT_EQUAL(seen.argc, 2);
	UNIT_TEXT(seen.argv[0], "east");
	UNIT_TEXT(seen.argv[1], "west");

	run("paint -C a b -- --east west");
	CU_ASSERT_EQUAL(n_runs, 1);
	UNIT_TEXT(seen_given, "4=a 4=b ");
	CU_ASSERT_EQUAL(seen.argc, 2);
	UNIT_TEXT(seen.argv[0], "--east");
	UNIT_TEXT(seen.argv[1], "west");
}

struct misuse {
	const char *line;
	const char *message;
};

static const struct misuse misuses[] = {
	{ "", "s1spool: which command?; try 's1spool --help'\n" },
	{ "pint x",
	    "s1spool: unknown command 'pint', did you mean 'paint'?; "
	    "try 's1spool --help'\n" },
	{ "dissolve", "s1spool: unknown command 'dissolve'; "
	    "try 's1spool --help'\n" },
	{ "--versoin", "s1spool: unknown option --versoin, did you mean "
	    "--version?; try 's1spool --help'\n" },
	{ "-x paint", "s1spool: unknown option -x; try 's1spool --help'\n" },
	{ "paint --frocé=x a", "s1spool paint: unknown option --frocé; "
	    "try 's1spool paint --help'\n" },
	{ "paint --confg=x a",
	    "s1spool paint: unknown option --confg, did you mean --config?; "
	    "try 's1spool paint --help'\n" },
	{ "paint a -fx", "s1spool paint: unknown option -f; "
	    "try 's1spool paint --help'\n" },
	{ "paint a --config", "s1spool paint: option --config needs its FILE; "
	    "try 's1spool paint --help'\n" },
	{ "paint a -l", "s1spool paint: option --a-rather-long-option needs "
	    "its LEVEL; try 's1spool paint --help'\n" },
	{ "paint --force=1 a", "s1spool paint: option --force takes no "
	    "argument; try 's1spool paint --help'\n" },
	{ "paint", "s1spool paint: missing operand: WALL; "
	    "try 's1spool paint --help'\n" },
	{ "paint a b c d", "s1spool paint: one operand too many: 'c'; "
	    "try 's1spool paint --help'\n" },
	{ "wait a", "s1spool wait: one operand too many: 'a'; "
	    "try 's1spool wait --help'\n" },
	{ "wait --help=x", "s1spool wait: option --help takes no argument; "
	    "try 's1spool wait --help'\n" },
};

static void
test_misuse(void)
{
	for (size_t i = 0; i < sizeof(misuses) / sizeof(misuses[0]); i++) {
		run(misuses[i].line);
		CU_ASSERT_EQUAL(code, EX_USAGE);
		CU_ASSERT_EQUAL(n_runs, 0);
		UNIT_TEXT(out, "");
		UNIT_TEXT(err, misuses[i].message);
	}
}

static void
test_help_of_a_command(void)
{
	run("paint --help");
	CU_ASSERT_EQUAL(code, EX_OK);
	CU_ASSERT_EQUAL(n_runs, 0);
	UNIT_TEXT(err, "");
	UNIT_TEXT(out,
	    "Usage: s1spool paint [OPTION]... WALL\n"
	    "Paint a wall.\n"
	    "\n"
	    "Walls:\n"
	    "  east                      where the sun rises\n"
	    "\n"
	    "Options:\n"
	    "  -c, --config=FILE         read FILE in place of "
	    CMD_CONFIG_FILE "\n"
	    "      --force               do not ask\n"
	    "  -l, --a-rather-long-option=LEVEL\n"
	    "                            how much\n"
	    "  -q, --quiet               say nothing\n"
	    "  -C, --coats=COAT...       what goes below\n"
	    "  -h, --help                print this help and exit\n"
	    "\n"
	    "Exit codes:\n"
	    "  0   painted\n"
	    "  66  no wall\n");
	run("wait -h");
	CU_ASSERT_EQUAL(code, EX_OK);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "Usage: s1spool wait [OPTION]...\n"
	    "Wait for the paint to dry.\n"));
}

static void
test_help_of_the_program(void)
{
	run("--help");
	CU_ASSERT_EQUAL(code, EX_OK);
	UNIT_TEXT(err, "");
	CU_ASSERT_PTR_NOT_NULL(strstr(out,
	    "Commands:\n"
	    "  paint                     paint a wall\n"
	    "  wait                      wait for the paint to dry\n"));
}

static void
test_version(void)
{
	static const char *const parts[] = {
		PACKAGE_STRING "\n", "\nlibcurl ", "\njson-c ", "\nzlib ",
		"\nOpenSSL ", "\nlibyaml ",
	};

	run("--version");
	CU_ASSERT_EQUAL(code, EX_OK);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		CU_ASSERT_PTR_NOT_NULL(strstr(out, parts[i]));
}

static void
test_full_disk(void)
{
	int saved = dup(STDOUT_FILENO);

	CU_ASSERT_FATAL(freopen("/dev/full", "w", stdout) != NULL);
	code = cmd_main(list, 2, (char *[]){ (char[]){ "s1spool" },
	    (char[]){ "--version" }, NULL });
	clearerr(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	CU_ASSERT_EQUAL(code, EX_IOERR);
}

static const struct unit_test tests[] = {
	{ "options and operands reach the command", test_values },
	{ "an option may take many words", test_many_values },
	{ "misuse has one specific message", test_misuse },
	{ "help of a command is its table", test_help_of_a_command },
	{ "help of the program lists the commands", test_help_of_the_program },
	{ "versions of the libraries", test_version },
	{ "help that could not be written is a failure", test_full_disk },
};

UNIT_MAIN("cmd", tests)
