/*
 * What the commands that map records of one dataset have in common.
 */
#include "config.h"

#include <stdio.h>
#include <sysexits.h>

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/cmd/cmd.h"
#include "collector/dataset/dataset.h"
#include "collector/map/map.h"

int
cmd_unknown_dataset(const char *command, const char *name)
{
	fprintf(stderr, "s1spool %s: unknown dataset '%s'; there are", command,
	    name);
	for (int i = 0; i < DATASET_COUNT; i++)
		fprintf(stderr, "%s %s", i == 0 ? "" : ",",
		    dataset_table[i]->name);
	fputc('\n', stderr);
	return EX_USAGE;
}

int
cmd_map_context(const char *command, const char *collected_at,
    const char *parent_id, struct map_context *ctx)
{
	*ctx = (struct map_context){
		.collected_at_ms = clock_wall_us() / 1000,
	};
	if (collected_at != NULL && iso8601_parse(slice_of(collected_at),
	    &ctx->collected_at_ms) < 0) {
		fprintf(stderr, "s1spool %s: --collected-at '%s' is no time; "
		    "write it as 2025-03-04T09:15:42Z\n", command,
		    collected_at);
		return EX_USAGE;
	}
	ctx->sweep_start_ms = ctx->collected_at_ms;
	if (parent_id != NULL)
		ctx->parent_id = slice_of(parent_id);
	return EX_OK;
}
