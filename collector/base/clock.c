#include "config.h"

#include "collector/base/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t
system_wall_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t
system_mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static const struct clock system_clock = { system_wall_us, system_mono_ms };
static const struct clock *current = &system_clock;

int64_t
clock_wall_us(void)
{
	return current->wall_us();
}

int64_t
clock_mono_ms(void)
{
	return current->mono_ms();
}

void
clock_set(const struct clock *c)
{
	current = c == NULL ? &system_clock : c;
}
