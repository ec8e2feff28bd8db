/*
 * The datasets by number, for tables that are indexed by them.
 */
#ifndef S1SPOOL_DATASET_ID_H
#define S1SPOOL_DATASET_ID_H

enum dataset_id {
#define DATASET(ID, name) DATASET_##ID,
#include "collector/dataset/dataset.def"
#undef DATASET
	DATASET_COUNT
};

#endif
