#include "config.h"

#include "tests/mock/dump.h"

#include <stddef.h>
#include <string.h>

#include "tests/mock/gen.h"

/* Where the options have the number of rows. */
static const size_t counts[SET_STORED] = {
	[SET_ACTIVITY] = offsetof(struct options, activities),
	[SET_AGENT] = offsetof(struct options, agents),
	[SET_GROUP] = offsetof(struct options, groups),
	[SET_THREAT] = offsetof(struct options, threats),
	[SET_ALERT] = offsetof(struct options, alerts),
	[SET_UNIFIED] = offsetof(struct options, unified_alerts),
	[SET_INVENTORY] = offsetof(struct options, applications),
	[SET_APPLICATION] = offsetof(struct options, installations),
	[SET_RISK] = offsetof(struct options, risks),
};

static int
find(const struct options *o, enum set_id *set)
{
	return set_find(o->dump != NULL ? o->dump : o->page, set);
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
	enum set_id set;
	size_t n;
	const char *between = o->dump != NULL ? "\n" : ",";
	struct buf text;

	if (find(o, &set) != 0) {
		fprintf(stderr, "mock_console: no such dataset\n");
		return -1;
	}
	n = store_count(c->store, set);
	if (o->page != NULL)
		fputs("{\"data\":[", stdout);
	buf_init(&text, 1 << 20);
	for (uint32_t i = 0; i < n; i++) {
		buf_reset(&text);
		if (i > 0)
			fputs(between, stdout);
		gen_row(&c->world, c->store, set,
		    store_row(c->store, set, i), &text);
		fwrite(text.p, 1, text.len, stdout);
	}
	buf_fini(&text);
	if (o->page != NULL)
		printf("],\"pagination\":{\"nextCursor\":null,"
		    "\"totalItems\":%zu}}", n);
	putchar('\n');
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
