/*
 * Random records through the hot path and through the oracle: documents and
 * ids must be equal.
 *
 *	test_oracle [-n RECORDS] [-s SEED] [DATASET...]
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/oracle/gen.h"
#include "tests/oracle/tree.h"
#include "tests/oracle/trial.h"

#define DIFFERENCES_MAX 5

/* A record that differs, and what its form follows from. */
struct failure {
	struct trial *trial;
	struct json_object *record;
	uint64_t seed;
};

static bool
still_fails(const struct failure *f)
{
	return trial_run(f->trial, f->record, f->seed) != NULL;
}

static bool shrink(const struct failure *f, struct json_object *v);

static bool
shrink_object(const struct failure *f, struct json_object *v)
{
	struct json_object *keys = json_object_new_array();
	bool any = false;

	json_object_object_foreach(v, key, value) {
		(void)value;
		json_object_array_add(keys, tree_quote(key));
	}
	for (size_t i = 0; i < json_object_array_length(keys); i++) {
		const char *name = json_object_get_string(
		    json_object_array_get_idx(keys, i));
		struct json_object *old = NULL;

		json_object_object_get_ex(v, name, &old);
		json_object_get(old);
		json_object_object_del(v, name);
		if (still_fails(f)) {
			json_object_put(old);
			any = true;
			continue;
		}
		json_object_object_add(v, name, old);
		any |= shrink(f, old);
	}
	json_object_put(keys);
	return any;
}

static bool
shrink_list(const struct failure *f, struct json_object *v)
{
	bool any = false;

	for (size_t i = 0; i < json_object_array_length(v); i++) {
		struct json_object *old = json_object_get(
		    json_object_array_get_idx(v, i));

		json_object_array_put_idx(v, i, NULL);
		if (old != NULL && still_fails(f)) {
			json_object_put(old);
			any = true;
			continue;
		}
		json_object_array_put_idx(v, i, old);
		any |= shrink(f, old);
	}
	return any;
}

/*
 * Remove members of v and empty its elements as long as the whole record
 * still fails.  True when something was.
 */
static bool
shrink(const struct failure *f, struct json_object *v)
{
	if (json_object_is_type(v, json_type_object))
		return shrink_object(f, v);
	return json_object_is_type(v, json_type_array) && shrink_list(f, v);
}

static void
report(const struct failure *f, const char *dataset, uint64_t seed)
{
	const char *why;

	for (int i = 0; i < 20 && shrink(f, f->record); i++)
		;
	why = trial_run(f->trial, f->record, f->seed);
	printf("%s, seed %llu: the document %s\n", dataset,
	    (unsigned long long)seed, why == NULL ?
	    "does not differ any more when it is shrunk" : why);
	trial_print(f->trial);
}

static bool
run_dataset(const struct dataset *d, uint64_t seed, unsigned long n)
{
	struct trial *t = trial_new(d);
	int differences = 0;

	if (t == NULL) {
		printf("%s: no derived fields in the oracle\n", d->name);
		return false;
	}
	for (unsigned long i = 0; i < n; i++) {
		struct rng r = { seed + i };
		uint64_t form = rng_next(&r);
		struct json_object *record = gen_record(&d->map, &r);
		struct failure f = { t, record, form };

		if (trial_run(t, record, form) != NULL &&
		    differences++ < DIFFERENCES_MAX)
			report(&f, d->name, seed + i);
		json_object_put(record);
	}
	trial_free(t);
	printf("%s: %lu records from seed %llu, %d differ\n", d->name, n,
	    (unsigned long long)seed, differences);
	return differences == 0;
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
	unsigned long n = 10000;
	uint64_t seed = 1;
	bool ok = true;
	int c;

	while ((c = getopt(argc, argv, "n:s:")) != -1) {
		if (c == 'n')
			n = strtoul(optarg, NULL, 10);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	for (int i = 0; i < DATASET_COUNT; i++)
		if (is_wanted(dataset_table[i]->name, argv + optind))
			ok &= run_dataset(dataset_table[i], seed, n);
	return ok ? 0 : 1;
}
