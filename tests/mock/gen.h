/*
 * The record generator: the JSON text of a row, always the same for the same
 * row and world.
 */
#ifndef S1SPOOL_MOCK_GEN_H
#define S1SPOOL_MOCK_GEN_H

#include "collector/base/buf.h"
#include "tests/mock/rng.h"
#include "tests/mock/store.h"
#include "tests/mock/tmpl.h"
#include "tests/mock/world.h"

/* One record in the making; what the holes of a template are filled from. */
struct gen {
	struct buf *out;
	struct rng rng;
	const struct world *world;
	const struct store *store; /* for the ids of other rows */
	const struct row *row;
	struct agent agent; /* when the row has one */
	uint32_t admin; /* the console user who did it */
	struct site site;
	uint32_t group;
	uint32_t nth; /* of a list that is being written */
};

/* One kind of record. */
struct gen_kind {
	void (*init)(void); /* compile its templates */
	const struct tmpl *tmpl;
	void (*begin)(struct gen *g); /* before each, or NULL */
};

extern const struct gen_kind gen_activity, gen_agent, gen_alert,
    gen_application, gen_group, gen_inventory, gen_risk, gen_threat,
    gen_threat_event, gen_timeline, gen_unified;

/* Holes that every template may have. */
extern const struct tmpl_name gen_names[];

/*
 * Holes for rows that have a threat, so that the threat's own record, its
 * timeline and the activities about it tell the same: file, path, login of
 * the process, hashes, storyline, classification, confidence.
 */
extern const struct tmpl_name gen_malware_names[];

void gen_init(void);
void gen_fini(void);

/* Append the row's text to out. */
void gen_row(const struct world *w, const struct store *s, enum set_id set,
    const struct row *row, struct buf *out);

/* The activities that response actions make. */
enum {
	ACTIVITY_UPLOADED = 80, /* fetched files */
	ACTIVITY_FETCH = 81, /* files were asked for */
	ACTIVITY_DISCONNECTED = 1001,
	ACTIVITY_CONNECTED = 1002,
	ACTIVITY_DISCONNECT_FAILED = 2010
};

/* For the history and the production: a type for the next activity, and the
 * list of all types as /activities/types has it. */
uint32_t gen_activity_pick(struct rng *r);
bool gen_activity_is(uint32_t type); /* is there such a type? */
bool gen_activity_has_scope(uint32_t type);
bool gen_activity_has_agent(uint32_t type);
bool gen_activity_has_threat(uint32_t type);
void gen_activity_types(struct buf *out);

/* How many timeline entries and events a threat has: more with each version. */
uint32_t gen_timeline_count(const struct world *w, const struct row *threat);
uint32_t gen_threat_event_count(const struct world *w,
    const struct row *threat);

/* A unified alert's externalId, 0: it has none. */
uint64_t gen_unified_external(const struct row *row);

/* What the agent's record has as its `uuid' and `networkStatus'. */
void gen_agent_uuid(const struct agent *a, struct buf *out);
const char *gen_network_status(const struct row *agent);

/* Building blocks of holes. */
void gen_text(struct gen *g, const char *text);
void gen_number(struct gen *g, uint64_t n);
void gen_time(struct gen *g, int64_t us);
void gen_time_ms(struct gen *g, int64_t us); /* milliseconds only */
void gen_hex(struct gen *g, struct rng *r, size_t digits);
void gen_uuid(struct gen *g, struct rng *r, bool dashes);

#endif
