/*
 * The trie of known members: for each object of a record a hash table of the
 * names that rows are about.
 */
#ifndef S1SPOOL_NODE_H
#define S1SPOOL_NODE_H

#include "collector/map/mapper.h"

/* An object of which nothing is known yet; it belongs to m, which frees it with
 * node_free().  path is the node's from now on, see struct node. */
struct node *node_new(struct mapper *m, char *path);
void node_free(struct node *n);

/* Find or add a member; it stays where it is. */
struct member *node_member(struct node *n, struct slice name);

/* Once all rows are in, for the record's object: whether members without a row
 * are kept, and under which names, holds for the objects among them. */
void node_inherit(const struct node *n);

/* After that, for each node: what of it is taken, and what is plain. */
void node_settle(struct node *n);

#endif
