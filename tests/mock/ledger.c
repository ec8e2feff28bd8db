#include "config.h"

#include "tests/mock/ledger.h"

#include <openssl/evp.h>
#include <string.h>

#include "tests/mock/explore.h"
#include "tests/mock/gen.h"
#include "tests/mock/stamp.h"

#define RECORD_MAX (1u << 20)
#define DIGEST_LEN 20
#define DIGEST_TEXT 28

struct ledger {
	const struct console *console;
	struct buf *out;
	struct buf scratch;
	const char *period;
	enum set_id set;
};

static void
add_stamp(struct buf *out, const char *name, int64_t us, size_t digits)
{
	char text[STAMP_LEN + 1];

	if (us == 0) {
		buf_addf(out, ",\"%s\":null", name);
		return;
	}
	stamp_format(us, text);
	buf_addf(out, ",\"%s\":\"%.*sZ\"", name,
	    (int)(STAMP_LEN - 7 + digits), text);
}

/* The same for all datasets. */
static void
add_books(struct ledger *l, const struct entry *e)
{
	struct buf *out = l->out;

	add_stamp(out, "visibleAt", e->visible, 6);
	add_stamp(out, "goneAt", e->gone, 6);
	buf_addf(out, ",\"deleted\":%s}\n", e->deleted ? "true" : "false");
}

static void
begin_line(struct ledger *l, const struct entry *e)
{
	buf_adds(l->out, "{\"id\":\"");
	set_put_id(l->set, e->id, l->out);
	buf_addf(l->out, "\",\"version\":%u", (unsigned)e->version);
}

static void
add_plain(struct ledger *l, const struct entry *e)
{
	begin_line(l, e);
	add_stamp(l->out, "createdAt", e->created, 6);
	add_stamp(l->out, "updatedAt", e->updated, 6);
	add_books(l, e);
}

static void
add_unified(struct ledger *l, const struct entry *e)
{
	uint64_t external = gen_unified_external(store_row(l->console->store,
	    l->set, e->index));

	begin_line(l, e);
	if (external != 0)
		buf_addf(l->out, ",\"externalId\":\"%llu\"",
		    (unsigned long long)external);
	add_stamp(l->out, "detectedAt", e->created, 3);
	add_stamp(l->out, "updatedAt", e->updated, 3);
	add_books(l, e);
}

/* SHA-1 over the record's text and the period, with a NUL before each. */
static void
add_identity(struct ledger *l, const struct entry *e)
{
	struct row row = *store_row(l->console->store, l->set, e->index);
	unsigned char digest[DIGEST_LEN], text[DIGEST_TEXT + 1];

	row.updated = e->updated;
	row.version = e->version;
	buf_reset(&l->scratch);
	buf_addc(&l->scratch, '\0');
	gen_row(&l->console->world, l->console->store, l->set, &row,
	    &l->scratch);
	if (l->period != NULL) {
		buf_addc(&l->scratch, '\0');
		buf_adds(&l->scratch, l->period);
	}
	EVP_Digest(l->scratch.p, l->scratch.len, digest, NULL, EVP_sha1(),
	    NULL);
	EVP_EncodeBlock(text, digest, DIGEST_LEN);
	begin_line(l, e);
	buf_addf(l->out, ",\"identity\":\"%s\"", (const char *)text);
	add_stamp(l->out, "createdAt", e->created, 6);
	add_stamp(l->out, "updatedAt", e->updated, 6);
	add_books(l, e);
}

/* The events of a threat as it is now, or as it was when it was deleted. */
static void
add_events(struct ledger *l, const struct entry *e)
{
	const struct row *threat = store_row(l->console->store, SET_THREAT,
	    e->index);
	uint32_t n = gen_threat_event_count(&l->console->world, threat);

	if (e->gone != 0 && !e->deleted)
		return;
	for (uint32_t i = 0; i < n; i++) {
		struct row row = explore_event(l->console, threat, i);

		buf_addf(l->out, "{\"id\":\"%llu\",\"threatId\":\"%llu\"",
		    (unsigned long long)row.id, (unsigned long long)e->id);
		add_stamp(l->out, "createdAt", row.created, 6);
		add_stamp(l->out, "updatedAt", e->updated, 6);
		add_books(l, e);
	}
}

static const struct {
	const char *dataset;
	enum set_id set; /* whose entries there are */
	void (*add)(struct ledger *l, const struct entry *e);
} kinds[] = {
	{ "activity", SET_ACTIVITY, add_plain },
	{ "agent", SET_AGENT, add_plain },
	{ "alert", SET_ALERT, add_plain },
	{ "application", SET_APPLICATION, add_identity },
	{ "application_risk", SET_RISK, add_identity },
	{ "group", SET_GROUP, add_plain },
	{ "threat", SET_THREAT, add_plain },
	{ "threat_event", SET_THREAT, add_events },
	{ "unified_alert", SET_UNIFIED, add_unified },
};

int
ledger_reply(struct exchange *x)
{
	const char *name = exchange_arg(x, "dataset");
	size_t i = 0, n;
	struct ledger l = { .console = x->console, .out = &x->out,
		.period = exchange_arg(x, "period") };
	const struct entry *e;

	while (i < sizeof(kinds) / sizeof(*kinds) &&
	    (name == NULL || strcmp(name, kinds[i].dataset) != 0))
		i++;
	if (i == sizeof(kinds) / sizeof(*kinds))
		return -1;
	l.set = kinds[i].set;
	buf_init(&l.scratch, RECORD_MAX);
	e = store_ledger(x->console->store, l.set, &n);
	reply_begin(x, 200, "application/x-ndjson");
	for (size_t k = 0; k < n; k++)
		kinds[i].add(&l, &e[k]);
	buf_fini(&l.scratch);
	return 0;
}
