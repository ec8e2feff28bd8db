/*
 * How libFuzzer changes records: as bytes, or as JSON with values that rows of
 * the dataset's table look for, so that all of them are reached.
 */
#include "config.h"

#include <string.h>

#include "collector/dataset/dataset.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/map_input.h"
#include "tests/oracle/gen.h"
#include "tests/oracle/tree.h"
#include "tests/oracle/values.h"

/* libFuzzer's: change bytes, return how many there are then. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
    unsigned seed);

/* A member by its place, as name and value. */
static const char *
name_at(struct json_object *o, unsigned place)
{
	json_object_object_foreach(o, name, value) {
		(void)value;
		if (place-- == 0)
			return name;
	}
	return NULL;
}

static struct json_object *
new_value(const struct map_table *t, struct rng *r)
{
	struct json_object *list;

	if (rng_chance(r, 30))
		return value_any(r);
	if (rng_chance(r, 80))
		return value_for(&t->rows[rng_below(r, (unsigned)t->n_rows)],
		    r);
	list = json_object_new_array();
	for (unsigned i = rng_below(r, 3); i > 0; i--)
		json_object_array_add(list, new_value(t, r));
	return list;
}

static void edit(struct json_object *v, const struct map_table *t,
    struct rng *r);

static void
edit_list(struct json_object *list, const struct map_table *t, struct rng *r)
{
	size_t n = json_object_array_length(list);
	unsigned i = n == 0 ? 0 : rng_below(r, (unsigned)n);
	unsigned dice = rng_below(r, 100);

	if (n == 0 || dice < 15)
		json_object_array_add(list, new_value(t, r));
	else if (dice < 25)
		json_object_array_del_idx(list, i, 1);
	else if (dice < 45)
		json_object_array_put_idx(list, i, new_value(t, r));
	else
		edit(json_object_array_get_idx(list, i), t, r);
}

static void
edit_object(struct json_object *o, const struct map_table *t, struct rng *r)
{
	unsigned n = (unsigned)json_object_object_length(o);
	const char *name = n == 0 ? NULL : name_at(o, rng_below(r, n));
	unsigned dice = rng_below(r, 100);

	if (name == NULL)
		return;
	if (dice < 10)
		json_object_object_del(o, name);
	else if (dice < 40)
		json_object_object_add(o, name, new_value(t, r));
	else
		edit(json_object_object_get(o, name), t, r);
}

static void
edit(struct json_object *v, const struct map_table *t, struct rng *r)
{
	if (json_object_is_type(v, json_type_array))
		edit_list(v, t, r);
	else if (json_object_is_type(v, json_type_object))
		edit_object(v, t, r);
}

/* A member of a new record, which brings rows that this one lacks. */
static void
add_known(struct json_object *o, const struct map_table *t, struct rng *r)
{
	struct json_object *other = gen_record(t, r);
	unsigned n = (unsigned)json_object_object_length(other);
	const char *name = n == 0 ? NULL : name_at(other, rng_below(r, n));

	if (name != NULL)
		json_object_object_add(o, name,
		    json_object_get(json_object_object_get(other, name)));
	json_object_put(other);
}

/* Write it, with fewer and fewer members until it fits.  0 when it does not. */
static size_t
write_record(struct json_object *o, uint8_t *to, size_t max, struct rng *r)
{
	for (;;) {
		unsigned repeated = 0, n;
		char *text = NULL;
		size_t len = 0;
		FILE *f = open_memstream(&text, &len);

		tree_write(f, o, r, &repeated);
		fclose(f);
		if (len <= max)
			memcpy(to, text, len);
		free(text);
		if (len <= max)
			return len;
		n = (unsigned)json_object_object_length(o);
		if (n == 0)
			return 0;
		json_object_object_del(o, name_at(o, rng_below(r, n)));
	}
}

static size_t
mutate_record(const struct map_table *t, uint8_t *record, size_t size,
    size_t max, struct rng *r)
{
	struct json_object *o = NULL;

	if (tree_read((const char *)record, size, &o) < 0 ||
	    !json_object_is_type(o, json_type_object) || rng_chance(r, 2)) {
		json_object_put(o);
		o = gen_record(t, r);
	}
	for (unsigned i = 1 + rng_below(r, 4); i > 0; i--) {
		if (rng_chance(r, 25))
			add_known(o, t, r);
		else
			edit(o, t, r);
	}
	size = write_record(o, record, max, r);
	json_object_put(o);
	return size;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct rng r = { seed };
	enum dataset_id only = map_input_only();
	unsigned dataset;

	if (max < MAP_INPUT_HEAD || rng_chance(&r, 40))
		return LLVMFuzzerMutate(data, size, max);
	if (size < MAP_INPUT_HEAD) {
		memset(data, 'a', MAP_INPUT_HEAD);
		size = MAP_INPUT_HEAD;
	}
	dataset = only != DATASET_COUNT ? only : (unsigned)(data[0] - 'a');
	if (dataset >= DATASET_COUNT || rng_chance(&r, 5))
		dataset = only != DATASET_COUNT ? only :
		    rng_below(&r, DATASET_COUNT);
	data[0] = (uint8_t)('a' + dataset);
	if (rng_chance(&r, 50))
		data[1] = (uint8_t)(rng_below(&r, MAP_INPUT_OPTIONS) |
		    (rng_chance(&r, 5) ? INPUT_FRESH : 0) |
		    (rng_chance(&r, 30) ? INPUT_ORACLE : 0));
	return MAP_INPUT_HEAD + mutate_record(&dataset_table[dataset]->map,
	    data + MAP_INPUT_HEAD, size - MAP_INPUT_HEAD,
	    max - MAP_INPUT_HEAD, &r);
}
