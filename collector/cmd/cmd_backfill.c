/*
 * s1spool backfill: history.  A running daemon does the work on request, and
 * this shows how far it is; else this process does it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/cmd/backfill_plan.h"
#include "collector/cmd/backfill_show.h"
#include "collector/cmd/backfill_watch.h"
#include "collector/cmd/cmd.h"
#include "collector/cmd/daemon.h"

#define ROUND_MS 100
#define LOOK_MS 500
/* A daemon looks for requests each second, and writes its status at least so
 * often, but with thousands of datasets. */
#define TAKE_MS 15000
#define BEGIN_MS 90000

enum option {
	OPTION_CONFIG,
	OPTION_FROM,
	OPTION_TO,
	OPTION_CONSOLE,
	OPTION_DATASET,
	OPTION_AGAIN,
	OPTION_STOP,
};

static const struct cmd_option options[] = {
	[OPTION_CONFIG] = CMD_OPTION_CONFIG,
	[OPTION_FROM] = { "from", 0, "TIME",
	    "the oldest: RFC3339, a date, or how long ago (90d)" },
	[OPTION_TO] = { "to", 0, "TIME", "up to this time, in place of now" },
	[OPTION_CONSOLE] = { "console", 0, "NAME",
	    "only this console; may be repeated" },
	[OPTION_DATASET] = { "dataset", 0, "NAME",
	    "only this dataset; may be repeated" },
	[OPTION_AGAIN] = { "again", 0, NULL,
	    "send it again also where it is covered" },
	[OPTION_STOP] = { "stop", 0, NULL, "end what is under way" },
	{ 0 },
};

static const struct cmd_exit exits[] = {
	{ EX_OK, "all is fetched, or was already" },
	{ EX_USAGE, "wrong arguments, or a dataset that cannot be "
	    "backfilled" },
	{ EX_UNAVAILABLE, "the console refuses it, or gave not all of it" },
	{ EX_SOFTWARE, "libcurl cannot be used" },
	{ EX_OSERR, "the system refused something" },
	{ EX_CANTCREAT, "the spool or state directory is missing or not "
	    "writable" },
	{ EX_IOERR, "the spool, the journal or standard output could not be "
	    "written" },
	{ EX_TEMPFAIL, "stopped by a signal or --stop, or the s1spool that "
	    "uses the spool takes no requests" },
	{ EX_CONFIG, "the configuration has errors, a token cannot be read, "
	    "or the state is of a later version" },
	{ 0, NULL },
};

struct job {
	struct backfill_request rq;
	bool asks; /* else it only shows, or does, what is left */
	char *state_directory;
	int signal_fd;
};

static int
misuse(const char *text)
{
	fprintf(stderr, "s1spool backfill: %s; try 's1spool backfill "
			"--help'\n", text);
	return EX_USAGE;
}

/* A time, or how long before now. */
static bool
parse_time(const char *text, int64_t now_ms, int64_t *ms)
{
	int64_t ago;

	if (iso8601_parse(slice_of(text), ms) == 0)
		return true;
	if (num_duration(slice_of(text), &ago) != 0 || ago > now_ms)
		return false;
	*ms = now_ms - ago;
	return true;
}

static int
parse_range(const struct cmd_line *line, struct range *r)
{
	int64_t now = clock_wall_us() / 1000;
	const char *from = line->value[OPTION_FROM];
	const char *to = line->value[OPTION_TO];

	*r = (struct range){ 0, now };
	if (!parse_time(from, now, &r->from) ||
	    (to != NULL && !parse_time(to, now, &r->to)))
		return misuse("--from and --to take a time like "
			      "2026-01-31T12:00:00Z, a date, or how long ago, "
			      "like 90d");
	if (r->to > now)
		r->to = now;
	if (r->from < 0)
		r->from = 0;
	if (r->from >= r->to)
		return misuse("--from is not before --to, or not before now");
	return EX_OK;
}

static int
parse(const struct cmd_line *line, struct job *job)
{
	bool from = line->value[OPTION_FROM] != NULL;
	int code;

	job->rq.stop = line->value[OPTION_STOP] != NULL;
	job->rq.again = line->value[OPTION_AGAIN] != NULL;
	job->asks = from || job->rq.stop;
	if (job->rq.stop && (from || job->rq.again))
		return misuse("--stop takes neither --from nor --again");
	if (!from && (line->value[OPTION_TO] != NULL || job->rq.again))
		return misuse("--from is missing");
	code = cmd_choice_take(&job->rq.choice, "backfill", line,
	    OPTION_CONSOLE, OPTION_DATASET);
	if (code != EX_OK)
		return code;
	backfill_request_name(&job->rq);
	return from ? parse_range(line, &job->rq.range) : EX_OK;
}

/* How it ends. */

struct ending {
	bool skipped, busy, stopped;
};

static void
end_row(void *cookie, const struct backfill_view *v)
{
	struct ending *e = cookie;

	e->skipped |= v->figures.skipped > 0;
	e->busy |= v->busy;
	e->stopped |= v->figures.stopped_ms != 0;
	backfill_show_row(v);
}

static int
end_table(const struct job *job, const struct backfill_watch *w)
{
	struct ending e = { false, false, false };

	backfill_show_head();
	backfill_watch_each(w, end_row, &e);
	if (e.skipped || e.busy)
		return EX_UNAVAILABLE;
	/* By somebody else, while this one waited for it. */
	return e.stopped && job->asks && !job->rq.stop ? EX_TEMPFAIL : EX_OK;
}

static bool
is_over(const struct backfill_sum *sum)
{
	return sum->n_busy == sum->n_stuck;
}

/* With an engine of its own. */

static void
tell_stopped(void)
{
	fputs("Stopped. What was fetched stays, and is not fetched again.\n"
	      "'s1spool backfill' goes on where this stopped, and so does a "
	      "daemon that is started;\n's1spool backfill --stop' gives up "
	      "what is left.\n", stderr);
}

static int
work(struct engine *e, struct job *job)
{
	struct backfill_watch w = { .engine = e, .rq = &job->rq };
	struct backfill_sum sum;
	struct backfill_show show;
	int code = EX_OK;

	backfill_show_begin(&show);
	engine_start(e);
	if (job->asks)
		backfill_request_apply(e, &job->rq);
	while (backfill_watch_sum(&w, &sum) && !is_over(&sum)) {
		if (daemon_next_signal(job->signal_fd) == DAEMON_STOP) {
			code = EX_TEMPFAIL;
			break;
		}
		engine_poll(e, ROUND_MS, job->signal_fd);
		backfill_show_line(&show, &sum);
	}
	engine_stop(e);
	backfill_show_end(&show);
	if (code == EX_OK && sum.n == 0)
		puts("there is no backfill");
	else if (code == EX_OK)
		code = end_table(job, &w);
	else
		tell_stopped();
	return commit_error(&e->commit) != 0 ? EX_IOERR : code;
}

/* With the daemon. */

/* Sleep, unless a signal comes: then true. */
static bool
is_interrupted(const struct job *job)
{
	struct pollfd fd = { .fd = job->signal_fd, .events = POLLIN };

	poll(&fd, 1, LOOK_MS);
	return daemon_next_signal(job->signal_fd) == DAEMON_STOP;
}

static int
tell_goes_on(void)
{
	fputs("The daemon goes on with it, also after a restart.\n"
	      "'s1spool backfill' shows how far it is; "
	      "'s1spool backfill --stop' ends it.\n", stderr);
	return EX_TEMPFAIL;
}

/* Until the daemon has the request.  EX_OK, or why not. */
static int
hand_over(const struct job *job, int dirfd, const char *holder)
{
	int64_t until = clock_mono_ms() + TAKE_MS;
	int rc;

	while ((rc = backfill_request_leave(dirfd, &job->rq)) != 0 &&
	    errno == EEXIST && clock_mono_ms() < until)
		if (is_interrupted(job))
			return EX_TEMPFAIL;
	if (rc != 0) {
		log_error("cannot leave the request in %s: %s",
		    job->state_directory, strerror(errno));
		return errno == EEXIST ? EX_TEMPFAIL : EX_CANTCREAT;
	}
	until = clock_mono_ms() + TAKE_MS;
	while (backfill_request_waits(dirfd)) {
		if (clock_mono_ms() < until && !is_interrupted(job))
			continue;
		if (!backfill_request_withdraw(dirfd))
			break;
		log_lines(LOG_ERROR, holder);
		log_error("it did not take the request for a backfill, which "
			  "is withdrawn: only the daemon takes any");
		return EX_TEMPFAIL;
	}
	return EX_OK;
}

/* Until the daemon's status knows of the request. */
static int
wait_for_begin(const struct job *job, const struct backfill_watch *w)
{
	int64_t until = clock_mono_ms() + BEGIN_MS;

	while (!backfill_watch_began(w)) {
		if (is_interrupted(job))
			return tell_goes_on();
		if (clock_mono_ms() >= until) {
			log_error("the daemon took the request, but polls none "
				  "of these datasets");
			return EX_UNAVAILABLE;
		}
	}
	return EX_OK;
}

static int
follow(const struct job *job, const struct backfill_watch *w)
{
	struct backfill_sum sum;
	struct backfill_show show;

	backfill_show_begin(&show);
	for (;;) {
		bool known = backfill_watch_sum(w, &sum);

		if (known && is_over(&sum))
			break;
		if (known)
			backfill_show_line(&show, &sum);
		if (is_interrupted(job)) {
			backfill_show_end(&show);
			return tell_goes_on();
		}
	}
	backfill_show_end(&show);
	if (sum.n > 0)
		return end_table(job, w);
	puts("there is no backfill");
	return EX_OK;
}

static int
have_it_done(const struct job *job, const char *holder)
{
	struct backfill_watch w = { .rq = &job->rq };
	struct backfill_sum sum;
	int code = EX_OK;
	bool idle;

	w.state_dirfd = fs_open_dir(AT_FDCWD, job->state_directory);
	if (w.state_dirfd < 0) {
		log_error("cannot open %s: %s", job->state_directory,
		    strerror(errno));
		return EX_CANTCREAT;
	}
	idle = backfill_watch_sum(&w, &sum) && sum.n_busy == 0;
	if (job->asks)
		code = hand_over(job, w.state_dirfd, holder);
	if (code == EX_OK && job->asks && !job->rq.stop)
		code = wait_for_begin(job, &w);
	if (code == EX_OK && !job->rq.stop)
		code = follow(job, &w);
	else if (code == EX_OK)
		puts(idle ? "there is no backfill under way" :
		    "the backfill ends with the slice that is under way");
	close(w.state_dirfd);
	return code;
}

/* A lock that is held is the daemon's. */
static int
do_it(struct job *job, struct conf *conf, struct buf *err)
{
	const struct engine_options opt = { .only_backfill = true };
	struct engine *e;
	int code;

	e = engine_new(conf, &opt, err, &code);
	if (e != NULL) {
		code = work(e, job);
		engine_free(e);
	} else if (code == EX_TEMPFAIL) {
		code = have_it_done(job, err->p);
		buf_reset(err);
	}
	return code;
}

static int
prepare(struct job *job, const struct conf *conf)
{
	int code = cmd_choice_check(&job->rq.choice, "backfill", conf);

	if (code == EX_OK && job->asks && !job->rq.stop) {
		code = cmd_choice_enabled(&job->rq.choice, "backfill", conf);
		if (code == EX_OK)
			code = backfill_plan_datasets(&job->rq.choice, conf);
	}
	if (code != EX_OK)
		return code;
	if (cmd_become_owner(conf->state.directory) != 0)
		return EX_OSERR;
	job->state_directory = xstrdup(conf->state.directory);
	job->signal_fd = daemon_prepare();
	if (job->signal_fd >= 0)
		return EX_OK;
	log_error("signals: %s", strerror(errno));
	return EX_OSERR;
}

static int
run_job(const struct cmd_line *line, struct job *job)
{
	struct conf *conf;
	struct buf err;
	int code = parse(line, job);

	if (code != EX_OK)
		return code;
	conf = cmd_conf_load(line->value[OPTION_CONFIG]);
	if (conf == NULL)
		return EX_CONFIG;
	code = prepare(job, conf);
	if (code != EX_OK) {
		conf_free(conf);
		return code;
	}
	buf_init(&err, 1 << 20);
	code = do_it(job, conf, &err);
	log_lines(LOG_ERROR, err.p);
	buf_fini(&err);
	return code;
}

static int
run(const struct cmd_line *line)
{
	struct job job = { .signal_fd = -1 };
	int code = run_job(line, &job);

	if (job.signal_fd >= 0)
		close(job.signal_fd);
	free(job.state_directory);
	choice_fini(&job.rq.choice);
	return code;
}

const struct command cmd_backfill = {
	.name = "backfill",
	.summary = "fetch history, or show how far that is",
	.options = options,
	.exits = exits,
	.run = run,
};
