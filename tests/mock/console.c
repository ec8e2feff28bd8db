#include "config.h"

#include "tests/mock/console.h"

#include <time.h>

#include "collector/base/clock.h"

int64_t
console_now(const struct console *c)
{
	return clock_wall_us() + c->clock_shift;
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
