/*
 * s1spool run: poll until told to stop.
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

enum option { OPTION_CONFIG, OPTION_TRACE };

static const struct cmd_option options[] = {
	[OPTION_CONFIG] = CMD_OPTION_CONFIG,
	[OPTION_TRACE] = CMD_OPTION_TRACE,
	{ 0 },
};

static const struct cmd_exit exits[] = {
	{ EX_OK, "stopped by SIGTERM or SIGINT" },
	{ EX_USAGE, "wrong arguments" },
	{ EX_SOFTWARE, "libcurl cannot be used" },
	{ EX_OSERR, "the system refused something" },
	{ EX_CANTCREAT, "the spool or state directory is missing or not "
	    "writable" },
	{ EX_TEMPFAIL, "another s1spool uses the spool or state directory" },
	{ EX_CONFIG, "the configuration has errors, or the state is of a "
	    "later version" },
	{ 0, NULL },
};

static int
run_daemon(struct conf *conf, const struct daemon_conf *how, struct buf *err)
{
	struct engine_options opt = { .once = false };
	struct engine *e;
	int code, fd;

	fd = daemon_prepare();
	if (fd < 0) {
		buf_addf(err, "signals: %s", strerror(errno));
		conf_free(conf);
		return EX_OSERR;
	}
	e = engine_new(conf, &opt, err, &code);
	if (e == NULL) {
		close(fd);
		return code;
	}
	log_info("collecting from %zu consoles", e->n_tenants);
	daemon_loop(e, how, fd);
	engine_free(e);
	close(fd);
	log_info("stopped");
	return EX_OK;
}

static int
run(const struct cmd_line *line)
{
	const struct daemon_conf how = {
		.file = line->value[OPTION_CONFIG],
		.trace = line->value[OPTION_TRACE] != NULL,
	};
	struct conf *conf = daemon_conf_load(&how);
	struct buf err;
	int code;

	if (conf == NULL)
		return EX_CONFIG;
	buf_init(&err, 1 << 20);
	code = run_daemon(conf, &how, &err);
	log_lines(LOG_ERROR, err.p);
	buf_fini(&err);
	return code;
}

const struct command cmd_run = {
	.name = "run",
	.summary = "poll the consoles until SIGTERM (the daemon)",
	.options = options,
	.exits = exits,
	.run = run,
};
