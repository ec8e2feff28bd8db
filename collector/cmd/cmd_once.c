/*
 * s1spool once: one completed poll of everything, then the end.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/base/log.h"
#include "collector/cmd/cmd.h"
#include "collector/cmd/daemon.h"
#include "collector/cmd/progress.h"

#define ROUND_MS 100

enum option { OPTION_CONFIG, OPTION_CONSOLE, OPTION_DATASET, OPTION_TRACE };

static const struct cmd_option options[] = {
	[OPTION_CONFIG] = CMD_OPTION_CONFIG,
	[OPTION_CONSOLE] = { "console", 0, "NAME",
	    "poll only this console; may be repeated" },
	[OPTION_DATASET] = { "dataset", 0, "NAME",
	    "poll only this dataset; may be repeated" },
	[OPTION_TRACE] = CMD_OPTION_TRACE,
	{ 0 },
};

static const struct cmd_exit exits[] = {
	{ EX_OK, "all datasets were polled to their end" },
	{ EX_USAGE, "wrong arguments, or no such console or dataset is "
	    "enabled" },
	{ EX_UNAVAILABLE, "a dataset could not be polled" },
	{ EX_SOFTWARE, "libcurl cannot be used" },
	{ EX_OSERR, "the system refused something" },
	{ EX_CANTCREAT, "the spool or state directory is missing or not "
	    "writable" },
	{ EX_IOERR, "the spool, the journal or standard output could not be "
	    "written" },
	{ EX_TEMPFAIL, "stopped by a signal, or another s1spool uses the spool "
	    "or state directory" },
	{ EX_CONFIG, "the configuration has errors, a token cannot be read, "
	    "or the state is of a later version" },
	{ 0, NULL },
};

struct outcome {
	bool finished;
	int code;
};

static void
look(void *cookie, struct poller *p)
{
	struct outcome *o = cookie;

	o->finished &= p->finished;
	if (!p->failed)
		return;
	if (p->failed_errno != 0)
		o->code = EX_IOERR;
	else if (o->code == EX_OK)
		o->code = EX_UNAVAILABLE;
}

static int
poll_all(struct engine *e, int signal_fd)
{
	struct outcome o;
	struct progress pr;

	daemon_check_files(e);
	progress_begin(&pr);
	engine_start(e);
	for (;;) {
		o = (struct outcome){ .finished = true, .code = EX_OK };
		engine_each(e, look, &o);
		if (o.finished)
			break;
		if (daemon_next_signal(signal_fd) == DAEMON_STOP) {
			o.code = EX_TEMPFAIL;
			break;
		}
		engine_poll(e, ROUND_MS, signal_fd);
		progress_show(&pr, e);
	}
	engine_stop(e);
	log_repeats(true);
	if (o.code == EX_OK && commit_error(&e->commit) != 0)
		o.code = EX_IOERR;
	progress_end(&pr, e);
	return o.code;
}

static int
run_once(struct conf *conf, const struct engine_options *opt, struct buf *err)
{
	struct engine *e;
	int code, fd;

	fd = daemon_prepare();
	if (fd < 0) {
		buf_addf(err, "signals: %s", strerror(errno));
		conf_free(conf);
		return EX_OSERR;
	}
	e = engine_new(conf, opt, err, &code);
	if (e != NULL)
		code = poll_all(e, fd);
	engine_free(e);
	close(fd);
	return code;
}

static int
run_chosen(const struct cmd_line *line, const struct choice *choice)
{
	const struct engine_options opt = { .once = true, .choice = choice };
	struct conf *conf = cmd_conf_load(line->value[OPTION_CONFIG]);
	struct buf err;
	int code;

	if (conf == NULL)
		return EX_CONFIG;
	code = cmd_choice_check(choice, "once", conf);
	if (code == EX_OK)
		code = cmd_choice_enabled(choice, "once", conf);
	if (code != EX_OK) {
		conf_free(conf);
		return code;
	}
	if (line->value[OPTION_TRACE] != NULL)
		cmd_conf_trace(conf);
	buf_init(&err, 1 << 20);
	code = run_once(conf, &opt, &err);
	log_lines(LOG_ERROR, err.p);
	buf_fini(&err);
	return code;
}

static int
run(const struct cmd_line *line)
{
	struct choice choice;
	int code = cmd_choice_take(&choice, "once", line, OPTION_CONSOLE,
	    OPTION_DATASET);

	if (code == EX_OK)
		code = run_chosen(line, &choice);
	choice_fini(&choice);
	return code;
}

const struct command cmd_once = {
	.name = "once",
	.summary = "poll everything once, with progress",
	.options = options,
	.exits = exits,
	.run = run,
};
