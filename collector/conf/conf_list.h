/*
 * Options that are lists.  Each function adds one item to its field, which is
 * empty before the first.  0, or -1 with the reason appended to why.
 */
#ifndef S1SPOOL_CONF_LIST_H
#define S1SPOOL_CONF_LIST_H

#include "collector/base/buf.h"
#include "collector/conf/conf_schema.h"

/* To a char **, NULL-terminated. */
int conf_list_tag(const struct conf_option *o, void *field, struct slice text,
    struct buf *why);
int conf_list_input(const struct conf_option *o, void *field,
    struct slice text, struct buf *why);
int conf_list_deny(const struct conf_option *o, void *field,
    struct slice text, struct buf *why);
int conf_list_authority(const struct conf_option *o, void *field,
    struct slice text, struct buf *why);

/* To a char *, joined by commas; several may be written so in one item. */
int conf_list_ids(const struct conf_option *o, void *field, struct slice text,
    struct buf *why);

/* To an unsigned: the bits of the words that are listed. */
int conf_list_set(const struct conf_option *o, void *field, struct slice text,
    struct buf *why);

/* A char ** of up to n texts, ended by NULL if there are fewer; the caller's
 * to free with conf_list_free(). */
char **conf_list_new(const char *const *texts, size_t n);
void conf_list_free(char **list);
/* The same texts in the same order; NULL is not the empty list. */
bool conf_list_same(char *const *a, char *const *b);

#endif
