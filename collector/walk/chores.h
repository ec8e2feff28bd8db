/*
 * What the engine does now and then beside polling: it seals segments, saves
 * the ids, writes the status and the health documents, and measures the spool.
 * The last time is when it stops: engine_halt().
 */
#ifndef S1SPOOL_CHORES_H
#define S1SPOOL_CHORES_H

struct engine;

/* Before anything else of these, with a zeroed engine. */
void chores_init(struct engine *e);
/* Also after a reload, which may have changed the periods. */
void chores_start(struct engine *e);
/* None comes any more until the next start. */
void chores_stop(struct engine *e);

#endif
