/*
 * The figures as a text file for Prometheus, which its node exporter reads
 * (textfile collector): replaced as a whole every 15 seconds, and with
 * thousands of datasets less often.  Written by the daemon only, to the file
 * that metrics.file names; one that is not named any more is removed.
 */
#ifndef S1SPOOL_METRICS_H
#define S1SPOOL_METRICS_H

#include "collector/base/buf.h"
#include "collector/base/timer.h"

struct engine;
struct figures;

struct metrics {
	struct engine *engine;
	struct timer timer;
	char *file; /* that was written; NULL: none */
};

void metrics_init(struct metrics *m, struct engine *e);
/* Begin to write, or go on with another configuration. */
void metrics_start(struct metrics *m);
/* Write a last time. */
void metrics_stop(struct metrics *m);
void metrics_fini(struct metrics *m);

/*
 * All of it as text, handed on in pieces to put(), which returns 0, or -1 to
 * end it.  0 or -1.
 */
int metrics_print(const struct figures *f,
    int (*put)(void *cookie, struct slice piece), void *cookie);

#endif
