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
	[OPTION_CONSOLE] = { "console", 0, "NAME", "poll only this console" },
	[OPTION_DATASET] = { "dataset", 0, "NAME", "poll only this dataset" },
	[OPTION_TRACE] = CMD_OPTION_TRACE,
	{ 0 },
};

static const struct cmd_exit exits[] = {
	{ EX_OK, "all datasets were polled to their end" },
	{ EX_USAGE, "there is no such console or dataset" },
	{ EX_UNAVAILABLE, "a dataset could not be polled" },
	{ EX_SOFTWARE, "libcurl cannot be used" },
	{ EX_OSERR, "the system refused something" },
	{ EX_CANTCREAT, "the spool or state directory is missing or not "
	    "writable" },
	{ EX_IOERR, "the spool or the journal could not be written" },
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
check_names(const struct conf *conf, const struct engine_options *opt,
    struct buf *err)
{
	if (opt->console != NULL && !cmd_has_console(conf, opt->console)) {
		buf_addf(err, "there is no console %s in the configuration",
		    opt->console);
		return -1;
	}
	if (opt->dataset != NULL &&
	    dataset_find(slice_of(opt->dataset)) == NULL) {
		buf_addf(err, "there is no dataset %s", opt->dataset);
		return -1;
	}
	return 0;
}

static int
run_once(struct conf *conf, const struct engine_options *opt, struct buf *err)
{
	struct engine *e;
	int code, fd;

	if (check_names(conf, opt, err) != 0) {
		conf_free(conf);
		return EX_USAGE;
	}
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
run(const struct cmd_line *line)
{
	struct engine_options opt = {
		.once = true,
		.console = line->value[OPTION_CONSOLE],
		.dataset = line->value[OPTION_DATASET],
	};
	struct conf *conf = cmd_conf_load(line->value[OPTION_CONFIG]);
	struct buf err;
	int code;

	if (conf == NULL)
		return EX_CONFIG;
	if (line->value[OPTION_TRACE] != NULL)
		cmd_conf_trace(conf);
	buf_init(&err, 1 << 20);
	code = run_once(conf, &opt, &err);
	log_lines(LOG_ERROR, err.p);
	buf_fini(&err);
	return code;
}

const struct command cmd_once = {
	.name = "once",
	.summary = "poll everything once, with progress",
	.options = options,
	.exits = exits,
	.run = run,
};
