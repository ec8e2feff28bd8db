#include "config.h"

#include "tests/mock/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "tests/mock/bucket.h"
#include "tests/mock/fault.h"
#include "tests/mock/gen.h"
#include "tests/mock/history.h"
#include "tests/mock/options.h"
#include "tests/mock/produce.h"
#include "tests/mock/reqlog.h"
#include "tests/mock/respond.h"
#include "tests/mock/stamp.h"

#define TOKEN_MAX 4096

static int
complain(const char *what, const char *why)
{
	fprintf(stderr, "mock_console: %s: %s\n", what, why);
	return -1;
}

/* The file's first line, NULL when it cannot be read. */
static char *
read_token(const char *path)
{
	struct buf b;
	char *token = NULL;

	buf_init(&b, TOKEN_MAX);
	if (fs_read_file(AT_FDCWD, path, &b) == 0)
		token = xstrndup(b.p, strcspn(b.p, "\r\n"));
	buf_fini(&b);
	return token;
}

static struct world
world_of(const struct options *o, int64_t base)
{
	return (struct world){ .seed = (uint64_t)o->seed, .base = base,
		.span = o->days * STAMP_DAY,
		.n_agents = (uint32_t)o->agents,
		.n_groups = (uint32_t)o->groups,
		.n_namesakes = (uint32_t)o->namesakes,
		.n_threats = (uint32_t)o->threats,
		.n_activities = (uint32_t)o->activities,
		.n_alerts = (uint32_t)o->alerts,
		.n_unified = (uint32_t)o->unified_alerts,
		.n_applications = (uint32_t)o->applications,
		.n_installations = (uint32_t)o->installations,
		.n_risks = (uint32_t)o->risks };
}

static int
set_token(struct console *c, const struct options *o, int64_t now)
{
	c->token = o->token_file == NULL ? xstrdup(o->token) :
	    read_token(o->token_file);
	if (c->token == NULL)
		return complain(o->token_file, strerror(errno));
	c->action_token = xstrdup(o->action_token);
	c->token_created = now - 30 * STAMP_DAY;
	if (o->token_expires > 0)
		c->token_expires = now + (int64_t)(o->token_expires * 1e6);
	return 0;
}

int
console_init(struct console *c, const struct options *o)
{
	int64_t host = clock_wall_us(), now = host;
	const char *why;

	*c = (struct console){ .log = reqlog_new(),
		.respond = respond_new() };
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->stop, NULL);
	if (o->epoch != NULL && stamp_parse(o->epoch, &now) != 0)
		return complain("--epoch", "not a time");
	now += (int64_t)(o->clock_offset * 1e6);
	c->clock_shift = now - host;
	if (set_token(c, o, now) != 0)
		return -1;

	c->world = world_of(o, now);
	gen_init();
	c->store = store_new((size_t)o->cache << 20);
	history_fill(c->store, &c->world);
	c->producer = producer_new(c->store, &c->world);
	producer_start(c->producer, &o->produce, now);
	if (o->rate_limits > 0)
		c->buckets = buckets_new(o->rate_limits);
	c->faults = faults_new(c->world.seed);
	if (o->fault != NULL && faults_add(c->faults, o->fault, &why) != 0)
		return complain("--fault", why);
	return 0;
}

void
console_fini(struct console *c)
{
	faults_free(c->faults);
	buckets_free(c->buckets);
	producer_free(c->producer);
	reqlog_free(c->log);
	store_free(c->store);
	respond_free(c->respond);
	free(c->token);
	free(c->action_token);
	gen_fini();
	pthread_cond_destroy(&c->stop);
	pthread_mutex_destroy(&c->lock);
}

int64_t
console_now(const struct console *c)
{
	return clock_wall_us() + c->clock_shift;
}

int64_t
console_token_end(const struct console *c)
{
	return c->token_expires > 0 ? c->token_expires :
	    c->token_created + 180 * STAMP_DAY;
}

void
console_sleep(struct console *c, double seconds)
{
	struct timespec until;
	int64_t us = clock_wall_us() + (int64_t)(seconds * 1e6);

	until.tv_sec = us / 1000000;
	until.tv_nsec = us % 1000000 * 1000;
	pthread_mutex_lock(&c->lock);
	while (!c->stopping &&
	    pthread_cond_timedwait(&c->stop, &c->lock, &until) == 0)
		;
	pthread_mutex_unlock(&c->lock);
}

void
console_stop(struct console *c)
{
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_broadcast(&c->stop);
	pthread_mutex_unlock(&c->lock);
}
