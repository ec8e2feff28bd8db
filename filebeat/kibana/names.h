/*
 * Ids and titles.  They stay as they are for ever: an import replaces what has
 * the same id.
 */
#ifndef S1SPOOL_NAMES_H
#define S1SPOOL_NAMES_H

#define NAMES_PREFIX "sentinel-one-collector-"
#define NAMES_DATA_VIEW NAMES_PREFIX "logs"
#define NAMES_TAG NAMES_PREFIX "tag"
#define NAMES_TITLE "[SentinelOne collector] "

#endif
