#include "config.h"

#include "tests/unit/toy_map.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"

static const struct map_constant none[] = { { NULL, NULL } };

void
toy_init(struct toy *t, const struct map_row *rows, size_t n)
{
	*t = (struct toy){
		.table = { .rows = rows, .n_rows = n, .constants = none },
		.opt = { .name = "toy", .namespace = "default" },
		/* 2025-03-04T05:06:07.890Z */
		.ctx = { .collected_at_ms = 1741064767890 },
	};
	buf_init(&t->out, 1 << 20);
}

void
toy_fini(struct toy *t)
{
	mapper_free(t->mapper);
	buf_fini(&t->out);
	free(t->text);
}

/* Cut what begins with `from` and ends with `to`; returns it. */
static char *
cut(char *text, const char *from, const char *to)
{
	char *at = strstr(text, from), *end, *piece;

	if (at == NULL)
		return NULL;
	end = strstr(at + strlen(from), to);
	if (end == NULL)
		return NULL;
	end += strlen(to);
	piece = xstrndup(at, (size_t)(end - at));
	if (*end == ',')
		end++;
	else if (at > text)
		at--; /* the comma before it */
	memmove(at, end, strlen(end) + 1);
	return piece;
}

static int
count_entries(const char *error)
{
	int n = 0;

	for (; error != NULL && (error = strstr(error, "Processor ")) != NULL;
	    error++)
		n++;
	return n;
}

const char *
toy_map(struct toy *t, const char *record)
{
	char *error;

	if (t->mapper == NULL)
		t->mapper = mapper_new(&t->table, &t->opt);
	if (mapper_scan(t->mapper, slice_of(record), &t->ctx, &t->ident) < 0)
		return "refused";
	buf_reset(&t->out);
	if (mapper_emit(t->mapper, &t->out, true) < 0)
		return "full";
	free(t->text);
	t->text = xstrndup(t->out.p, t->out.len - 1);
	free(cut(t->text, "\"@timestamp\":\"2025-03-04T05:06:07.890Z\"", ""));
	free(cut(t->text, "\"data_stream\":", "}"));
	error = cut(t->text, "\"error\":{\"message\":[", "\"]}");
	t->errors = count_entries(error);
	free(error);
	free(cut(t->text, "\"event\":{\"dataset\":\"sentinel_one.toy\","
	    "\"module\":\"sentinel_one\"}", ""));
	return t->text;
}
