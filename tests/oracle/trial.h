/*
 * One record through the mapper and through the oracle.
 */
#ifndef S1SPOOL_ORACLE_TRIAL_H
#define S1SPOOL_ORACLE_TRIAL_H

#include <json-c/json.h>
#include <stdint.h>

#include "collector/dataset/dataset.h"

struct trial;

/* NULL when the oracle does not know the dataset. */
struct trial *trial_new(const struct dataset *d);
void trial_free(struct trial *t);

/*
 * Map a record, in a form, with options and in surroundings that follow from
 * seed.  What differs, NULL when nothing does; valid until the next one.
 */
const char *trial_run(struct trial *t, struct json_object *record,
    uint64_t seed);

/* Print the last record, its options and both documents. */
void trial_print(const struct trial *t);

#endif
