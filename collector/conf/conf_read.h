/*
 * From the nodes of a file to the configuration's structs, along the schema.
 */
#ifndef S1SPOOL_CONF_READ_H
#define S1SPOOL_CONF_READ_H

#include "collector/conf/conf.h"
#include "collector/conf/conf_file.h"

/* A configuration in the making.  Start with zeros. */
struct conf_reader {
	struct conf *conf;
	/* Where each console was named, for the message about a second. */
	char **console_place;
};

/* Read one file's options over those that are there; consoles are appended. */
void conf_read_root(struct conf_reader *r, struct conf_file *f,
    yaml_node_t *root);
void conf_reader_fini(struct conf_reader *r);

#endif
