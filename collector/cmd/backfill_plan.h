/*
 * What a backfill is asked for, against the configuration, before anything is
 * begun.
 */
#ifndef S1SPOOL_BACKFILL_PLAN_H
#define S1SPOOL_BACKFILL_PLAN_H

#include "collector/conf/conf.h"
#include "collector/walk/backfill_request.h"

/* Say which time each dataset goes by.  Those that have none are refused when
 * they are named; else they are left out, which is said, too.  EX_OK, or
 * EX_USAGE after a message on stderr. */
int backfill_plan_datasets(const struct choice *choice,
    const struct conf *conf);

#endif
