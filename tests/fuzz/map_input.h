/*
 * The input of the mapper's fuzz target: a byte for the dataset, one for the
 * options, the record.
 */
#ifndef S1SPOOL_FUZZ_MAP_INPUT_H
#define S1SPOOL_FUZZ_MAP_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/dataset/dataset_id.h"
#include "collector/map/map.h"

/* Bits of the second byte: the options, and what takes more time than all
 * else. */
enum { INPUT_RAW = 1, INPUT_ORIGINAL = 2, INPUT_DUPLICATES = 4,
	INPUT_SWITCHES = 8, INPUT_TAGS = 16, MAP_INPUT_OPTIONS = 32,
	INPUT_FRESH = 32, INPUT_ORACLE = 64 };

#define MAP_INPUT_HEAD 2 /* bytes before the record */

struct map_input {
	enum dataset_id dataset;
	unsigned option; /* below MAP_INPUT_OPTIONS */
	bool fresh; /* compare with a mapper that has seen nothing before */
	bool oracle; /* compare with the oracle */
	struct slice record;
};

/* False when the bytes are too few, name no dataset, or name another one than
 * FUZZ_DATASET in the environment does. */
bool map_input_read(struct map_input *in, const uint8_t *data, size_t size);

/* The dataset of FUZZ_DATASET; DATASET_COUNT when it is not set. */
enum dataset_id map_input_only(void);

/* Borrowed for ever. */
const struct map_options *map_input_options(unsigned option);

#endif
