/*
 * What the console already had when it was started.
 */
#ifndef S1SPOOL_MOCK_HISTORY_H
#define S1SPOOL_MOCK_HISTORY_H

#include "tests/mock/store.h"
#include "tests/mock/world.h"

/*
 * Fill the store and make it visible.  Rows lie in the w->span before w->base,
 * with bursts and with hundreds of rows of one and the same time.
 */
void history_fill(struct store *s, const struct world *w);

/* A new, not yet visible row of that time. */
struct row *history_add_activity(struct store *s, const struct world *w,
    int64_t created);
struct row *history_add_typed(struct store *s, const struct world *w,
    int64_t created, uint32_t type); /* an activity; 0: of any type */
struct row *history_add_about(struct store *s, const struct world *w,
    int64_t created, uint32_t type, const struct row *agent);
struct row *history_add_threat(struct store *s, const struct world *w,
    int64_t created);
struct row *history_add_alert(struct store *s, const struct world *w,
    int64_t created);
struct row *history_add_unified(struct store *s, const struct world *w,
    int64_t created);
struct row *history_add_application(struct store *s, const struct world *w,
    int64_t created);
struct row *history_add_risk(struct store *s, const struct world *w,
    int64_t created);

#endif
