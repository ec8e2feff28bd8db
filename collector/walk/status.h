/*
 * <state>/status.json: what the collector is doing, for `s1spool status` and
 * for people.  Its members stay what they are; there may be more of them.
 */
#ifndef S1SPOOL_STATUS_H
#define S1SPOOL_STATUS_H

#include "collector/walk/engine.h"

#define STATUS_FILE "status.json"
#define STATUS_VERSION 1

/* It is written so often, changed or not. */
#define STATUS_AT_LEAST_MS 60000

/* Replace it, when something has changed or it is old. */
void engine_write_status(struct engine *e);

/* Those that have done nothing yet go on with what it says of the day. */
void engine_resume_status(struct engine *e);

#endif
