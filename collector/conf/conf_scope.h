/*
 * One section of a file on its way into its struct: what the parts of the
 * reader share.
 */
#ifndef S1SPOOL_CONF_SCOPE_H
#define S1SPOOL_CONF_SCOPE_H

#include "collector/conf/conf_read.h"
#include "collector/conf/conf_schema.h"
#include "collector/dataset/dataset.h"

struct conf_scope {
	struct conf_reader *reader;
	struct conf_file *file;
	const struct conf_section *section;
	void *base; /* the section's struct */
	const struct dataset *dataset; /* below datasets, else NULL */
	const char *group; /* "ssl"; "" outside of groups */
	size_t *line_of; /* per option: where it was given, 0 if not */
	yaml_node_t **datasets; /* of a console: where its map is left, for
				 * what they inherit may follow it */
};

/* Read one pair of a map, for conf_file_pairs(); the cookie is the scope. */
void conf_scope_option(void *scope, yaml_node_t *key, yaml_node_t *value,
    bool merged);

/* Read the map of the datasets of the console that the scope is of. */
void conf_scope_datasets(const struct conf_scope *sc, yaml_node_t *map);

#endif
