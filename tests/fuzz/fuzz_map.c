/*
 * Mapping: what comes out is JSON and names no member twice, whatever the
 * record; of one without repeated members it is the oracle's document.  The
 * first byte chooses the dataset, 'a' and up, the second the options; the
 * record follows.  FUZZ_DATASET in the environment keeps to one dataset.
 */
#include "config.h"

#include <string.h>

#include "collector/dataset/dataset.h"
#include "collector/json/scan.h"
#include "collector/map/map.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/json.h"
#include "tests/fuzz/map_input.h"
#include "tests/oracle/tree.h"
#include "tests/oracle/trial.h"

#define ORACLE_BYTES_MAX (16 << 10) /* it takes its time */
#define TEXT_MAX (64 << 20)

static void
check_document(const struct buf *out)
{
	struct scan s;

	MUST(fuzz_is_json(buf_slice(out)));
	MUST(memchr(out->p, '\n', out->len) == NULL);
	scan_init(&s);
	if (scan_text(&s, buf_slice(out)) == 0) {
		MUST(scan_mark_repeated(&s) == 0);
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
	if (mapper_scan(m, record, &ctx, &ident) < 0) {
		MUST(strlen(mapper_error(m)) > 0);
		return false;
	}
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
check_fresh(const struct dataset *d, const struct map_options *opt,
    struct slice record, bool ok, const struct buf *want)
{
	struct mapper *m = mapper_new(&d->map, opt);
	struct buf out;

	buf_init(&out, TEXT_MAX);
	MUST(map_record(m, record, true, &out) == ok);
	MUST(slice_eq(buf_slice(&out), buf_slice(want)));
	buf_fini(&out);
	mapper_free(m);
}

/* Texts with a NUL are too much for the oracle. */
static bool
is_for_oracle(struct slice record)
{
	return record.len <= ORACLE_BYTES_MAX &&
	    memmem(record.p, record.len, "\\u0000", 6) == NULL;
}

/* The oracle makes the same of it, in forms and with options that follow from
 * the text. */
static void
check_oracle(enum dataset_id id, struct slice record)
{
	static struct trial *trials[DATASET_COUNT];
	struct json_object *tree;
	uint64_t seed = record.len;
	const char *why;

	if (!is_for_oracle(record) ||
	    tree_read(record.p, record.len, &tree) < 0)
		return;
	for (size_t i = 0; i < record.len; i++)
		seed = (seed ^ (unsigned char)record.p[i]) * 0x100000001b3;
	if (trials[id] == NULL)
		trials[id] = trial_new(dataset_table[id]);
	why = trial_run(trials[id], tree, seed);
	if (why != NULL) {
		trial_print(trials[id]);
		fflush(stdout);
		fprintf(stderr, "%s: %s\n", dataset_table[id]->name, why);
	}
	MUST(why == NULL);
	json_object_put(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mapper *kept[DATASET_COUNT][MAP_INPUT_OPTIONS];
	struct map_input in;
	struct mapper **m;
	struct buf out;
	bool ok;

	if (!map_input_read(&in, data, size))
		return 0;
	m = &kept[in.dataset][in.option];
	if (*m == NULL)
		*m = mapper_new(&dataset_table[in.dataset]->map,
		    map_input_options(in.option));
	buf_init(&out, TEXT_MAX);
	ok = map_record(*m, in.record, true, &out);
	if (in.fresh)
		check_fresh(dataset_table[in.dataset],
		    map_input_options(in.option), in.record, ok, &out);
	if (ok)
		map_record(*m, in.record, false, &out);
	if (ok && in.oracle)
		check_oracle(in.dataset, in.record);
	buf_fini(&out);
	return 0;
}
