/*
 * Mapping: what comes out is JSON and names no member twice.  The first byte
 * chooses the dataset (low four bits), the options (the next three) and
 * whether the document is compared with that of a mapper that has seen nothing
 * before (the last).
 */
#include "config.h"

#include <string.h>

#include "collector/dataset/dataset.h"
#include "collector/json/scan.h"
#include "collector/map/map.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/json.h"

static const struct map_options options[] = {
	{ .name = "fuzz", .namespace = "default" },
	{ .name = "fuzz", .namespace = "default",
	    .preserve_original_event = true,
	    .preserve_duplicate_custom_fields = true },
	{ .name = "fuzz", .namespace = "default", .raw = true },
	{ .name = "fuzz", .namespace = "default", .switches = ~0u,
	    .resend_period_ms = 1 },
};

_Static_assert(DATASET_COUNT <= 16, "four bits do not do any more");
#define OPTIONS (sizeof(options) / sizeof(options[0]))

static void
check_document(const struct buf *out)
{
	struct scan s;

	MUST(fuzz_is_json(buf_slice(out)));
	MUST(memchr(out->p, '\n', out->len) == NULL);
	scan_init(&s);
	if (scan_text(&s, buf_slice(out)) == 0) {
		for (size_t i = 0; i < s.n; i++)
			if (s.tok[i].kind == TOK_OBJECT)
				MUST(!scan_has_repeated(&s, i));
	} else {
		/* Targets go deeper than the record. */
		MUST(strcmp(s.error, "nested too deep") == 0);
	}
	scan_fini(&s);
}

/* What was dropped has names, and few of them, that a terminal can show. */
static void
check_dropped(const struct mapper *m)
{
	size_t n;
	const uint16_t *number = mapper_dropped(m, &n);

	for (size_t i = 0; i < n; i++) {
		const char *name;

		MUST(number[i] <= MAP_NAMES_MAX);
		if (number[i] == 0)
			continue;
		name = mapper_dropped_name(m, number[i]);
		MUST(strlen(name) <= MAP_NAME_BYTES + 3);
		for (; *name != '\0'; name++)
			MUST((unsigned char)*name >= 0x20 && *name != 0x7f);
	}
}

/* The document and its id; false when the record is refused. */
static bool
map_record(struct mapper *m, struct slice record, bool original,
    struct buf *out)
{
	static const struct map_context ctx = { .collected_at_ms = 1,
		.sweep_start_ms = 2, .parent_id = { "parent", 6 } };
	struct map_ident ident;

	buf_reset(out);
	if (mapper_scan(m, record, &ctx, &ident) < 0)
		return false;
	MUST(ident.id.len == 28);
	buf_addf(out, "{\"spool\":{\"id\":\"%.*s\",\"at\":\"%.*s\"},",
	    (int)ident.id.len, ident.id.p, (int)ident.at.len, ident.at.p);
	MUST(mapper_emit(m, out, original) == 0);
	check_document(out);
	check_dropped(m);
	return true;
}

/* What was mapped before leaves no trace. */
static void
check_fresh(unsigned dataset, unsigned option, struct slice record, bool ok,
    const struct buf *want)
{
	struct mapper *m = mapper_new(&dataset_table[dataset]->map,
	    &options[option]);
	struct buf out;

	buf_init(&out, 64 << 20);
	MUST(map_record(m, record, true, &out) == ok);
	MUST(slice_eq(buf_slice(&out), buf_slice(want)));
	buf_fini(&out);
	mapper_free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mapper *kept[DATASET_COUNT][OPTIONS];
	unsigned dataset, option;
	struct slice record;
	struct mapper **m;
	struct buf out;
	bool ok;

	if (size < 1)
		return 0;
	dataset = (data[0] & 0x0f) % DATASET_COUNT;
	option = (data[0] >> 4 & 0x07) % OPTIONS;
	record = (struct slice){ (const char *)data + 1, size - 1 };
	m = &kept[dataset][option];
	if (*m == NULL)
		*m = mapper_new(&dataset_table[dataset]->map,
		    &options[option]);
	buf_init(&out, 64 << 20);
	ok = map_record(*m, record, true, &out);
	if ((data[0] & 0x80) != 0)
		check_fresh(dataset, option, record, ok, &out);
	if (ok)
		map_record(*m, record, false, &out);
	buf_fini(&out);
	return 0;
}
