/*
 * Random records through the hot path and through the oracle: the documents
 * must be equal.
 *
 *	test_oracle [-n RECORDS] [-s SEED] [DATASET...]
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/map/map.h"
#include "tests/oracle/gen.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/tree.h"

#define DIFFERENCES_MAX 5

struct run {
	const struct dataset *dataset;
	struct oracle_options opt;
	struct mapper *mapper;
	struct buf out;
	char *text; /* of the record tried last */
	struct json_object *theirs, *ours;
};

/* The number of entries in place of their text. */
static void
count_errors(struct json_object *doc)
{
	struct json_object *error, *message;
	char count[24];

	if (!json_object_object_get_ex(doc, "error", &error) ||
	    !json_object_object_get_ex(error, "message", &message))
		return;
	snprintf(count, sizeof(count), "%zu",
	    json_object_array_length(message));
	json_object_object_add(error, "message", tree_number(count));
}

/* Map with both; what differs, NULL when nothing does. */
static const char *
try_record(struct run *run, struct json_object *record, uint64_t seed)
{
	struct map_context ctx = { .collected_at_ms =
		run->opt.collected_at_ms };
	uint64_t repeated = mapper_counts(run->mapper)->repeated_members;
	struct rng r = { seed };
	struct map_ident ident;
	unsigned n_repeated = 0;
	struct slice original;
	size_t len = 0;
	FILE *f;

	free(run->text);
	run->text = NULL;
	json_object_put(run->theirs);
	json_object_put(run->ours);
	run->theirs = run->ours = NULL;
	f = open_memstream(&run->text, &len);
	tree_write(f, record, &r, &n_repeated);
	fclose(f);
	if (mapper_scan(run->mapper, (struct slice){ run->text, len }, &ctx,
		&ident) < 0)
		return mapper_error(run->mapper);
	buf_reset(&run->out);
	buf_addc(&run->out, '{');
	if (mapper_emit(run->mapper, &run->out, true) < 0)
		return "does not fit";
	if (tree_parse(run->out.p, run->out.len, &run->ours) < 0)
		return "is not JSON, or repeats a member";
	count_errors(run->ours);
	original = (struct slice){ run->text, len };
	while (strchr(" \t\r\n", original.p[0]) != NULL) {
		original.p++;
		original.len--;
	}
	while (strchr(" \t\r\n", original.p[original.len - 1]) != NULL)
		original.len--;
	run->theirs = oracle_map(run->dataset, record, original, &run->opt);
	if (!tree_same(run->theirs, run->ours))
		return "differs";
	/* Where nothing is read, repeated members are not looked for. */
	if (mapper_counts(run->mapper)->repeated_members - repeated >
	    n_repeated)
		return "counts more repeated members than there are";
	return NULL;
}

/*
 * Remove members of v and empty its elements as long as the whole record still fails.
 * True when something was.
 */
static bool
shrink(struct run *run, struct json_object *record, struct json_object *v,
    uint64_t seed)
{
	bool any = false;

	if (json_object_is_type(v, json_type_object)) {
		struct json_object *keys = json_object_new_array();

		json_object_object_foreach(v, key, value) {
			(void)value;
			json_object_array_add(keys, tree_string(key));
		}
		for (size_t i = 0; i < json_object_array_length(keys); i++) {
			const char *name = json_object_get_string(
			    json_object_array_get_idx(keys, i));
			struct json_object *old = NULL;

			json_object_object_get_ex(v, name, &old);
			json_object_get(old);
			json_object_object_del(v, name);
			if (try_record(run, record, seed) != NULL) {
				json_object_put(old);
				any = true;
				continue;
			}
			json_object_object_add(v, name, old);
			any |= shrink(run, record, old, seed);
		}
		json_object_put(keys);
	} else if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			struct json_object *old = json_object_get(
			    json_object_array_get_idx(v, i));

			json_object_array_put_idx(v, i, NULL);
			if (old != NULL &&
			    try_record(run, record, seed) != NULL) {
				json_object_put(old);
				any = true;
				continue;
			}
			json_object_array_put_idx(v, i, old);
			any |= shrink(run, record, old, seed);
		}
	}
	return any;
}

static void
report(struct run *run, struct json_object *record, uint64_t seed,
    const char *why)
{
	const char *still;

	for (int i = 0; i < 20 && shrink(run, record, record, seed); i++)
		;
	still = try_record(run, record, seed);
	printf("%s: the document %s%s\nrecord: %s\n", run->dataset->name,
	    why, still == NULL ? ", but not when tried again" : "",
	    run->text);
	printf("oracle: %s\nmapper: %s\n\n",
	    json_object_to_json_string(run->theirs), run->out.p);
}

static int
run_dataset(const struct dataset *d, uint64_t seed, unsigned long n)
{
	static char tag[] = "forwarded";
	static char *const tags[] = { tag, NULL };
	int differences = 0;

	for (int variant = 0; variant < 2; variant++) {
		struct map_options opt = { .name = d->name,
			.namespace = "default", .tags = tags,
			.preserve_original_event = variant != 0,
			.preserve_duplicate_custom_fields = variant != 0 };
		struct run run = { .dataset = d, .opt = {
			.preserve_original_event = variant != 0,
			.preserve_duplicate_custom_fields = variant != 0,
			.collected_at_ms = 1741064767890 },
			.mapper = mapper_new(&d->map, &opt) };

		buf_init(&run.out, 64 << 20);
		for (unsigned long i = 0; i < n / 2; i++) {
			struct rng r = { seed + 2 * i + (unsigned)variant };
			uint64_t form = rng_next(&r);
			struct json_object *record = gen_record(&d->map, &r);

			const char *why = try_record(&run, record, form);

			if (why != NULL && differences++ < DIFFERENCES_MAX)
				report(&run, record, form, why);
			json_object_put(record);
		}
		json_object_put(run.theirs);
		json_object_put(run.ours);
		free(run.text);
		buf_fini(&run.out);
		mapper_free(run.mapper);
	}
	printf("%s: %lu records from seed %llu, %d differ\n", d->name, n,
	    (unsigned long long)seed, differences);
	return differences;
}

static bool
is_wanted(const char *name, char **args)
{
	bool any = *args != NULL;

	for (; *args != NULL; args++)
		if (strcmp(*args, name) == 0)
			return true;
	return !any;
}

int
main(int argc, char **argv)
{
	unsigned long n = 2000;
	uint64_t seed = 1;
	int failed = 0, c;

	while ((c = getopt(argc, argv, "n:s:")) != -1) {
		if (c == 'n')
			n = strtoul(optarg, NULL, 10);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	for (int i = 0; i < DATASET_COUNT; i++) {
		const struct dataset *d = dataset_table[i];

		if (!is_wanted(d->name, argv + optind))
			continue;
		if (oracle_derive(NULL, d->name)) {
			failed += run_dataset(d, seed, n);
		} else {
			printf("%s: no derived fields in the oracle\n",
			    d->name);
		}
	}
	return failed > 0;
}
