#include "config.h"

#include "collector/check/check.h"

#include <stdlib.h>

#include "collector/base/clock.h"
#include "collector/base/xalloc.h"

static void (*const probes[])(struct check *c) = {
	probe_conf,
	probe_folders,
	probe_disk,
	probe_token_files,
	probe_consoles,
	probe_daemon,
	probe_shippers,
};

/* Far apart: those of the consoles come as they are answered, and have orders
 * of their own. */
#define ORDERS 1000000

void
check_run(struct check *c)
{
	c->now_ms = clock_wall_us() / 1000;
	c->skew_ms = xcalloc(c->conf->n_consoles + 1, sizeof(*c->skew_ms));
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		c->found.order = (unsigned)i * ORDERS;
		probes[i](c);
	}
	free(c->skew_ms);
	c->skew_ms = NULL;
	findings_sort(&c->found);
}
