/*
 * What the datasets bring along: which options they have, and their defaults.
 */
#ifndef S1SPOOL_CONF_DATASET_H
#define S1SPOOL_CONF_DATASET_H

#include <stdbool.h>

#include "collector/conf/conf.h"
#include "collector/conf/conf_schema.h"
#include "collector/dataset/dataset.h"

bool conf_dataset_has(const struct dataset *d, const struct conf_option *o);

/* Can a dataset be limited to sites? */
bool conf_dataset_has_sites(const struct dataset *d);

/* Whether a switch of a dataset is on; its name is the option's. */
bool conf_dataset_switch(const struct conf_dataset *c, const char *name);

/* The largest value that an option may have for a dataset. */
int64_t conf_dataset_max(const struct dataset *d, const struct conf_option *o);

/* A console with all defaults; the caller's to free. */
struct conf_console *conf_console_new(void);
/* Give the console's own values to its datasets, as their defaults. */
void conf_console_inherit(struct conf_console *c);
/* Whether they say the same, in all options of the tables. */
bool conf_console_same(const struct conf_console *a,
    const struct conf_console *b);
void conf_console_free(struct conf_console *c);

#endif
