#include "config.h"

#include "tests/fuzz/map_input.h"

#include <string.h>

#include "collector/dataset/dataset.h"
#include "tests/fuzz/fuzz.h"

enum dataset_id
map_input_only(void)
{
	static enum dataset_id only = DATASET_COUNT;
	const char *name = getenv("FUZZ_DATASET");

	if (name == NULL || *name == '\0' || only != DATASET_COUNT)
		return only;
	for (only = 0; only < DATASET_COUNT; only++)
		if (strcmp(dataset_table[only]->name, name) == 0)
			return only;
	fprintf(stderr, "FUZZ_DATASET: no dataset %s\n", name);
	exit(99);
}

bool
map_input_read(struct map_input *in, const uint8_t *data, size_t size)
{
	enum dataset_id only = map_input_only();

	if (size < MAP_INPUT_HEAD || data[0] < 'a' ||
	    data[0] - 'a' >= DATASET_COUNT)
		return false;
	*in = (struct map_input){ .dataset = (enum dataset_id)(data[0] - 'a'),
		.option = data[1] % MAP_INPUT_OPTIONS,
		.fresh = (data[1] & INPUT_FRESH) != 0,
		.oracle = (data[1] & INPUT_ORACLE) != 0,
		.record = { (const char *)data + MAP_INPUT_HEAD,
		    size - MAP_INPUT_HEAD } };
	return only == DATASET_COUNT || only == in->dataset;
}

const struct map_options *
map_input_options(unsigned option)
{
	static struct map_options made[MAP_INPUT_OPTIONS];
	static char forwarded[] = "forwarded", quoted[] = "\"\\\n";
	static char keeps[] = "preserve_original_event";
	static char *const tags[] = { forwarded, quoted, keeps, NULL };

	made[option] = (struct map_options){ .name = "fuzz",
		.namespace = "default",
		.raw = (option & INPUT_RAW) != 0,
		.preserve_original_event = (option & INPUT_ORIGINAL) != 0,
		.preserve_duplicate_custom_fields =
		    (option & INPUT_DUPLICATES) != 0,
		.switches = (option & INPUT_SWITCHES) != 0 ? ~0u : 0,
		.tags = (option & INPUT_TAGS) != 0 ? tags : NULL,
		.resend_period_ms = 1 };
	return &made[option];
}
