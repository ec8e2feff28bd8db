/*
 * Does the daemon run, and how far is each dataset?  By the lock that it holds
 * and the status file that it writes.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/num.h"
#include "collector/check/check.h"
#include "collector/check/span.h"
#include "collector/json/tree.h"
#include "spool/lockdir.h"

#define STATUS_MAX (256 << 20)
/* The daemon writes its status once a minute at least. */
#define STATUS_LATE_MS (5 * 60 * 1000LL)
/* So far behind is odd, or worse, beyond two polls. */
#define LAG_WARNING_MS (5 * 60 * 1000LL)
#define LAG_ERROR_MS (3600 * 1000LL)

/* What conditions mean that are not well. */
static const struct {
	const char *condition;
	enum level level;
} conditions[] = {
	{ "backoff", LEVEL_WARNING },
	{ "disabled", LEVEL_WARNING },
	{ "refused", LEVEL_ERROR },
	{ "no_token", LEVEL_ERROR },
	{ "paused", LEVEL_ERROR },
};

static enum level
level_of(const char *condition)
{
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
		if (strcmp(conditions[i].condition, condition) == 0)
			return conditions[i].level;
	return LEVEL_OK;
}

static struct json_object *
find_stream(struct json_object *status, const char *console,
    const char *dataset)
{
	struct json_object *list = tree_get(status, "streams", json_type_array);
	struct json_object *o;

	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		if (strcmp(tree_get_text(o, "console", ""), console) == 0 &&
		    strcmp(tree_get_text(o, "dataset", ""), dataset) == 0)
			return o;
	}
	return NULL;
}

static void
judge_lag(struct check *c, const struct subject *about, int64_t lag,
    const struct conf_dataset *conf)
{
	char behind[NUM_TEXT];
	int64_t late = lag - 2 * conf->interval;
	enum level level = late > LAG_ERROR_MS ? LEVEL_ERROR :
	    late > LAG_WARNING_MS ? LEVEL_WARNING : LEVEL_OK;
	struct finding *f;

	f = finding_add(&c->found, level, about, "%s behind the console",
	    span_text(lag > 0 ? lag : 0, behind));
	finding_figure(f, "lag_seconds", lag / 1000);
	if (level != LEVEL_OK)
		finding_mend(f, "its state and the daemon's log say why");
}

/* Records of which no line could be made since the daemon's start. */
static void
judge_rejected(struct check *c, const struct subject *about,
    struct json_object *stream)
{
	int64_t n = tree_get_int(stream, "rejected", 0);

	if (n == 0)
		return;
	finding_figure(finding_add(&c->found, LEVEL_WARNING, about,
	    "%" PRId64 " records were rejected: see %s/rejected/%s-%s.ndjson",
	    n, c->conf->state.directory, about->console, about->dataset),
	    "rejected", n);
}

/* now_ms is the console's. */
static void
judge_stream(struct check *c, const struct subject *about,
    const struct conf_dataset *conf, struct json_object *stream, bool running,
    int64_t now_ms)
{
	int64_t watermark = tree_get_time(stream, "watermark", -1);
	const char *condition = tree_get_text(stream, "condition", "");
	enum level level = level_of(condition);

	judge_rejected(c, about, stream);
	if (running && level != LEVEL_OK)
		finding_add(&c->found, level, about, "the daemon says %s: %s",
		    condition, tree_get_text(stream, "reason", ""));
	else if (watermark >= 0)
		judge_lag(c, about, now_ms - watermark, conf);
	else
		finding_add(&c->found, LEVEL_OK, about,
		    "the first walk goes on");
}

static void
judge_dataset(struct check *c, size_t place, enum dataset_id id,
    struct json_object *status, bool running)
{
	const struct conf_console *console = c->conf->console[place];
	const struct subject about = { "lag", console->name,
		dataset_table[id]->name };
	struct json_object *stream = find_stream(status, about.console,
	    about.dataset);

	if (stream != NULL)
		judge_stream(c, &about, &console->dataset[id], stream, running,
		    c->now_ms + c->skew_ms[place]);
	else if (running)
		finding_mend(finding_add(&c->found, LEVEL_WARNING, &about,
		    "enabled, and not known to the daemon"),
		    "let it read the configuration again (SIGHUP)");
}

static void
judge_datasets(struct check *c, struct json_object *status, bool running)
{
	for (size_t i = 0; i < c->conf->n_consoles; i++) {
		const struct conf_console *console = c->conf->console[i];

		for (int id = 0; id < DATASET_COUNT; id++)
			if (check_wants(c, console) &&
			    console->dataset[id].enabled)
				judge_dataset(c, i, id, status, running);
	}
}

/* The status file; NULL after a finding, or when there is none to expect. */
static struct json_object *
read_status(struct check *c, const struct subject *about, bool running)
{
	int dirfd = fs_open_dir(AT_FDCWD, c->conf->state.directory);
	struct json_object *o = NULL;
	struct buf b;
	int error = 0;

	buf_init(&b, STATUS_MAX);
	if (dirfd < 0 || fs_read_file(dirfd, "status.json", &b) != 0)
		error = errno;
	else
		o = tree_parse_object(buf_slice(&b));
	if (dirfd >= 0)
		close(dirfd);
	buf_fini(&b);
	if (o != NULL || (error == ENOENT && !running))
		return o;
	finding_mend(finding_add(&c->found, LEVEL_WARNING, about,
	    "%s/status.json cannot be read: %s", c->conf->state.directory,
	    error != 0 ? strerror(error) : "not JSON"), error == EACCES ?
	    "run the check as root or as the daemon's user" :
	    "see the daemon's log");
	return NULL;
}

/* A process that holds the spool and says nothing hangs, or is stopped. */
static void
judge_age(struct check *c, const struct subject *about,
    struct json_object *status)
{
	int64_t written = tree_get_time(status, "written", -1);
	char age[NUM_TEXT];

	if (written < 0 || c->now_ms - written < STATUS_LATE_MS)
		return;
	finding_mend(finding_add(&c->found, LEVEL_ERROR, about,
	    "it has written no status for %s", span_text(c->now_ms - written,
	    age)), "see its log; systemctl restart s1spool");
}

/* Whether it runs, as far as that can be told. */
static bool
judge_lock(struct check *c, const struct subject *about)
{
	pid_t holder = lockdir_holder(c->conf->spool.directory);

	if (holder > 0)
		finding_figure(finding_add(&c->found, LEVEL_OK, about,
		    "runs as process %ld", (long)holder), "pid", holder);
	else if (holder == 0)
		finding_mend(finding_add(&c->found, LEVEL_WARNING, about,
		    "no process holds the spool: nothing is collected"),
		    "systemctl start s1spool");
	else
		finding_add(&c->found, LEVEL_WARNING, about, "whether it runs "
		    "cannot be told: %s", strerror(errno));
	return holder != 0;
}

void
probe_daemon(struct check *c)
{
	const struct subject about = { .topic = "daemon" };
	bool running = judge_lock(c, &about);
	struct json_object *status = read_status(c, &about, running);

	if (status == NULL)
		return;
	if (running)
		judge_age(c, &about, status);
	judge_datasets(c, status, running);
	json_object_put(status);
}
