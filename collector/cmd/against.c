#include "config.h"

#include "collector/cmd/against.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/cmd/raw_file.h"

#define ID_LEN 28

/* A record; streams count from 1. */
struct entry {
	char id[ID_LEN];
	uint32_t file;
	uint64_t line;
	uint32_t stream; /* in which it was met last, 0: in none */
	uint32_t doubles; /* lines beyond the first */
};

struct against {
	const struct dataset *dataset;
	const struct map_context *ctx;
	struct map_options options;
	struct mapper *mapper;
	const char **file;
	uint32_t n_files;
	const struct verify_sink *sink; /* while a file is read */

	struct entry *entry;
	size_t n, room;
	uint32_t *place; /* open hash table: 1 + index of an entry, 0: free */
	size_t n_places; /* a power of two */
	uint64_t given;

	char **stream; /* names of those that hold the dataset */
	uint32_t n_streams;
	bool entered; /* the last of them goes on */
};

struct against *
against_new(const struct dataset *dataset, const struct map_context *ctx)
{
	struct against *a = xcalloc(1, sizeof(*a));

	a->dataset = dataset;
	a->ctx = ctx;
	a->options = (struct map_options){
		.name = dataset->name,
		.namespace = "default",
		.resend_period_ms = dataset->defaults.resend,
	};
	a->mapper = mapper_new(&dataset->map, &a->options);
	return a;
}

void
against_free(struct against *a)
{
	if (a == NULL)
		return;
	mapper_free(a->mapper);
	for (uint32_t i = 0; i < a->n_streams; i++)
		free(a->stream[i]);
	free(a->stream);
	free(a->file);
	free(a->entry);
	free(a->place);
	free(a);
}

/* the table */

/* An id is a digest: any of its bytes will do, for they are spread already. */
static size_t
hash(const char *id)
{
	uint64_t h;

	memcpy(&h, id, sizeof(h));
	return (size_t)(h * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* Where an id is, or would be. */
static uint32_t *
find(const struct against *a, const char *id)
{
	size_t i = hash(id) & (a->n_places - 1);

	while (a->place[i] != 0 &&
	    memcmp(a->entry[a->place[i] - 1].id, id, ID_LEN) != 0)
		i = (i + 1) & (a->n_places - 1);
	return &a->place[i];
}

static void
grow(struct against *a)
{
	a->room = a->room == 0 ? 1024 : a->room * 2;
	a->entry = xreallocarray(a->entry, a->room, sizeof(*a->entry));
	free(a->place);
	a->n_places = a->room * 2;
	a->place = xcalloc(a->n_places, sizeof(*a->place));
	for (size_t i = 0; i < a->n; i++)
		*find(a, a->entry[i].id) = (uint32_t)i + 1;
}

static void
add(struct against *a, const char *id, uint64_t line)
{
	uint32_t *place;

	a->given++;
	if (a->n == a->room)
		grow(a);
	place = find(a, id);
	if (*place != 0)
		return;
	a->entry[a->n++] = (struct entry){ .file = a->n_files - 1,
		.line = line };
	memcpy(a->entry[a->n - 1].id, id, ID_LEN);
	*place = (uint32_t)a->n;
}

/* what is given */

static void
say(const struct against *a, const struct verify_sink *sink, uint32_t file,
    uint64_t line, const char *text)
{
	const char *name = a->file[file];

	sink->message(sink->cookie, VERIFY_ERROR,
	    strcmp(name, "-") == 0 ? "standard input" : name, line, text);
}

static void
take_record(void *cookie, struct slice record, uint64_t line)
{
	struct against *a = cookie;
	struct map_ident ident;
	char *text;

	if (mapper_scan(a->mapper, record, a->ctx, &ident) == 0) {
		add(a, ident.id.p, line);
		return;
	}
	text = xasprintf("no record: %s", mapper_error(a->mapper));
	say(a, a->sink, a->n_files - 1, line, text);
	free(text);
}

int
against_read(struct against *a, const char *file,
    const struct verify_sink *sink)
{
	struct raw_file raw = { .dataset = a->dataset, .record = take_record,
		.cookie = a };
	int r;

	a->file = xreallocarray(a->file, a->n_files + 1, sizeof(*a->file));
	a->file[a->n_files++] = file;
	a->sink = sink;
	r = raw_file_read(&raw, file);
	if (r > 0) {
		char *text = xasprintf("%s; nothing behind it is looked at",
		    raw.error);

		say(a, sink, a->n_files - 1, raw.line, text);
		free(text);
	}
	return r < 0 ? -1 : 0;
}

/* what is there */

static bool
is_ours(const struct against *a, const struct verify_stream *s)
{
	return s->dataset.len == 0 || slice_is(s->dataset, a->dataset->name);
}

static void
enter(struct against *a, const struct verify_stream *s)
{
	if (a->entered)
		return;
	a->stream = xreallocarray(a->stream, a->n_streams + 1,
	    sizeof(*a->stream));
	a->stream[a->n_streams++] = xstrdup(s->name);
	a->entered = true;
}

void
against_line(struct against *a, const struct verify_stream *s, struct slice id,
    bool again)
{
	struct entry *e;
	uint32_t place;

	if (id.len != ID_LEN || a->n == 0 || !is_ours(a, s))
		return;
	enter(a, s);
	place = *find(a, id.p);
	if (place == 0)
		return;
	e = &a->entry[place - 1];
	/* In one stream, lines that are not `again` are re-sent on purpose. */
	if (again || (e->stream != 0 && e->stream != a->n_streams))
		e->doubles++;
	e->stream = a->n_streams;
}

void
against_stream(struct against *a, const struct verify_stream *s)
{
	if (is_ours(a, s))
		enter(a, s);
	a->entered = false;
}

/* the report */

static char *
describe(const struct against *a, const struct entry *e)
{
	if (e->stream != 0)
		return xasprintf("%s: id %.*s is there %" PRIu32 " times",
		    a->stream[e->stream - 1], ID_LEN, e->id, e->doubles + 1);
	if (a->n_streams == 1)
		return xasprintf("%s: id %.*s is missing", a->stream[0],
		    ID_LEN, e->id);
	return xasprintf("%s: id %.*s is missing from all of %" PRIu32
	    " streams", a->dataset->name, ID_LEN, e->id, a->n_streams);
}

void
against_report(const struct against *a, const struct verify_sink *sink,
    struct against_counts *counts)
{
	*counts = (struct against_counts){ .given = a->given,
		.different = a->n };
	for (size_t i = 0; i < a->n; i++) {
		const struct entry *e = &a->entry[i];
		char *text;

		if (e->stream != 0 && e->doubles == 0) {
			counts->present++;
			continue;
		}
		if (e->stream == 0)
			counts->missing++;
		else
			counts->doubled++;
		text = describe(a, e);
		say(a, sink, e->file, e->line, text);
		free(text);
	}
}
