/*
 * s1spool status: what the collector is doing.  Asks nobody: it reads what the
 * daemon writes, what lies in the spool, and what shippers say of that.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "collector/cmd/cmd.h"
#include "collector/cmd/status_text.h"
#include "collector/cmd/status_view.h"
#include "collector/json/tree.h"

#define WATCH_SECONDS 2
/* Of the terminal, when it does not tell. */
#define COLUMNS 80
#define ROWS 24

enum option {
	OPTION_CONFIG,
	OPTION_CONSOLE,
	OPTION_DATASET,
	OPTION_JSON,
	OPTION_WATCH
};

static const struct cmd_option options[] = {
	[OPTION_CONFIG] = CMD_OPTION_CONFIG,
	[OPTION_CONSOLE] = { "console", 0, "NAME",
	    "show only this console; may be repeated" },
	[OPTION_DATASET] = { "dataset", 0, "NAME",
	    "show only this dataset; may be repeated" },
	[OPTION_JSON] = { "json", 0, NULL, "print JSON, for scripts" },
	[OPTION_WATCH] = { "watch", 'w', NULL,
	    "show it again every two seconds, until interrupted" },
	{ 0 },
};

static const struct cmd_exit exits[] = {
	{ EX_OK, "s1spool runs, and its figures are not old" },
	{ EX_USAGE, "wrong arguments, or no such console or dataset is "
	    "enabled" },
	{ EX_NOINPUT, "there are no figures that could be read" },
	{ EX_UNAVAILABLE, "it does not run, or its figures are old" },
	{ EX_IOERR, "standard output cannot be written" },
	{ EX_CONFIG, "the configuration has errors" },
	{ 0, NULL },
};

static int
exit_code(const struct status_view *v)
{
	if (v->root == NULL)
		return EX_NOINPUT;
	return v->pid == 0 || status_view_is_old(v) ? EX_UNAVAILABLE : EX_OK;
}

static void
print_json(struct buf *out, const struct status_view *v, bool line)
{
	struct json_object *none = NULL, *o = v->root;

	if (o == NULL) {
		o = none = tree_object();
		tree_put(o, "running", tree_flag(v->pid > 0));
	}
	if (v->trouble.len > 0)
		tree_put(o, "trouble", tree_slice((struct slice){
		    v->trouble.p, v->trouble.len - 1 }));
	buf_adds(out, tree_print(o, line ? TREE_PLAIN : TREE_PRETTY));
	buf_addc(out, '\n');
	json_object_put(none);
}

/* Write it over what is there: as many lines as fit, each cut to the width. */
static void
draw(const char *text)
{
	struct winsize size = { 0 };
	size_t len, shown;
	int row = 1;

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	if (size.ws_row == 0 || size.ws_col == 0)
		size = (struct winsize){ .ws_row = ROWS, .ws_col = COLUMNS };
	fputs("\033[H", stdout);
	for (; *text != '\0' && row < size.ws_row; row++) {
		len = strcspn(text, "\n");
		shown = len < size.ws_col ? len : size.ws_col;
		/* Not in the middle of a letter. */
		while (shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80)
			shown--;
		printf("%.*s\033[K\n", (int)shown, text);
		text += len + (text[len] == '\n');
	}
	fputs(*text != '\0' ? "...\033[J" : "\033[J", stdout);
}

struct request {
	const struct choice *choice;
	bool json, watch, terminal;
};

static int
show(const struct request *rq, const struct conf *conf)
{
	struct status_view v;
	struct buf out;
	int code;

	buf_init(&out, SIZE_MAX);
	status_view_take(&v, conf, rq->choice);
	if (rq->json)
		print_json(&out, &v, rq->watch);
	else
		status_text_print(&out, &v);
	code = exit_code(&v);
	status_view_fini(&v);
	if (rq->watch && rq->terminal && !rq->json)
		draw(out.p);
	else
		fputs(out.p, stdout);
	buf_fini(&out);
	if (fflush(stdout) == 0)
		return code;
	perror("s1spool: standard output");
	return EX_IOERR;
}

/* Until a signal, or nobody reads any more. */
static int
watch(const struct request *rq, const struct conf *conf)
{
	if (rq->terminal && !rq->json)
		fputs("\033[2J", stdout);
	while (show(rq, conf) != EX_IOERR)
		nanosleep(&(struct timespec){ WATCH_SECONDS, 0 }, NULL);
	return EX_IOERR;
}

/* The configuration, and who is asked for, are all right. */
static int
run_with(const struct request *rq, const struct conf *conf)
{
	int code = cmd_choice_check(rq->choice, "status", conf);

	if (code == EX_OK && (rq->choice->consoles != NULL ||
	    rq->choice->datasets != NULL))
		code = cmd_choice_enabled(rq->choice, "status", conf);
	if (code != EX_OK)
		return code;
	return rq->watch ? watch(rq, conf) : show(rq, conf);
}

static int
run_chosen(const struct cmd_line *line, const struct choice *choice)
{
	const struct request rq = {
		.choice = choice,
		.json = line->value[OPTION_JSON] != NULL,
		.watch = line->value[OPTION_WATCH] != NULL,
		.terminal = isatty(STDOUT_FILENO),
	};
	struct conf *conf;
	int code;

	conf = cmd_conf_load(line->value[OPTION_CONFIG]);
	if (conf == NULL)
		return EX_CONFIG;
	code = run_with(&rq, conf);
	conf_free(conf);
	return code;
}

static int
run(const struct cmd_line *line)
{
	struct choice choice;
	int code = cmd_choice_take(&choice, "status", line, OPTION_CONSOLE,
	    OPTION_DATASET);

	if (code == EX_OK)
		code = run_chosen(line, &choice);
	choice_fini(&choice);
	return code;
}

const struct command cmd_status = {
	.name = "status",
	.summary = "what the collector is doing",
	.options = options,
	.exits = exits,
	.run = run,
};
