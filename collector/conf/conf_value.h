/*
 * One option's value: from text into its field, and out of memory again.
 */
#ifndef S1SPOOL_CONF_VALUE_H
#define S1SPOOL_CONF_VALUE_H

#include "collector/base/buf.h"
#include "collector/conf/conf_schema.h"

bool conf_type_is_list(enum conf_type type);

/* Make the field empty, freeing what it held. */
void conf_value_clear(const struct conf_option *o, void *section);

/*
 * Put text into the option's field; add it, if the option is a list.  The field
 * must be clear before the first.  0, or -1 with the reason appended to why:
 * the rest of a sentence that begins with the option's name.  On success why
 * may hold a warning of the same form.
 */
int conf_value_add(const struct conf_option *o, void *section,
    struct slice text, struct buf *why);

/* A field of tags from up to n, ended by NULL if there are fewer. */
char **conf_tags_new(const char *const *tags, size_t n);

/* Fill a section's fields with the defaults of its table. */
void conf_value_defaults(const struct conf_section *s, void *section);

/* Free what a section's fields hold; they are empty after. */
void conf_value_free(const struct conf_section *s, void *section);

#endif
