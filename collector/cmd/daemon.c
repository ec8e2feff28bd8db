#include "config.h"

#include "collector/cmd/daemon.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/image.h"
#include "collector/base/log.h"
#include "collector/base/notify.h"
#include "collector/cmd/cmd.h"

/* At least so often the loop comes round. */
#define ROUND_MS 1000
#define STATUS_MS 5000
/* The journal, locks, folders, temporary files, look-ups of names. */
#define OTHER_FILES 64

/* A stream that is written to has its file open, and there can be thousands. */
static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int
daemon_prepare(void)
{
	sigset_t set;

	raise_file_limit();
	signal(SIGPIPE, SIG_IGN);
	/* A file size limit is an error like a full disk, not a death. */
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if ((errno = pthread_sigmask(SIG_BLOCK, &set, NULL)) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void
count_streams(void *cookie, struct poller *p)
{
	(void)p;
	++*(size_t *)cookie;
}

void
daemon_check_files(struct engine *e)
{
	size_t connections = client_connections(e->client), streams = 0, need;
	struct rlimit limit;

	engine_each(e, count_streams, &streams);
	need = streams + connections + OTHER_FILES;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= need)
		return;
	log_warn("only %llu files may be open at a time, and %zu datasets with "
		 "a file each, %zu connections and the rest can need %zu: "
		 "raise LimitNOFILE= of the service (ulimit -Hn); what finds "
		 "none free waits and tries again",
	    (unsigned long long)limit.rlim_cur, streams, connections, need);
}

enum daemon_signal
daemon_next_signal(int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return DAEMON_NONE;
	if (info.ssi_signo == SIGHUP)
		return DAEMON_RELOAD;
	log_info("%s from process %u: stopping",
	    info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM", info.ssi_pid);
	return DAEMON_STOP;
}

struct conf *
daemon_conf_load(const struct daemon_conf *how)
{
	struct conf *conf = cmd_conf_load(how->file);

	if (conf != NULL && how->trace)
		cmd_conf_trace(conf);
	return conf;
}

static void
reload(struct engine *e, const struct daemon_conf *how)
{
	struct conf *conf;
	struct buf err;

	notify_reloading();
	buf_init(&err, 64 << 10);
	conf = daemon_conf_load(how);
	if (conf == NULL) {
		log_error("the configuration has errors; the old one stays");
	} else if (engine_reload(e, conf, &err) != 0) {
		log_lines(LOG_ERROR, err.p);
		log_error("the old configuration stays");
	} else {
		log_info("the configuration was loaded again");
		daemon_check_files(e);
	}
	engine_start(e);
	buf_fini(&err);
	notify_ready();
}

struct tally {
	size_t n, idle, troubled;
	uint64_t records;
};

static void
tally(void *cookie, struct poller *p)
{
	struct tally *t = cookie;

	t->n++;
	t->idle += p->state == POLLER_IDLE;
	t->troubled += p->trouble != POLLER_STOPPED;
	t->records += p->intake.counts.lines;
}

static void
tell_status(struct engine *e)
{
	struct tally t = { 0 };

	engine_each(e, tally, &t);
	notify_status("%zu datasets of %zu consoles: %zu idle, %zu in "
		      "trouble; %llu records since the start",
	    t.n, e->n_tenants, t.idle, t.troubled,
	    (unsigned long long)t.records);
}

/* A watchdog wants to hear more often than that, if it is strict. */
static int
round_ms(void)
{
	int64_t watchdog = notify_watchdog_ms();

	return watchdog > 0 && watchdog < ROUND_MS ? (int)watchdog : ROUND_MS;
}

void
daemon_loop(struct engine *e, const struct daemon_conf *how, int signal_fd)
{
	int64_t told_ms = 0;
	int timeout = round_ms();

	daemon_check_files(e);
	image_give_back();
	engine_start(e);
	notify_ready();
	for (;;) {
		enum daemon_signal got = daemon_next_signal(signal_fd);

		if (got == DAEMON_STOP)
			break;
		if (got == DAEMON_RELOAD)
			reload(e, how);
		if (clock_mono_ms() - told_ms >= STATUS_MS) {
			tell_status(e);
			told_ms = clock_mono_ms();
		}
		log_repeats(false);
		notify_watchdog();
		engine_poll(e, timeout, signal_fd);
	}
	notify_stopping();
	engine_stop(e);
	log_repeats(true);
}
