/*
 * What a backfill is asked for, against the configuration, before anything is
 * begun.  Both: EX_OK, or EX_USAGE after a message on stderr.
 */
#ifndef S1SPOOL_BACKFILL_PLAN_H
#define S1SPOOL_BACKFILL_PLAN_H

#include "collector/conf/conf.h"
#include "collector/walk/backfill_request.h"

/* There are such consoles and datasets. */
int backfill_plan_names(const struct backfill_request *rq,
    const struct conf *conf);

/* Say which time each dataset goes by.  Those that have none are refused when
 * they are named; else they are left out, which is said, too. */
int backfill_plan_datasets(const struct backfill_request *rq,
    const struct conf *conf);

#endif
