#include "config.h"

#include "tests/mock/dump.h"

#include <string.h>

#include "tests/mock/gen.h"

static const struct {
	const char *name;
	enum set_id set;
	size_t count; /* where struct options has its number of rows */
} datasets[] = {
	{ "activity", SET_ACTIVITY, offsetof(struct options, activities) },
	{ "agent", SET_AGENT, offsetof(struct options, agents) },
	{ "group", SET_GROUP, offsetof(struct options, groups) },
	{ "threat", SET_THREAT, offsetof(struct options, threats) },
};
#define N_DATASETS (sizeof(datasets) / sizeof(datasets[0]))

static size_t
find(const struct options *o)
{
	const char *name = o->dump != NULL ? o->dump : o->page;
	size_t i = 0;

	while (i < N_DATASETS && strcmp(datasets[i].name, name) != 0)
		i++;
	return i;
}

void
dump_prepare(struct options *o)
{
	size_t i = find(o);

	if (o->epoch == NULL)
		o->epoch = "2026-03-04T09:15:27.481093Z";
	o->cache = 0;
	if (i < N_DATASETS)
		memcpy((char *)o + datasets[i].count, &o->count,
		    sizeof(o->count));
}

int
dump_print(struct console *c, const struct options *o)
{
	size_t d = find(o), n;
	const char *between = o->dump != NULL ? "\n" : ",";
	struct buf text;

	if (d == N_DATASETS) {
		fprintf(stderr, "mock_console: no such dataset\n");
		return -1;
	}
	n = store_count(c->store, datasets[d].set);
	if (o->page != NULL)
		fputs("{\"data\":[", stdout);
	buf_init(&text, 1 << 20);
	for (uint32_t i = 0; i < n; i++) {
		buf_reset(&text);
		if (i > 0)
			fputs(between, stdout);
		gen_row(&c->world, c->store, datasets[d].set,
		    store_row(c->store, datasets[d].set, i), &text);
		fwrite(text.p, 1, text.len, stdout);
	}
	buf_fini(&text);
	if (o->page != NULL)
		printf("],\"pagination\":{\"nextCursor\":null,"
		    "\"totalItems\":%zu}}", n);
	putchar('\n');
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
