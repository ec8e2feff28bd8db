#include "config.h"

#include "collector/dataset/dataset.h"

#define DATASET(ID, name) extern const struct dataset dataset_##name;
#include "collector/dataset/dataset.def"
#undef DATASET

const struct dataset *const dataset_table[DATASET_COUNT] = {
#define DATASET(ID, name) [DATASET_##ID] = &dataset_##name,
#include "collector/dataset/dataset.def"
#undef DATASET
};

const struct dataset *
dataset_find(struct slice name)
{
	for (int i = 0; i < DATASET_COUNT; i++)
		if (slice_is(name, dataset_table[i]->name))
			return dataset_table[i];
	return NULL;
}
