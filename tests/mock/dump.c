#include "config.h"

#include "tests/mock/dump.h"

#include <stddef.h>
#include <string.h>

#include "tests/mock/explore.h"
#include "tests/mock/gen.h"

/* Where the options have the number of rows. */
static const size_t counts[SET_COUNT] = {
	[SET_ACTIVITY] = offsetof(struct options, activities),
	[SET_AGENT] = offsetof(struct options, agents),
	[SET_GROUP] = offsetof(struct options, groups),
	[SET_THREAT] = offsetof(struct options, threats),
	[SET_ALERT] = offsetof(struct options, alerts),
	[SET_UNIFIED] = offsetof(struct options, unified_alerts),
	[SET_INVENTORY] = offsetof(struct options, applications),
	[SET_APPLICATION] = offsetof(struct options, installations),
	[SET_RISK] = offsetof(struct options, risks),
	[SET_THREAT_EVENT] = offsetof(struct options, threats),
};

/* What stands around the rows, and around each. */
struct frame {
	const char *open, *before, *between, *after, *close;
};

static const struct frame plain = { "", "", "\n", "", "" };
static const struct frame page = { "{\"data\":[", "", ",", "",
	"],\"pagination\":{\"nextCursor\":null}}" };
static const struct frame graphql = { "{\"data\":{\"alerts\":{\"edges\":[",
	"{\"node\":", ",", "}", "],\"pageInfo\":{\"endCursor\":null,"
	"\"hasNextPage\":false}}}}" };

static int
find(const struct options *o, enum set_id *set)
{
	const char *name = o->dump != NULL ? o->dump : o->page;

	if (strcmp(name, set_name(SET_THREAT_EVENT)) != 0)
		return set_find(name, set);
	*set = SET_THREAT_EVENT;
	return 0;
}

static void
put_row(struct console *c, enum set_id set, uint32_t i, struct buf *text)
{
	struct row event;

	if (set != SET_THREAT_EVENT) {
		gen_row(&c->world, c->store, set, store_row(c->store, set, i),
		    text);
		return;
	}
	/* The first event of each threat. */
	event = explore_event(c, store_row(c->store, SET_THREAT, i), 0);
	gen_row(&c->world, c->store, set, &event, text);
}

void
dump_prepare(struct options *o)
{
	enum set_id set;

	if (o->epoch == NULL)
		o->epoch = "2026-03-04T09:15:27.481093Z";
	o->cache = 0;
	if (find(o, &set) == 0)
		memcpy((char *)o + counts[set], &o->count, sizeof(o->count));
}

int
dump_print(struct console *c, const struct options *o)
{
	const struct frame *f = &plain;
	enum set_id set;
	struct buf text;
	size_t n;

	if (find(o, &set) != 0) {
		fprintf(stderr, "mock_console: no such dataset\n");
		return -1;
	}
	if (o->page != NULL)
		f = set == SET_UNIFIED ? &graphql : &page;
	n = store_count(c->store, set == SET_THREAT_EVENT ? SET_THREAT : set);
	fputs(f->open, stdout);
	buf_init(&text, 1 << 20);
	for (uint32_t i = 0; i < n; i++) {
		buf_reset(&text);
		put_row(c, set, i, &text);
		printf("%s%s%s%s", i > 0 ? f->between : "", f->before, text.p,
		    f->after);
	}
	buf_fini(&text);
	puts(f->close);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
