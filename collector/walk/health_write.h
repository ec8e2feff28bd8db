#ifndef S1SPOOL_HEALTH_WRITE_H
#define S1SPOOL_HEALTH_WRITE_H

#include "collector/walk/engine.h"

/* Write the documents of this moment, of all consoles. */
void health_write(struct engine *e);

#endif
