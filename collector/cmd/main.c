#include "config.h"

#include <stddef.h>

#include "collector/base/heap.h"
#include "collector/client/guard.h"
#include "collector/cmd/cmd.h"
#include "collector/conf/secret.h"

/* In the order of --help.  A new command is one row here. */
static const struct command *const commands[] = {
	&cmd_run,
	&cmd_once,
	&cmd_status,
	&cmd_backfill,
	&cmd_map,
	&cmd_check,
	&cmd_verify,
	&cmd_prune,
	&cmd_setup,
	&cmd_respond,
	NULL,
};

int
main(int argc, char **argv)
{
	secret_forbid_core();
	heap_keep_small();
	guard_libraries();
	return cmd_main(commands, argc, argv);
}
