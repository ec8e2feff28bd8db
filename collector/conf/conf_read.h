/*
 * From the nodes of a file to the configuration's structs, along the schema.
 */
#ifndef S1SPOOL_CONF_READ_H
#define S1SPOOL_CONF_READ_H

#include "collector/conf/conf.h"
#include "collector/conf/conf_file.h"

enum conf_list { CONF_LIST_CONSOLES, CONF_LIST_SHIPPERS, CONF_N_LISTS };

/* A configuration in the making.  Start with zeros. */
struct conf_reader {
	struct conf *conf;
	/* Where each item of the lists was. */
	char **place[CONF_N_LISTS];
	size_t n_places[CONF_N_LISTS];
};

/* Read one file's options over those that are there; lists are appended to. */
void conf_read_root(struct conf_reader *r, struct conf_file *f,
    yaml_node_t *root);
void conf_reader_fini(struct conf_reader *r);

#endif
