/*
 * One YAML file of the configuration: its nodes by position, and what is wrong
 * with them.
 */
#ifndef S1SPOOL_CONF_FILE_H
#define S1SPOOL_CONF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "collector/base/buf.h"

/* The storage is the caller's. */
struct conf_file {
	const char *name; /* borrowed */
	struct buf *err; /* borrowed: where messages go */
	size_t n_errors;
	yaml_document_t doc;
};

/*
 * Read and parse; *root is NULL for a file without content.  -1 after a
 * message.  conf_file_close() in any case.
 */
int conf_file_open(struct conf_file *f, const char *name, struct buf *err,
    yaml_node_t **root);
void conf_file_close(struct conf_file *f);

/* A message about a node: FILE:LINE:COLUMN: text. */
void conf_file_error(struct conf_file *f, const yaml_node_t *at,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void conf_file_warn(struct conf_file *f, const yaml_node_t *at,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A scalar's text, borrowed; empty for other nodes. */
struct slice conf_file_text(const yaml_node_t *node);
/* Written as nothing, ~ or null: not set. */
bool conf_file_is_null(const yaml_node_t *node);

/* The line of a node as people count. */
size_t conf_file_line(const yaml_node_t *node);

/* The node of an item or of a pair's part. */
yaml_node_t *conf_file_node(struct conf_file *f, int id);

/*
 * Call fn for each pair of a map, then for the pairs that `<<` merges into it.
 * fn decides which of two equal keys counts; merged says where one comes from.
 * A node that is no map is reported as `what` that should be one.
 */
typedef void conf_pair_fn(void *cookie, yaml_node_t *key, yaml_node_t *value,
    bool merged);
void conf_file_pairs(struct conf_file *f, yaml_node_t *map, const char *what,
    conf_pair_fn *fn, void *cookie);

#endif
